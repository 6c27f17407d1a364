"""Draw histograms as small multiples, each with the cuts that were set in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from cartwise.reports.figures.strokes import (
    CUT,
    PALE,
    SOFT,
    WIDTH,
    box,
    drawing,
    line,
    mark,
    outline,
    shortened,
    words,
)
from cartwise.reports.figures.style import INK

if TYPE_CHECKING:  # the room is slow to import, and a picture needs its words alone
    from cartwise.cytometry import Density

ACROSS, GAP = 4, 24
HEIGHTS = (
    "Heights are square roots of the counts, so that few events beside many are seen; a pile at an end of the axis "
    "may be cut off, and a triangle says so."
)
"""How to read the heights, for the words under a figure."""
BAND = "#f3d9c4"
Limits = tuple[float, float]


def draw(densities: Sequence[Density], *, title: str) -> str:
    """Four a row; see HEIGHTS."""
    wide, high = (WIDTH - GAP * (ACROSS - 1)) / ACROSS, 150
    parts: list[str] = []
    for number, density in enumerate(densities):
        x, y = (number % ACROSS) * (wide + GAP), (number // ACROSS) * high
        parts += _panel(density, (x, y, wide, high - 54), None)
    rows = -(-len(densities) // ACROSS)
    return drawing(parts, height=high * max(rows, 1), title=title)


def draw_one(density: Density, *, limits: Limits | None, title: str) -> str:
    """One histogram over the whole width, with the limits of its cut as a band."""
    high = 260
    return drawing([*_panel(density, (0, 0, WIDTH, high - 54), limits)], height=high, title=title)


def _panel(density: Density, area: tuple[float, float, float, float], limits: Limits | None) -> Iterator[str]:
    """The title above, the axis with its ends and cuts below; `area` is that of title and histogram."""
    left, top, wide, high = area
    low, up = _range(density)
    base, tall = top + high, high - 22

    def across(value: float) -> float:
        return left + wide * (min(max(value, low), up) - low) / (up - low)

    yield words(left, top + 13, shortened(density.title, int(wide / 7)), size=12.5, bold=True)
    if limits is not None:
        ends = [across(end) for end in limits]
        yield box(ends[0], base - tall, ends[1] - ends[0], tall, fill=BAND)
    if sum(density.counts):
        yield outline(_shape(density, across, base, tall), fill=PALE, stroke=INK)
        yield from _cut_off(density, (left, left + wide), base - tall)
    else:
        yield words(left + wide / 2, base - tall / 2, "no events", anchor="middle", colour=SOFT)
    yield line((left, base, left + wide, base))
    for cut in density.cuts:
        yield line((across(cut), base - tall, across(cut), base + 4), colour=CUT, width=2, dashes="5 3")
    yield from _axis(density, area, (low, up))


def _axis(density: Density, area: tuple[float, float, float, float], ends: Limits) -> Iterator[str]:
    left, top, wide, high = area
    base = top + high
    for value, x, anchor in ((ends[0], left, "start"), (ends[1], left + wide, "end")):
        yield words(x, base + 15, _number(value), size=11, anchor=anchor, colour=SOFT)
    if density.cuts:
        told = ", ".join(_number(cut) for cut in density.cuts)
        label = f"cuts {told}" if len(density.cuts) > 1 else f"cut {told}"
        yield words(left + wide / 2, base + 15, label, size=11, anchor="middle", colour=CUT, bold=True)
    label = shortened(density.x_label, int(wide / 6))
    yield words(left + wide / 2, base + 30, label, size=11, anchor="middle", colour=SOFT)


def _range(density: Density) -> Limits:
    """The ends of the axis: a cut beyond the events still has its place."""
    seen = [density.edges[0], density.edges[-1], *(cut for cut in density.cuts if math.isfinite(cut))]
    low, up = min(seen), max(seen)
    return (low, up) if up > low else (low - 0.5, up + 0.5)


def _shape(
    density: Density, across: Callable[[float], float], base: float, tall: float
) -> list[tuple[float, float]]:
    """The outline of the bars, from the left foot to the right one."""
    highest = _highest(density)
    points = [(across(density.edges[0]), base)]
    for edge, following, count in zip(density.edges, density.edges[1:], density.counts, strict=False):
        y = base - tall * min(1.0, math.sqrt(count / highest))
        points += [(across(edge), y), (across(following), y)]
    return [*points, (across(density.edges[-1]), base)]


def _highest(density: Density) -> int:
    """The count that has the full height: the highest between the ends, where cells without a signal pile up."""
    return max(density.counts[1:-1], default=0) or max(density.counts)


def _cut_off(density: Density, sides: Limits, top: float) -> Iterator[str]:
    """A triangle on a pile that is higher than the panel."""
    inside = (sides[0] + 4.5, sides[1] - 4.5)
    for count, x in zip((density.counts[0], density.counts[-1]), inside, strict=True):
        if count > _highest(density):
            yield mark(2, x, top + 4, filled=True, radius=4)


def _number(value: float) -> str:
    """As many digits as a picture needs; the table beside it has them all."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"
