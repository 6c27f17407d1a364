"""Rules within a row: what its cells say must hold together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cartwise.basis import Issue, Severity, convertible, ucum
from cartwise.study.breach import Breach, breaches, present, set_aside
from cartwise.study.index_day import Tables
from cartwise.study.tables import ASSESSMENTS, LABS, OBSERVED, TABLES, columns_of


def available_after_sample(tables: Tables) -> Iterator[Breach]:
    """A result is not available before its sample."""
    issue = set_aside(
        "available-before-sample",
        "The result would have been available before its sample was taken",
        "Correct one of the two days.",
        "available_day",
    )
    for name, frame in present(tables):
        if "available_day" in frame:
            yield from breaches(name, frame["available_day"] < frame["day"], issue)


def whose_sample(tables: Tables) -> Iterator[Breach]:
    """A file of cytometry that is no control is a patient's sample of some day."""
    for name, frame in present(tables, "cytometry_files"):
        nobodys = frame["patient_id"].isna() | frame["day"].isna()
        issue = set_aside(
            "sample-of-nobody",
            "The file is no control, and the row does not say whose sample it is, or of which day",
            "Give patient_id and day; for a control write control as the specimen.",
            "patient_id",
        )
        yield from breaches(name, nobodys & (frame["specimen"] != "control"), issue)


def ends_after_start(tables: Tables) -> Iterator[Breach]:
    """Nothing ends, is judged or reaches its height before it begins."""
    for name, frame in present(tables, "treatments", "infections", "gvhd"):
        for column in ("end_day", "response_day", "max_grade_day"):
            if column in frame:
                issue = set_aside(
                    "ends-before-start",
                    f"{column} is earlier than day",
                    "Correct one of the two days.",
                    column,
                )
                yield from breaches(name, frame[column] < frame["day"], issue)


def convertible_units(tables: Tables) -> Iterator[Breach]:
    """Every number that carries its unit carries one that the registry knows and the test allows."""
    for name, frame in present(tables, "labs", "observations"):
        units = frame["unit"].fillna("")
        unread = [unit == "" or ucum(unit) is None for unit in units]
        unknown = frame["value"].notna() & pd.Series(unread, index=frame.index, dtype=bool)
        issue = set_aside(
            "unknown-unit",
            "The unit is not in the registry, so the number cannot be read",
            "Use a UCUM code (`cartwise catalogue units`).",
            "unit",
        )
        yield from breaches(name, unknown, issue)
        if name == "labs":
            wrong = ~unknown & pd.Series(
                [
                    test in LABS and not convertible(unit, LABS[test])
                    for test, unit in zip(frame["test"], units, strict=True)
                ],
                index=frame.index,
                dtype=bool,
            )
            issue = set_aside(
                "unit-of-another-kind",
                "The unit does not measure what this test measures, so it cannot be converted",
                "Correct the unit or the test.",
                "unit",
            )
            yield from breaches(name, wrong, issue)


def grade_with_scale(tables: Tables) -> Iterator[Breach]:
    """A grade stands on a scale; grades of two scales are never mixed."""
    for name, frame in present(tables, "toxicities"):
        issue = set_aside(
            "grade-without-scale",
            "A grade without its scale means nothing",
            "Name the scale; write `not stated` where the source does not say.",
            "scale",
        )
        yield from breaches(name, frame["grade"].notna() & frame["scale"].isna(), issue)


def says_something(tables: Tables) -> Iterator[Breach]:
    """A measurement has a value, or says that it was below its limit."""
    for name, values in _VALUES.items():
        if name not in tables:
            continue
        frame = tables[name]
        blank = frame[list(values)].isna().all(axis=1)
        if "below_limit" in frame:
            blank &= ~frame["below_limit"].fillna(value=False)
        issue = set_aside(
            "no-result", "The row holds no result", f"Fill in one of {', '.join(values)}, or remove the row."
        )
        yield from breaches(name, blank, issue)


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
        issue = set_aside(
            "below-limit-with-value",
            "The row says below the limit and gives a number above zero",
            "Clear the number, or clear below_limit.",
            column,
        )
        yield from breaches(name, below & (frame[column] > 0), issue)
    for name, frame in present(tables, "transgene"):
        below = frame["below_limit"].fillna(value=False)
        issue = set_aside(
            "zero-without-limit",
            "A quantitative PCR cannot measure zero, and the row does not say that it was below its limit",
            "Set below_limit to yes and leave the number blank.",
            "copies_per_ug",
        )
        yield from breaches(name, ~below & (frame["copies_per_ug"] == 0), issue)


def mrd_states(tables: Tables) -> Iterator[Breach]:
    """Only a positive MRD result has a level."""
    for name, frame in present(tables, "mrd"):
        issue = set_aside(
            "mrd-level-without-positive",
            "The row gives a level and a result other than positive",
            "Correct the result, or clear the level.",
            "level",
        )
        yield from breaches(name, frame["level"].notna() & (frame["result"] != "positive"), issue)


def words_of_a_kind(tables: Tables) -> Iterator[Breach]:
    """Each kind of assessment, and each observation in words, has its own values."""
    for name, column, words in (("assessments", "value", ASSESSMENTS), ("observations", "text", OBSERVED)):
        if name not in tables:
            continue
        frame = tables[name]
        for kind, allowed in words.items():
            if allowed:
                message, mend = f"{kind} does not take this value", f"Use one of: {', '.join(allowed)}."
                issue = set_aside("value-not-allowed", message, mend, column)
                other = frame[column].notna() & ~frame[column].isin(allowed)
                yield from breaches(name, (frame["kind"] == kind) & other, issue)


def dated_late_cells(tables: Tables) -> Iterator[Breach]:
    """A cell that became known later than its row says when."""
    for name, frame in present(tables):
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
                yield from breaches(name, undated, issue)
