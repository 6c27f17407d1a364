"""Draw tables of numbers as heat maps that can be read without colour: every cell holds its number."""

from __future__ import annotations

from typing import Any

import numpy as np

from cartwise.analyses import HeatMapFigure, HeatPanel
from cartwise.reports.figures.style import FAINT, INK, new_figure

BELOW, ABOVE = "#0072B2", "#D55E00"
"""Blue below the centre, vermilion above it: a pair that colour-blind readers tell apart."""
CELL, LINE, TITLE, LETTER = 0.42, 0.24, 0.32, 0.08
"""Width and height of a cell, height of a title, and length of a letter, in inches."""


def draw(data: HeatMapFigure) -> Any:
    """One panel under the other, all on one scale of colour; names that all columns share stand under the last."""
    wide = max((len(panel.columns) for panel in data.panels), default=1)
    tall = [max(len(panel.rows), 1) for panel in data.panels] or [1]
    alike = len({panel.columns for panel in data.panels}) <= 1
    named = len(tall) if not alike else 1
    names = max((len(name) for panel in data.panels for name in panel.columns), default=0)
    height = LINE * sum(tall) + TITLE * len(tall) + LETTER * names * named + 0.6
    figure = new_figure(max(2.6 + CELL * wide, 5.2), height)
    cells = figure.subplots(len(tall), 1, squeeze=False, height_ratios=tall)[:, 0]
    reach = _reach(data)
    for axes, panel in zip(cells, data.panels, strict=False):
        _panel(axes, panel, data.centre, reach)
        if alike and axes is not cells[-1]:
            axes.set_xticks([])
    figure.supxlabel(data.label, fontsize=9)
    return figure


def _reach(data: HeatMapFigure) -> float:
    away = [
        abs(value - data.centre)
        for panel in data.panels
        for row in panel.values
        for value in row
        if value is not None
    ]
    return max(away, default=0.0) or 1.0


def _panel(axes: Any, panel: HeatPanel, centre: float, reach: float) -> None:
    for y, (values, marks) in enumerate(zip(panel.values, panel.marks, strict=True)):
        for x, (value, mark) in enumerate(zip(values, marks, strict=True)):
            if value is not None:
                _cell(axes, (x, y), (value - centre) / reach, _text(value, centre) + mark)
    axes.set_xlim(-0.5, len(panel.columns) - 0.5)
    axes.set_ylim(len(panel.rows) - 0.5, -0.5)
    axes.set_xticks(range(len(panel.columns)), panel.columns, rotation=90, fontsize=7.5)
    axes.set_yticks(range(len(panel.rows)), panel.rows, fontsize=7.5)
    axes.tick_params(length=0)
    axes.set_title(panel.title, loc="left", fontsize=9, color=INK)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)


def _cell(axes: Any, at: tuple[int, int], away: float, text: str) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - half a second to import

    x, y = at
    shade = _shade(away)
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=shade, edgecolor="white", linewidth=0.6))
    ink = "white" if abs(away) > 0.75 else INK
    weight = "bold" if text.endswith("*") else "normal"
    axes.text(x, y, text, ha="center", va="center", fontsize=6, color=ink, fontweight=weight)


def _shade(away: float) -> str:
    """From white at the centre to full colour at the reach."""
    end = np.array([int((ABOVE if away > 0 else BELOW)[i : i + 2], 16) for i in (1, 3, 5)])
    mixed = np.rint(255 + (end - 255) * min(abs(away), 1.0)).astype(int)
    return "#" + "".join(f"{part:02x}" for part in mixed.tolist())


def _text(value: float, centre: float) -> str:
    """A change with its sign, a chance without its zero."""
    if centre:
        return f"{value:.2f}".removeprefix("0")
    digits = 2 if abs(value) < 10 else 0
    return f"{value:+.{digits}f}"
