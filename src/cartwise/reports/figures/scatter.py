"""Draw pairs of measures as points on logarithmic axes."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import ScatterFigure
from cartwise.reports.figures.style import FAINT, INK, colour, new_figure

ACROSS = 2


def draw(data: ScatterFigure) -> Any:
    """One panel a pair, with its correlation written in it; points that are not above zero have no place."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: PLC0415 - half a second to import

    across = min(ACROSS, max(len(data.panels), 1))
    down = max(-(-len(data.panels) // across), 1)
    figure = new_figure(3.5 * across, 2.9 * down)
    cells = list(figure.subplots(down, across, squeeze=False).flat)
    for axes, panel in zip(cells, data.panels, strict=False):
        points = [(x, y) for x, y in panel.points if x > 0 and y > 0]
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            linestyle="none",
            marker="o",
            markersize=4,
            markerfacecolor="none",
            color=colour(0),
        )
        if points:
            axes.set_xscale("log")
            axes.set_yscale("log")
            for axis in (axes.xaxis, axes.yaxis):
                # Of an axis of less than two decades the default writes its minor ticks one over the other.
                axis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
                axis.set_major_formatter(FuncFormatter(_tick))
                axis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(panel.x_label)
        axes.set_ylabel(panel.y_label)
        axes.grid(visible=True, color=FAINT, alpha=0.2, linewidth=0.6)
        axes.set_title(panel.note, loc="left", fontsize=8.5, color=INK)
    for axes in cells[len(data.panels) :]:
        axes.set_axis_off()
    return figure


def _tick(value: float, _place: object) -> str:
    """A power of ten or three times one: 30, 1000, 3×10⁴."""
    if value < 10_000:
        return f"{value:g}"
    mantissa, _, power = f"{value:.0e}".partition("e+")
    raised = "10" + str(int(power)).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return raised if mantissa == "1" else f"{mantissa}×{raised}"
