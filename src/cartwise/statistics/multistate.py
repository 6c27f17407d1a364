"""Probabilities of being in each of several states over time, by the matrix product of Aalen and Johansen."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.counting import Floats, Ints, risk_sets
from cartwise.statistics.curve import Reading, ticks_of
from cartwise.statistics.design import values_of
from cartwise.statistics.incidence import log_log_limits
from cartwise.statistics.observations import Observations, levels_of, observations, refuse, refuse_shares
from cartwise.statistics.survival import check_level

_ROUNDING = 1e-12
_CERTAIN = "the probability is 0 or 1 there: the variance is zero and gives no interval"


@dataclass(frozen=True, slots=True, eq=False)
class StateProbabilities:
    """Occupation probabilities of s states on m times of change; constant between them.

    Attributes:
        states: (s,) names.
        times: (m,) times at which somebody changed state, ascending.
        at_risk: (m, s) patients in each state just before.
        moves: (m, s, s) patients who changed from one state (row) to another (column).
        start: (s,) probabilities at time zero.
        probability: (m, s) from each time on.
        std_error: (m, s).
        end: last time at which anybody was under observation.
        n: patients.
        level: confidence level of readings.
        unit: UCUM code of time.
        methods: the sentence for a methods section.
    """

    states: tuple[str, ...]
    times: Floats
    at_risk: Floats
    moves: Floats
    start: Floats
    probability: Floats
    std_error: Floats
    end: float
    n: int
    level: float
    unit: str
    methods: str

    def at(self, times: ArrayLike) -> dict[str, tuple[Reading, ...]]:
        """Probabilities with log-log intervals (of 1 - p) at given times, by state.

        Raises:
            UserError: a time is negative or not a number.
        """
        ticks = ticks_of(times)
        return {name: tuple(self._reading(k, name, t) for t in ticks) for k, name in enumerate(self.states)}

    def table(self) -> pd.DataFrame:
        """One row per state and time of change."""
        shape = (self.times.size, len(self.states))
        return pd.DataFrame(
            {
                "state": np.tile(np.array(self.states, dtype=object), shape[0]),
                "time": np.repeat(self.times, shape[1]),
                "at_risk": self.at_risk.ravel(),
                "probability": self.probability.ravel(),
                "std_error": self.std_error.ravel(),
            }
        )

    def _reading(self, k: int, name: str, at: float) -> Reading:
        blank = (self.level, "1", self.n, self.methods)
        if at > self.end:
            return Reading(
                name, at, None, None, None, f"beyond the last observation, at {self.end:g}", *blank
            )
        step = int(np.searchsorted(self.times, at, "right")) - 1
        value = float(self.probability[step, k] if step >= 0 else self.start[k])
        se = float(self.std_error[step, k]) if step >= 0 else 0.0
        if not (0 < value < 1 and se > 0):
            return Reading(name, at, value, None, None, _CERTAIN, *blank)
        z = NormalDist().inv_cdf(0.5 + self.level / 2)
        lower, upper = log_log_limits(np.array([value]), np.array([se]), z)
        return Reading(name, at, value, float(lower[0]), float(upper[0]), "", *blank)


def state_probabilities(
    data: pd.DataFrame,
    *,
    patient: str,
    start: str,
    stop: str,
    state: str,
    to: str,
    weights: str | None = None,
    level: float = 0.95,
    unit: str = "d",
) -> StateProbabilities:
    """Estimate state occupation probabilities from histories (Aalen and Johansen, Scand J Stat 1978;5:141).

    Variances are of Greenwood's type (Andersen, Borgan, Gill, Keiding 1993, eq. 4.4.20), given the probabilities at
    time zero, which are the shares of the patients who are observed from then on. Occupation probabilities do not
    need the Markov assumption (Datta and Satten 2001); their variances do.

    Args:
        data: one row per stay: a patient in a state during (start, stop].
        patient: column that names the patient.
        start: column with the beginning of the stay, from 0 on.
        stop: column with its end.
        state: column with the state.
        to: column with the state entered at `stop`; missing where observation ended there (or at the next row).
        weights: column with the repeats of each row; the variance has no form here for sampling weights.
        level: confidence level.
        unit: UCUM code of time.

    Raises:
        UserError: a column is not there or unusable, stays of a patient overlap or contradict each other, or
            nobody is observed from time zero on.
    """
    check_level(level)
    rows, codes, targets, names = _checked(data, start, stop, state, to, weights=weights)
    who = levels_of(patient, values_of(data, patient, patient), len(data))[0]
    _check_histories(who, rows, codes, targets)
    initial = _initial(rows, codes, len(names), start)
    grid, at_risk, moves = _counted(rows, codes, targets, len(names))
    probability, variance = _products(initial, at_risk, moves)
    return StateProbabilities(
        names,
        grid,
        at_risk,
        moves,
        initial,
        probability,
        np.sqrt(variance),
        float(rows.time.max()),
        int(np.unique(who).size),
        level,
        unit,
        f"{_METHODS} and {100 * level:g} % confidence intervals of the log-log type.",
    )


_METHODS = (
    "State probabilities were estimated by the Aalen-Johansen product of transition matrices with Greenwood-type "
    "variance"
)


def _initial(rows: Observations, codes: Ints, s: int, start: str) -> Floats:
    """Share of those observed from time zero on who are in each state, (s,)."""
    first = ~np.isfinite(rows.entry)
    if not first.any():
        raise UserError(
            f"Nobody is observed from time 0 on (`{start}`): the first probabilities are not known."
        )
    shares: Floats = np.bincount(codes[first], rows.weight[first], s) / rows.weight[first].sum()
    return shares


def _counted(rows: Observations, codes: Ints, targets: Ints, s: int) -> tuple[Floats, Floats, Floats]:
    """Times of change, (m,), who is in each state just before, (m, s), and who moves to which, (m, s, s)."""
    sets = risk_sets(rows.time, rows.entry, np.unique(rows.time[rows.event]))
    member = rows.weight[:, None] * (codes[:, None] == np.arange(s))
    into = (targets[:, None] == np.arange(s)).astype(np.float64)
    moves = np.stack([sets.ending(member[:, [k]] * into) for k in range(s)], axis=1)
    return sets.times, sets.at_risk(member), moves


def _checked(
    data: pd.DataFrame, start: str, stop: str, state: str, to: str, *, weights: str | None
) -> tuple[Observations, Ints, Ints, tuple[str, ...]]:
    ahead = pd.Series(values_of(data, to, to)).astype(object)
    moved = ahead.notna().to_numpy()
    here = pd.Series(values_of(data, state, state)).astype(object)
    refuse(state, here.isna().to_numpy(), "missing", "Every stay is one in a state")
    size = None if weights is None else values_of(data, "weights", weights)
    rows = observations(values_of(data, stop, stop), moved, entry=values_of(data, start, start), weights=size)
    refuse_shares(rows.weight, "Leave them out: the variance has no form for sampling weights here")
    both = pd.Categorical(
        [*here.astype(str), *ahead[moved].astype(str)], categories=_order(data, state, here, ahead)
    )
    codes = both.codes[: len(here)].astype(np.intp)
    targets = np.full(len(here), -1, dtype=np.intp)
    targets[moved] = both.codes[len(here) :]
    refuse(to, targets == codes, "the state that is left", "Leave a stay that goes on without a new state")
    return rows, codes, targets, tuple(str(name) for name in both.categories)


def _order(data: pd.DataFrame, state: str, here: pd.Series[Any], ahead: pd.Series[Any]) -> list[str]:
    """States in the order of the column's categories where it has one, then of their names."""
    known = data[state].cat.categories.tolist() if isinstance(data[state].dtype, pd.CategoricalDtype) else []
    found = {str(name) for name in [*here, *ahead.dropna()]}
    first = [str(name) for name in known if str(name) in found]
    return first + sorted(found - set(first))


