"""Rules that no single cell can break: between columns, rows and tables of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from cartwise.basis import Issue, Severity, convertible, ucum
from cartwise.study.index_day import Tables
from cartwise.study.reading import LINE
from cartwise.study.tables import ASSESSMENTS, LABS, TABLES, DatedTable, columns_of


@dataclass(frozen=True, slots=True)
class Breach:
    """Rows of one table that break one rule."""

    table: str
    rows: pd.Index
    issue: Issue


Rule = Callable[[Tables], Iterator[Breach]]


def apply_rules(tables: Tables) -> tuple[Tables, list[Issue]]:
    """The tables without the rows that break a rule, and one issue for each.

    Args:
        tables: typed tables with LINE columns, in days.
    """
    issues: list[Issue] = []
    for rule in RULES:
        for breach in rule(tables):
            frame = tables[breach.table]
            rows = breach.rows.intersection(frame.index)  # a rule may meet one row twice
            issues += _issues(breach, frame.loc[rows, LINE].tolist())
            if breach.issue.severity is Severity.QUARANTINED:
                tables = tables | {breach.table: frame.drop(index=rows)}
    return tables, issues


def _issues(breach: Breach, lines: list[int]) -> list[Issue]:
    """One issue a row; a note, which asks for nothing row by row, once for all."""
    issue = replace(breach.issue, file=f"{breach.table}.csv")
    if issue.severity is Severity.NOTE and len(lines) > 1:
        return [
            replace(issue, row=lines[0], message=f"In {len(lines)} rows, from this one on: {issue.message}")
        ]
    return [replace(issue, row=int(line)) for line in lines]


def _aside(rule: str, message: str, mend: str, column: str = "") -> Issue:
    return Issue(
        rule, f"{message}; the row was set aside.", mend, column=column, severity=Severity.QUARANTINED
    )


def _where(table: str, mask: pd.Series, issue: Issue) -> Iterator[Breach]:
    rows = mask.index[mask.fillna(value=False).astype(bool)]
    if len(rows):
        yield Breach(table, rows, issue)


def _frames(tables: Tables, *names: str) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from ((name, tables[name]) for name in names or tables if name in tables)


def one_row_a_patient(tables: Tables) -> Iterator[Breach]:
    """Patients and deaths hold one row a patient."""
    for name, frame in _frames(tables, "patients", "deaths"):
        issue = _aside(
            "second-row-of-patient",
            "The patient already has a row in this table",
            "Keep the row that is true.",
            "patient_id",
        )
        yield from _where(name, frame["patient_id"].duplicated(), issue)


def known_patient(tables: Tables) -> Iterator[Breach]:
    """Every record belongs to a patient of the study."""
    known = set(tables["patients"]["patient_id"]) if "patients" in tables else set()
    issue = _aside(
        "unknown-patient",
        "No row of patients has this identifier",
        "Add the patient, or correct the identifier.",
        "patient_id",
    )
    for name, frame in _frames(tables):
        yield from _where(name, ~frame["patient_id"].isin(known), issue)


def available_after_sample(tables: Tables) -> Iterator[Breach]:
    """A result is not available before its sample."""
    issue = _aside(
        "available-before-sample",
        "The result would have been available before its sample was taken",
        "Correct one of the two days.",
        "available_day",
    )
    for name, frame in _frames(tables):
        if "available_day" in frame:
            yield from _where(name, frame["available_day"] < frame["day"], issue)


def ends_after_start(tables: Tables) -> Iterator[Breach]:
    """Nothing ends, is judged or reaches its height before it begins."""
    for name, frame in _frames(tables, "treatments", "infections", "gvhd"):
        for column in ("end_day", "response_day", "max_grade_day"):
            if column in frame:
                issue = _aside(
                    "ends-before-start",
                    f"{column} is earlier than day",
                    "Correct one of the two days.",
                    column,
                )
                yield from _where(name, frame[column] < frame["day"], issue)


def not_after_death(tables: Tables) -> Iterator[Breach]:
    """Nothing happens after death; a result of an earlier sample may still arrive."""
    if "deaths" not in tables:
        return
    death = tables["deaths"].set_index("patient_id")["day"]
    issue = _aside(
        "record-after-death",
        "The record is dated after the patient's death",
        "Correct this day or the day of death.",
        "day",
    )
    for name, frame in _frames(tables):
        if name != "deaths" and "day" in frame:
            yield from _where(name, frame["day"] > frame["patient_id"].map(death), issue)


def infusions_of_a_day(tables: Tables) -> Iterator[Breach]:
    """Two infusions on one day say which course each belongs to."""
    for name, frame in _frames(tables, "infusions"):
        again = frame.duplicated(["patient_id", "day"], keep=False) & frame["course"].isna()
        issue = _aside(
            "infusions-on-one-day",
            "Two infusions stand on one day and not both name their course",
            "Give each its course: split doses of one plan share one.",
            "course",
        )
        yield from _where(name, again, issue)


def relapse_after_infusion(tables: Tables) -> Iterator[Breach]:
    """A relapse before the index infusion says that it led to it."""
    infused = set(tables["infusions"]["patient_id"]) if "infusions" in tables else set()
    for name, frame in _frames(tables, "relapses"):
        early = (
            frame["patient_id"].isin(infused)
            & (frame["day"] < 0)
            & ~frame["before_index"].fillna(value=False)
        )
        issue = _aside(
            "relapse-before-infusion",
            "The relapse is dated before the index infusion and is not marked as one that led to it",
            "Set before_index to yes, or correct the day.",
            "day",
        )
        yield from _where(name, early, issue)


def convertible_units(tables: Tables) -> Iterator[Breach]:
    """Every number that carries its unit carries one that the registry knows and the test allows."""
    for name, frame in _frames(tables, "labs", "observations"):
        units = frame["unit"].fillna("")
        unread = [unit == "" or ucum(unit) is None for unit in units]
        unknown = frame["value"].notna() & pd.Series(unread, index=frame.index, dtype=bool)
        issue = _aside(
            "unknown-unit",
            "The unit is not in the registry, so the number cannot be read",
            "Use a UCUM code (`cartwise catalogue units`).",
            "unit",
        )
        yield from _where(name, unknown, issue)
        if name == "labs":
            wrong = ~unknown & pd.Series(
                [
                    test in LABS and not convertible(unit, LABS[test])
                    for test, unit in zip(frame["test"], units, strict=True)
                ],
                index=frame.index,
                dtype=bool,
            )
            issue = _aside(
                "unit-of-another-kind",
                "The unit does not measure what this test measures, so it cannot be converted",
                "Correct the unit or the test.",
                "unit",
            )
            yield from _where(name, wrong, issue)


def grade_with_scale(tables: Tables) -> Iterator[Breach]:
    """A grade stands on a scale; grades of two scales are never mixed."""
    for name, frame in _frames(tables, "toxicities"):
        issue = _aside(
            "grade-without-scale",
            "A grade without its scale means nothing",
            "Name the scale; write `not stated` where the source does not say.",
            "scale",
        )
        yield from _where(name, frame["grade"].notna() & frame["scale"].isna(), issue)


def says_something(tables: Tables) -> Iterator[Breach]:
    """A measurement has a value, or says that it was below its limit."""
    for name, values in _VALUES.items():
        if name not in tables:
            continue
        frame = tables[name]
        blank = frame[list(values)].isna().all(axis=1)
        if "below_limit" in frame:
            blank &= ~frame["below_limit"].fillna(value=False)
        issue = _aside(
            "no-result", "The row holds no result", f"Fill in one of {', '.join(values)}, or remove the row."
        )
        yield from _where(name, blank, issue)


_VALUES = {
    "transgene": ("copies_per_ug", "copies_per_cell"),
    "b_cells": ("count", "percent_of_lymphocytes", "percent_of_wbc", "hematogones"),
    "marrow": ("blasts", "cd19", "cd19_antigen_load", "cd19_negative_clone"),
    "labs": ("value",),
    "observations": ("value", "text"),
    "toxicities": ("grade",),
}


def below_limit_or_value(tables: Tables) -> Iterator[Breach]:
    """A value below its limit has no number, and a zero says whose limit it fell below."""
    for name, column in (("transgene", "copies_per_ug"), ("labs", "value")):
        if name not in tables:
            continue
        frame = tables[name]
        below = frame["below_limit"].fillna(value=False)
        issue = _aside(
            "below-limit-with-value",
            "The row says below the limit and gives a number above zero",
            "Clear the number, or clear below_limit.",
            column,
        )
        yield from _where(name, below & (frame[column] > 0), issue)
    for name, frame in _frames(tables, "transgene"):
        below = frame["below_limit"].fillna(value=False)
        issue = _aside(
            "zero-without-limit",
            "A quantitative PCR cannot measure zero, and the row does not say that it was below its limit",
            "Set below_limit to yes and leave the number blank.",
            "copies_per_ug",
        )
        yield from _where(name, ~below & (frame["copies_per_ug"] == 0), issue)


def mrd_states(tables: Tables) -> Iterator[Breach]:
    """Only a positive MRD result has a level."""
    for name, frame in _frames(tables, "mrd"):
        issue = _aside(
            "mrd-level-without-positive",
            "The row gives a level and a result other than positive",
            "Correct the result, or clear the level.",
            "level",
        )
        yield from _where(name, frame["level"].notna() & (frame["result"] != "positive"), issue)


def assessed_values(tables: Tables) -> Iterator[Breach]:
    """Each kind of assessment has its own values."""
    for name, frame in _frames(tables, "assessments"):
        for kind, allowed in ASSESSMENTS.items():
            if allowed:
                issue = _aside(
                    "value-not-allowed",
                    f"{kind} does not take this value",
                    f"Use one of: {', '.join(allowed)}.",
                    "value",
                )
                yield from _where(name, (frame["kind"] == kind) & ~frame["value"].isin(allowed), issue)


def two_units_of_transgene(tables: Tables) -> Iterator[Breach]:
    """Copies per microgram and per cell of one sample keep the ratio that the assay has elsewhere."""
    for name, frame in _frames(tables, "transgene"):
        ratio = frame["copies_per_ug"] / frame["copies_per_cell"].where(frame["copies_per_cell"] > 0)
        if ratio.isna().all():
            continue
        usual = ratio.median()
        off = (ratio > 10 * usual) | (ratio < usual / 10)
        issue = _aside(
            "transgene-units-disagree",
            "Copies per microgram and copies per cell disagree more than tenfold with the ratio of the other samples, and nothing says which is right",
            "Correct one of the two, or clear it.",
            "copies_per_cell",
        )
        yield from _where(name, off, issue)


def measured_once(tables: Tables) -> Iterator[Breach]:
    """One sample, one test, one result: a repeated row is set aside, a differing one is shown."""
    for name, keys in _KEYS.items():
        if name not in tables:
            continue
        frame = tables[name]
        content = [column for column in frame if column != LINE]
        repeated = frame.duplicated(content)
        issue = _aside("repeated-row", "The same row stands in the table before", "Remove one of the two.")
        yield from _where(name, repeated, issue)
        differing = (
            frame[~repeated]
            .duplicated(["patient_id", "day", *keys], keep=False)
            .reindex(frame.index, fill_value=False)
        )
        yield from _where(name, differing, _DIFFERING if name not in _ONE_STATE else _TWO_STATES)


_KEYS = {
    "transgene": ["specimen"],
    "b_cells": ["specimen"],
    "mrd": ["method", "specimen", "locus"],
    "marrow": [],
    "labs": ["test", "specimen"],
    "toxicities": ["kind", "scale", "detail"],
    "treatments": ["kind", "detail", "dose"],
    "observations": ["kind", "value", "text"],
    "relapses": [],
}
_ONE_STATE = {"toxicities", "relapses"}
_DIFFERING = Issue(
    "differing-results",
    "Another row gives a different result for the same patient, day and test; both are kept, and a measure that uses them says how.",
    "If they are replicates nothing needs doing; otherwise correct the day or the result.",
)
_TWO_STATES = _aside(
    "contradicting-rows",
    "Another row says something else of the same patient and day, and nothing says which is right",
    "Keep the row that is true; look whether one belongs to another patient.",
)


def last_contact(tables: Tables) -> Iterator[Breach]:
    """Follow-up does not end before the last record."""
    if "follow_up" not in tables:
        return
    last = _last_record(tables)
    frame = tables["follow_up"]
    final = frame["day"] == frame.groupby("patient_id")["day"].transform("max")
    issue = Issue(
        "last-contact-before-last-record",
        "The last contact is earlier than the patient's last record; the later of the two ends the follow-up.",
        "Add the later contact, or correct the day of the record.",
        column="day",
    )
    yield from _where("follow_up", final & (frame["day"] < frame["patient_id"].map(last)), issue)


def _last_record(tables: Tables) -> pd.Series:
    days = [
        frame.groupby("patient_id")["day"].max()
        for name, frame in tables.items()
        if issubclass(TABLES[name], DatedTable) and name not in {"follow_up", "deaths"}
    ]
    return pd.concat(days).groupby(level=0).max() if days else pd.Series(dtype="Float64")


def dated_late_cells(tables: Tables) -> Iterator[Breach]:
    """A cell that became known later than its row says when."""
    for name, frame in _frames(tables):
        for column in columns_of(TABLES[name]):
            known = [day for day in column.known_from if day != column.name]
            if known:
                undated = frame[column.name].notna() & frame[known].isna().all(axis=1)
                issue = Issue(
                    "undated-late-cell",
                    "Nothing says when this cell became known, so only the whole record shows it and no earlier day does.",
                    f"Fill in {' or '.join(known)}.",
                    column=column.name,
                    severity=Severity.NOTE,
                )
                yield from _where(name, undated, issue)


RULES: tuple[Rule, ...] = (
    one_row_a_patient,
    known_patient,
    infusions_of_a_day,
    not_after_death,
    available_after_sample,
    ends_after_start,
    relapse_after_infusion,
    convertible_units,
    grade_with_scale,
    says_something,
    below_limit_or_value,
    mrd_states,
    assessed_values,
    two_units_of_transgene,
    measured_once,
    last_contact,
    dated_late_cells,
)
"""Every rule, in the order in which they are applied: a row set aside by one is not seen by the next."""
