"""Covariates that change during follow-up as (start, stop] rows, so that nothing counts before it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.counting import Bools, Floats, Ints
from cartwise.statistics.design import values_of
from cartwise.statistics.observations import numbers, observations, refuse

_MADE = ("start", "stop", "event")


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Follow-up cut where a covariate changes.

    Attributes:
        data: one row per interval: the patient's columns, `start`, `stop`, `event`, and the covariates as they
            stood from `start` on.
        n: patients.
        ignored: by covariate, how many of its changes came at or after the end of follow-up and count nowhere.
        methods: the sentence for a methods section.
    """

    data: pd.DataFrame
    n: int
    ignored: dict[str, int]
    methods: str

    def table(self) -> pd.DataFrame:
        """The intervals."""
        return self.data


def time_varying(
    data: pd.DataFrame,
    *,
    patient: str,
    time: str,
    event: str,
    starts: Mapping[str, str] | None = None,
    values: Mapping[str, pd.DataFrame] | None = None,
) -> Intervals:
    """Cut each patient's follow-up at the days on which covariates change (R's `tmerge` does the same).

    A change on a day counts after that day: an event on the very day finds the old value. What had changed by day
    0 holds from the start.

    Args:
        data: one row per patient.
        patient: column that names the patient.
        time: column with the end of follow-up, above 0.
        event: column that is 1 where the event ended it.
        starts: new 0/1 covariates, each with the column of the day from which it is 1; missing: it never is.
        values: new covariates, each with a table of columns `patient`'s name, "day" and "value"; the last value
            holds until the next, and before the first it is missing (NaN).

    Raises:
        UserError: a column is not there or unusable, a patient stands twice, or a value has an unknown patient.
    """
    started, measured = dict(starts or {}), dict(values or {})
    _check_names(data, [*started, *measured])
    follow_up = observations(values_of(data, time, time), values_of(data, event, event))
    refuse(
        time, follow_up.time <= 0, "not above 0", "A patient without follow-up has no interval; set it aside"
    )
    names = pd.Index(pd.Series(values_of(data, "patient", patient)))
    refuse(patient, names.isna() | names.duplicated(), "missing or repeated", "Give one row per patient")
    changes = {name: _switches(data, name, column) for name, column in started.items()}
    changes |= {name: _measurements(names, patient, name, table) for name, table in measured.items()}
    days = {name: (who, np.maximum(day, 0.0), value) for name, (who, day, value) in changes.items()}
    inside = {name: day < follow_up.time[who] for name, (who, day, _) in days.items()}
    rows, begin, end = _cut(follow_up.time, [(w[inside[k]], d[inside[k]]) for k, (w, d, _) in days.items()])
    table = data.drop(columns=[c for c in (time, event) if c != patient]).iloc[rows].reset_index(drop=True)
    last = end == follow_up.time[rows]
    table = table.assign(start=begin, stop=end, event=(last & follow_up.event[rows]).astype(np.int64))
    for name, change in days.items():
        known = _as_of(change, rows, begin)
        table[name] = np.nan_to_num(known).astype(np.int64) if name in started else known
    ignored = {name: int((~mask).sum()) for name, mask in inside.items()}
    return Intervals(table, len(data), ignored, _sentence([*started, *measured]))


def _check_names(data: pd.DataFrame, new: list[str]) -> None:
    taken = [name for name in new if name in data.columns or name in _MADE]
    if taken:
        raise UserError(f"A new covariate needs a name of its own; {taken[0]!r} is already taken.")
    if not new:
        raise UserError("Name at least one covariate that changes, in `starts` or `values`.")


def _switches(data: pd.DataFrame, name: str, column: str) -> tuple[Ints, Floats, Floats]:
    days = pd.Series(values_of(data, name, column))
    there = days.notna().to_numpy()
    return np.flatnonzero(there), numbers(column, days[there]), np.ones(int(there.sum()))


def _measurements(
    names: pd.Index, patient: str, name: str, table: pd.DataFrame
) -> tuple[Ints, Floats, Floats]:
    if lacking := [column for column in (patient, "day", "value") if column not in table.columns]:
        raise UserError(f"The table of {name!r} has no column {lacking[0]!r}.")
    who = names.get_indexer(pd.Index(table[patient]))
    refuse(name, who < 0, "of a patient who is not in the data", "Set these rows aside, and count them")
    refuse(name, table.duplicated([patient, "day"]).to_numpy(), "a second one on a day", "Keep one a day")
    return who.astype(np.intp), numbers(f"{name} day", table["day"]), numbers(name, table["value"])


def _cut(end: Floats, changes: list[tuple[Ints, Floats]]) -> tuple[Ints, Floats, Floats]:
    """Patient, start and stop of each interval."""
    n = end.size
    who = np.concatenate([np.arange(n), *(w for w, _ in changes)])
    day = np.concatenate([np.zeros(n), *(d for _, d in changes)])
    order = np.lexsort((day, who))
    who, day = who[order], day[order]
    fresh = np.r_[True, (np.diff(who) != 0) | (np.diff(day) != 0)][: who.size]
    who, day = who[fresh], day[fresh]
    following = np.r_[day[1:], 0.0][: who.size]
    final: Bools = np.r_[np.diff(who) != 0, True][: who.size]
    return who, day, np.where(final, end[who], following)


def _as_of(change: tuple[Ints, Floats, Floats], rows: Ints, begin: Floats) -> Floats:
    """The last value by the start of each interval; NaN before the first."""
    who, day, value = change
    order = np.lexsort((day, who))
    who, day, value = who[order], day[order], value[order]
    # One sorted key over patients and days: the rank of the day within all days seen.
    ticks = np.unique(np.r_[day, begin])
    key = who * ticks.size + np.searchsorted(ticks, day)
    found = np.searchsorted(key, rows * ticks.size + np.searchsorted(ticks, begin), "right") - 1
    own = (found >= 0) & (who[np.maximum(found, 0)] == rows) if who.size else np.zeros(rows.size, dtype=bool)
    return np.where(own, value[np.maximum(found, 0)], np.nan) if who.size else np.full(rows.size, np.nan)


def _sentence(names: list[str]) -> str:
    listed = ", ".join(names)
    return (
        f"Changes during follow-up ({listed}) entered as time-varying covariates: follow-up was cut into intervals "
        "(start, stop], and a change counts from the day after it happened."
    )
