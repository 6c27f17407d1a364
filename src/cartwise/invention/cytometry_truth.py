"""What was hidden in an invented FCS file: each event's label, and how frequent each population truly is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartwise.invention.cytometry_events import InventedEvents
from cartwise.invention.cytometry_parameters import populations, t_populations
from cartwise.invention.cytometry_samples import CytometrySample

ALL, T_CELLS, CARRIERS = "leukocytes", "T cells", "CAR+ T cells"
"""Parents that the truth is given for: intact live single cells, and those of them that are T cells or carry a CAR."""

_FAMILIES = {
    T_CELLS: t_populations(),
    "NK cells": ("early NK", "late NK"),
    "monocytes": ("classical monocytes", "transitional monocytes", "non-classical monocytes"),
    "CD19+ cells": ("B cells", "blasts"),
}


def event_labels(events: InventedEvents) -> pd.DataFrame:
    """One row an event, in the file's order: `label` and `car_positive`."""
    return pd.DataFrame({"label": events.labels, "car_positive": events.car.astype(int)})


def true_frequencies(sample: CytometrySample, events: InventedEvents) -> pd.DataFrame:
    """Columns file, patient_id, day, specimen, parent, subset, cells, parent_cells, percent (blank of no cells).

    Counted among intact live single cells: each population, T cells, NK cells, monocytes, CD19+ cells (B cells and
    blasts, which no gate tells apart) and CAR+ T cells of all leukocytes; CAR+ T cells of T cells; each T-cell population of CAR+ T cells.
    """
    every, carrying = _counts(events.labels), _counts(events.labels[events.car])
    families = {name: sum(every[member] for member in members) for name, members in _FAMILIES.items()}
    carriers = int(events.car.sum())
    of_all = {**every, **families, CARRIERS: carriers}
    parts = {
        ALL: (of_all, sum(every.values())),
        T_CELLS: ({CARRIERS: carriers}, families[T_CELLS]),
        CARRIERS: ({name: carrying[name] for name in t_populations()}, carriers),
    }
    rows = [
        (sample.file, sample.patient_id, sample.day, sample.specimen, parent, subset, cells, total)
        for parent, (counted, total) in parts.items()
        for subset, cells in counted.items()
    ]
    columns = ["file", "patient_id", "day", "specimen", "parent", "subset", "cells", "parent_cells"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(percent=100 * frame["cells"] / frame["parent_cells"].replace(0, np.nan))


def _counts(labels: np.ndarray) -> dict[str, int]:
    found = dict(zip(*np.unique(labels, return_counts=True), strict=True))
    return {name: int(found.get(name, 0)) for name in populations()}
