"""Draw two measures of the same samples against each other, with the fitted line and samples below a limit."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import FitFigure, FitPanel
from cartwise.reports.figures.style import FAINT, INK, colour, dash, new_figure


def draw(data: FitFigure) -> Any:
    """A panel a time point, side by side."""
    count = max(len(data.panels), 1)
    figure = new_figure(3.3 * count, 3.1)
    row = figure.subplots(1, count, squeeze=False)[0]
    for axes, panel in zip(row, data.panels, strict=False):
        _panel(axes, panel)
        axes.set_xlabel(data.x_label)
    row[0].set_ylabel(data.y_label)
    return figure


def _panel(axes: Any, panel: FitPanel) -> None:
    open_dot = {"linestyle": "none", "markerfacecolor": "none", "markersize": 4.5}
    if panel.points:
        axes.plot(*zip(*panel.points, strict=True), marker="o", color=colour(0), **open_dot)
    if panel.below:
        axes.plot(
            *zip(*panel.below, strict=True), marker="v", color=colour(1), label="below a limit", **open_dot
        )
        axes.legend(frameon=False, loc="lower right", fontsize=7.5)
    if panel.line:
        axes.plot(*zip(*panel.line, strict=True), color=INK, linewidth=1, linestyle=dash(1))
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4), useMathText=True)
    axes.grid(visible=True, color=FAINT, alpha=0.2, linewidth=0.6)
    axes.set_title(f"{panel.title}\n{panel.note}", loc="left", fontsize=8.5, color=INK)
