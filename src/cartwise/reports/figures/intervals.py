"""Draw values with their intervals, one a row, under the heading they belong to."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import IntervalFigure, IntervalRow
from cartwise.reports.figures.style import FAINT, INK, colour, dash, new_figure

LINE_HEIGHT = 0.24
RATIOS = (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10, 100)
"""Ticks of a forest plot, as many as lie within it."""
LONGEST, WIDE = 0.25, 300
"""The tick that runs into its neighbours where the axis spans so much."""
BEYOND = 2
"""How many times further than the axis a line is drawn whose interval goes on, so that the axis cuts it."""


def draw(data: IntervalFigure) -> Any:
    """One row a value, top to bottom in the order given."""
    labels, places = _places(data)
    figure = new_figure(6.6, 0.9 + LINE_HEIGHT * len(labels))
    axes = figure.subplots()
    for row, place in zip(data.rows, places, strict=True):
        axes.plot(_ends(data, row), [place, place], color=colour(0), linewidth=1.6)
        axes.plot([row.value], [place], marker="o", markersize=5.5, color=colour(0))
    _axes(axes, data, labels)
    if data.forest:
        _arrows(axes, data, places)
    return figure


def _ends(data: IntervalFigure, row: IntervalRow) -> list[float]:
    """Where the line of an interval begins and ends: in a forest plot hardly beyond its longest axis."""
    low = row.value if row.lower is None else row.lower
    high = row.value if row.upper is None else row.upper
    if not data.forest:
        return [low, high]
    least, most = (data.AXIS[0] / BEYOND, data.AXIS[1] * BEYOND)
    return [min(max(end, least), most) for end in (low, high)]


def _arrows(axes: Any, data: IntervalFigure, places: list[float]) -> None:
    """An arrow head where an interval goes on beyond the axis."""
    low, high = axes.get_xlim()
    for row, place in zip(data.rows, places, strict=True):
        goes_on = [(low, "<", min(row.value, low if row.lower is None else row.lower) < low)]
        goes_on += [(high, ">", max(row.value, high if row.upper is None else row.upper) > high)]
        for end, marker, beyond in goes_on:
            if beyond:
                axes.plot([end], [place], marker=marker, markersize=6, color=colour(0), clip_on=False)


def _places(data: IntervalFigure) -> tuple[list[tuple[str, bool]], list[float]]:
    """The text of each line with whether it is a heading, and the line of each value."""
    labels: list[tuple[str, bool]] = []
    places: list[float] = []
    heading = ""
    for row in data.rows:
        if row.heading not in {heading, row.label}:
            labels.append((row.heading, True))
        heading = row.heading
        places.append(float(len(labels)))
        labels.append((row.label, False))
    return labels, places


def _axes(axes: Any, data: IntervalFigure, labels: list[tuple[str, bool]]) -> None:
    if data.logarithmic and all(_ends(data, row)[0] > 0 for row in data.rows):
        axes.set_xscale("log")
        if data.forest:
            _ratios(axes)
    if data.reference is not None:
        axes.axvline(data.reference, color=INK, linewidth=0.8, linestyle=dash(1))
    if data.percent:
        axes.set_xlim(-2, 102)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), [words for words, _ in labels])
    for tick, (_, heading) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if heading else "normal")
        tick.set_color(INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x", color=FAINT, alpha=0.25, linewidth=0.6)
    axes.set_xlabel(data.x_label)


def _ratios(axes: Any) -> None:
    low, high = axes.get_xlim()
    # A separated group can have a limit of a million; the axis ends where a reader has seen enough.
    low, high = max(min(low, 0.45), IntervalFigure.AXIS[0]), min(max(high, 2.2), IntervalFigure.AXIS[1])
    axes.set_xlim(low, high)
    ticks = [tick for tick in RATIOS if low <= tick <= high and (high < WIDE * low or tick != LONGEST)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
