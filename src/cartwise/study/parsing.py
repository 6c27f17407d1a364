"""Turn text cells into declared kinds; what cannot be read becomes an issue and never a guess."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pandas as pd

from cartwise.basis import Issue, Severity
from cartwise.study.reading import LINE
from cartwise.study.tables import TABLES, Column, columns_of

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DTYPES = {"text": "string", "number": "Float64", "whole": "Int64", "flag": "boolean"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def typed(raw: pd.DataFrame, table: str) -> tuple[pd.DataFrame, list[Issue]]:
    """A table with the declared column kinds, every declared column present, and issues for bad cells.

    Args:
        raw: text cells with a LINE column; day columns already hold days.
        table: name of the table.

    Returns:
        The typed table (LINE kept) without the rows that were set aside, and the issues met.
    """
    file = f"{table}.csv"
    issues: list[Issue] = []
    aside = pd.Series(data=False, index=raw.index)
    columns: dict[str, object] = {}
    for column in columns_of(TABLES[table]):
        text = raw[column.name] if column.name in raw else pd.Series("", index=raw.index, dtype="object")
        values, bad = _parse(text, column)
        lines = raw.loc[bad, LINE]
        issues += [_bad_cell(file, line, column, cell) for line, cell in zip(lines, text[bad], strict=True)]
        aside |= bad
        columns[column.name] = pd.array(values, dtype=_DTYPES[column.kind])  # type: ignore[call-overload]
    frame = pd.DataFrame(columns, index=raw.index)
    frame[LINE] = raw[LINE]
    return frame[~aside], issues


def _parse(text: pd.Series, column: Column) -> tuple[list[object], pd.Series]:
    read = _READERS[column.kind]
    values: list[object] = [None if cell == "" else read(cell) for cell in text]
    bad = pd.Series(
        [value is None and cell != "" for value, cell in zip(values, text, strict=True)], index=text.index
    )
    return values, bad.astype(bool)


def number_of(text: str) -> float | None:
    """A number written with a point, or None; "NaN", "inf" and a decimal comma are not numbers."""
    return float(text) if _NUMBER.fullmatch(text) and math.isfinite(float(text)) else None


def whole_of(text: str) -> int | None:
    """A whole number (1.0 is one), or None."""
    number = number_of(text)
    return int(number) if number is not None and number == int(number) else None


def flag_of(text: str) -> bool | None:
    """Yes or no in the usual spellings, or None."""
    return _FLAGS.get(text.lower())


_READERS: dict[str, Callable[[str], object]] = {
    "text": lambda text: text,
    "number": number_of,
    "whole": whole_of,
    "flag": flag_of,
}
_WANTED = {
    "number": "a number with a decimal point",
    "whole": "a whole number",
    "flag": "yes or no (true or false, 1 or 0)",
    "text": "text",
}


def value_class(text: str) -> str:
    """What kind of value a cell holds, for a message that must not repeat it."""
    if text == "":
        return "blank"
    if number_of(text) is not None:
        return "number"
    if number_of(text.replace(",", ".", 1)) is not None:
        return "number with a decimal comma"
    if text.startswith(("<", ">")):
        return "number with a comparison sign"
    return "text"


def _bad_cell(file: str, line: int, column: Column, text: str) -> Issue:
    return Issue(
        rule="unreadable-value",
        file=file,
        row=line,
        column=column.name,
        value_class=value_class(text),
        message=f"The cell cannot be read as {_WANTED[column.kind]}; the row was set aside.",
        mend="Correct the cell, or leave it blank where the value is not known.",
        severity=Severity.QUARANTINED,
    )
