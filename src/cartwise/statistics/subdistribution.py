"""Risk sets of a subdistribution hazard: who had a competing event stays, at the weight of not being censored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cartwise.statistics.counting import Bools, Floats, Ints, RiskSets, risk_sets
from cartwise.statistics.likelihood import State, Stratum, mean_at_risk

# Whether those with an event on the day of a censoring stood at risk of being censored on it.
TiedCensoring = Literal["with events", "after events"]


@dataclass(frozen=True, slots=True, eq=False)
class Censoring:
    """The censoring process of n rows.

    Attributes:
        sets: who is at risk of being censored, on the c distinct censoring times.
        at_risk: (c,) how many.
        censored: (c,) how many are.
        row_censored: (n,) 1 where the row is.
    """

    sets: RiskSets
    at_risk: Floats
    censored: Floats
    row_censored: Floats

    def uncensored_before(self, times: Floats) -> Floats:
        """Kaplan-Meier probability of not being censored before each time."""
        free: Floats = np.cumprod(np.r_[1.0, 1 - self.censored / self.at_risk], dtype=np.float64)
        return free[np.searchsorted(self.sets.times, times, "left")]


def censoring(time: Floats, censored: Bools, ties: TiedCensoring) -> Censoring:
    """The censoring process; under "after events" an event on a day precedes the censorings of that day."""
    grid = np.unique(time[censored])
    sets = risk_sets(time, np.full(time.size, -np.inf), grid)
    if ties == "after events":
        earlier = np.searchsorted(grid, time, "left") - 1
        sets = RiskSets(grid, sets.first, np.where(censored, sets.last, earlier))
    own = censored.astype(np.float64)
    return Censoring(sets, sets.at_risk(np.ones_like(time)), sets.ending(own), own)


@dataclass(frozen=True, slots=True, eq=False)
class SubdistributionSets:
    """Risk sets on the m event times of one cause, each in time linear in rows (Fine and Gray 1999).

    A row with a competing event at T stays at risk at t > T with weight G(t-)/G(T-), G the probability of not
    being censored; the weight is a product, so both sums over risk sets stay cumulative sums.

    Attributes:
        sets: the ordinary risk sets.
        held: (n,) 1/G(T-) of rows with a competing event, 0 of others.
        uncensored: (m,) G(t-) at the event times.
    """

    sets: RiskSets
    held: Floats
    uncensored: Floats

    @property
    def last(self) -> Ints:
        """(n,) index of the last event time at which the row is at risk by itself."""
        return self.sets.last

    def ending(self, values: Floats) -> Floats:
        """Sums over the rows that end at each event time."""
        return self.sets.ending(values)

    def at_risk(self, values: Floats) -> Floats:
        """Weighted sums over the rows at risk at each event time."""
        held = self.sets.over(_rows(self.held, values) * values)
        total: Floats = self.sets.at_risk(values) + _rows(self.uncensored, held) * held
        return total

    def accumulated(self, increments: Floats) -> Floats:
        """Weighted sums over the event times at which each row is at risk."""
        rest = self.sets.to_come(_rows(self.uncensored, increments) * increments)
        total: Floats = self.sets.accumulated(increments) + _rows(self.held, rest) * rest
        return total


def subdistribution_sets(time: Floats, own: Bools, competing: Bools, lost: Censoring) -> SubdistributionSets:
    """The risk sets of the cause whose events are `own`, (n,)."""
    grid = np.unique(time[own])
    held = np.where(competing, 1 / lost.uncensored_before(time), 0.0)
    ordinary = risk_sets(time, np.full(time.size, -np.inf), grid)
    return SubdistributionSets(ordinary, held, lost.uncensored_before(grid))


def censoring_residuals(rows: Stratum, at: State, time: Floats, lost: Censoring) -> Floats:
    """What each row contributes to the score through the estimated weights, (n, p) (Fine and Gray 1999, eq. 8).

    The weight of a competing event at T in the risk set at s hangs on the censorings in (T, s], as eq. 8 has it
    and R `cmprsk` counts them where days are tied.
    """
    sets = rows.sets
    if not isinstance(sets, SubdistributionSets) or not lost.sets.times.size:
        return np.zeros_like(rows.x)
    grid = lost.sets.times
    share = (rows.weight * at.risk * sets.held)[:, None] * np.column_stack([np.ones_like(time), rows.x])
    joined = np.searchsorted(grid, time, "right")
    bins = [np.bincount(joined, column, grid.size + 1)[:-1] for column in share.T]
    held = np.cumsum(np.stack(bins, axis=1), axis=0)
    hazard = sets.uncensored * at.hazard
    drift = hazard[:, None] * np.column_stack([np.ones_like(hazard), mean_at_risk(rows, at)])
    to_come = np.vstack([np.cumsum(drift[::-1], axis=0)[::-1], np.zeros((1, drift.shape[1]))])
    to_come = to_come[np.searchsorted(sets.sets.times, grid, "left")]
    pull = (held[:, 1:] * to_come[:, :1] - held[:, :1] * to_come[:, 1:]) / lost.at_risk[:, None]
    own = lost.row_censored[:, None] * pull[np.maximum(lost.sets.last, 0)]
    expected = lost.sets.accumulated(pull * (lost.censored / lost.at_risk)[:, None])
    residuals: Floats = own - expected
    return residuals


def _rows(factor: Floats, like: Floats) -> Floats:
    return factor if like.ndim == 1 else factor[:, None]
