"""Draw Kaplan-Meier curves with their band and the KMunicate table beneath."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import KaplanMeierFigure, RiskCell, StepCurve
from cartwise.reports.figures.stepped import at_left, confidence_band, stepped
from cartwise.reports.figures.style import FAINT, INK, colour, new_figure

ROWS = (("At risk", "at_risk"), ("Censored", "censored"), ("Events", "events"))
LINE_HEIGHT = 0.19


def draw(data: KaplanMeierFigure) -> Any:
    """Curves above, the extended risk table below on the same axis."""
    groups = list(dict.fromkeys(cell.group for cell in data.risk))
    lines = len(groups) * (len(ROWS) + 1)
    table_height = LINE_HEIGHT * lines + 0.1
    figure = new_figure(6.6, 3.5 + table_height)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.5, table_height])
    for curve in data.curves:
        _curve(upper, curve, groups.index(curve.group))
    _axes(upper, data)
    _risk_table(lower, data.risk, groups)
    return figure


def _curve(axes: Any, curve: StepCurve, number: int) -> None:
    times, survival = _steps(curve.times, curve.survival, curve.end)
    stepped(axes, times, survival, number, curve.group)
    confidence_band(axes, curve, number)
    _censoring(axes, curve, number)


def _steps(
    times: tuple[float, ...], survival: tuple[float, ...], end: float
) -> tuple[list[float], list[float]]:
    last = survival[-1] if survival else 1.0
    return [0.0, *times, max(end, times[-1] if times else 0.0)], [1.0, *survival, last]


def _censoring(axes: Any, curve: StepCurve, number: int) -> None:
    marks = [(t, s) for t, s, count in zip(curve.times, curve.survival, curve.censored, strict=True) if count]
    if marks:
        days, heights = zip(*marks, strict=True)
        axes.plot(days, heights, linestyle="none", marker="|", markersize=6, color=colour(number))


def _axes(axes: Any, data: KaplanMeierFigure) -> None:
    axes.set_ylim(0, 1.03)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_ylabel(data.y_label)
    axes.set_xticks(sorted({cell.time for cell in data.risk}))
    axes.set_xlim(left=0)
    axes.tick_params(labelbottom=True)
    axes.set_xlabel(data.x_label)
    axes.grid(visible=True, axis="y", color=FAINT, alpha=0.25, linewidth=0.6)
    if data.legend:
        # Where the curves leave room; what lies beneath all the same stays readable.
        legend = axes.legend(
            title=data.legend, alignment="left", loc="best", handlelength=3.2, edgecolor="none"
        )
        legend.get_frame().set_alpha(0.8)
    if data.note:
        axes.text(0.99, 0.03, data.note, transform=axes.transAxes, ha="right", va="bottom")


def _risk_table(axes: Any, cells: tuple[RiskCell, ...], groups: list[str]) -> None:
    lines = len(groups) * (len(ROWS) + 1)
    axes.set_ylim(-lines, 0)
    axes.set_yticks([])
    axes.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    for place, group in enumerate(groups):
        top = -place * (len(ROWS) + 1)
        at_left(axes, top - 0.5, group, bold=True)
        for row, (words, name) in enumerate(ROWS, start=1):
            at_left(axes, top - row - 0.5, words)
            for cell in cells:
                if cell.group == group:
                    axes.text(
                        cell.time,
                        top - row - 0.5,
                        short(getattr(cell, name)),
                        ha="center",
                        va="center",
                        color=INK,
                    )


def short(count: int | str) -> str:
    """A count, or the sign that stands for one that is withheld."""
    return str(count) if isinstance(count, int) else "<5" if "<" in count else "–"
