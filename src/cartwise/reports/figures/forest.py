"""Draw a forest plot as SVG text of our own: it stands inside a page, where its words can be read and searched."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from textwrap import wrap

from cartwise.reports.figures.style import INK

WIDTH, LEFT, RIGHT = 1000, 470, 790
"""Width of the drawing, and where its axis begins and ends; words stand to the left, numbers to the right."""
LETTERS = 72
LINE, GAP, HEADING = 15, 9, 26
TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True, slots=True)
class ForestRow:
    """What one study found.

    Attributes:
        heading: what the row belongs to; drawn once over the rows that share it.
        label: who was studied, and how many.
        detail: endpoint, time point and comparison.
        value: the number.
        lower, upper: its interval; None where there is none, and the mark is hollow then.
        text: the numbers in words.
    """

    heading: str
    label: str
    detail: str
    value: float
    lower: float | None
    upper: float | None
    text: str


@dataclass(frozen=True, slots=True)
class ForestFigure:
    """Numbers of several studies on one axis, none of them pooled.

    Attributes:
        rows: top to bottom; rows of one heading stand together.
        title: what it shows, for those who cannot see it.
        x_label: what the axis shows.
        logarithmic: whether it is a ratio, on a logarithmic axis with a line at 1; otherwise a percentage.
    """

    rows: tuple[ForestRow, ...]
    title: str
    x_label: str
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class _Axis:
    """An axis from `low` to `high`, with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool

    def place(self, value: float) -> float:
        """Where a value stands; beyond the axis, at its end."""
        inside = min(max(value, self.low), self.high)
        low, at, high = (math.log(v) if self.logarithmic else v for v in (self.low, inside, self.high))
        return LEFT + (RIGHT - LEFT) * (at - low) / (high - low)


def draw(figure: ForestFigure) -> str:
    """The figure as an SVG element, black on white: the same bytes each time.

    Raises:
        ValueError: a ratio is not above 0.
    """
    if figure.logarithmic and any(row.value <= 0 for row in figure.rows):
        raise ValueError("a ratio on a logarithmic axis is above 0")
    axis = _axis(figure)
    height, parts = 8.0, []
    for heading, rows in groupby(figure.rows, key=lambda row: row.heading):
        if heading:
            height += HEADING
            parts.append(_text(0, height - 8, heading, size=14, weight=700))
        for row in rows:
            drawn, height = _row(row, axis, height)
            parts += drawn
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height + 48:g}" '
        f'font-family="system-ui, sans-serif" fill="{INK}" role="img" aria-label="{escape(figure.title)}">'
    )
    return "\n".join([opening, *_frame(figure, axis, height), *parts, "</svg>"])


def _axis(figure: ForestFigure) -> _Axis:
    if not figure.logarithmic:
        return _Axis(0.0, 100.0, (0.0, 25.0, 50.0, 75.0, 100.0), logarithmic=False)
    seen = [1.0, *(v for row in figure.rows for v in (row.value, row.lower, row.upper) if v)]
    low = max((tick for tick in TICKS if tick <= min(seen)), default=TICKS[0])
    high = min((tick for tick in TICKS if tick >= max(seen)), default=TICKS[-1])
    low, high = min(low, 0.3), max(high, 3.0)  # the line of no difference never stands on the edge
    ticks = tuple(tick for tick in TICKS if low <= tick <= high)
    return _Axis(low, high, ticks, logarithmic=True)


def _row(row: ForestRow, axis: _Axis, top: float) -> tuple[list[str], float]:
    """The parts of a row, and where the next one begins."""
    lines = [(line, 600) for line in wrap(row.label, LETTERS - 6)]
    lines += [(line, 400) for line in wrap(row.detail, LETTERS)]
    parts = [
        _text(0, top + LINE * (i + 1) - 3, line, size=12, weight=weight)
        for i, (line, weight) in enumerate(lines)
    ]
    middle = top + LINE * len(lines) / 2
    parts += _interval(row, axis, middle)
    parts += [
        _text(RIGHT + 20, middle + 4 + LINE * i, line, size=12) for i, line in enumerate(wrap(row.text, 30))
    ]
    return parts, top + LINE * len(lines) + GAP


def _interval(row: ForestRow, axis: _Axis, y: float) -> Iterator[str]:
    x = axis.place(row.value)
    known = row.lower is not None or row.upper is not None
    if known:
        # A limit that is not there is beyond any axis.
        low = -math.inf if row.lower is None else row.lower
        high = math.inf if row.upper is None else row.upper
        yield _line(axis.place(low), y, axis.place(high), y, width=2)
        for end, side in ((low, -1), (high, 1)):
            yield _end(axis, end, y, side)
    fill = INK if known else "white"
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{INK}" stroke-width="2"/>'


def _end(axis: _Axis, value: float, y: float, side: int) -> str:
    """A stroke where an interval ends, an arrowhead where it goes on beyond the axis."""
    x = axis.place(value)
    if axis.low <= value <= axis.high:
        return _line(x, y - 4, x, y + 4, width=2)
    back = x - side * 8
    return f'<path d="M{x:.1f} {y:.1f}L{back:.1f} {y - 5:.1f}V{y + 5:.1f}Z"/>'


def _frame(figure: ForestFigure, axis: _Axis, bottom: float) -> Iterator[str]:
    for tick in axis.ticks:
        x = axis.place(tick)
        none = axis.logarithmic and tick == 1
        yield _line(x, 0, x, bottom, width=1, colour=INK if none else "#d0d4d9", dashes="4 3" if none else "")
        yield _text(x, bottom + 18, f"{tick:g}", size=12, anchor="middle")
    yield _line(LEFT, bottom, RIGHT, bottom, width=1)
    yield _text((LEFT + RIGHT) / 2, bottom + 40, figure.x_label, size=12, anchor="middle")


def _line(
    x1: float, y1: float, x2: float, y2: float, *, width: int, colour: str = INK, dashes: str = ""
) -> str:
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width}"{pattern}/>'
    )


def _text(x: float, y: float, words: str, *, size: int, weight: int = 400, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
