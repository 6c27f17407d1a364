"""The rows a clinic writes about one patient, and the tables they become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from cartwise.study import TABLES, Column, columns_of

Row = dict[str, Any]


@dataclass(slots=True)
class Notebook:
    """One patient's rows by table; the one thing here that grows, because a clinic writes as it goes."""

    patient_id: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    _reported: dict[str, float] = field(default_factory=dict)

    def write(self, table: str, **cells: Any) -> None:
        """Add a row."""
        self.rows.setdefault(table, []).append({"patient_id": self.patient_id, **cells})

    def report(self, table: str, day: int, delay: float, *, series: str = "", **cells: Any) -> None:
        """Add a result that came `delay` days after its sample; one laboratory never overtakes itself."""
        key = f"{table}/{series}"
        available = max(day + round(delay), self._reported.get(key, float("-inf")))
        self._reported[key] = available
        self.write(table, day=day, available_day=available, **cells)

    def close(self, end: int) -> None:
        """Leave out what the clinic could not have known by the last day of observation."""
        for table, rows in self.rows.items():
            self.rows[table] = [_known_by(end, table, row) for row in rows if _latest(row) <= end]


def _latest(row: Row) -> float:
    days = (row.get("day"), row.get("available_day"))
    return max((day for day in days if day is not None), default=float("-inf"))


def _known_by(end: int, table: str, row: Row) -> Row:
    """The row with every later cell blank, as declared by what each column waits for."""
    late = {name for name in _later_days(table) if (row.get(name) or end) > end}
    if not late:
        return row
    waiting = {column.name for column in columns_of(TABLES[table]) if late & set(column.known_from)}
    return {name: None if name in late | waiting else value for name, value in row.items()}


@cache
def _later_days(table: str) -> tuple[str, ...]:
    """Day columns that may lie after the row's own day."""
    return tuple(c.name for c in columns_of(TABLES[table]) if c.is_day and c.known_from)


def as_tables(notebooks: Iterable[Notebook]) -> dict[str, pd.DataFrame]:
    """One frame a table, in the declared order of tables and columns; columns that nobody filled are left out."""
    books = list(notebooks)
    frames = {name: [row for book in books for row in book.rows.get(name, [])] for name in TABLES}
    return {name: _frame(name, rows) for name, rows in frames.items() if rows}


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    declared = [column for column in columns_of(TABLES[name]) if column.name in frame.columns]
    frame = pd.DataFrame({column.name: _typed(frame[column.name], column) for column in declared})
    order = [key for key in ("patient_id", "day") if key in frame.columns]
    return frame.dropna(axis="columns", how="all").sort_values(order, kind="stable", ignore_index=True)


def _typed(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    match column.kind:
        case "text":
            return cells.astype("string")
        case "flag":
            return cells.astype("boolean")
        case "whole":
            return cells.astype("Int64")
    numbers = cells.astype("Float64")
    # A file says day 7, not day 7.0.
    return numbers.astype("Int64") if column.is_day else numbers
