"""Cells drawn from a few populations of known markers, to be gated; every number in them is invented."""

from __future__ import annotations

import numpy as np

from cartwise.cytometry.cells import Cells

MARKERS = ("CD3", "CD19", "CD4", "CD8", "CD56", "CAR")
SCALE = "asinh(x/5)"
FIXED = {"method": "fixed", "at": 2.0}

POSITIVE = {
    "CD4 T cells": ("CD3", "CD4"),
    "CD8 T cells": ("CD3", "CD8"),
    "B cells": ("CD19",),
    "dim NK": ("CD56",),
    "bright NK": ("CD56",),
}
"""Population -> its positive markers."""


def definition_content():
    """A definition as `tomllib` reads it."""
    return {
        "name": "made",
        "version": "1",
        "cut": {
            "CD3": {"within": "all", "method": "valley", "fallback": FIXED},
            "CD19": {"within": "all", "method": "valley", "fallback": FIXED},
            "CD4": {"within": "T cells", "method": "valley", "fallback": ["mixture", FIXED]},
            "CD8": {"within": "T cells", "method": "valley", "fallback": ["mixture", FIXED]},
            "CD56": {
                "within": "all",
                "method": "valley",
                "fallback": FIXED,
                "bright": {
                    "within": "NK cells",
                    "method": "valley",
                    "fallback": ["mixture", {"method": "fixed", "at": 4.0}],
                },
            },
            "CAR": {
                "within": "T cells",
                "method": "control",
                "at": 99.9,
                "fallback": {"method": "fixed", "at": 2.5},
            },
        },
        "population": [
            {"name": "all", "parent": "", "where": {}},
            {"name": "T cells", "parent": "all", "where": {"CD3": "+", "CD19": "-"}},
            {"name": "B cells", "parent": "all", "where": {"CD3": "-", "CD19": "+"}},
            {"name": "NK cells", "parent": "all", "where": {"CD3": "-", "CD19": "-", "CD56": "+"}},
            {"name": "bright NK", "parent": "NK cells", "where": {"CD56": "bright"}},
            {"name": "dim NK", "parent": "NK cells", "where": {"CD56": "dim"}},
            {
                "name": "CD4 T cells",
                "parent": "T cells",
                "where": {"CD4": "+", "CD8": "-"},
                "reference": True,
            },
            {
                "name": "CD8 T cells",
                "parent": "T cells",
                "where": {"CD4": "-", "CD8": "+"},
                "reference": True,
            },
            {"name": "CAR+ T cells", "parent": "T cells", "where": {"CAR": "+"}},
        ],
    }


def made_cells(counts, seed=1, car=0.0, shift=0.0):
    """Cells, what each is, and which carry a CAR.

    Args:
        counts: cells by population.
        seed: of the draw.
        car: part of the T cells that carries a CAR.
        shift: added to every marker, as a batch would.
    """
    rng = np.random.default_rng(seed)
    kinds = np.repeat(list(counts), list(counts.values()))
    values = np.abs(rng.normal(0, 0.6, (len(kinds), len(MARKERS))))
    for kind in counts:
        rows = kinds == kind
        for marker in POSITIVE[kind]:
            middle = 6.0 if kind == "bright NK" else 4.0
            values[rows, MARKERS.index(marker)] = rng.normal(middle, 0.4, int(rows.sum()))
    carries = np.char.endswith(kinds, "T cells") & (rng.random(len(kinds)) < car)
    values[carries, MARKERS.index("CAR")] = rng.normal(4.0, 0.5, int(carries.sum()))
    return Cells((values + shift).astype(np.float32), MARKERS, SCALE), kinds, carries
