"""The weight at which a row with a competing event stays at risk: the chance that it were still under observation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cartwise.statistics.counting import Bools, Floats, Ints, RiskSets, risk_sets
from cartwise.statistics.observations import Observations

# Whether those with an event on the day of a censoring stood at risk of being censored on it.
TiedCensoring = Literal["with events", "after events"]
# Whether each stratum has a censoring (and entry) distribution of its own, or all rows share one.
CensoringOf = Literal["per stratum", "common"]

# Sums of weights that are not whole leave a rest of rounding where all at risk are censored.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Observing:
    """What brings n rows under observation or ends it: late entry, or censoring.

    Late entry is counted backwards, from the end to the origin, where it ends a row's being at risk as censoring
    does forwards (Geskus, Biometrics 2011;67:39).

    Attributes:
        sets: who is at risk of it on its c distinct times, which are negative where it is counted backwards.
        at_risk: (c,) sum of weights.
        happened: (c,) sum of weights of those to whom it happens.
        own: (n,) 1 where it happens to the row.
        backwards: whether it is late entry.
    """

    sets: RiskSets
    at_risk: Floats
    happened: Floats
    own: Floats
    backwards: bool

    @property
    def days(self) -> Floats:
        """(c,) its times, ascending."""
        return -self.sets.times[::-1] if self.backwards else self.sets.times

    @property
    def kept(self) -> Floats:
        """(c,) share of those at risk to whom it does not happen."""
        left = self.at_risk - self.happened
        return np.where(left > _ROUNDING * self.at_risk, left, 0.0) / self.at_risk

    def before(self, times: Floats) -> Floats:
        """Product-limit probability, before each time, of not being censored, or of having entered.

        Times at which it happens to all at risk are left out; see `Observed.breaks`.
        """
        passed: Floats = np.cumprod(np.r_[1.0, np.where(self.kept > 0, self.kept, 1.0)], dtype=np.float64)
        if self.backwards:
            return passed[np.searchsorted(self.sets.times, -times, "right")]
        return passed[np.searchsorted(self.sets.times, times, "left")]

    def pull(self, held: Floats, ended: Floats, drift: Floats, grid: Floats) -> Floats:
        """What one more row to which it happens would move the score by, at each of its c times: (c, p).

        Of censorings, those in (T, s] count for the weight at s of a competing event at T, as eq. 8 of Fine and
        Gray (1999) has it and R `cmprsk` counts them where days are tied; of entries those in [T, s).

        Args:
            held: (n, 1 + p) weight of each row that stays at risk, times one and its covariates.
            ended: (n,) when their competing events were.
            drift: (m, 1 + p) hazard on the event times, times one and the mean covariates.
            grid: (m,) the event times.
        """
        days = self.days
        joins: Literal["left", "right"] = "left" if self.backwards else "right"
        counts: Literal["left", "right"] = "right" if self.backwards else "left"
        bins = np.searchsorted(days, ended, joins)
        binned = np.stack([np.bincount(bins, column, days.size + 1)[:-1] for column in held.T], axis=1)
        there: Floats = np.cumsum(binned, axis=0, dtype=np.float64)
        to_come = np.vstack([np.cumsum(drift[::-1], axis=0)[::-1], np.zeros((1, drift.shape[1]))])
        to_come = to_come[np.searchsorted(grid, days, counts)]
        moved: Floats = there[:, 1:] * to_come[:, :1] - there[:, :1] * to_come[:, 1:]
        # An entry raises the weights that a censoring lowers.
        return -moved[::-1] if self.backwards else moved

    def residuals(self, pull: Floats) -> Floats:
        """What each row contributes to the score through the estimated weights, (n, p), before its own weight."""
        per_unit = pull / self.at_risk[:, None]
        own = self.own[:, None] * per_unit[np.maximum(self.sets.last, 0)]
        expected = self.sets.accumulated(per_unit * (self.happened / self.at_risk)[:, None])
        residuals: Floats = own - expected
        return residuals


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The rows that share one censoring (and entry) distribution.

    Attributes:
        place: (r,) the rows, by index.
        processes: censoring, and late entry where there is any.
    """

    place: Ints
    processes: tuple[Observing, ...]

    def before(self, times: Floats) -> Floats:
        """Probability of being under observation before each time, but for a constant."""
        chance = np.ones_like(times)
        for process in self.processes:
            chance = chance * process.before(times)
        return chance

    def breaks(self, ended: Floats, events: Floats) -> bool:
        """Whether a weight from a competing event in `ended` to one of the `events` after it is zero or infinite."""
        if not (ended.size and events.size):
            return False
        days = np.concatenate([np.abs(process.sets.times[process.kept == 0]) for process in self.processes])
        return bool(((days >= ended.min()) & (days < events.max())).any())


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """How the observation of n rows begins and ends.

    Attributes:
        happened: (n,) whether an event of any cause ended the row.
        censored: (n,) whether the row is its patient's last and ends without an event.
        entered: (n,) whether the row is its patient's first and begins after the origin.
    """

    happened: Bools
    censored: Bools
    entered: Bools

    def where(self, place: Ints) -> Ends:
        """The rows chosen by index."""
        return Ends(self.happened[place], self.censored[place], self.entered[place])


def observed(rows: Observations, ends: Ends, ties: TiedCensoring, of: CensoringOf) -> dict[int, Observed]:
    """By stratum, the rows whose censoring it shares and how they are observed."""
    strata = [int(index) for index in np.unique(rows.stratum)]
    if of == "common":
        every = np.arange(rows.time.size)
        return dict.fromkeys(strata, Observed(every, _processes(rows, ends, ties)))
    found = {}
    for index in strata:
        own = rows.stratum == index
        place = np.flatnonzero(own)
        found[index] = Observed(place, _processes(rows.where(own), ends.where(place), ties))
    return found


def _processes(rows: Observations, ends: Ends, ties: TiedCensoring) -> tuple[Observing, ...]:
    censoring = _censoring(rows, ends, ties)
    return (censoring, _entering(rows, ends)) if ends.entered.any() else (censoring,)


def _censoring(rows: Observations, ends: Ends, ties: TiedCensoring) -> Observing:
    grid = np.unique(rows.time[ends.censored])
    sets = risk_sets(rows.time, rows.entry, grid)
    if ties == "after events":
        earlier = np.searchsorted(grid, rows.time, "left") - 1
        sets = RiskSets(grid, sets.first, np.where(ends.happened, earlier, sets.last))
    return _observing(sets, rows.weight, ends.censored, backwards=False)


def _entering(rows: Observations, ends: Ends) -> Observing:
    # Backwards a row is at risk of entering from its end on: in (-time, -entry].
    sets = risk_sets(-rows.entry, -rows.time, np.unique(-rows.entry[ends.entered]))
    return _observing(sets, rows.weight, ends.entered, backwards=True)


def _observing(sets: RiskSets, weight: Floats, to_whom: Bools, *, backwards: bool) -> Observing:
    return Observing(
        sets, sets.at_risk(weight), sets.ending(weight * to_whom), to_whom.astype(np.float64), backwards
    )
