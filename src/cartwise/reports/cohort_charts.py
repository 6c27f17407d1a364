"""Interactive charts of the cohort: individual kinetics and the course of each patient."""

from __future__ import annotations

from cartwise.analyses import Bar, Figure, KineticsFigure, Lane, Profile, SwimmerFigure
from cartwise.basis import DAYS_PER_MONTH
from cartwise.reports.charts import Chart, Trace, View, axis, base_layout
from cartwise.reports.figures.kinetics import BY_LEVEL, bottom
from cartwise.reports.figures.style import FAINT, GRADES, INK, colour
from cartwise.reports.figures.swimmer import IN_ORDER, STATES, TOXICITY_PLACE
from cartwise.reports.figures.thinning import MOST_LANES, Band, band, curves_drawn, evenly, some_of

LANE_HEIGHT = 22
THIN = "rgba(110,110,110,0.5)"
"""Ink of the curves of some patients beneath what all of them did."""
BAND_KEY = (
    "Blue line and band: median and quartiles of all patients sampled about that day, while they are a fifth of the cohort; a "
    "sample below its limit counts as at the limit."
)
KEY = "Left, by days: CRS (upper bar) and ICANS (lower, hatched), each with its highest grade at its end."
LASTING_KEY = {
    "B-cell aplasia": "B-cell aplasia (green)",
    "RD": "disease, RD (orange, crossed)",
    "CR": "remission, CR (pale blue)",
    "CRi": "remission with incomplete counts, CRi (pale blue, dotted)",
    "CR/CRi + B Cell Aplasia": "remission with B-cell aplasia (green, lines)",
    "CR/CRi + B Cell Recovery": "remission after B cells came back (amber, hatched)",
}
PLACES = {"CRS": (-0.42, 0.4), "ICANS": (0.02, 0.4)}
LASTING_PLACE = (-0.25, 0.5)
"""Offset and height of a bar in its lane."""
PALE = "66"
"""Appended to a colour: two fifths opaque."""
SYMBOLS = {"Infusion": "line-ns", "HCT": "diamond", "Relapse": "x", "Death": "cross"}
FILLS = {"Infusion": INK, "HCT": colour(4), "Relapse": colour(1), "Death": "#000000"}


def chart_of(name: str, label: str, figure: Figure) -> Chart | None:
    """The interactive form of a figure; None where the print figure is enough."""
    if isinstance(figure, KineticsFigure):
        return _kinetics(name, label, figure)
    return _swimmer(name, label, figure) if isinstance(figure, SwimmerFigure) else None


def _kinetics(name: str, label: str, figure: KineticsFigure) -> Chart:
    floor, drawn = bottom(figure), curves_drawn(figure)
    of_all = band(figure, floor)
    traces = [
        trace
        for number, profile in enumerate(drawn)
        for trace in profile_traces(profile, colour(number) if of_all is None else THIN, floor)
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
    some = some_of(len(drawn), len(figure.profiles), BY_LEVEL)
    key = f"Drawn in grey: {some}. {BAND_KEY}" if some else ""
    return Chart(name, label, (*traces, *band_traces(of_all)), layout, views, key=key)


def band_traces(of_all: Band | None) -> list[Trace]:
    """Median and quartiles of a whole cohort, over its curves."""
    if of_all is None:
        return []
    shared: Trace = {"type": "scatter", "mode": "lines", "x": list(of_all.days)}
    edge = shared | {"line": {"width": 0}, "hoverinfo": "skip"}
    lines = {"color": colour(0), "width": 3}
    told = "median of all, about day %{x}: %{y:,.4~g} copies/µg<extra></extra>"
    return [
        edge | {"y": list(of_all.lower)},
        edge | {"y": list(of_all.upper), "fill": "tonexty", "fillcolor": "rgba(0,114,178,0.25)"},
        shared | {"y": list(of_all.median), "line": lines, "hovertemplate": told},
    ]


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
    lanes = evenly(figure.lanes, MOST_LANES)
    names = [lane.patient for lane in lanes]
    layout = base_layout(140 + LANE_HEIGHT * max(len(lanes), 6)) | {
        "xaxis": axis("Days", side="top", range=[-1, 36], domain=[0, 0.36]),
        "xaxis2": axis("Months since infusion", side="top", domain=[0.39, 1], rangemode="tozero"),
        "yaxis": axis("", range=[len(lanes) - 0.4, -0.6], type="category", categoryarray=names, dtick=1)
        | {"categoryorder": "array", "tickfont": {"size": 10}},
        "barmode": "overlay",
        "margin": {"l": 10, "r": 10, "t": 90, "b": 20},  # buttons stand above the titles of the axes
    }
    for name_of_axis in ("xaxis", "xaxis2"):
        layout[name_of_axis]["title"]["standoff"] = 4
    traces = [_course(lanes), *_bars(lanes), *_marks(lanes), _ongoing(lanes)]
    return Chart(name, label, tuple(trace for trace in traces if trace["y"]), layout, key=_key(figure, lanes))


def _key(figure: SwimmerFigure, lanes: tuple[Lane, ...]) -> str:
    there = {bar.kind for lane in lanes for bar in lane.bars}
    lasting = "; ".join(words for kind, words in LASTING_KEY.items() if kind in there)
    marks = "HCT (diamond), relapse (cross), death (plus), follow-up that goes on (arrow)."
    some = some_of(len(lanes), len(figure.lanes), IN_ORDER)
    drawn = f" Drawn: {some}." if some else ""
    return f"{KEY} Right, by months: {lasting + '; ' if lasting else ''}{marks}{drawn}"


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
        for kind in (*LASTING_KEY, *TOXICITY_PLACE)
    ]


def _bar_trace(bars: list[tuple[str, Bar]], kind: str) -> Trace:
    graded = kind in TOXICITY_PLACE
    scale = 1 if graded else 1 / DAYS_PER_MONTH
    offset, width = PLACES.get(kind, LASTING_PLACE)
    fill, pattern = STATES.get(kind, (colour(2), ""))
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
            "color": [GRADES[bar.grade or 0] for _, bar in bars] if graded else fill + PALE,
            "line": {"color": INK, "width": 0.7 if graded else 0.4 * (kind in STATES)},
            "pattern": {"shape": "/" if kind == "ICANS" else ""} if graded else _pattern(pattern),
        },
        "customdata": [[bar.first, bar.last, bar.grade] for _, bar in bars],
        "hovertemplate": f"{kind}: day %{{customdata[0]}} to %{{customdata[1]}}"
        + (", grade %{customdata[2]}" if graded else ""),
    }


def _pattern(print_pattern: str) -> dict[str, object]:
    """The pattern of the print figure over the colour of a bar."""
    return {"shape": print_pattern[:1], "fillmode": "overlay", "size": 6, "fgcolor": INK, "fgopacity": 0.6}


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
