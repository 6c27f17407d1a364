"""One cell of a source becomes the cell of a table, or a fault that says why it cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cartwise.basis import Severity, convert, convertible
from cartwise.study.importing.plan import Below, Cell, is_one_of, same
from cartwise.study.parsing import flag_of, number_of, value_class, whole_of


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell cannot be read; it never repeats the cell."""

    rule: str
    message: str
    mend: str
    column: str
    value_class: str
    severity: Severity = Severity.QUARANTINED


SourceRow = Mapping[str, str]
Made = dict[str, str]


def made_of(cell: Cell, row: SourceRow) -> Made | Fault:
    """The cells of a table that one cell of the mapping fills from one source row.

    Args:
        cell: how the column is filled.
        row: the source row, text by column.

    Returns:
        Text by header ("" where nothing is known): the column itself and, where the mapping says how values
        below the limit are written, `below_limit` and `lower_limit`.
    """
    if not cell.column:
        return {cell.header: cell.constant}
    text = row[cell.column]
    if cell.below is not None and _is_below(text, cell.below, row):
        return _below(text, cell, cell.below, row)
    if text == "" or is_one_of(text, cell.blank):
        return {cell.header: ""}
    value = _value(text, cell, row)
    if isinstance(value, Fault) or cell.below is None:
        return value if isinstance(value, Fault) else {cell.header: value}
    return {cell.header: value, "below_limit": "no"}


def _is_below(text: str, below: Below, row: SourceRow) -> bool:
    flagged = below.flag is not None and is_one_of(row[below.flag[0]], below.flag[1])
    return flagged or is_one_of(text, below.written) or (below.sign and text.startswith("<"))


def _below(text: str, cell: Cell, below: Below, row: SourceRow) -> Made | Fault:
    stated = row[below.limit_column] if below.limit_column else below.limit
    if below.sign and text.startswith("<"):
        stated = text.removeprefix("<").strip()
    limit = _number(stated, cell, row) if stated else ""
    if isinstance(limit, Fault):
        return limit
    return {cell.header: "", "below_limit": "yes", "lower_limit": limit}


def _value(text: str, cell: Cell, row: SourceRow) -> str | Fault:
    translated = next((value for written, value in cell.translate.items() if same(text, written)), None)
    if translated is not None:
        return translated
    if cell.header != cell.target.name:
        return _date(text, cell)
    return _READERS[cell.target.kind](text, cell, row)


def _text(text: str, cell: Cell, _row: SourceRow) -> str | Fault:
    if cell.translate or (cell.target.allowed and text not in cell.target.allowed):
        return Fault(
            "no-translation",
            f"The mapping has no translation of this value into {cell.header}",
            "Add it to translate, or correct the cell.",
            cell.column,
            value_class(text),
        )
    return text


def _number(text: str, cell: Cell, row: SourceRow) -> str | Fault:
    number = number_of(text.replace(",", ".", 1) if cell.decimal == "," else text)
    if number is None:
        return _unreadable("a number", text, cell)
    unit = row[cell.unit_column] if cell.unit_column else cell.unit
    if unit == cell.target.unit:
        return text if cell.decimal == "." else f"{number!r}"
    if not convertible(unit, cell.target.unit):
        return Fault(
            "unit-not-convertible",
            f"The unit cannot be converted to {cell.target.unit}, which the table keeps",
            "Correct the unit, or map a column that measures the same thing.",
            cell.unit_column,
            value_class(unit),
        )
    return f"{convert(number, unit, cell.target.unit):.12g}"


def _whole(text: str, cell: Cell, _row: SourceRow) -> str | Fault:
    number = whole_of(text)
    return _unreadable("a whole number", text, cell) if number is None else str(number)


def _flag(text: str, cell: Cell, _row: SourceRow) -> str | Fault:
    flag = flag_of(text)
    return _unreadable("yes or no", text, cell) if flag is None else "yes" if flag else "no"


_READERS: dict[str, Callable[[str, Cell, SourceRow], str | Fault]] = {
    "text": _text,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
}


def _date(text: str, cell: Cell) -> str | Fault:
    try:
        moment = (
            dt.datetime.strptime(text, cell.date_format)  # noqa: DTZ007 - records have no zone
            if cell.date_format
            else dt.datetime.fromisoformat(text)
        )
    except ValueError:
        return _unreadable(f"a date ({cell.date_format or 'year-month-day'})", text, cell)
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat()


def _unreadable(wanted: str, text: str, cell: Cell) -> Fault:
    kind = value_class(text)
    signed = kind == "number with a comparison sign"
    return Fault(
        "unreadable-value",
        f"The cell cannot be read as {wanted} for {cell.header}",
        "Say in the mapping how values below the limit are written (below = { sign = true })."
        if signed
        else "Add it to translate or to the file's blank values, or correct the cell.",
        cell.column,
        kind,
    )
