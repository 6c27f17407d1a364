"""The one door of a study: read, turn dates into days, validate, and build the patients."""

from __future__ import annotations

import datetime as dt
import math
from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from cartwise.basis import Issue, Severity, UserError
from cartwise.study.dates import days_from_dates
from cartwise.study.definitions import About, read_about
from cartwise.study.index_day import Tables, rebase
from cartwise.study.parsing import typed
from cartwise.study.patient import Patient
from cartwise.study.reading import LINE, RawTables, read_tables
from cartwise.study.record import History, Row
from cartwise.study.rules import apply_rules
from cartwise.study.tables import TABLES, Column, columns_of
from cartwise.study.validation import check_table


@dataclass(frozen=True, slots=True)
class Study:
    """A validated study.

    Attributes:
        about: name, cut, definitions, turnaround.
        patients: every patient by pseudonym, in the order of the patients table.
        tables: the validated tables, one row a record, in days.
        issues: everything that validation met.
        folder: where it was read from; None for a study made in memory.
        known_on: the calendar day of an earlier data cut that was asked for; None where none was.
    """

    about: About
    patients: Mapping[str, Patient]
    tables: Mapping[str, pd.DataFrame]
    issues: tuple[Issue, ...]
    folder: Path | None = None
    known_on: dt.date | None = None

    @property
    def quarantined(self) -> int:
        """How many rows were set aside."""
        rows = {(issue.file, issue.row) for issue in self.issues if issue.severity is Severity.QUARANTINED}
        return len(rows)

    def as_of(self, day: float) -> Study:
        """The study with every patient as known at the end of that patient's `day`."""
        patients = {name: patient.as_of(day) for name, patient in self.patients.items()}
        return replace(self, patients=patients)


