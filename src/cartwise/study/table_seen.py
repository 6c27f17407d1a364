"""One table of a patient as seen on a day: its rows are gathered only when somebody looks, and it is known at what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, SupportsIndex, overload

from cartwise.study.record import NOTHING, History, Part, Records, Row, part_where

Read = str | tuple[str, Part]
"""What was read: a table by name, or a part of it."""


class TableSeen(Sequence[Row]):
    """The rows of a table on a day, read as `Records` are; asking for some values of a column reads that part alone."""

    __slots__ = ("_all", "_day", "_history", "_name", "_reads")

    def __init__(self, name: str, history: History | None, day: float, reads: set[Read]) -> None:
        """Take the table and the day; what is looked at is added to `reads`."""
        self._name = name
        self._history = history
        self._day = day
        self._reads = reads
        self._all: Records | None = None

    @property
    def rows(self) -> Records:
        """All rows, sorted by day."""
        self._reads.add(self._name)
        if self._all is None:
            self._all = NOTHING if self._history is None else self._history.as_of(self._day)
        return self._all

    def where(self, **wanted: Any) -> Records:
        """Rows whose columns have these values; a tuple, list or set offers several."""
        part = part_where(wanted)
        self._reads.add((self._name, part))
        return NOTHING if self._history is None else self._history.part(part).as_of(self._day)

    def between(self, first: float, last: float) -> Records:
        """Rows from day `first` to day `last`, both included."""
        return self.rows.between(first, last)

    def before(self, day: float) -> Records:
        """Rows of the days before `day`."""
        return self.rows.before(day)

    def that(self, test: Callable[[Row], bool]) -> Records:
        """Rows for which the test is true."""
        return self.rows.that(test)

    def values(self, column: str) -> list[Any]:
        """The filled cells of a column, in the order of days."""
        return self.rows.values(column)

    @property
    def first(self) -> Row | None:
        """The earliest row, or None."""
        return self.rows.first

    @property
    def last(self) -> Row | None:
        """The latest row, or None."""
        return self.rows.last

    def __iter__(self) -> Iterator[Row]:
        """Every row, in the order of days."""
        return iter(self.rows)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    @overload
    def __getitem__(self, place: SupportsIndex) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: SupportsIndex | slice) -> Row | tuple[Row, ...]:
        """The row at a place."""
        return self.rows[place]

    def __eq__(self, other: object) -> bool:
        """Whether the rows are the same."""
        return self.rows == (other.rows if isinstance(other, TableSeen) else other)

    __hash__ = None  # type: ignore[assignment]
