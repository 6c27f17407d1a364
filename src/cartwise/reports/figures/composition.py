"""Draw the composition of samples as stacked bars that colour and hatching tell apart."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import CompositionFigure, CompositionPanel
from cartwise.reports.figures.style import COLOURS, INK, new_figure

HATCHES = ("", "///", "...", "\\\\\\", "xxx", "++", "oo")
"""Each round of colours begins with another hatch, so that no two parts share both."""
BAR = 0.2
"""Width of a bar in inches."""


def draw(data: CompositionFigure) -> Any:
    """One pair of axes a panel, as wide as its bars, and one key of the parts."""
    widths = [max(len(panel.bars), 3) for panel in data.panels]
    figure = new_figure(max(BAR * sum(widths) + 3.2, 6.6), 4.0)
    row = figure.subplots(1, len(data.panels), sharey=True, squeeze=False, width_ratios=widths)[0]
    for axes, panel in zip(row, data.panels, strict=True):
        _panel(axes, panel, data.parts)
    row[0].set_ylabel(data.y_label)
    row[0].set_ylim(0, 100)
    _key(figure, data.parts)
    return figure


def look(part: int) -> dict[str, Any]:
    """Colour and hatch of the part in that place."""
    lap, place = divmod(part, len(COLOURS))
    # Neighbours in a bar differ by hatch as well, for those who see no colour.
    hatch = HATCHES[(place + 3 * lap) % len(HATCHES)]
    pale = "white" if COLOURS[place] == "#000000" else INK
    return {"facecolor": COLOURS[place], "hatch": hatch, "edgecolor": pale, "linewidth": 0.4}


def _panel(axes: Any, panel: CompositionPanel, parts: tuple[str, ...]) -> None:
    for x, bar in enumerate(panel.bars):
        bottom = 0.0
        for part in range(len(parts)):
            share = bar.shares[part] or 0.0
            axes.bar(x, share, width=0.86, bottom=bottom, **look(part))
            bottom += share
    labels = [bar.label for bar in panel.bars]
    axes.set_xticks(range(len(labels)), labels, fontsize=7, rotation=90)
    axes.set_title(panel.title, loc="left", fontsize=9, color=INK)
    axes.set_xlim(-0.6, max(len(labels), 3) - 0.4)


def _key(figure: Any, parts: tuple[str, ...]) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415 - half a second to import

    # The key reads from the top as the bars do.
    patches = [Patch(label=name, **look(part)) for part, name in enumerate(parts)][::-1]
    figure.legend(
        handles=patches,
        loc="outside right center",
        frameon=False,
        fontsize=8,
        handleheight=1.4,
        handlelength=2,
    )
