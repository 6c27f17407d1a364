"""What a mapping says, once it has been read: source files, and for each table how its rows are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cartwise.basis import Issue
from cartwise.study.definitions import About
from cartwise.study.parsing import number_of
from cartwise.study.reading import LINE
from cartwise.study.tables import Column


@dataclass(frozen=True, slots=True)
class Every:
    """A promise of the source: each `per` has one row for each whole number from `first` to `last` in `column`."""

    per: str
    column: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Restarts:
    """A label of visits that should rise with `day` within each `per`."""

    per: str
    day: str
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """One source file.

    Attributes:
        name: what the mapping calls it.
        path: where it is.
        decimal: its decimal sign.
        blank: what it writes where nothing is known, besides the empty cell.
        key: columns that together should name a row once; empty: not checked.
        keep_repeats: whether rows with one key are replicates and stay, or are set aside where they differ.
        every, restarts: checks that need to know what the columns mean.
        frame: its rows as text, with their lines.
        issues: what was met while it was read.
    """

    name: str
    path: Path
    frame: pd.DataFrame
    issues: tuple[Issue, ...] = ()
    decimal: str = "."
    blank: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    keep_repeats: bool = False
    every: Every | None = None
    restarts: Restarts | None = None

    @property
    def header(self) -> list[str]:
        """Its columns."""
        return [name for name in self.frame.columns if name != LINE]


@dataclass(frozen=True, slots=True)
class Below:
    """How a source writes that a value was below its limit.

    Attributes:
        written: cells that say so (`0`, `neg`, or the empty cell).
        sign: whether a cell such as `<100` says so, with the limit in it.
        flag: a column that says so, with what stands there then; None: no such column.
        limit: the limit as text, "" where the source does not state it.
        limit_column: the source column of the limit, "" where there is none.
    """

    written: tuple[str, ...] = ()
    sign: bool = False
    flag: tuple[str, tuple[str, ...]] | None = None
    limit: str = ""
    limit_column: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """How one column of a table is filled.

    Attributes:
        target: the declared column.
        header: the name it is written under (a day column may be given as a date).
        column: source column; "" for a constant.
        constant: the same text in every row.
        translate: source value to target value.
        unit: unit of the source column; "" where the target has none.
        unit_column: source column that holds the unit of each value; "" where `unit` says it.
        below: how values below the limit are written; None: no value is.
        blank: what the source writes for nothing known, besides the empty cell.
        decimal: the source's decimal sign.
        date_format: format of a date, as in strptime; "" for ISO dates.
    """

    target: Column
    header: str
    column: str = ""
    constant: str = ""
    translate: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    unit_column: str = ""
    below: Below | None = None
    blank: tuple[str, ...] = ()
    decimal: str = "."
    date_format: str = ""

    @property
    def columns(self) -> set[str]:
        """Every source column that it reads."""
        below = self.below or Below()
        flag = below.flag[0] if below.flag else ""
        return {self.column, self.unit_column, flag, below.limit_column} - {""}


@dataclass(frozen=True, slots=True)
class Block:
    """How rows of one table are made from one source file.

    Attributes:
        table: name of the table.
        source: the mapping's name of the file.
        where: only rows whose columns hold one of these.
        needs: target columns without which a row is not made (an unfilled day of a wide table is no record).
        once: target columns that name a row once: rows that agree on them and do not contradict become one.
        cells: how its columns are filled.
    """

    table: str
    source: str
    where: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    once: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def columns(self) -> set[str]:
        """Every source column that it reads."""
        return set(self.where).union(*(cell.columns for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping that holds together."""

    about: About
    files: Mapping[str, SourceFile]
    blocks: tuple[Block, ...]


def same(cell: str, written: str) -> bool:
    """Whether a cell is what the mapping wrote: the same text, or the same number (`0.0` is `0`)."""
    if cell == written:
        return True
    one = number_of(cell)
    return one is not None and one == number_of(written)


def is_one_of(cell: str, written: tuple[str, ...]) -> bool:
    """Whether a cell is one of those that the mapping wrote."""
    return any(same(cell, value) for value in written)
