"""Landmark analysis: patients still at risk on a day, by what was known on it, followed from there on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.design import values_of
from cartwise.statistics.observations import Observations, numbers, observations


@dataclass(frozen=True, slots=True, eq=False)
class Landmark:
    """The patients of a landmark analysis.

    Attributes:
        data: the patients at risk after the landmark; times still count from the origin of `data`.
        at: the landmark, or the landmarks.
        n: patients before the choice.
        had_event: per landmark, patients left out because the event had happened by then.
        censored: per landmark, patients left out because their follow-up had ended by then.
        methods: the sentence for a methods section.
    """

    data: pd.DataFrame
    at: tuple[float, ...]
    n: int
    had_event: tuple[int, ...]
    censored: tuple[int, ...]
    methods: str

    def table(self) -> pd.DataFrame:
        """Who is in and who is out, one row per landmark."""
        kept = [self.n - e - c for e, c in zip(self.had_event, self.censored, strict=True)]
        return pd.DataFrame(
            {"landmark": self.at, "kept": kept, "had_event": self.had_event, "censored": self.censored}
        )


def landmark(
    data: pd.DataFrame,
    at: float,
    *,
    time: str,
    event: str,
    known: Mapping[str, str] | None = None,
    unit: str = "",
) -> Landmark:
    """Patients event-free and in follow-up after a day (Anderson, Cain and Gelber, J Clin Oncol 1983;1:710).

    Curves and models of `.data` start at the landmark: pass `entry=at`, or subtract it from the times. The other
    columns are kept, so that weights, strata and clusters are given to those models, not here. Who came under
    observation only after the landmark was not seen on it: leave such patients out before the call.

    Args:
        data: one row per patient.
        at: the landmark, in the unit of `time`; 0 or more.
        time: column with the end of follow-up.
        event: column that is 1 where the event ended it.
        known: new 0/1 covariates, each with the column of the day on which it came true (missing: never); 1
            where that day is the landmark or earlier.
        unit: UCUM code of `time`, for the sentence: "d", "mo" or "a".

    Raises:
        UserError: a column is not there or unusable, or the landmark is negative.
    """
    rows, changes = _checked(data, [at], time, event, known or {})
    return Landmark(
        _as_of(data, rows, changes, at),
        (float(at),),
        len(data),
        *_left_out(rows, [at]),
        _sentence([at], unit),
    )


def dynamic_landmark(
    data: pd.DataFrame,
    at: float | Sequence[float],
    *,
    time: str,
    event: str,
    known: Mapping[str, str] | None = None,
    horizon: float | None = None,
    unit: str = "",
) -> Landmark:
    """Landmark data sets of several days, one under the other (van Houwelingen, Scand J Stat 2007;34:70).

    `.data` gets a column `landmark`; a Cox model of it takes `entry="landmark"`, `strata="landmark"` and the
    patient as cluster, because one patient stands in several data sets.

    Args:
        data: one row per patient.
        at: the landmarks, or the only one.
        time: column with the end of follow-up.
        event: column that is 1 where the event ended it.
        known: as in `landmark`.
        horizon: follow-up after each landmark that counts; what comes later is censored there.
        unit: as in `landmark`.

    Raises:
        UserError: a column is not there or unusable, a landmark is negative, or none is given.
    """
    days = [float(day) for day in numbers("at", np.atleast_1d(at))]
    if not days or len(set(days)) < len(days):
        raise UserError("Name one or more landmarks, each once.")
    if "landmark" in data.columns:
        raise UserError("The table has a column `landmark` already; give it another name.")
    if horizon is not None and not horizon > 0:
        raise UserError("`horizon` is a time above 0 after each landmark.")
    rows, changes = _checked(data, days, time, event, known or {})
    parts = [_as_of(data, rows, changes, day).assign(landmark=day) for day in days]
    if horizon is not None:
        parts = [_cut(part, time, event, day + horizon) for part, day in zip(parts, days, strict=True)]
    stacked = pd.concat(parts, ignore_index=True)
    return Landmark(stacked, tuple(days), len(data), *_left_out(rows, days), _sentence(days, unit))


def _checked(
    data: pd.DataFrame, at: Sequence[float], time: str, event: str, known: Mapping[str, str]
) -> tuple[Observations, dict[str, np.ndarray]]:
    if not all(np.isfinite(day) and day >= 0 for day in at):
        raise UserError("A landmark is a time from 0 on.")
    if taken := [name for name in known if name in data.columns]:
        raise UserError(f"A new covariate needs a name of its own; {taken[0]!r} is already taken.")
    rows = observations(values_of(data, time, time), values_of(data, event, event))
    changes = {}
    for name, column in known.items():
        days = pd.Series(values_of(data, name, column))
        numbers(column, days.dropna())
        changes[name] = days.to_numpy(dtype=np.float64, na_value=np.inf)
    return rows, changes


def _as_of(data: pd.DataFrame, rows: Observations, changes: dict[str, np.ndarray], at: float) -> pd.DataFrame:
    there = rows.time > at
    table = data[there].copy()
    for name, days in changes.items():
        table[name] = (days[there] <= at).astype(np.int64)
    return table


def _cut(data: pd.DataFrame, time: str, event: str, end: float) -> pd.DataFrame:
    late = data[time] > end
    return data.assign(**{time: data[time].clip(upper=end), event: data[event].mask(late, 0)})


def _left_out(rows: Observations, at: Sequence[float]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    over = [rows.time <= day for day in at]
    had_event = tuple(int((gone & rows.event).sum()) for gone in over)
    return had_event, tuple(int((gone & ~rows.event).sum()) for gone in over)


def _sentence(at: Sequence[float], unit: str) -> str:
    named = {"d": "day", "mo": "month", "a": "year"}
    days = ", ".join(f"{round(day, 2):g}" for day in at)
    plural = "s" if len(at) > 1 else ""
    return (
        f"Landmark analysis at {named.get(unit, 'time')}{plural} {days}: patients event-free and in follow-up after the landmark are "
        "compared by what was known on it (Anderson et al. 1983)."
    )
