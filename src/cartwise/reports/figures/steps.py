"""Draw steps as bars: what went in, what stayed, and the numbers beside each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cartwise.reports.figures.strokes import GRID, PALE, SOFT, box, drawing, line, shortened, words
from cartwise.reports.figures.style import INK

LEFT, RIGHT, ROW, INDENT = 300, 760, 22, 14
LETTERS = 42


@dataclass(frozen=True, slots=True)
class StepBar:
    """One step.

    Attributes:
        name: what it is called.
        before, after: events that entered and that stayed.
        full: events that the whole length of the axis stands for.
        depth: how far its name is set in; a gate below another is set in further.
    """

    name: str
    before: int
    after: int
    full: int
    depth: int = 0


def draw(bars: Sequence[StepBar], *, title: str, x_label: str) -> str:
    """The bars, top to bottom: dark what stayed, pale with a border what was lost, white what never came in."""
    bottom = 6 + ROW * len(bars)
    parts = [*_frame(bottom, x_label)]
    for number, bar in enumerate(bars):
        parts += _bar(bar, 6 + ROW * number)
    return drawing(parts, height=bottom + 44, title=title)


def _bar(bar: StepBar, top: float) -> Iterator[str]:
    name = shortened(bar.name, LETTERS - 2 * bar.depth)
    yield words(INDENT * bar.depth, top + 15, name)
    inside, stayed = (_length(events, bar.full) for events in (bar.before, bar.after))
    yield box(LEFT, top + 3, inside, ROW - 7, fill=PALE, stroke=SOFT)
    yield box(LEFT, top + 3, stayed, ROW - 7, fill=INK)
    share = f" ({100 * bar.after / bar.before:.1f} %)" if bar.before else ""
    yield words(RIGHT + 14, top + 15, f"{bar.after:,} of {bar.before:,}{share}")


def _length(events: int, full: int) -> float:
    return (RIGHT - LEFT) * events / full if full else 0.0


def _frame(bottom: float, x_label: str) -> Iterator[str]:
    for percent in (0, 25, 50, 75, 100):
        x = LEFT + (RIGHT - LEFT) * percent / 100
        yield line((x, 0, x, bottom), colour=GRID)
        yield words(x, bottom + 16, f"{percent}", anchor="middle", colour=SOFT)
    yield line((LEFT, bottom, RIGHT, bottom))
    yield words((LEFT + RIGHT) / 2, bottom + 36, x_label, anchor="middle", colour=SOFT)
