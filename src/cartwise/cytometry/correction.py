"""Frequencies corrected for what the classifier is known to do: confuse subsets, and refuse cells that belong to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cartwise.cytometry.bias import RuleBias, adjusted
from cartwise.cytometry.classification import UNCLASSIFIED
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.reference_cells import ReferenceCells
from cartwise.cytometry.rules import Array

MOST_CONDITION = 10.0
"""A confusion this near to singular cannot be undone: subsets that look alike would trade their cells by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """Where a cell of each subset goes.

    Attributes:
        populations: (k,) names of the subsets.
        table: (k + 1, k + 1) part of each true subset (row) that is given to each (column) or refused (last column); the
            last row is of cells that belong to no subset, all of which are taken to be refused.
    """

    populations: tuple[str, ...]
    table: Array

    def percent(self, counts: Mapping[str, int]) -> dict[str, float]:
        """Percent of all cells that each subset has, given how many were assigned to each and refused.

        Args:
            counts: cells by subset, `unclassified` among them.

        Returns:
            By subset; what is left to 100 are cells that belong to none. Empty without cells.
        """
        seen = np.array([counts[name] for name in (*self.populations, UNCLASSIFIED)], float)
        if not seen.sum():
            return {}
        true = 100 * adjusted(seen / seen.sum(), self.table)
        return dict(zip(self.populations, true[:-1].tolist(), strict=True))


def correction(
    reference: Reference, cells: ReferenceCells, bias: RuleBias, calibrate: str
) -> Correction | None:
    """What the recorded rule does to cells whose subset is known; None where that cannot be undone.

    Confusion is that of samples left out of the fit. Refusal is measured on the reference's own cells, sample by sample,
    because its limits are fitted to each sample.

    Args:
        reference: under the recorded rule.
        cells: the labelled cells that it was fitted on.
        bias: of the same rule on the same cells.
        calibrate: as the samples are classified.
    """
    if bias.condition >= MOST_CONDITION:
        return None
    size = len(reference.populations)
    table = np.zeros((size + 1, size + 1))
    kept = _kept(reference, cells, calibrate)
    table[:size, :size] = (
        np.where(np.isnan(bias.self_confusion), np.eye(size), bias.self_confusion) * kept[:, None]
    )
    table[:size, size] = 1 - kept
    table[size, size] = 1
    return Correction(reference.populations, table)


def _kept(reference: Reference, cells: ReferenceCells, calibrate: str) -> Array:
    """(k,) part of each subset's own cells that is not refused."""
    own, refused = np.zeros(len(reference.populations)), np.zeros(len(reference.populations))
    places = {name: place for place, name in enumerate(reference.populations)}
    codes = np.array([places[label] for label in cells.labels], np.intp)
    for sample in np.unique(cells.samples.astype(str)):
        mine = cells.samples == sample
        found = reference.classify(cells.values[mine], markers=cells.markers, calibrate=calibrate)
        np.add.at(own, codes[mine], 1)
        np.add.at(refused, codes[mine], found.rejected)
    return np.asarray(1 - refused / own)
