"""The cumulative incidence result: step curves by group and cause, what is read off them, and their tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.statistics.counting import Floats
from cartwise.statistics.curve import EMPTIED, Reading, ReadOff, ticks_of

_NO_EVENT = "no event of this cause yet: the variance is zero there and gives no interval"
_ALL = "everybody had the event: the variance is zero there and gives no interval"


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceCurve:
    """The step curve of one cause in one group on its m distinct times; 0 before the first.

    Attributes:
        group: name of the group.
        cause: name of the cause.
        n: rows in the group.
        times: (m,) times at which anybody ended or entered, ascending.
        at_risk: (m,) sum of weights at risk just before each.
        events: (m,) sum of weights with an event of this cause at each.
        censored: (m,) sum of weights censored at each.
        event_free: (m,) probability of no event of any cause, from each time on.
        incidence: (m,) from each time on, until the next.
        std_error: (m,) of `incidence`.
        lower: (m,) confidence limit; NaN where there is none.
        upper: (m,) confidence limit; NaN where there is none.
    """

    group: str
    cause: str
    n: int
    times: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    event_free: Floats
    incidence: Floats
    std_error: Floats
    lower: Floats
    upper: Floats

    def read(self, time: float) -> ReadOff:
        """Incidence, its limits, and the reason for what is not there."""
        if self.n == 0:
            return None, None, None, "no patient in this group"
        step = int(np.searchsorted(self.times, time, "right")) - 1
        if step < 0:
            return 0.0, None, None, _NO_EVENT
        if time >= self.emptied:
            return None, None, None, EMPTIED
        if time > self.times[-1] and self.event_free[-1] > 0:
            return None, None, None, f"beyond the last observation, at {self.times[-1]:g}"
        value = float(self.incidence[step])
        if np.isnan(self.lower[step]):
            return value, None, None, self._why(step)
        return value, float(self.lower[step]), float(self.upper[step]), ""

    @property
    def emptied(self) -> float:
        """When late entry let the risk set run empty with patients still to come; infinity where it did not."""
        zero = np.flatnonzero(self.event_free <= 0)
        return float(self.times[zero[0]]) if zero.size and zero[0] < self.times.size - 1 else np.inf

    def table(self) -> pd.DataFrame:
        """One row per time, with a `reason` where there are no limits."""
        names = ("at_risk", "events", "censored", "incidence", "std_error", "lower", "upper")
        columns = {name: getattr(self, name) for name in names}
        reason = [self._why(step) if np.isnan(low) else "" for step, low in enumerate(self.lower)]
        return pd.DataFrame({"group": self.group, "cause": self.cause, "time": self.times, **columns}).assign(
            reason=np.array(reason, dtype=object)
        )

    def _why(self, step: int) -> str:
        return _NO_EVENT if self.incidence[step] <= 0 else _ALL


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence curves of every group and cause.

    Attributes:
        curves: one per group and cause, by their names, in order.
        groups: names of the groups.
        causes: names of the causes.
        variance: "greenwood" or "aalen"; "robust" with weights that are not whole.
        ci: type of the interval; "log-log" is log(-log(1 - F)), so that one cause alone has the limits of Kaplan-Meier.
        level: confidence level.
        unit: UCUM code of the times.
        methods: the sentence for a methods section.
    """

    curves: dict[tuple[str, str], IncidenceCurve]
    groups: tuple[str, ...]
    causes: tuple[str, ...]
    variance: str
    ci: str
    level: float
    unit: str
    methods: str

    def at(self, times: ArrayLike) -> dict[tuple[str, str], tuple[Reading, ...]]:
        """Cumulative incidence with its interval at given times, by group and cause.

        Raises:
            UserError: a time is negative or not a number.
        """
        ticks = ticks_of(times)
        return {key: tuple(self._reading(curve, t) for t in ticks) for key, curve in self.curves.items()}

    def table(self) -> pd.DataFrame:
        """Every step of every curve."""
        tables = [curve.table() for curve in self.curves.values()]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["group", "cause"])

    def _reading(self, curve: IncidenceCurve, at: float) -> Reading:
        return Reading(curve.group, at, *curve.read(at), self.level, "1", curve.n, self.methods)
