"""Draw the confusion of a classifier: every cell of the map holds its number, and its shade repeats it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cartwise.reports.figures.strokes import SOFT, WIDTH, box, drawing, shortened, words
from cartwise.reports.figures.style import INK

LEFT, HEAD, ROW = 220, 150, 34
LETTERS = 28
FULL = (0x0B, 0x53, 0x94)


def draw(names: Sequence[str], parts: Sequence[Sequence[float]], *, title: str) -> str:
    """Rows are the subsets that the cells have, columns those they are given.

    Args:
        names: (k,) populations.
        parts: (k, k) part of each row's cells that is assigned to each column; NaN for a row without cells.
        title: what it shows, for those who cannot see it.
    """
    wide = min(64.0, (WIDTH - LEFT - 60) / max(len(names), 1))
    height = HEAD + ROW * len(names)
    drawn = [words(0, 16, "by the gates ↓   by the rule →", colour=SOFT)]
    for number, name in enumerate(names):
        middle = LEFT + wide * (number + 0.5)
        drawn.append(words(middle, HEAD - 8, shortened(name, LETTERS), size=12, turned=-45))
        drawn.append(
            words(LEFT - 8, HEAD + ROW * (number + 0.62), shortened(name, LETTERS), size=12, anchor="end")
        )
    for row, values in enumerate(parts):
        for column, value in enumerate(values):
            place = (LEFT + wide * column, HEAD + ROW * row, wide, ROW)
            drawn += _cell(value, place, same=row == column)
    return drawing(drawn, height=height + 6, title=title)


def _cell(value: float, place: tuple[float, float, float, float], *, same: bool) -> Iterator[str]:
    x, y, wide, high = place
    known = math.isfinite(value)
    yield box(x, y, wide, high, fill=_shade(value) if known else "white", stroke="#b8bec4")
    text = _percent(value) if known else "–"
    ink = "white" if known and value > 0.45 else INK
    size = min(12.0, wide / 4.2)
    yield words(x + wide / 2, y + high * 0.62, text, size=size, anchor="middle", colour=ink, bold=same)


def _shade(part: float) -> str:
    """White at none, full colour at all; the square root, so that a small leak is seen."""
    mixed = [round(255 + (end - 255) * math.sqrt(min(max(part, 0.0), 1.0))) for end in FULL]
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _percent(part: float) -> str:
    """Percent to one digit; nothing at all is a dot, and a trace is not rounded to nothing."""
    if part == 0:
        return "·"
    return "<0.1" if part < 0.0005 else f"{100 * part:.1f}"
