"""Draw individual levels on a logarithmic axis, with the limit and the samples below it; of many patients some, over all."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import KineticsFigure, Profile
from cartwise.reports.figures.style import INK, colour, new_figure
from cartwise.reports.figures.thinning import Band, band, curves_drawn, some_of

FALLBACK_LIMIT = 1.0
"""Where a below-limit sample states no limit and nothing was quantified, its symbol stands here."""
PALE = "#b4b4b4"
"""Ink of the curves of some patients beneath what all of them did."""
BY_LEVEL = "by highest level"


def draw(data: KineticsFigure) -> Any:
    """One thin line a patient; filled symbols quantified, open triangles below the limit.

    Of a large cohort some patients are drawn in grey, over the median and the quartiles of all.
    """
    figure = new_figure(6.6, 4.2)
    axes = figure.subplots()
    floor, drawn = bottom(data), curves_drawn(data)
    of_all = band(data, floor)
    for number, profile in enumerate(drawn):
        _profile(axes, profile, colour(number) if of_all is None else PALE, floor)
    if of_all is not None:
        _band(axes, of_all)
    for limit in data.limits:
        axes.axhline(limit, color=INK, linestyle="--", linewidth=1)
        axes.annotate(
            f"limit {limit:g}",
            xy=(1, limit),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 3),
            textcoords="offset points",
            ha="right",
        )
    axes.set_yscale("log")
    axes.set_xlim(left=-2)
    axes.set_xlabel(data.x_label)
    axes.set_ylabel(data.y_label)
    _legend(axes, some_of(len(drawn), len(data.profiles), BY_LEVEL))
    return figure


def bottom(data: KineticsFigure) -> float:
    """Where a below-limit sample without a stated limit is drawn: at the lowest value of the figure."""
    values = [value for profile in data.profiles for value in profile.values if value > 0]
    return min([*values, *data.limits], default=FALLBACK_LIMIT)


def _profile(axes: Any, profile: Profile, ink: str, floor: float) -> None:
    points = [(day, value) for day, value in zip(profile.days, profile.values, strict=True) if value > 0]
    if points:
        days, values = zip(*points, strict=True)
        axes.plot(days, values, color=ink, linewidth=0.8, alpha=0.75, marker="o", markersize=2.6)
    if profile.below_days:
        heights = [limit or floor for limit in profile.below_limits]
        axes.plot(
            profile.below_days,
            heights,
            linestyle="none",
            marker="v",
            markersize=5,
            markerfacecolor="white",
            markeredgecolor=ink,
            markeredgewidth=0.9,
        )


def _band(axes: Any, of_all: Band) -> None:
    label = "quartiles of all"
    axes.fill_between(
        of_all.days,
        of_all.lower,
        of_all.upper,
        color=colour(0),
        alpha=0.3,
        linewidth=0,
        label=label,
        zorder=3,
    )
    axes.plot(of_all.days, of_all.median, color=colour(0), linewidth=2.2, label="median of all", zorder=4)


def _legend(axes: Any, title: str) -> None:
    axes.plot([], [], color=INK, marker="o", markersize=3, linewidth=0.8, label="quantified")
    axes.plot(
        [],
        [],
        linestyle="none",
        marker="v",
        markerfacecolor="white",
        markeredgecolor=INK,
        label="below the limit",
    )
    axes.legend(frameon=False, loc="upper right", title=title or None)
