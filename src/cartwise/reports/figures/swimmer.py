"""Draw the course of each patient: the first month in days, all of follow-up in months beside it."""

from __future__ import annotations

from typing import Any

from cartwise.analyses import Bar, Lane, Mark, SwimmerFigure
from cartwise.basis import DAYS_PER_MONTH
from cartwise.reports.figures.style import FAINT, GRADES, INK, colour, new_figure
from cartwise.reports.figures.thinning import MOST_LANES, evenly, some_of

FIRST_DAYS = 30.0
LINE_HEIGHT = 0.17
MARKS = {
    "Infusion": ("|", INK),
    "HCT": ("D", colour(4)),
    "Relapse": ("X", colour(1)),
    "Death": ("P", "#000000"),
}
RARE_MARKS = {
    "First reinfusion": ("^", colour(5)),
    "Second reinfusion": ("v", colour(5)),
    "End of study": ("s", "#ffffff"),
}
"""Marks that the key names only where a lane has one."""
STATES = {
    "RD": (colour(1), "xxxx"),
    "CR": (colour(4), ""),
    "CRi": (colour(4), "...."),
    "CR/CRi + B Cell Aplasia": (colour(2), "----"),
    "CR/CRi + B Cell Recovery": (colour(5), "////"),
}
"""Colour and pattern of the states of disease that CHOP's swimmer plots name so; patterns tell them apart in black and white."""
IN_ORDER = "in their order, the longest followed first"
TOXICITY_PLACE = {"CRS": -0.21, "ICANS": 0.21}


def draw(data: SwimmerFigure) -> Any:
    """Two panels with one lane a patient: toxicity in the first days, the long course in months; of many patients some."""
    lanes = evenly(data.lanes, MOST_LANES)
    figure = new_figure(7.6, 1.5 + LINE_HEIGHT * max(len(lanes), 4))
    early, late = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1.9])
    for place, lane in enumerate(lanes):
        _early(early, lane, place)
        _late(late, lane, place)
    early.set_ylim(len(lanes) - 0.4, -0.6)
    early.set_yticks(range(len(lanes)), [lane.patient for lane in lanes], fontsize=6.5)
    early.tick_params(axis="y", length=0)
    early.set_xlim(-0.5, FIRST_DAYS)
    early.set_xlabel("Days since infusion")
    early.set_title("CRS and ICANS", loc="left")
    late.set_xlim(left=0)
    late.set_xlabel("Months since infusion")
    late.set_title("Whole course", loc="left")
    _legend(figure, lanes, some_of(len(lanes), len(data.lanes), IN_ORDER))
    return figure


def _early(axes: Any, lane: Lane, place: int) -> None:
    axes.plot([0, min(lane.end, FIRST_DAYS)], [place, place], color=FAINT, linewidth=0.6, zorder=0)
    for bar in lane.bars:
        if bar.kind in TOXICITY_PLACE and bar.first <= FIRST_DAYS:
            _graded(axes, bar, place + TOXICITY_PLACE[bar.kind])


def _graded(axes: Any, bar: Bar, height: float) -> None:
    grade = bar.grade or 0
    width = bar.last - bar.first + 1
    axes.barh(
        height,
        width,
        left=bar.first,
        height=0.4,
        color=GRADES[grade],
        edgecolor=INK,
        linewidth=0.5,
        hatch="////" if bar.kind == "ICANS" else None,
    )
    axes.text(
        bar.first + width + 0.3, height, str(grade), ha="left", va="center_baseline", fontsize=5.5, color=INK
    )


def _late(axes: Any, lane: Lane, place: int) -> None:
    end = lane.end / DAYS_PER_MONTH
    axes.plot([0, end], [place, place], color=FAINT, linewidth=1.2, zorder=0)
    for bar in lane.bars:
        if bar.kind not in TOXICITY_PLACE:
            _lasting(axes, bar, place)
    if lane.ongoing:
        axes.plot([end], [place], marker=">", markersize=4.5, color=INK)
    for mark in lane.marks:
        _mark(axes, mark, place)


def _lasting(axes: Any, bar: Bar, place: int) -> None:
    fill, pattern = STATES.get(bar.kind, (colour(2), ""))
    axes.barh(
        place,
        (bar.last - bar.first) / DAYS_PER_MONTH,
        left=bar.first / DAYS_PER_MONTH,
        height=0.5,
        color=fill,
        alpha=0.45,
        hatch=pattern or None,
        edgecolor=INK if bar.kind in STATES else None,
        linewidth=0.4 if bar.kind in STATES else 0,
    )


def _mark(axes: Any, mark: Mark, place: int) -> None:
    shape, fill = (MARKS | RARE_MARKS)[mark.kind]
    axes.plot(
        [mark.day / DAYS_PER_MONTH],
        [place],
        marker=shape,
        markersize=5.5,
        markerfacecolor=fill,
        markeredgecolor="black",
        markeredgewidth=0.8 if shape == "|" else 0.4,
    )


def _legend(figure: Any, lanes: tuple[Lane, ...], title: str) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - half a second to import
    from matplotlib.patches import Patch  # noqa: PLC0415

    kinds = {bar.kind for lane in lanes for bar in lane.bars}
    kinds |= {mark.kind for lane in lanes for mark in lane.marks}
    marks = MARKS | {kind: drawn for kind, drawn in RARE_MARKS.items() if kind in kinds}
    entries: list[Any] = [
        Patch(facecolor=GRADES[2], edgecolor=INK, label="CRS, with grade"),
        Patch(facecolor=GRADES[2], edgecolor=INK, hatch="////", label="ICANS, with grade"),
        Patch(facecolor=colour(2), alpha=0.45, label="B-cell aplasia"),
    ]
    entries += [
        Line2D(
            [], [], linestyle="none", marker=shape, markerfacecolor=fill, markeredgecolor="black", label=kind
        )
        for kind, (shape, fill) in marks.items()
    ]
    entries += [
        Patch(facecolor=fill, edgecolor=INK, alpha=0.45, hatch=pattern or None, label=kind)
        for kind, (fill, pattern) in STATES.items()
        if kind in kinds
    ]
    entries.append(Line2D([], [], linestyle="none", marker=">", color=INK, label="follow-up goes on"))
    where = "outside upper center"
    figure.legend(handles=entries, loc=where, ncols=4, frameon=False, fontsize=7.5, title=title or None)
