"""Draw a stepped curve with its confidence band, and the words at the left of the table beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cartwise.analyses import IncidenceLine, StepCurve
from cartwise.reports.figures.style import INK, colour, dash


def stepped(axes: Any, times: Sequence[float], heights: Sequence[float], number: int, label: str) -> None:
    """A curve that keeps its height until the next time, in the colour and dashes of its place."""
    axes.plot(
        times,
        heights,
        drawstyle="steps-post",
        color=colour(number),
        linestyle=dash(number),
        linewidth=1.8,
        label=label,
    )


def confidence_band(axes: Any, curve: StepCurve | IncidenceLine, number: int) -> None:
    """The band of a stepped curve where it has limits, on to its end."""
    limits = [
        (time, low, high)
        for time, low, high in zip(curve.times, curve.lower, curve.upper, strict=True)
        if low is not None and high is not None
    ]
    if limits:
        days, lows, highs = zip(*limits, strict=True)
        ends = [*days, max(curve.end, days[-1])], [*lows, lows[-1]], [*highs, highs[-1]]
        axes.fill_between(*ends, step="post", color=colour(number), alpha=0.16, linewidth=0)


def at_left(axes: Any, height: float, words: str, *, bold: bool = False) -> None:
    """Words at the left of one line of a table beneath a curve."""
    axes.annotate(
        words,
        xy=(0, height),
        xycoords=("axes fraction", "data"),
        xytext=(-14, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )
