"""The rows of one table for one patient, and what of them was known on a day."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Row = Any
"""A named tuple whose fields are the declared columns of its table; a blank cell is None."""


class Records(tuple[Row, ...]):
    """Rows of one table for one patient, sorted by day; immutable, and cheap to narrow."""

    __slots__ = ()

    def between(self, first: float, last: float) -> Records:
        """Rows from day `first` to day `last`, both included."""
        start = bisect_left(self, first, key=_day_of) if first > -math.inf else self._undated()
        return self._part(start, bisect_right(self, last, key=_day_of))

    def before(self, day: float) -> Records:
        """Rows of the days before `day`."""
        return self._part(self._undated(), bisect_left(self, day, key=_day_of))

    def where(self, **wanted: Any) -> Records:
        """Rows whose columns have these values; a tuple, list or set offers several."""
        return self.that(_within(part_where(wanted)))

    def that(self, test: Callable[[Row], bool]) -> Records:
        """Rows for which the test is true."""
        return Records(row for row in self if test(row))

    def values(self, column: str) -> list[Any]:
        """The filled cells of a column, in the order of days."""
        return [value for row in self if (value := getattr(row, column)) is not None]

    def _undated(self) -> int:
        """The number of rows without a day, which stand first."""
        return bisect_right(self, -math.inf, key=_day_of)

    def _part(self, start: int, end: int) -> Records:
        return self if end - start == len(self) else Records(self[start:end])

    @property
    def first(self) -> Row | None:
        """The earliest row, or None."""
        return self[0] if self else None

    @property
    def last(self) -> Row | None:
        """The latest row, or None."""
        return self[-1] if self else None


NOTHING = Records()

Part = tuple[tuple[str, Any], ...]
"""Columns with the value, or the values, that they hold in a part of the rows."""


def part_where(wanted: Mapping[str, Any]) -> Part:
    """The part that holds these values; of a tuple, list or set any."""
    part = tuple(wanted.items())
    try:
        hash(part)
    except TypeError:  # lists and sets, which cannot be a key
        return tuple(
            (name, frozenset(value) if isinstance(value, list | set) else value) for name, value in part
        )
    return part


def _within(part: Part) -> Callable[[Row], bool]:
    tests = [(column, value if isinstance(value, tuple | frozenset) else (value,)) for column, value in part]
    return lambda row: all(getattr(row, column) in values for column, values in tests)


class History:
    """Every state that the rows of one table have had, by the day on which it became known.

    A row enters when its result was available; a cell that becomes known later enters as a second version of
    the row. In a part, a version that is not of it stands as None. What was known on a day is then a bisection, and
    equal days share one `Records`.
    """

    __slots__ = ("_cache", "_known", "_parts", "_versions")

    def __init__(self, rows: Iterable[Sequence[tuple[float, Row]]]) -> None:
        """Keep the versions of each row as (day known, row), earliest first; a later one replaces an earlier."""
        versions = [
            (known, number, row)
            for number, versions in enumerate(sorted(rows, key=_rank))
            for known, row in versions
        ]
        self._keep(sorted(versions, key=lambda version: version[:2]))

    def _keep(self, versions: Sequence[tuple[float, int, Row | None]]) -> None:
        """Keep versions as (day known, number of the row, row), in the order in which they became known."""
        self._known = [known for known, _, _ in versions]
        self._versions = [(number, row) for _, number, row in versions]
        self._cache: dict[int, Records] = {}
        self._parts: dict[Part, History] = {}

    def as_of(self, day: float) -> Records:
        """The rows as they stood at the end of `day`."""
        cut = bisect_right(self._known, day)
        if cut not in self._cache:
            rows = [row for row in dict(self._versions[:cut]).values() if row is not None]
            self._cache[cut] = Records(sorted(rows, key=_day_of))
        return self._cache[cut]

    def part(self, part: Part) -> History:
        """The history of a part of the rows."""
        kept = self._parts.get(part)
        if kept is None:
            kept = self._parts[part] = self._made_of(part)
        return kept

    def _made_of(self, part: Part) -> History:
        """Every row that is ever of the part keeps its number, so that rows of one day stand in the order they have here."""
        is_within = _within(part)
        versions = [
            (known, number, row if is_within(row) else None)
            for known, (number, row) in zip(self._known, self._versions, strict=True)
        ]
        ever = {number for _, number, row in versions if row is not None}
        made = History(())
        made._keep([version for version in versions if version[1] in ever])
        return made

    def differs(self, one: float, other: float) -> bool:
        """Whether other rows were known at the end of one day than at the end of the other."""
        return bisect_right(self._known, one) != bisect_right(self._known, other)

    def parts_that_differ(self, one: float, other: float) -> list[Part]:
        """Of the parts asked for so far those of which other rows were known at the end of one day than of the other."""
        return [part for part, history in self._parts.items() if history.differs(one, other)]

    def change_days(self) -> list[float]:
        """The days on which something became known, without repeats."""
        return sorted({day for day in self._known if math.isfinite(day)})


def _rank(versions: Sequence[tuple[float, Row]]) -> tuple[tuple[Any, ...], ...]:
    """Order the rows of one day by what they say and when it was known, never by their place in the file.

    A version that never comes ranks as known at infinity, so that it cannot reorder what was known before it.
    """
    known = [(day, *((cell is None, cell) for cell in row)) for day, row in versions]
    return (*known, (math.inf,))


def _day_of(row: Row) -> float:
    day = getattr(row, "day", None)
    return -math.inf if day is None else float(day)