def _check_histories(who: Ints, rows: Observations, codes: Ints, targets: Ints) -> None:
    order = np.lexsort((rows.time, who))
    same = np.diff(who[order]) == 0
    begin, end = rows.entry[order][1:], rows.time[order][:-1]
    refuse(
        "start",
        same & (begin < end),
        "before the end of the patient's stay before",
        "Stays follow each other",
    )
    entered = np.where(targets >= 0, targets, codes)[order][:-1]
    wrong = same & (begin == end) & (codes[order][1:] != entered)
    refuse("state", wrong, "other than the state entered by the stay before", "Correct the history")


def _products(initial: Floats, at_risk: Floats, moves: Floats) -> tuple[Floats, Floats]:
    """Probabilities and their variances, (m, s) each, time by time."""
    size = initial.size
    share = np.divide(moves, at_risk[:, :, None], out=np.zeros_like(moves), where=at_risk[:, :, None] > 0)
    stay = 1 - share.sum(axis=2)
    probability, covariance = initial.copy(), np.zeros((size, size))
    probabilities, variances = [np.empty((0, size))], [np.empty((0, size))]
    for step in range(len(moves)):
        outcome = share[step] + np.diag(stay[step])
        weight = np.divide(
            probability**2,
            at_risk[step],
            out=np.zeros(size),
            where=(at_risk[step] > 0) & (share[step].sum(axis=1) > 0),
        )
        drawn = np.diag(weight @ outcome) - outcome.T @ (weight[:, None] * outcome)
        covariance = outcome.T @ covariance @ outcome + drawn
        probability = probability @ outcome
        probabilities.append(probability[None])
        variances.append(np.diag(covariance)[None])
    return _settled(np.concatenate(probabilities), np.concatenate(variances))


def _settled(probability: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Probabilities that are 0 or 1 but for rounding are set to it, without variance."""
    certain = np.abs(probability - np.round(probability)) < _ROUNDING
    return np.where(certain, np.round(probability), probability), np.where(certain, 0.0, variance.clip(0))
