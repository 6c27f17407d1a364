"""The door behind which dates become days: each date is counted from the patient's index day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from cartwise.basis import Issue, Severity
from cartwise.study.parsing import number_of, value_class
from cartwise.study.reading import LINE, RawTables
from cartwise.study.tables import TABLES, Column, columns_of

_SECONDS_PER_DAY = 86_400.0


def days_from_dates(raw: RawTables) -> tuple[RawTables, dict[str, dt.date], list[Issue]]:
    """Replace every date column by its day column.

    The index date of a patient is `patients.index_date` where given, else the date of the first infusion, else
    the referral date. A cell may hold a date (2024-03-05) or a date with time (2024-03-05T14:30).

    Args:
        raw: text tables.

    Returns:
        The tables with day columns only, the index date of each patient that has one (to find the data cut;
        it stays behind this door), and issues. Rows with a bad date are set aside.
    """
    index, issues = _index_dates(raw)
    unread = {issue.row for issue in issues}
    days: RawTables = {}
    for table, frame in raw.items():
        readable = frame[~frame[LINE].isin(unread)] if table == "patients" else frame
        days[table], found = _table_in_days(readable, table, index)
        issues += found
    return days, {patient: moment.date() for patient, moment in index.items()}, issues


def _index_dates(raw: RawTables) -> tuple[dict[str, dt.datetime], list[Issue]]:
    index: dict[str, dt.datetime] = {}
    for table, name in (("patients", "index_date"), ("infusions", "date"), ("patients", "referral_date")):
        frame = raw.get(table)
        if frame is None or name not in frame or "patient_id" not in frame:
            continue
        read = [
            (pid, moment)
            for pid, cell in zip(frame["patient_id"], frame[name], strict=True)
            if (moment := date_of(cell))
        ]
        for patient, moment in sorted(read, key=lambda pair: pair[1]):
            index.setdefault(patient, dt.datetime.combine(moment.date(), dt.time()))
    wrong = [
        _bad_date("patients.csv", line, "index_date", cell)
        for line, cell in _cells(raw.get("patients"), "index_date")
        if cell and date_of(cell) is None
    ]
    return index, wrong


def _cells(frame: pd.DataFrame | None, name: str) -> list[tuple[int, str]]:
    return list(zip(frame[LINE], frame[name], strict=True)) if frame is not None and name in frame else []


def _table_in_days(
    frame: pd.DataFrame, table: str, index: dict[str, dt.datetime]
) -> tuple[pd.DataFrame, list[Issue]]:
    frame = frame.drop(columns="index_date", errors="ignore")
    issues: list[Issue] = []
    aside: set[int] = set()
    for column in columns_of(TABLES[table]):
        if not column.is_day or column.date_name not in frame:
            continue
        frame, found, bad = _column_in_days(frame, f"{table}.csv", column, index)
        issues += found
        aside |= bad
    return frame[~frame[LINE].isin(aside)], issues


def _column_in_days(
    frame: pd.DataFrame, file: str, column: Column, index: dict[str, dt.datetime]
) -> tuple[pd.DataFrame, list[Issue], set[int]]:
    given = frame[column.name] if column.name in frame else pd.Series("", index=frame.index, dtype="object")
    patients = frame["patient_id"] if "patient_id" in frame else pd.Series("", index=frame.index)
    days, issues = [], []
    for line, patient, date, day in zip(frame[LINE], patients, frame[column.date_name], given, strict=True):
        value, issue = _day_of(date, day, index.get(patient), column, (file, line))
        days.append(value)
        issues += [issue] if issue else []
    bad = {issue.row for issue in issues if issue.row is not None}
    return frame.drop(columns=column.date_name).assign(**{column.name: days}), issues, bad


def _day_of(
    date: str, day: str, index: dt.datetime | None, column: Column, place: tuple[str, int]
) -> tuple[str, Issue | None]:
    if date == "":
        return day, None
    moment = date_of(date)
    if moment is None:
        return "", _bad_date(*place, column.date_name, date)
    if index is None:
        return "", _no_index(*place, column)
    counted = (moment - index).total_seconds() / _SECONDS_PER_DAY
    if day != "" and number_of(day) != counted:
        return "", _both(*place, column)
    return f"{counted:.10g}", None


def date_of(text: str) -> dt.datetime | None:
    """An ISO date, with or without a time, or None; orders such as 03/05/24 are ambiguous and not read."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=None) if "-" in text else None


def _bad_date(file: str, line: int, name: str, cell: str) -> Issue:
    return Issue(
        rule="unreadable-date",
        file=file,
        row=line,
        column=name,
        value_class=value_class(cell),
        message="The date is not written year-month-day, so its order could only be guessed; the row was set aside.",
        mend="Write it as 2024-03-05, or with a time as 2024-03-05T14:30.",
        severity=Severity.QUARANTINED,
    )


def _no_index(file: str, line: int, column: Column) -> Issue:
    return Issue(
        rule="date-without-index",
        file=file,
        row=line,
        column=column.date_name,
        value_class="date",
        message="The patient has no index date to count days from; the row was set aside.",
        mend="Give the date of infusion or referral, or patients.index_date, or give days instead of dates.",
        severity=Severity.QUARANTINED,
    )


def _both(file: str, line: int, column: Column) -> Issue:
    return Issue(
        rule="date-and-day-disagree",
        file=file,
        row=line,
        column=column.date_name,
        value_class="date",
        message=f"The row gives both {column.date_name} and {column.name} and they disagree; the row was set aside.",
        mend="Keep the one that is true.",
        severity=Severity.QUARANTINED,
    )
