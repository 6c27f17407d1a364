"""Table 1 of a paper: the description of a cohort with a column a group, counts with percents, medians with quartiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cartwise.analyses import Result
from cartwise.reports.wording import cell, number

ALL = "All"
NOTE = "Values are n (% of the patients for whom it is known), or median (quartiles) and range."
NOTE_COMPARED = (
    " SMD: largest standardised mean difference between two groups. P values describe and are not adjusted."
)
_SHORT = {"suppressed (<5)": "<5", "suppressed": "–"}
_WITHHELD = " <5: a count of 1 to 4, withheld; –: withheld because it would give such a count away."

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its cells, the first being its label; a level stands indented under its characteristic."""

    cells: tuple[str, ...]
    indented: bool = False


@dataclass(frozen=True, slots=True)
class TableOne:
    """Head, lines and the note under a Table 1."""

    head: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str


def table_one(result: Result) -> TableOne | None:
    """The description of a cohort as a paper prints it; None where the result holds none."""
    if "description" not in result.tables:
        return None
    frame = result.tables["description"]
    frame = frame if "group" in frame else frame.assign(group=ALL)
    groups = list(dict.fromkeys(frame["group"]))
    compared = {row["characteristic"]: row for row in _rows(result.tables.get("comparison"))}
    of: dict[str, dict[str, dict[str, Row]]] = {}
    for row in _rows(frame):
        of.setdefault(row["characteristic"], {}).setdefault(row["level"], {})[row["group"]] = row
    (_, sizes), *characteristics = of.items()
    columns = [_column(group, sizes[""][group]["n"]) for group in groups]
    lines = tuple(
        Line(
            (*line.cells, *(_compared(compared.get(line.cells[0]), line) if compared else ())), line.indented
        )
        for label, levels in characteristics
        for line in _lines(label, levels, groups)
    )
    withheld = any(text in _SHORT.values() for line in lines for text in line.cells)
    note = NOTE + (NOTE_COMPARED if compared else "") + (_WITHHELD if withheld else "")
    return TableOne(("Characteristic", *columns, *(("SMD", "p") if compared else ())), lines, note)


def _rows(frame: pd.DataFrame | None) -> list[Row]:
    return [] if frame is None else [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _column(group: str, n: int | str) -> str:
    return f"{group} (n = {_SHORT.get(str(n), n)})"


def _lines(label: str, levels: Mapping[str, Mapping[str, Row]], groups: list[str]) -> Iterator[Line]:
    gaps = levels.get("not known")
    known = {level: rows for level, rows in levels.items() if level != "not known"}
    if "known" in known:
        yield Line((label, *(_median(known["known"][group]) for group in groups)))
        ranges = tuple(_range(known["known"][group]) for group in groups)
        if any(ranges):
            yield Line(("Range", *ranges), indented=True)
    elif set(known) <= {"yes", "no"} and "yes" in known:
        # Of a yes and a no a paper prints the yes.
        yield Line((label, *(_share(known["yes"][group]) for group in groups)))
    else:
        yield Line((label, *("" for _ in groups)))
        for level, rows in known.items():
            yield Line((level[:1].upper() + level[1:], *(_share(rows[group]) for group in groups)), True)
    if gaps:
        yield Line(("Not known", *(_count(gaps[group]) for group in groups)), indented=True)


def _count(row: Row) -> str:
    return _SHORT.get(str(row["n"]), cell("n", row["n"]))


def _share(row: Row) -> str:
    percent = row["percent"]
    told = "" if pd.isna(percent) or isinstance(percent, str) else f" ({percent:.1f})"
    return _count(row) + told


def _median(row: Row) -> str:
    middle, low, high = row["median"], row["lower_quartile"], row["upper_quartile"]
    if isinstance(middle, str):
        return _SHORT.get(middle, middle)
    return "" if pd.isna(middle) else f"{number(middle)} ({number(low)}–{number(high)})"


def _range(row: Row) -> str:
    low, high = row.get("lowest"), row.get("highest")
    return "" if low is None or high is None or pd.isna(low) else f"{number(low)}–{number(high)}"


def _compared(row: Row | None, line: Line) -> tuple[str, str]:
    if row is None or line.indented:
        return "", ""
    smd: Any = row["smd"]
    return "" if pd.isna(smd) else f"{smd:.2f}", cell("p", row["p"])
