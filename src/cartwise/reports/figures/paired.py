"""Draw values over time points: a line a patient, the medians, and brackets with adjusted p values."""

from __future__ import annotations

import statistics
from typing import Any

from cartwise.analyses import PairedFigure, PairedPanel
from cartwise.reports.figures.style import FAINT, INK, colour, new_figure

ACROSS = 4
STEP = 0.13
"""Height of a bracket, as a part of the range of its panel."""


def draw(data: PairedFigure) -> Any:
    """One panel a quantity; filled dots are compared, open ones rest on too few cells."""
    across = min(ACROSS, max(len(data.panels), 1))
    down = max(-(-len(data.panels) // across), 1)
    figure = new_figure(2.15 * across + 0.4, 2.35 * down + 0.35)
    cells = list(figure.subplots(down, across, squeeze=False).flat)
    for axes, panel in zip(cells, data.panels, strict=False):
        _panel(axes, panel, data.points)
    for axes in cells[len(data.panels) :]:
        axes.set_axis_off()
    figure.supylabel(data.y_label, fontsize=9)
    return figure


def _panel(axes: Any, panel: PairedPanel, points: tuple[str, ...]) -> None:
    for line in panel.lines:
        _patient(axes, line.values)
    _medians(axes, panel, len(points))
    axes.set_title(panel.title, loc="left", fontsize=8.5, color=INK)
    axes.set_xticks(range(len(points)), points, fontsize=8)
    axes.set_xlim(-0.35, len(points) - 0.65)
    _brackets(axes, panel)


def _patient(axes: Any, values: tuple[tuple[float, bool] | None, ...]) -> None:
    kept = [(x, found[0]) for x, found in enumerate(values) if found is not None and not found[1]]
    few = [(x, found[0]) for x, found in enumerate(values) if found is not None and found[1]]
    dots = {"color": colour(0), "marker": "o", "markersize": 3}
    if kept:
        axes.plot(*zip(*kept, strict=True), linewidth=0.6, alpha=0.6, **dots)
    if few:
        axes.plot(*zip(*few, strict=True), linestyle="none", markerfacecolor="white", **dots)


def _medians(axes: Any, panel: PairedPanel, count: int) -> None:
    columns = [
        [found[0] for line in panel.lines if (found := line.values[x]) is not None and not found[1]]
        for x in range(count)
    ]
    medians = [(x, statistics.median(column)) for x, column in enumerate(columns) if column]
    if medians:
        axes.plot(*zip(*medians, strict=True), color=INK, linewidth=1.8, marker="_", markersize=13)


def _brackets(axes: Any, panel: PairedPanel) -> None:
    """Brackets stacked above the highest value, the shortest lowest."""
    values = [found[0] for line in panel.lines for found in line.values if found is not None]
    if not values:
        return
    low, high = min(values), max(values)
    span = (high - low) or abs(high) or 1.0
    stacked = sorted(panel.brackets, key=lambda item: (item.second - item.first, item.first))
    for place, bracket in enumerate(stacked, start=1):
        height = high + span * (STEP * place - 0.04)
        ends = [bracket.first + 0.04, bracket.second - 0.04]
        drop = span * 0.025
        axes.plot(
            [ends[0], *ends, ends[1]],
            [height - drop, height, height, height - drop],
            color=INK,
            linewidth=0.7,
        )
        axes.annotate(
            f"p {bracket.text}" if bracket.text.startswith("<") else f"p = {bracket.text}",
            xy=(sum(ends) / 2, height),
            xytext=(0, 1),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=6.5,
        )
    axes.set_ylim(low - 0.05 * span, high + span * (STEP * len(stacked) + 0.08))
    axes.grid(visible=True, axis="y", color=FAINT, alpha=0.2, linewidth=0.6)
