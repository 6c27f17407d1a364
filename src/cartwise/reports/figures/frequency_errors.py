"""Draw how far frequencies are from those known, by subset and rule, corrected beside raw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cartwise.reports.figures.strokes import GRID, SOFT, drawing, line, mark, shortened, words
from cartwise.reports.figures.ticks import ticks_to

LEFT, RIGHT, RULE, GAP, KEY = 240, 960, 17, 10, 34


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One subset under one rule.

    Attributes:
        subset, rule: names.
        raw, corrected: mean absolute error in percentage points.
    """

    subset: str
    rule: str
    raw: float
    corrected: float


def draw(rows: Sequence[ErrorRow], *, title: str) -> str:
    """A line a rule under each subset: a filled mark for raw, a hollow one for corrected; the shape tells the rule."""
    rules = {rule: number for number, rule in enumerate(dict.fromkeys(row.rule for row in rows))}
    ticks = ticks_to(max((max(row.raw, row.corrected) for row in rows), default=1.0))
    subsets = list(dict.fromkeys(row.subset for row in rows))
    parts, top = [*_key(rules)], float(KEY)
    for subset in subsets:
        own = [row for row in rows if row.subset == subset]
        height = RULE * len(own)
        parts.append(words(0, top + height / 2 + 4, shortened(subset, 34)))
        parts += [
            drawn
            for number, row in enumerate(own)
            for drawn in _row(row, rules[row.rule], top + RULE * (number + 0.5), ticks[-1])
        ]
        top += height + GAP
        parts.append(line((0, top - GAP / 2, RIGHT, top - GAP / 2), colour=GRID))
    return drawing([*_frame(ticks, top), *parts], height=top + 42, title=title)


def _row(row: ErrorRow, number: int, y: float, full: float) -> Iterator[str]:
    raw, corrected = (_place(value, full) for value in (row.raw, row.corrected))
    yield line((raw, y, corrected, y), colour=SOFT)
    for x, value, what in ((corrected, row.corrected, "corrected"), (raw, row.raw, "raw")):
        said = f"{row.subset}, {row.rule}, {what}: {value:.2f} points"
        yield _mark(number, x, y, filled=what == "raw", said=said)


def _mark(number: int, x: float, y: float, *, filled: bool, said: str = "") -> str:
    """The filled one is smaller and drawn last, so that both are seen where they stand in one place."""
    return mark(number, x, y, filled=filled, radius=3.4 if filled else 5.6, said=said)


def _place(value: float, full: float) -> float:
    return LEFT + (RIGHT - LEFT) * value / full


def _key(rules: Mapping[str, int]) -> Iterator[str]:
    x = float(LEFT)
    for rule, number in rules.items():
        for filled, what in ((True, "raw"), (False, "corrected")):
            yield _mark(number, x, 12, filled=filled)
            yield words(x + 10, 16, f"{rule}, {what}", size=11)
            x += 24 + 6.2 * len(f"{rule}, {what}")


def _frame(ticks: Sequence[float], bottom: float) -> Iterator[str]:
    for tick in ticks:
        x = _place(tick, ticks[-1])
        yield line((x, KEY - 6, x, bottom), colour=GRID)
        yield words(x, bottom + 15, f"{tick:g}", anchor="middle", colour=SOFT)
    label = "mean absolute error of the frequency, percentage points"
    yield words((LEFT + RIGHT) / 2, bottom + 34, label, anchor="middle", colour=SOFT)
