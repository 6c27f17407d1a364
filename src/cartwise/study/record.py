"""The rows of one table for one patient, and what of them was known on a day."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Row = Any
"""A named tuple whose fields are the declared columns of its table; a blank cell is None."""


class Records(tuple[Row, ...]):
    """Rows of one table for one patient, sorted by day; immutable, and cheap to narrow."""

    __slots__ = ()

    def between(self, first: float, last: float) -> Records:
        """Rows from day `first` to day `last`, both included."""
        return Records(row for row in self if row.day is not None and first <= row.day <= last)

    def where(self, **wanted: Any) -> Records:
        """Rows whose columns have these values; a tuple, list or set offers several."""
        tests = [
            (name, value if isinstance(value, tuple | list | set | frozenset) else (value,))
            for name, value in wanted.items()
        ]
        return Records(row for row in self if all(getattr(row, name) in values for name, values in tests))

    def that(self, test: Callable[[Row], bool]) -> Records:
        """Rows for which the test is true."""
        return Records(row for row in self if test(row))

    def values(self, column: str) -> list[Any]:
        """The filled cells of a column, in the order of days."""
        return [value for row in self if (value := getattr(row, column)) is not None]

    @property
    def first(self) -> Row | None:
        """The earliest row, or None."""
        return self[0] if self else None

    @property
    def last(self) -> Row | None:
        """The latest row, or None."""
        return self[-1] if self else None


NOTHING = Records()


class History:
    """Every state that the rows of one table have had, by the day on which it became known.

    A row enters when its result was available; a cell that becomes known later enters as a second version of
    the row. What was known on a day is then a bisection, and equal days share one `Records`.
    """

    __slots__ = ("_cache", "_known", "_versions")

    def __init__(self, rows: Iterable[Sequence[tuple[float, Row]]]) -> None:
        """Keep the versions of each row as (day known, row), earliest first; a later one replaces an earlier."""
        versions = [
            (known, number, row)
            for number, versions in enumerate(sorted(rows, key=_rank))
            for known, row in versions
        ]
        ordered = sorted(versions, key=lambda version: version[:2])
        self._known = [known for known, _, _ in ordered]
        self._versions = [(number, row) for _, number, row in ordered]
        self._cache: dict[int, Records] = {}

    def as_of(self, day: float) -> Records:
        """The rows as they stood at the end of `day`."""
        cut = bisect_right(self._known, day)
        if cut not in self._cache:
            rows = dict(self._versions[:cut]).values()
            self._cache[cut] = Records(sorted(rows, key=_day_of))
        return self._cache[cut]

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
