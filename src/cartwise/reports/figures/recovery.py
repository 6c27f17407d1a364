"""Draw recovered against true frequencies, a panel a parent population."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cartwise.reports.figures.strokes import GRID, SOFT, WIDTH, drawing, line, mark, words
from cartwise.reports.figures.ticks import ticks_to

ACROSS, GAP, EDGE, HEAD, FOOT = 3, 56, 20, 30, 44
ROUND = (1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0)


@dataclass(frozen=True, slots=True)
class RecoveryPoint:
    """One subset of one sample.

    Attributes:
        true, found: percent of the parent.
        small: whether the parent has too few cells.
        said: what a pointer over it is told.
    """

    true: float
    found: float
    small: bool
    said: str


def draw(panels: Sequence[tuple[str, Sequence[RecoveryPoint]]], *, title: str) -> str:
    """Three a row, on square-root axes from 0; filled marks, and hollow ones where the parent has too few cells."""
    side = (WIDTH - EDGE - GAP * ACROSS) / ACROSS
    high = side + HEAD + FOOT
    parts: list[str] = []
    for number, (name, points) in enumerate(panels):
        x, y = GAP + (number % ACROSS) * (side + GAP), (number // ACROSS) * high
        parts += _panel(name, points, (x, y + HEAD, side))
    rows = -(-len(panels) // ACROSS)
    return drawing(parts, height=high * max(rows, 1), title=title)


def _panel(name: str, points: Sequence[RecoveryPoint], area: tuple[float, float, float]) -> Iterator[str]:
    left, top, side = area
    ticks = _ticks(max((max(point.true, point.found) for point in points), default=0.0))
    full = math.sqrt(ticks[-1])

    def along(percent: float) -> float:
        return side * math.sqrt(max(percent, 0.0)) / full

    yield words(left, top - 12, name, size=13, bold=True)
    yield from _frame([(tick, along(tick)) for tick in ticks], area)
    yield line((left, top + side, left + side, top), colour=SOFT, dashes="4 3")
    for point in points:
        x, y = left + along(point.true), top + side - along(point.found)
        yield mark(0, x, y, filled=not point.small, radius=2.6, said=point.said)


def _ticks(highest: float) -> tuple[float, ...]:
    """Zero and round percentages up to the first that is not below the highest."""
    if highest <= ROUND[0]:
        return ticks_to(highest)
    last = next((tick for tick in ROUND if tick >= highest), ROUND[-1])
    return (0.0, *(tick for tick in ROUND if tick <= last))


def _frame(ticks: Sequence[tuple[float, float]], area: tuple[float, float, float]) -> Iterator[str]:
    left, top, side = area
    base = top + side
    for tick, along in ticks:
        yield line((left + along, top, left + along, base), colour=GRID)
        yield line((left, base - along, left + side, base - along), colour=GRID)
        yield words(left + along, base + 15, f"{tick:g}", size=11, anchor="middle", colour=SOFT)
        yield words(left - 6, base - along + 4, f"{tick:g}", size=11, anchor="end", colour=SOFT)
    yield words(left + side / 2, base + 33, "true, %", size=12, anchor="middle", colour=SOFT)
    yield words(left - 36, top + side / 2, "found, %", size=12, anchor="middle", colour=SOFT, turned=-90)
