"""State markers of a subset: how strongly they are expressed, and on how many of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cartwise.cytometry.cells import Cells
from cartwise.cytometry.events import Mask


@dataclass(frozen=True, slots=True)
class StateMarker:
    """One marker on the cells of one subset in one sample.

    Attributes:
        subset, marker: names.
        cells: cells of the subset.
        median: median on the scale of the cells; None without cells.
        percent_positive: cells above the marker's cut; None without cells or without a cut.
    """

    subset: str
    marker: str
    cells: int
    median: float | None
    percent_positive: float | None


def state_markers(
    cells: Cells, populations: Mapping[str, Mask], markers: Sequence[str], cuts: Mapping[str, float]
) -> tuple[StateMarker, ...]:
    """Median and positive fraction of each marker in each population.

    Args:
        cells: (n, m) transformed cells.
        populations: (n,) mask by name.
        markers: markers to look at; one the panel does not have is left out (the panel report says so).
        cuts: value above which a cell is positive, by marker; a marker without one has a median alone.
    """
    there = [marker for marker in markers if marker in cells.markers]
    found: list[StateMarker] = []
    for subset, mask in populations.items():
        values = cells.values[mask]
        for marker in there:
            column = values[:, cells.markers.index(marker)]
            found.append(_of(subset, marker, column, cuts.get(marker)))
    return tuple(found)


def _of(subset: str, marker: str, values: np.ndarray, cut: float | None) -> StateMarker:
    if not len(values):
        return StateMarker(subset, marker, 0, None, None)
    positive = None if cut is None else float(100 * np.mean(values > cut))
    return StateMarker(subset, marker, len(values), float(np.median(values)), positive)
