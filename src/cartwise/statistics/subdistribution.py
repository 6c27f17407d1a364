"""Risk sets of a subdistribution hazard: who had a competing event stays, at the weight of being still observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartwise.statistics.counting import Floats, Ints, RiskSets
from cartwise.statistics.likelihood import State, Stratum, evaluated, mean_at_risk
from cartwise.statistics.observation_weights import Observed, Observing
from cartwise.statistics.partial import Partial


@dataclass(frozen=True, slots=True, eq=False)
class SubdistributionSets:
    """Risk sets on the m event times of one cause, each in time linear in rows (Fine and Gray 1999).

    A row with a competing event at T stays at risk at t > T with weight G(t-)/G(T-), G the probability of not
    being censored, and with late entry also H(t-)/H(T-), H that of having entered (Geskus 2011). The weight is a
    product, so both sums over risk sets stay cumulative sums.

    Attributes:
        sets: the ordinary risk sets.
        held: (n,) 1/(G(T-) H(T-)) of rows with a competing event, 0 of others.
        staying: (m,) G(t-) H(t-) at the event times.
    """

    sets: RiskSets
    held: Floats
    staying: Floats

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
        total: Floats = self.sets.at_risk(values) + _rows(self.staying, held) * held
        return total

    def accumulated(self, increments: Floats) -> Floats:
        """Weighted sums over the event times at which each row is at risk."""
        rest = self.sets.to_come(_rows(self.staying, increments) * increments)
        total: Floats = self.sets.accumulated(increments) + _rows(self.held, rest) * rest
        return total


def subdistribution_residuals(
    prepared: Partial, beta: Floats, time: Floats, shared: list[tuple[Observed, list[int]]]
) -> Floats:
    """Score residuals, (n, p), that count the estimation of the weights (Fine and Gray 1999, eq. 7 and 8).

    Each is multiplied by its row's case weight.

    Args:
        prepared: the strata, whose exposures are `SubdistributionSets`.
        beta: (p,) standardised coefficients.
        time: (n,) end of follow-up.
        shared: the rows that share a censoring distribution, and which of the strata those are.
    """
    found = prepared.residuals(beta)
    for part, strata in shared:
        own = [(prepared.strata[k], time[prepared.places[k]]) for k in strata]
        states = [(rows, evaluated(rows, beta), days) for rows, days in own]
        for process in part.processes:
            if process.days.size and states:
                pull = np.sum([_pull(process, *state) for state in states], axis=0)
                found[part.place] += prepared.weight[part.place, None] * process.residuals(pull)
    return found


def _pull(process: Observing, rows: Stratum, at: State, time: Floats) -> Floats:
    sets = rows.sets
    if not isinstance(sets, SubdistributionSets):
        raise TypeError("weights of observation belong to subdistribution risk sets")
    held = (rows.weight * at.risk * sets.held)[:, None] * np.column_stack([np.ones_like(time), rows.x])
    hazard = sets.staying * at.hazard
    drift = hazard[:, None] * np.column_stack([np.ones_like(hazard), mean_at_risk(rows, at)])
    return process.pull(held, time, drift, sets.sets.times)


def _rows(factor: Floats, like: Floats) -> Floats:
    return factor if like.ndim == 1 else factor[:, None]