def load(path: str | Path, *, known_on: dt.date | None = None) -> Study:
    """Load a study from its folder.

    Args:
        path: the study folder (study.toml and one CSV or Parquet file a table).
        known_on: an earlier data cut: every patient is seen as known at the end of this calendar day.

    Returns:
        The study, with every problem of its records in `issues`; bad rows are set aside and counted there.

    Raises:
        UserError: where there is no such study, its head cannot be read, or an earlier cut cannot be made.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}. Name the folder that holds study.toml.")
    about = read_about(folder)
    raw, issues = read_tables(folder)
    if known_on is None:
        return build(about, raw, issues=issues, folder=folder)
    if about.data_cut is not None and known_on > about.data_cut:
        raise UserError(
            f"The records were cut on {about.data_cut}, before {known_on}: what was known then is not in them."
        )
    return _cut(build(replace(about, data_cut=known_on), raw, issues=issues, folder=folder))


def _cut(study: Study) -> Study:
    """Every patient as known on the calendar day of the data cut."""
    undated = sum(math.isinf(patient.cut_day) for patient in study.patients.values())
    if undated or study.about.cut_day is not None:
        raise UserError(
            f"{undated} of {len(study.patients)} patients have no calendar date of their index day, so nobody can tell what "
            "of them was known on a calendar day. Give dates: a date in infusions, or a column index_date in patients."
        )
    patients = {name: patient.as_of(patient.cut_day) for name, patient in study.patients.items()}
    return replace(study, patients=patients, known_on=study.about.data_cut)


def build(
    about: About, raw: RawTables, *, issues: list[Issue] | None = None, folder: Path | None = None
) -> Study:
    """Validate text tables and build the study; `load` without the files.

    Args:
        about: the study's head.
        raw: text tables with LINE columns (see `study.reading`).
        issues: what was met before.
        folder: where the tables come from.
    """
    met = list(issues or [])
    if "patients" not in raw:
        met.append(_no_patients())
        raw = {}
    in_days, index_dates, found = days_from_dates(raw)
    met += found
    tables, found = _validated(in_days)
    met += found
    tables, anchors, moved, found = rebase(tables, _infused(in_days))
    met += found
    tables, found = apply_rules(tables)
    met += found
    index_days = {
        name: date + dt.timedelta(days=math.floor(moved.get(name, 0))) for name, date in index_dates.items()
    }
    patients = _patients(about, tables, anchors, index_days, _set_aside(raw, in_days, moved, met))
    return Study(about, patients, tables, tuple(met), folder)


def _infused(raw: RawTables) -> dict[str, float]:
    """By patient the earliest day that can be read of an infusion in the file, whether its row stands or not; else NaN."""
    found: dict[str, float] = {}
    frame = raw.get("infusions")
    if frame is not None and {"patient_id", "day"} <= set(frame.columns):
        for name, cell in zip(frame["patient_id"], frame["day"], strict=True):
            day = _day_read(cell)
            known = found.setdefault(str(name), math.nan)
            if math.isfinite(day):
                found[str(name)] = day if math.isnan(known) else min(day, known)
    return found


def _set_aside(
    raw: RawTables, in_days: RawTables, moved: Mapping[str, float], issues: list[Issue]
) -> dict[str, dict[str, float]]:
    """By patient the tables of which a row was set aside, with the first day of such rows.

    A row whose day cannot be read may be of any day. A repeated row says nothing new and does not count.
    """
    found: dict[str, dict[str, float]] = {}
    for issue in issues:
        table = issue.file.rpartition(".")[0]
        if issue.severity is Severity.QUARANTINED and table in raw and issue.rule != "repeated-row":
            days = _cells(in_days.get(table), issue.row, "day") if issue.column != "day" else []
            for name in _cells(raw[table], issue.row, "patient_id"):
                first = found.setdefault(str(name), {})
                day = min(map(_day_read, days), default=-math.inf) - moved.get(str(name), 0.0)
                first[table] = min(day, first.get(table, math.inf))
    return found


def _cells(frame: pd.DataFrame | None, line: int | None, column: str) -> list[object]:
    """The cells of a column on a line of the file; none where it was set aside before."""
    if frame is None or column not in frame:
        return []
    return list(frame.loc[frame[LINE] == line, column])


def _day_read(cell: object) -> float:
    try:
        day = float(str(cell))
    except ValueError:
        return -math.inf
    return day if math.isfinite(day) else -math.inf


def _no_patients() -> Issue:
    return Issue(
        "no-patients",
        "The study has no patients table, so no record belongs to anybody and none was read.",
        "Write patients.csv with a row a patient (`cartwise template` makes an empty one).",
        file="patients.csv",
        severity=Severity.FATAL,
    )


def _validated(raw: RawTables) -> tuple[Tables, list[Issue]]:
    tables: Tables = {}
    issues: list[Issue] = []
    for name, frame in raw.items():
        readable, unread = typed(frame, name)
        tables[name], wrong = check_table(readable, name)
        issues += unread + wrong
    return tables, issues


def _patients(
    about: About,
    tables: Tables,
    anchors: Mapping[str, str],
    index_dates: Mapping[str, dt.date],
    set_aside: Mapping[str, Mapping[str, float]],
) -> dict[str, Patient]:
    histories: dict[str, dict[str, History]] = {}
    for table, frame in tables.items():
        whose = frame.dropna(subset=["patient_id"])
        for patient, versions in _versions(table, whose, about).items():
            histories.setdefault(patient, {})[table] = History(versions)
    names = [str(name) for name in tables["patients"]["patient_id"]] if "patients" in tables else []
    return {
        name: Patient(
            name,
            histories[name],
            definitions=about.definitions,
            anchor=anchors.get(name, "record"),
            cut_day=_cut_day(about, index_dates.get(name)),
            region=about.region,
            label_edition=about.label_edition,
            set_aside=set_aside.get(name),
        )
        for name in names
    }


def _cut_day(about: About, index: dt.date | None) -> float:
    if about.data_cut is not None and index is not None:
        return float((about.data_cut - index).days)
    return math.inf if about.cut_day is None else float(about.cut_day)


def _versions(table: str, frame: pd.DataFrame, about: About) -> dict[str, list[list[tuple[float, Row]]]]:
    columns = [column for column in columns_of(TABLES[table]) if column.name != "patient_id"]
    cells = [[None if pd.isna(cell) else cell for cell in frame[column.name].tolist()] for column in columns]
    versions: dict[str, list[list[tuple[float, Row]]]] = {}
    for patient, row in zip(frame["patient_id"].tolist(), zip(*cells, strict=True), strict=True):
        versions.setdefault(patient, []).append(_versions_of_row(table, row, columns, about))
    return versions


@cache
def row_type(table: str) -> type[Any]:
    """The named tuple of a table's rows: its declared columns without the patient's pseudonym."""
    columns = [column.name for column in columns_of(TABLES[table]) if column.name != "patient_id"]
    return namedtuple(table, columns)  # noqa: PYI024 - its fields are made from the declaration


def _versions_of_row(
    table: str, cells: tuple[Any, ...], columns: list[Column], about: About
) -> list[tuple[float, Row]]:
    row = row_type(table)(*cells)
    entered = _entered(table, row, about)
    late = {
        column.name: _known(row, column, entered)
        for column in columns
        if column.known_from and getattr(row, column.name) is not None
    }
    days = sorted({entered, *(day for day in late.values() if day > entered)})
    return [
        (day, row._replace(**{name: None for name, known in late.items() if known > day})) for day in days
    ]


def _entered(table: str, row: Row, about: About) -> float:
    """The day on which a row became known: its available day, or its day and the turnaround of its kind."""
    day, available = getattr(row, "day", None), getattr(row, "available_day", None)
    if available is not None:
        return float(available)
    if day is None:
        return -math.inf
    kind = next((getattr(row, name) for name in ("method", "test", "kind") if hasattr(row, name)), None)
    return float(day) + about.turnaround_of(table, kind)


def _known(row: Row, column: Column, entered: float) -> float:
    for name in column.known_from:
        day = getattr(row, name)
        if day is not None:
            return max(float(day), entered)
    return math.inf
