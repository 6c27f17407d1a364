"""Check each table against its declaration; every bad cell becomes an issue and puts its row aside."""

from __future__ import annotations

import warnings

import pandas as pd
import pandera.errors

from cartwise.basis import Issue, Severity
from cartwise.study.reading import LINE
from cartwise.study.tables import TABLES, Column, columns_of


def check_table(frame: pd.DataFrame, table: str) -> tuple[pd.DataFrame, list[Issue]]:
    """A table without the rows that break its declaration, and one issue for each broken cell.

    Args:
        frame: typed table with its LINE column.
        table: name of the table.
    """
    try:
        with warnings.catch_warnings():  # pandera's talk with pandas is not the user's
            warnings.simplefilter("ignore", FutureWarning)
            TABLES[table].validate(frame.drop(columns=LINE), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return _without(frame, table, errors.failure_cases)
    return frame, []


def _without(frame: pd.DataFrame, table: str, failures: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    columns = {column.name: column for column in columns_of(TABLES[table])}
    broken = sorted(
        {(index, name) for index, name in zip(failures["index"], failures["column"], strict=True)}
    )
    issues = [_issue(frame, table, columns[name], index) for index, name in broken]
    return frame.drop(index=[index for index, _ in broken]), issues


def _issue(frame: pd.DataFrame, table: str, column: Column, index: int) -> Issue:
    row = frame.loc[[index]].iloc[0]
    blank = bool(pd.isna(row[column.name]))
    rule, message, mend = _blank(table, row, column) if blank else _not_allowed(column)
    return Issue(
        rule=rule,
        file=f"{table}.csv",
        row=int(row[LINE]),
        column=column.name,
        value_class="blank" if blank else column.kind,
        message=f"{message}; the row was set aside.",
        mend=mend,
        severity=Severity.QUARANTINED,
    )


def _blank(table: str, row: pd.Series, column: Column) -> tuple[str, str, str]:
    if table == "treatments" and column.name == "day" and row["kind"] == "HCT":
        return (
            "hct-without-date",
            "A transplant has no date, so nothing can be said before or after it",
            "Give its date or day.",
        )
    return (
        "required-blank",
        f"The cell is blank and the row says nothing without it ({column.description})",
        "Fill it in.",
    )


def _not_allowed(column: Column) -> tuple[str, str, str]:
    if column.allowed:
        return (
            "value-not-allowed",
            "The value is none of those that the column may take",
            f"Use one of: {', '.join(column.allowed)}.",
        )
    low = "" if column.lowest is None else f"{column.lowest:g}"
    high = "" if column.highest is None else f"{column.highest:g}"
    bounds = (
        f"from {low} to {high}" if low and high else f"of at least {low}" if low else f"of at most {high}"
    )
    return (
        "out-of-range",
        f"The number is not {bounds} {'' if column.unit == '1' else column.unit}".rstrip(),
        "Correct the number or its unit.",
    )
