"""Draw cumulative incidences with competing risks: stacked by cause, or a line a group, over the number at risk."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from cartwise.analyses import IncidenceFigure, IncidenceLine, IncidencePanel
from cartwise.reports.figures.stepped import at_left, confidence_band, stepped
from cartwise.reports.figures.style import FAINT, INK, colour, new_figure

HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "oo")
"""Patterns that tell the areas apart without colour."""
LINE_HEIGHT = 0.19
ACROSS = 2
"""Panels side by side; more go into the next row."""


def draw(data: IncidenceFigure) -> Any:
    """One panel after the other, each over its number at risk."""
    across = min(ACROSS, max(len(data.panels), 1))
    down = -(-len(data.panels) // across)
    table = LINE_HEIGHT * (1 + max((len(panel.at_risk) for panel in data.panels), default=1)) + 0.1
    legend = 0.25 * (1 + len(_labels(data))) if _labels(data) else 0.0
    figure = new_figure(3.9 * across + 1.2, (2.9 + table) * down + legend)
    cells = figure.subplots(2 * down, across, squeeze=False, height_ratios=[2.9, table] * down)
    for place in range(down * across):
        upper, lower = (
            cells[2 * (place // across)][place % across],
            cells[2 * (place // across) + 1][place % across],
        )
        if place < len(data.panels):
            _panel(upper, lower, data, data.panels[place], first=place % across == 0)
        else:
            upper.set_axis_off()
            lower.set_axis_off()
    _legend(figure, data, cells[0][0])
    return figure


def _labels(data: IncidenceFigure) -> list[str]:
    found = dict.fromkeys(line.label for panel in data.panels for line in panel.lines)
    return list(found) if data.stacked or len(found) > 1 else []


def _legend(figure: Any, data: IncidenceFigure, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if _labels(data):
        figure.legend(
            handles,
            labels,
            title=data.legend or None,
            loc="outside lower left",
            frameon=False,
            alignment="left",
            handlelength=3.2,
        )


def _panel(upper: Any, lower: Any, data: IncidenceFigure, panel: IncidencePanel, *, first: bool) -> None:
    lower.sharex(upper)
    if data.stacked:
        _areas(upper, panel.lines)
    else:
        for number, line in enumerate(panel.lines):
            _line(upper, line, number)
    upper.set_title(panel.title, loc="left")
    upper.set_ylim(0, 1.0)
    upper.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    upper.set_ylabel(data.y_label if first else "")
    upper.set_xlabel(data.x_label)
    upper.set_xticks(data.ticks)
    upper.set_xlim(0, max([*data.ticks, *(line.end for line in panel.lines)], default=1.0) or 1.0)
    upper.grid(visible=True, axis="y", color=FAINT, alpha=0.25, linewidth=0.6)
    if panel.note:
        upper.text(0.98, 0.97, panel.note, transform=upper.transAxes, ha="right", va="top")
    _at_risk(lower, data.ticks, panel)


def _line(axes: Any, line: IncidenceLine, number: int) -> None:
    last = line.incidence[-1] if line.incidence else 0.0
    stepped(axes, [0.0, *line.times, line.end], [0.0, *line.incidence, last], number, line.label)
    confidence_band(axes, line, number)


def _areas(axes: Any, lines: tuple[IncidenceLine, ...]) -> None:
    """The causes one on the other: the top line is the share of patients with any of them."""
    times = sorted({0.0, *(t for line in lines for t in (*line.times, line.end))})
    floor = [0.0] * len(times)
    for number, line in enumerate(lines):
        top = [below + _at(line, t) for below, t in zip(floor, times, strict=True)]
        axes.fill_between(
            times,
            floor,
            top,
            step="post",
            facecolor=colour(number),
            alpha=0.55,
            hatch=HATCHES[number % len(HATCHES)],
            edgecolor=INK,
            linewidth=0.6,
            label=line.label,
        )
        floor = top


def _at(line: IncidenceLine, time: float) -> float:
    step = bisect_right(line.times, time) - 1
    return line.incidence[step] if step >= 0 else 0.0


def _at_risk(axes: Any, ticks: tuple[float, ...], panel: IncidencePanel) -> None:
    axes.set_ylim(-len(panel.at_risk) - 1, 0)
    axes.set_yticks([])
    axes.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    single = len(panel.at_risk) == 1
    rows = panel.at_risk if single else (("At risk", ()), *panel.at_risk)
    for place, (label, counts) in enumerate(rows):
        at_left(axes, -place - 0.5, "At risk" if single else label, bold=place == 0)
        for tick, count in zip(ticks, counts, strict=False):
            axes.text(tick, -place - 0.5, str(count), ha="center", va="center", color=INK)
