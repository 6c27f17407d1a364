"""The Kaplan-Meier result: step curves, what is read off them, and their tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.observations import numbers, refuse

# Value, lower limit, upper limit, and the reason for each of them that is None.
ReadOff = tuple[float | None, float | None, float | None, str]

# A curve that should equal 1 - p there differs from it by rounding only.
_EQUAL = 1.5e-8
_NO_EVENT = "no event yet: the variance is zero there and gives no interval"
_AT_ZERO = "the curve has reached zero, where the variance has no value"
EMPTIED = (
    "everybody at risk had the event before later patients entered: the curve cannot be read from there on"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number read off a curve: a survival probability at a time, or the time of a quantile.

    Attributes:
        group: whose curve.
        at: the time, or the probability of the quantile.
        value: the number; None where the curve does not give it.
        lower: lower confidence limit; None where there is none.
        upper: upper confidence limit; None where there is none.
        reason: why any of the three is None; "" where all are there.
        level: confidence level of the limits.
        unit: UCUM code of the value, "1" for a probability.
        n: patients (rows) under the curve.
        method: how it was made.
    """

    group: str
    at: float
    value: float | None
    lower: float | None
    upper: float | None
    reason: str
    level: float
    unit: str
    n: int
    method: str

    def estimate(self) -> Estimate | Missing:
        """The reading as an Estimate; Missing, with the reason, where there is no value."""
        if self.value is None:
            return Missing(self.reason, settled_by="longer follow-up" if self.n else "")
        return Estimate(self.value, self.lower, self.upper, self.level, self.unit, self.n, self.method)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The step curve of one group on its m distinct times; 1 before the first, constant between them.

    Attributes:
        group: name of the group.
        n: rows in it.
        times: (m,) times at which anybody ended or entered, ascending.
        at_risk: (m,) sum of weights at risk just before each.
        events: (m,) sum of weights with the event at each.
        censored: (m,) sum of weights censored at each.
        survival: (m,) from each time on, until the next.
        std_error: (m,) of `survival`; NaN where the curve is zero.
        lower: (m,) confidence limit; NaN where the curve is one or zero.
        upper: (m,) confidence limit; NaN where the curve is one or zero.
    """

    group: str
    n: int
    times: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    std_error: Floats
    lower: Floats
    upper: Floats

    def reasons(self) -> list[str]:
        """Why the limits are NaN, at each time; "" where they are numbers."""
        at_zero = EMPTIED if np.isfinite(self.emptied) else _AT_ZERO
        return [_NO_EVENT if s >= 1 else at_zero if s <= 0 else "" for s in self.survival]

    @property
    def emptied(self) -> float:
        """When late entry let the curve fall to zero with patients still to come; infinity where it did not."""
        zero = np.flatnonzero(self.survival <= 0)
        return float(self.times[zero[0]]) if zero.size and zero[0] < self.times.size - 1 else np.inf

    def table(self) -> pd.DataFrame:
        """One row per time, with a `reason` where there are no limits."""
        names = ("times", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper")
        columns = {name.removesuffix("times") or "time": getattr(self, name) for name in names}
        reason = np.array(self.reasons(), dtype=object)
        return _whole_counts(pd.DataFrame({"group": self.group, **columns, "reason": reason}))

    def survival_at(self, time: float) -> ReadOff:
        """Survival, its limits, and the reason for what is not there."""
        if self.n == 0:
            return None, None, None, "no patient in this group"
        step = int(np.searchsorted(self.times, time, "right")) - 1
        if step < 0:
            return 1.0, None, None, _NO_EVENT
        if time >= self.emptied:
            return None, None, None, EMPTIED
        survival = float(self.survival[step])
        if time > self.times[-1] and survival > 0:
            return None, None, None, f"beyond the last observation, at {self.times[-1]:g}"
        if not 0 < survival < 1:
            return survival, None, None, self.reasons()[step]
        return survival, float(self.lower[step]), float(self.upper[step]), ""

    def quantile(self, p: float) -> ReadOff:
        """Time by which a proportion p had the event, its limits, and the reason for what is not there."""
        if self.n == 0:
            return None, None, None, "no patient in this group"
        value, lower, upper = (
            _crossing(self.times, curve, 1 - p) for curve in (self.survival, self.lower, self.upper)
        )
        if value is not None and value >= self.emptied:
            return None, lower, None, EMPTIED
        named = {"curve": value, "lower limit": lower, "upper limit": upper}
        above = " and ".join(name for name, time in named.items() if time is None)
        reason = f"{above} not seen at {1 - p:g} or below by the last observation, at {self.times[-1]:g}"
        return value, lower, upper, reason if above else ""

    def counts_at(self, time: float) -> tuple[float, float, float]:
        """At risk at a time, and censored and with the event up to and including it."""
        ahead = int(np.searchsorted(self.times, time, "left"))
        passed = int(np.searchsorted(self.times, time, "right"))
        at_risk = float(self.at_risk[ahead]) if ahead < self.times.size else 0.0
        return at_risk, float(self.censored[:passed].sum()), float(self.events[:passed].sum())


def _crossing(times: Floats, curve: Floats, target: float) -> float | None:
    """First time at or below the target; the middle of the step where the curve runs exactly on it."""
    reached = np.flatnonzero(curve <= target + _EQUAL)
    if reached.size == 0:
        return None
    below = np.flatnonzero(curve < target - _EQUAL)
    on_target = abs(curve[reached[0]] - target) <= _EQUAL
    if on_target and below.size:
        return float(times[reached[0]] + times[below[0]]) / 2
    return float(times[reached[0]])


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """Kaplan-Meier curves of one or more groups.

    Attributes:
        curves: one per group, by name, in the order of the groups.
        ci: type of the interval: "log-log", "log" or "plain".
        level: confidence level.
        unit: UCUM code of the times.
        methods: the sentence for a methods section.
    """

    curves: dict[str, Curve]
    ci: str
    level: float
    unit: str
    methods: str

    def at(self, times: ArrayLike) -> dict[str, tuple[Reading, ...]]:
        """Survival with its interval at given times, by group.

        Raises:
            UserError: a time is negative or not a number.
        """
        ticks = ticks_of(times)
        return {
            name: tuple(self._reading(curve, t, curve.survival_at(t), "1") for t in ticks)
            for name, curve in self.curves.items()
        }

    def quantile(self, p: float) -> dict[str, Reading]:
        """The time by which a proportion p (0 < p < 1) had the event, by group.

        Limits are the times at which the limits of the curve cross 1 - p (Brookmeyer and Crowley 1982). Where
        a curve runs exactly on 1 - p the middle of that step is taken, as R `survival` does.

        Raises:
            UserError: p is not between 0 and 1.
        """
        if not 0 < p < 1:
            raise UserError("A quantile needs a proportion between 0 and 1, such as 0.5 for the median.")
        return {
            name: self._reading(curve, p, curve.quantile(p), self.unit) for name, curve in self.curves.items()
        }

    def median(self) -> dict[str, Reading]:
        """The median time with its limits, by group."""
        return self.quantile(0.5)

    def table(self) -> pd.DataFrame:
        """Every step of every curve."""
        return pd.concat([curve.table() for curve in self.curves.values()], ignore_index=True)

    def risk_table(self, times: ArrayLike) -> pd.DataFrame:
        """The extended risk table of KMunicate (Morris et al., BMJ Open 2019): one row per group and tick.

        `at_risk` counts those at risk at the tick itself, `censored` and `events` those up to and including
        it; an event at the very tick is therefore in both.

        Raises:
            UserError: a time is negative or not a number.
        """
        ticks = ticks_of(times)
        rows = [(name, t, *curve.counts_at(t)) for name, curve in self.curves.items() for t in ticks]
        return _whole_counts(pd.DataFrame(rows, columns=["group", "time", "at_risk", "censored", "events"]))

    def _reading(self, curve: Curve, at: float, read: ReadOff, unit: str) -> Reading:
        return Reading(curve.group, at, *read, self.level, unit, curve.n, self.methods)


def _whole_counts(table: pd.DataFrame) -> pd.DataFrame:
    # Without weights the counts are patients, and 12 reads better than 12.0.
    counts = table[["at_risk", "events", "censored"]]
    whole = bool((counts % 1 == 0).all(axis=None))
    return table.astype(dict.fromkeys(counts.columns, "int64")) if whole else table


def ticks_of(times: ArrayLike) -> list[float]:
    """Times at which a curve is read, as numbers from 0 on; a UserError says which are not."""
    ticks = numbers("times", np.atleast_1d(times))
    refuse("times", ticks < 0, "negative", "Times count from the origin of the curve")
    return [float(t) for t in ticks]
