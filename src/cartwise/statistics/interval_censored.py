"""Survival where an event is known only to lie between two examinations: the non-parametric estimate of Turnbull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Interval, Missing, UserError
from cartwise.statistics.counting import Floats

TOLERANCE, MOST_STEPS = 1e-9, 20_000


@dataclass(frozen=True, slots=True, eq=False)
class IntervalCensored:
    """Where the probability of an event lies: k intervals, between which the survival curve is flat.

    Attributes:
        after, by: (k,) ends of each interval, `by` infinite for what was not seen; within one the curve is not determined.
        mass: (k,) probability of an event in each; sums to 1 where anybody was there.
        n: patients.
        methods: the sentence for a methods section.
    """

    after: Floats
    by: Floats
    mass: Floats
    n: int
    methods: str

    def survival(self, time: float) -> tuple[float, float] | Missing:
        """The lowest and the highest survival at a time that the estimate allows."""
        if not self.n:
            return Missing("nobody was examined")
        certain = float(self.mass[self.by <= time].sum())
        possible = float(self.mass[(self.after < time) | (self.by <= time)].sum())
        return max(0.0, 1 - possible), min(1.0, 1 - certain)

    def median(self) -> Interval | Missing:
        """Between which times half have had the event."""
        if not self.n:
            return Missing("nobody was examined")
        place = int(np.searchsorted(np.cumsum(self.mass), 0.5 - 1e-9))
        if not np.isfinite(self.by[place]):
            return Missing("fewer than half are known to have had the event")
        return Interval(float(self.after[place]), float(self.by[place]))

    def table(self) -> pd.DataFrame:
        """One row an interval, with the survival after it."""
        left = 1 - np.cumsum(self.mass)
        return pd.DataFrame({"after": self.after, "by": self.by, "mass": self.mass, "survival": left.clip(0)})


def turnbull(after: ArrayLike, by: ArrayLike) -> IntervalCensored:
    """The non-parametric maximum likelihood estimate for interval-censored times (Turnbull, J R Stat Soc B 1976;38:290).

    Args:
        after: (n,) the last time at which the event had not happened, 0 or more.
        by: (n,) the first time at which it had; infinite where it was not seen; equal to `after` for an exact time.

    Raises:
        UserError: a time is missing or negative, or an interval ends before it begins.
    """
    low, high = np.asarray(after, dtype=np.float64), np.asarray(by, dtype=np.float64)
    if low.shape != high.shape or low.ndim != 1:
        raise UserError("`after` and `by` need one time a patient each.")
    if np.isnan(low).any() or np.isnan(high).any() or (low < 0).any() or not np.isfinite(low).all():
        raise UserError("An interval begins at a time from 0 on, and neither end is missing.")
    if (high < low).any():
        raise UserError("An interval ends before it begins. Mend `after` or `by`.")
    starts, ends = _innermost(low, high)
    first, last = low[:, None], high[:, None]
    # An exact time does not lie in an interval that only opens there.
    inside = (first <= starts) & (ends <= last) & ((starts < ends) | (first < starts) | (first == last))
    mass = _self_consistent(inside)
    kept = mass > 1e-8
    methods = (
        "Times known only to lie between two examinations were estimated by the non-parametric maximum likelihood estimate for "
        "interval-censored data (Turnbull 1976)."
    )
    return IntervalCensored(
        starts[kept], ends[kept], mass[kept] / max(mass[kept].sum(), 1e-300), low.size, methods
    )


def _innermost(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The intervals that begin at some `after` and end at the next `by`: only there can an estimate have mass."""
    # An exact time is an interval of its own: it begins before it ends; an open interval begins after those that end there.
    exact = low == high
    kind = np.r_[np.where(exact, 0, 2), np.ones(high.size)]
    times = np.r_[low, high]
    order = np.lexsort((kind, times))
    left = np.r_[np.ones(low.size, bool), np.zeros(high.size, bool)][order]
    found = np.flatnonzero(left[:-1] & ~left[1:])
    pairs = np.unique(np.column_stack([times[order][found], times[order][found + 1]]), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _self_consistent(inside: np.ndarray) -> Floats:
    n, k = inside.shape
    mass = np.full(k, 1 / k) if k else np.zeros(0)
    for _ in range(MOST_STEPS if n else 0):
        shares = inside * mass
        new: Floats = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(new - mass).max() < TOLERANCE:
            return new
        mass = new
    return mass
