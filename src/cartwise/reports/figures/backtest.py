"""Draw a back-test: from flag to event, lead times, incidences after landmarks, and where sources differ."""

from __future__ import annotations

from typing import Any

from cartwise.backtest import BacktestFigure, DisagreementFigure, FlagFigure, LandmarkFigure, LeadFigure
from cartwise.reports.figures.style import FAINT, INK, MARKERS, as_svg, colour, new_figure, settings

EVENT_MARKERS = {"CD19+": "X", "CD19- or lineage switch": "P"}
HANDLING_MARKERS = {"ignored": "o", "competing event": "s", "censored, weighted": "^"}


def backtest_svg(figure: BacktestFigure, *, invented: bool = False) -> str:
    """A figure of a back-test as SVG text; one of invented data says so on its face."""
    with settings():
        drawn = _PAINTERS[type(figure)](figure)  # type: ignore[operator]
        if invented:
            drawn.suptitle("Invented data", x=0.99, ha="right", fontsize=8)
        return as_svg(drawn)


def _flags(data: FlagFigure) -> Any:
    figure = new_figure(7.5, 1.6 + 0.19 * len(data.lanes) + 0.16 * len(data.statements))
    axes = figure.subplots()
    for place, lane in enumerate(data.lanes):
        first = min((day for _, day in lane.flags), default=lane.event)
        axes.plot([first, lane.event], [place, place], color=FAINT, linewidth=1.2)
        axes.plot(lane.event, place, EVENT_MARKERS.get(lane.kind, "D"), color=INK, markersize=6)
        if lane.treated is not None:
            axes.plot(lane.treated, place, "|", color=INK, markersize=9, markeredgewidth=1.6)
        for statement, day in lane.flags:
            number = data.statements.index(statement)
            axes.plot(day, place, _marker(number), color=colour(number), markersize=4.5, fillstyle="none")
    axes.set_yticks(range(len(data.lanes)), [lane.patient for lane in data.lanes], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel(f"Days since infusion. {data.note}".strip())
    axes.set_title(f"From the first flag to {data.event}", loc="left")
    _legend(figure, data)
    return figure


def _legend(figure: Any, data: FlagFigure) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - half a second to import

    def key(marker: str, label: str, ink: str = INK) -> Any:
        return Line2D([], [], linestyle="none", marker=marker, color=ink, label=label, fillstyle="none")

    keys = [
        key(_marker(number), statement, colour(number)) for number, statement in enumerate(data.statements)
    ]
    kinds = {lane.kind for lane in data.lanes}
    keys += [key(EVENT_MARKERS.get(kind, "D"), f"{data.event} {kind}".strip()) for kind in sorted(kinds)]
    keys.append(key("|", "first treatment after a flag"))
    figure.legend(handles=keys, loc="outside lower left", ncols=2, fontsize=6.5, frameon=False)


def _marker(number: int) -> str:
    return MARKERS[number % 5]


def _leads(data: LeadFigure) -> Any:
    figure = new_figure(7.0, 0.9 + 0.32 * len(data.leads))
    axes = figure.subplots()
    for place, (_, leads) in enumerate(data.leads):
        axes.plot(leads, [place] * len(leads), "o", color=colour(0), markersize=4.5, fillstyle="none")
        axes.plot(_median(leads), place, "|", color=INK, markersize=14, markeredgewidth=2)
    axes.set_yticks(
        range(len(data.leads)), [f"{name} (n = {len(leads)})" for name, leads in data.leads], fontsize=7
    )
    axes.set_ylim(len(data.leads) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"Days from the flag to {data.event}; the bar is the median")
    return figure


def _median(values: tuple[float, ...]) -> float:
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _landmarks(data: LandmarkFigure) -> Any:
    statements = list(dict.fromkeys(point.statement for point in data.points))
    across = min(2, len(statements))
    down = -(-len(statements) // across)
    figure = new_figure(4.2 * across, 2.6 * down + 0.5)
    cells = list(figure.subplots(down, across, squeeze=False, sharey=True).flat)
    for axes, statement in zip(cells, statements, strict=False):
        _landmark_panel(axes, [point for point in data.points if point.statement == statement])
        axes.set_title(statement, loc="left", fontsize=7.5)
    for axes in cells[len(statements) :]:
        axes.set_axis_off()
    figure.supxlabel(
        f"Landmark (day). Incidence of {data.event}, by {data.horizon:g} days on.\n"
        "Filled: flagged by then, open: not. Treatment: circle ignored,\nsquare competing, triangle censored and weighted.",
        fontsize=7,
    )
    return figure


def _landmark_panel(axes: Any, points: list[Any]) -> None:
    landmarks = sorted({point.landmark for point in points})
    for point in points:
        flagged = point.standing == "flagged by then"
        offset = (list(HANDLING_MARKERS).index(point.handling) - 1) * 0.12 + (-0.2 if flagged else 0.2)
        x, ink = landmarks.index(point.landmark) + offset, colour(0 if flagged else 1)
        if point.lower is not None and point.upper is not None:
            axes.plot([x, x], [point.lower, point.upper], color=ink, linewidth=1)
        fill = "full" if flagged else "none"
        axes.plot(
            x, point.incidence, HANDLING_MARKERS[point.handling], color=ink, markersize=4, fillstyle=fill
        )
    axes.set_xticks(range(len(landmarks)), [f"{day:g}" for day in landmarks])
    axes.set_ylim(-0.04, 1.04)


def _disagreement(data: DisagreementFigure) -> Any:
    figure = new_figure(4.8, 3.8)
    axes = figure.subplots()
    size = len(data.sources)
    for one, other, apart, told in data.counts:
        x, y = data.sources.index(other), data.sources.index(one)
        share = apart / told if told else 0.0
        for column, row in ((x, y), (y, x)):
            axes.add_patch(_square(column, row, share))
            ink = "white" if share > 0.55 else INK
            axes.text(column, row, f"{apart} of {told}", ha="center", va="center", fontsize=8, color=ink)
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    axes.set_xticks(range(size), data.sources, rotation=30, ha="right", fontsize=7.5)
    axes.set_yticks(range(size), data.sources, fontsize=7.5)
    axes.set_title(
        f"Patients on day {data.landmark:g} of whom two sources speak otherwise", loc="left", fontsize=8.5
    )
    return figure


def _square(x: int, y: int, share: float) -> Any:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - half a second to import

    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=str(1 - 0.8 * share), edgecolor=INK)


_PAINTERS = {
    DisagreementFigure: _disagreement,
    FlagFigure: _flags,
    LandmarkFigure: _landmarks,
    LeadFigure: _leads,
}
