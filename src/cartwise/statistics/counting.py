"""The counting process under every estimator of this room: who is at risk, and who ends, at each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """The risk sets of n rows on a grid of m times; a row is at risk in (entry, time].

    Sums over risk sets are differences of cumulative sums, so each costs O(n + m) whatever is summed: ones or
    weights (Kaplan-Meier), group indicators (log-rank), or risk scores times covariates (Cox).

    Attributes:
        times: (m,) the grid, ascending and distinct.
        first: (n,) index of the first grid time at which the row is at risk.
        last: (n,) index of the last grid time at which it is; -1 where it ends before the grid begins.
    """

    times: Floats
    first: Ints
    last: Ints

    def ending(self, values: Floats) -> Floats:
        """Sum of `values`, (n,) or (n, k), over the rows whose last time at risk is each grid time: (m,) or (m, k)."""
        return self._binned(self.last + 1, values)[1:]

    def at_risk(self, values: Floats) -> Floats:
        """Sum of `values`, (n,) or (n, k), over the rows at risk at each grid time: (m,) or (m, k)."""
        not_yet_over = _from_the_end(self._binned(self.last + 1, values))[1:]
        if not self.first.any():  # nobody enters late
            return not_yet_over
        not_yet_entered = _from_the_end(self._binned(self.first, values))[1:]
        # The grid has one bin more than times: bin m of `first` holds rows that enter after the last of them.
        return not_yet_over - not_yet_entered

    def accumulated(self, increments: Floats) -> Floats:
        """Sum of `increments`, (m,) or (m, k), over the grid times at which each row is at risk: (n,) or (n, k).

        The adjoint of `at_risk`: a row's cumulative hazard, where the increments are those of a hazard.
        """
        total = np.concatenate([np.zeros((1, *increments.shape[1:])), np.cumsum(increments, axis=0)])
        found: Floats = total[self.last + 1] - total[self.first]
        return found

    def over(self, values: Floats) -> Floats:
        """Sum of `values`, (n,) or (n, k), over the rows whose risk has ended before each grid time: (m,) or (m, k)."""
        ended: Floats = np.cumsum(self._binned(self.last + 1, values), axis=0)[:-1]
        return ended

    def to_come(self, increments: Floats) -> Floats:
        """Sum of `increments`, (m,) or (m, k), over the grid times after each row's last: (n,) or (n, k)."""
        rest = np.concatenate([_from_the_end(increments), np.zeros((1, *increments.shape[1:]))])
        return rest[self.last + 1]

    def _binned(self, bins: Ints, values: Floats) -> Floats:
        size = self.times.size + 1
        if values.ndim == 1:
            return _sums(bins, values, size)
        return np.stack([_sums(bins, column, size) for column in values.T], axis=1)


def _sums(bins: Ints, values: Floats, size: int) -> Floats:
    # numpy's annotations call a weighted bincount whole numbers; asarray costs nothing and says what it is.
    return np.asarray(np.bincount(bins, weights=values, minlength=size), dtype=np.float64)


def _from_the_end(binned: Floats) -> Floats:
    # Summed from the end, the small risk sets of the curve's tail carry no rounding of the large early ones.
    return np.cumsum(binned[::-1], axis=0, dtype=np.float64)[::-1]


def risk_sets(time: Floats, entry: Floats, grid: Floats) -> RiskSets:
    """The risk sets of rows at risk in (entry, time], (n,) each, on an ascending `grid`, (m,).

    Ties are exact: an event at another row's end time finds that row still at risk, and one at another row's
    entry time does not (Andersen, Borgan, Gill, Keiding 1993, section III.4; the convention of R `survival`).
    """
    return RiskSets(grid, np.searchsorted(grid, entry, "right"), np.searchsorted(grid, time, "right") - 1)
