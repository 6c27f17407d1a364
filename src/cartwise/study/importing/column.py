"""Read how one column of a table is filled, and check it against the column's declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cartwise.study.importing.plan import Below, Cell, SourceFile
from cartwise.study.parsing import number_of
from cartwise.study.tables import TABLES, Column, columns_of

Problems = list[str]

_CELL = {"column", "constant", "translate", "unit", "below", "format"}
_BELOW = {"written", "sign", "flag", "limit"}
NOT_STATED = "not stated"


def strange(given: Mapping[str, Any], known: Iterable[str], place: str, problems: Problems) -> None:
    """Name the keys that mean nothing, so that a slip of the pen is no silent omission."""
    problems += [
        f"{place} does not know {name!r}; it knows {', '.join(sorted(known))}"
        for name in sorted(given.keys() - set(known))
    ]


def names(given: Any) -> tuple[str, ...]:
    """One value or a list of values as texts."""
    return tuple(text_of(value) for value in (given if isinstance(given, list | tuple) else [given]))


def text_of(value: Any) -> str:
    """A TOML value as the text that a cell would hold."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def cell_of(
    header: str, target: Column, given: Any, *, place: str, table: str, file: SourceFile, problems: Problems
) -> Cell | None:
    """One column of a table as the mapping fills it, or None where it cannot be understood.

    Args:
        header: the name it is written under.
        target: its declaration.
        given: what the mapping says: the name of a source column, or a table.
        place: where that stands, for the messages.
        table: the table it belongs to.
        file: the source file.
        problems: where problems are added.
    """
    said = {"column": given} if isinstance(given, str) else given
    if not isinstance(said, dict) or ("column" in said) == ("constant" in said):
        problems.append(f"{place} must name a column or a constant, and not both")
        return None
    strange(said, _CELL, place, problems)
    is_date = header != target.name
    unit, unit_column = _unit(said, target, place, problems, is_date=is_date)
    return Cell(
        target,
        header,
        column=str(said.get("column", "")),
        constant=_constant(said, target, place, problems, is_date=is_date),
        translate=_translation(said.get("translate", {}), target, place, problems),
        unit=unit,
        unit_column=unit_column,
        below=_below(said.get("below"), table, target, place, problems),
        blank=file.blank,
        decimal=file.decimal,
        date_format=str(said.get("format", "")),
    )


def _unit(
    said: Mapping[str, Any], target: Column, place: str, problems: Problems, *, is_date: bool
) -> tuple[str, str]:
    """The unit of the source column: never guessed, so a number with a declared unit must say it."""
    unit = said.get("unit")
    takes_one = target.kind == "number" and target.unit != "" and not is_date
    if unit is None:
        if takes_one and "constant" not in said:
            problems.append(f"{place} must say the unit of the source column (the table keeps {target.unit})")
        return target.unit, ""
    if not takes_one:
        problems.append(f"{place} takes no unit")
    if isinstance(unit, dict) and isinstance(unit.get("column"), str):
        return "", unit["column"]
    if not isinstance(unit, str):
        problems.append(f'{place} unit must be a unit, or {{ column = "NAME" }}')
    return str(unit), ""


def _constant(
    said: Mapping[str, Any], target: Column, place: str, problems: Problems, *, is_date: bool
) -> str:
    if "constant" not in said:
        return ""
    text = text_of(said["constant"])
    if target.allowed and text not in target.allowed:
        problems.append(f"{place} constant must be one of {', '.join(target.allowed)}")
    if target.kind in {"number", "whole"} and not is_date and number_of(text) is None:
        problems.append(f"{place} constant must be a number")
    return text


def _translation(given: Any, target: Column, place: str, problems: Problems) -> dict[str, str]:
    if not isinstance(given, dict):
        problems.append(f"{place} translate must be a table of source value = value")
        return {}
    translate = {source: text_of(value) for source, value in given.items()}
    wrong = sorted({value for value in translate.values() if target.allowed and value not in target.allowed})
    problems += [
        f"{place} translates to {value!r}, which is none of {', '.join(target.allowed)}" for value in wrong
    ]
    return translate


def _below(given: Any, table: str, target: Column, place: str, problems: Problems) -> Below | None:
    if given is None:
        return None
    declared = {column.name for column in columns_of(TABLES[table])}
    if "below_limit" not in declared or target.kind != "number" or target.is_day:
        problems.append(f"{place} cannot be below a limit: {table} keeps no such state for it")
        return None
    if not isinstance(given, dict) or not given.keys() & {"written", "sign", "flag"}:
        problems.append(f"{place} below must say written = [...], sign = true, or flag = {{ NAME = [...] }}")
        return None
    strange(given, _BELOW, f"{place} below", problems)
    limit, column = _limit(given, place, problems)
    return Below(
        written=names(given.get("written", ())),
        sign=given.get("sign") is True,
        flag=_flag(given.get("flag"), place, problems),
        limit=limit,
        limit_column=column,
    )


def _limit(given: Mapping[str, Any], place: str, problems: Problems) -> tuple[str, str]:
    limit = given.get("limit")
    if isinstance(limit, dict) and isinstance(limit.get("column"), str):
        return "", limit["column"]
    if limit == NOT_STATED or (limit is None and given.get("sign") is True):
        return "", ""
    if isinstance(limit, int | float) and not isinstance(limit, bool):
        return str(limit), ""
    problems.append(
        f"{place} below limit must be a number in the source's unit, {{ column = \"NAME\" }} or '{NOT_STATED}'"
    )
    return "", ""


def _flag(given: Any, place: str, problems: Problems) -> tuple[str, tuple[str, ...]] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or len(given) != 1:
        problems.append(f"{place} below flag must be one column with what stands there: {{ NAME = [...] }}")
        return None
    ((column, values),) = given.items()
    return column, names(values)
