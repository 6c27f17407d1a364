"""Interactive charts of the cohort: individual kinetics and the course of each patient."""

from __future__ import annotations

from cartwise.analyses import Bar, Figure, KineticsFigure, Lane, Profile, SwimmerFigure
from cartwise.basis import DAYS_PER_MONTH
from cartwise.reports.charts import Chart, Trace, View, axis, base_layout
from cartwise.reports.figures.kinetics import bottom
from cartwise.reports.figures.style import FAINT, GRADES, INK, colour

LANE_HEIGHT = 22
KEY = (
    "Left: CRS (upper bar) and ICANS (lower, hatched), each with its highest grade at its end. Right: B-cell aplasia "
    "(green), HCT (diamond), relapse (cross), death (plus), follow-up that goes on (arrow)."
)
PLACES = {"CRS": (-0.42, 0.4), "ICANS": (0.02, 0.4), "B-cell aplasia": (-0.25, 0.5)}
"""Offset and height of a bar in its lane."""
SYMBOLS = {"Infusion": "line-ns", "HCT": "diamond", "Relapse": "x", "Death": "cross"}
FILLS = {"Infusion": INK, "HCT": colour(4), "Relapse": colour(1), "Death": "#000000"}


def chart_of(name: str, label: str, figure: Figure) -> Chart | None:
    """The interactive form of a figure; None where the print figure is enough."""
    if isinstance(figure, KineticsFigure):
        return _kinetics(name, label, figure)
    return _swimmer(name, label, figure) if isinstance(figure, SwimmerFigure) else None


def _kinetics(name: str, label: str, figure: KineticsFigure) -> Chart:
    floor = bottom(figure)
    traces = [
        trace
        for number, profile in enumerate(figure.profiles)
        for trace in profile_traces(profile, colour(number), floor)
    ]
    layout = base_layout(520) | {
        "xaxis": axis(figure.x_label, range=[-3, 95]),
        "yaxis": axis(figure.y_label, type="log", dtick=1, exponentformat="power"),
        "shapes": [limit_line(limit) for limit in figure.limits],
    }
    views = (
        View("First 28 days", (-1, 29)),
        View("First 3 months", (-3, 95)),
        View("First year", (-8, 370)),
    )
    return Chart(name, label, tuple(traces), layout, views)


def limit_line(limit: float, axes: str = "y") -> dict[str, object]:
    """A dashed line across the chart at a limit of quantification."""
    line = {"color": INK, "dash": "dash", "width": 1}
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": axes,
        "y0": limit,
        "y1": limit,
        "line": line,
    }


def profile_traces(profile: Profile, ink: str, floor: float) -> list[Trace]:
    """Quantified levels as a line with filled symbols, samples below the limit as open triangles."""
    points = [(day, value) for day, value in zip(profile.days, profile.values, strict=True) if value > 0]
    quantified: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": profile.patient,
        "x": [day for day, _ in points],
        "y": [value for _, value in points],
        "line": {"color": ink, "width": 1.3},
        "marker": {"color": ink, "size": 5},
        "hovertemplate": "day %{x}: %{y:,.4~g} copies/µg",
    }
    below: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": profile.patient,
        "x": list(profile.below_days),
        "y": [limit or floor for limit in profile.below_limits],
        "marker": {"symbol": "triangle-down-open", "color": ink, "size": 9},
        "hovertemplate": "day %{x}: below the limit",
    }
    return [trace for trace in (quantified, below) if trace["x"]]


def _swimmer(name: str, label: str, figure: SwimmerFigure) -> Chart:
    lanes = figure.lanes
    names = [lane.patient for lane in lanes]
    layout = base_layout(140 + LANE_HEIGHT * max(len(lanes), 6)) | {
        "xaxis": axis("Days since infusion", side="top", range=[-1, 36], domain=[0, 0.36]),
        "xaxis2": axis("Months since infusion", side="top", domain=[0.39, 1], rangemode="tozero"),
        "yaxis": axis("", range=[len(lanes) - 0.4, -0.6], type="category", categoryarray=names, dtick=1)
        | {"categoryorder": "array", "tickfont": {"size": 10}},
        "barmode": "overlay",
    }
    traces = [_course(lanes), *_bars(lanes), *_marks(lanes), _ongoing(lanes)]
    return Chart(name, label, tuple(trace for trace in traces if trace["y"]), layout, key=KEY)


def _course(lanes: tuple[Lane, ...]) -> Trace:
    x = [value for lane in lanes for value in (0, lane.end / DAYS_PER_MONTH, None)]
    y = [value for lane in lanes for value in (lane.patient, lane.patient, None)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "xaxis": "x2",
        "line": {"color": FAINT, "width": 1},
        "hoverinfo": "skip",
    }


def _bars(lanes: tuple[Lane, ...]) -> list[Trace]:
    found = [(lane.patient, bar) for lane in lanes for bar in lane.bars]
    return [
        _bar_trace([(who, bar) for who, bar in found if bar.kind == kind], kind)
        for kind in ("B-cell aplasia", "CRS", "ICANS")
    ]


def _bar_trace(bars: list[tuple[str, Bar]], kind: str) -> Trace:
    graded = kind != "B-cell aplasia"
    scale = 1 if graded else 1 / DAYS_PER_MONTH
    offset, width = PLACES[kind]
    return {
        "type": "bar",
        "orientation": "h",
        "name": kind,
        "y": [who for who, _ in bars],
        "xaxis": "x" if graded else "x2",
        "base": [bar.first * scale for _, bar in bars],
        "x": [(bar.last - bar.first + graded) * scale for _, bar in bars],
        "offset": [offset] * len(bars),
        "width": [width] * len(bars),
        "text": [str(bar.grade) if graded else "" for _, bar in bars],
        "textposition": "outside",
        "textfont": {"size": 9},
        "cliponaxis": False,
        "marker": {
            "color": [GRADES[bar.grade or 0] if graded else "rgba(0,158,115,0.4)" for _, bar in bars],
            "line": {"color": INK, "width": 0.7 if graded else 0},
            "pattern": {"shape": "/" if kind == "ICANS" else ""},
        },
        "customdata": [[bar.first, bar.last, bar.grade] for _, bar in bars],
        "hovertemplate": f"{kind}: day %{{customdata[0]}} to %{{customdata[1]}}"
        + (", grade %{customdata[2]}" if graded else ""),
    }


def _marks(lanes: tuple[Lane, ...]) -> list[Trace]:
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": kind,
            "xaxis": "x2",
            "x": [mark.day / DAYS_PER_MONTH for lane in lanes for mark in lane.marks if mark.kind == kind],
            "y": [lane.patient for lane in lanes for mark in lane.marks if mark.kind == kind],
            "marker": {"symbol": symbol, "size": 9, "color": FILLS[kind], "line": {"color": INK, "width": 1}},
            "customdata": [mark.day for lane in lanes for mark in lane.marks if mark.kind == kind],
            "hovertemplate": f"{kind}: day %{{customdata}}",
        }
        for kind, symbol in SYMBOLS.items()
    ]


def _ongoing(lanes: tuple[Lane, ...]) -> Trace:
    open_lanes = [lane for lane in lanes if lane.ongoing]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "follow-up goes on",
        "xaxis": "x2",
        "x": [lane.end / DAYS_PER_MONTH for lane in open_lanes],
        "y": [lane.patient for lane in open_lanes],
        "marker": {"symbol": "triangle-right", "size": 9, "color": INK},
        "customdata": [lane.end for lane in open_lanes],
        "hovertemplate": "last contact: day %{customdata}",
    }
