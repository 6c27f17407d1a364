"""The time line of one patient: CAR T cells, B cells, MRD and everything that happened, on one axis of days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cartwise.analyses import KineticsFigure, Profile, aplasia, episodes, levels, milestones
from cartwise.measures import Sheet
from cartwise.reports.charts import Chart, Layout, Trace, View, axis, base_layout
from cartwise.reports.cohort_charts import FILLS, SYMBOLS, limit_line, profile_traces
from cartwise.reports.figures.kinetics import bottom
from cartwise.reports.figures.style import GRADES, INK, colour
from cartwise.study import Patient, Row

SHOWN_TREATMENTS = (
    "lymphodepletion",
    "tocilizumab",
    "siltuximab",
    "steroid",
    "anakinra",
    "ruxolitinib",
    "blinatumomab",
    "inotuzumab",
    "immunoglobulin",
    "TKI",
    "maintenance",
)
"""Treatments with a track of their own, from top to bottom; only those that were given have one."""
LAST = 3650.0
MRD_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Event:
    """Something on the time line: its track, its days, and what there is to say about it."""

    track: str
    first: float
    last: float
    words: str
    grade: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The time line of one patient as a chart and as the table beneath it."""

    chart: Chart
    table: pd.DataFrame


def timeline(sheet: Sheet) -> Timeline:
    """The time line of the record as its view shows it."""
    patient = sheet.patient
    events = [*_toxicities(patient), *_treatments(patient), *_states(sheet), *_marks(patient)]
    samples = _samples(patient)
    rows = sorted([*samples, *((e.first, e.track, e.words) for e in events)], key=lambda row: row[0])
    table = pd.DataFrame(rows, columns=["day", "what", "finding"])
    return Timeline(_chart(patient, events), table)


def _toxicities(patient: Patient) -> list[Event]:
    return [
        Event(
            kind,
            bar.first,
            bar.last + 1,
            f"grade {bar.grade} at most, day {bar.first:g} to {bar.last:g}",
            bar.grade,
        )
        for kind in ("CRS", "ICANS")
        for bar in episodes(patient, kind)
    ]


def _treatments(patient: Patient) -> list[Event]:
    return [
        _treatment(row, kind)
        for kind in SHOWN_TREATMENTS
        for row in patient.treatments.where(kind=kind).between(-60, LAST)
    ]


def _treatment(row: Row, kind: str) -> Event:
    last = row.day if row.end_day is None else row.end_day
    until = "" if row.end_day is None or row.end_day == row.day else f", to day {row.end_day:g}"
    detail = f": {row.detail}" if row.detail else ""
    return Event(kind.capitalize(), row.day, last + 1, f"{kind}{detail}{until}")


def _states(sheet: Sheet) -> list[Event]:
    end = max(sheet.patient.last_day or 0.0, 0.0)
    return [
        Event(bar.kind, bar.first, bar.last, f"seen from day {bar.first:g} to {bar.last:g}")
        for bar in aplasia(sheet, end)
    ]


def _marks(patient: Patient) -> list[Event]:
    return [Event("Events", mark.day, mark.day, mark.kind, mark=mark.kind) for mark in milestones(patient)]


def _samples(patient: Patient) -> list[tuple[float, str, str]]:
    rows = [(row.day, "CAR T cells, blood", _level(row)) for row in levels(patient, LAST)]
    rows += [
        (row.day, f"B cells, {row.specimen}", words)
        for row in patient.b_cells.between(-60, LAST)
        if (words := _b_cells(row))
    ]
    rows += [
        (row.day, f"MRD by {row.method}, {row.specimen}", _mrd(row)) for row in patient.mrd.between(-60, LAST)
    ]
    rows += [
        (row.day, "Response", row.value)
        for row in patient.assessments.where(kind="response").between(-60, LAST)
    ]
    return rows


def _level(row: Row) -> str:
    if row.below_limit:
        limit = "" if row.lower_limit is None else f" of {row.lower_limit:g}"
        return f"below the limit{limit}"
    return "not given in copies/µg" if row.copies_per_ug is None else f"{row.copies_per_ug:,.4g} copies/µg"


def _b_cells(row: Row) -> str:
    parts = (
        (row.count, "/µL"),
        (row.percent_of_lymphocytes, " % of lymphocytes"),
        (row.percent_of_wbc, " % of white cells"),
    )
    return ", ".join(f"{value:g}{unit}" for value, unit in parts if value is not None)


def _mrd(row: Row) -> str:
    return row.result if row.level is None else f"{row.result}, {row.level:.2g}"


def _chart(patient: Patient, events: list[Event]) -> Chart:
    tracks = list(dict.fromkeys(event.track for event in events)) or ["Events"]
    height = 640 + 24 * len(tracks)
    share = 24 * len(tracks) / height
    tops = (1.0, 0.70 + 0.30 * share, 0.40 + 0.6 * share, share)
    profile = _profile(patient)
    figure = KineticsFigure((profile,), (), "", "")
    limits = {row.lower_limit for row in levels(patient, LAST) if row.lower_limit}
    mrd = _mrd_traces(patient)
    layout = base_layout(height) | {
        "xaxis": axis(_anchor(patient), range=[-8, 95], anchor="y4"),
        "yaxis": axis(
            "CAR T cells<br>copies/µg",
            type="log",
            dtick=1,
            exponentformat="power",
            domain=[tops[1] + 0.02, 1],
        ),
        "yaxis2": axis(
            "B cells, % of<br>lymphocytes", domain=[tops[2] + 0.02, tops[1] - 0.02], rangemode="tozero"
        ),
        "yaxis3": axis(
            "MRD", type="log", dtick=1, exponentformat="power", domain=[tops[3] + 0.03, tops[2] - 0.02]
        )
        | _whole_decades(mrd),
        "yaxis4": axis("", type="category", domain=[0, tops[3]], categoryarray=tracks[::-1])
        | {"categoryorder": "array"},
        "barmode": "overlay",
        "shapes": [limit_line(limit) for limit in sorted(limits)] + [_day_zero()],
    }
    traces = [
        *profile_traces(profile, colour(0), bottom(figure)),
        *_b_cell_traces(patient),
        *mrd,
        *_track_traces(events),
    ]
    views = (
        View("First 5 weeks", (-8, 36)),
        View("First 3 months", (-8, 95)),
        View("First year", (-30, 370)),
        View("All", None),
    )
    label = "Time line: CAR T cells, B cells, MRD, toxicity, treatment and events by day since the index day"
    return Chart("timeline", label, tuple(traces), layout, views)


def _whole_decades(traces: list[Trace]) -> Layout:
    """The range of a logarithmic axis from one power of ten to another, so that both ends are named."""
    values = [math.log10(value) for trace in traces for value in trace["y"] if value > 0]
    if not values:
        return {}
    low, high = math.floor(min(values)), math.ceil(max(values))
    return {"range": [low - 0.2, max(high, low + 1) + 0.2]}


def _anchor(patient: Patient) -> str:
    return {
        "infusion": "Days since infusion",
        "referral": "Days since referral (not infused)",
    }.get(patient.anchor, "Days, as counted in the record")


def _day_zero() -> dict[str, Any]:
    line = {"color": INK, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _profile(patient: Patient) -> Profile:
    rows = levels(patient, LAST)
    found = [row for row in rows if row.copies_per_ug is not None and not row.below_limit]
    below = [row for row in rows if row.below_limit]
    return Profile(
        "CAR T cells",
        tuple(row.day for row in found),
        tuple(row.copies_per_ug for row in found),
        tuple(row.day for row in below),
        tuple(row.lower_limit for row in below),
    )


def _b_cell_traces(patient: Patient) -> list[Trace]:
    rows = patient.b_cells.where(specimen="blood").that(lambda row: row.percent_of_lymphocytes is not None)
    points = [(row.day, row.percent_of_lymphocytes, "B cells") for row in rows]
    return _points(points, axes="y2", ink=colour(2), symbol="circle")


def _mrd_traces(patient: Patient) -> list[Trace]:
    traces: list[Trace] = []
    for number, method in enumerate(dict.fromkeys(row.method for row in patient.mrd)):
        rows = patient.mrd.where(method=method).that(lambda row: row.result != "not evaluable")
        found = [(row.day, row.level, method) for row in rows if row.level]
        rest = [
            (row.day, row.sensitivity or MRD_FLOOR, f"{method}, {row.result}")
            for row in rows
            if not row.level
        ]
        traces += _points(found, axes="y3", ink=colour(number), symbol="square")
        traces += _points(rest, axes="y3", ink=colour(number), symbol="triangle-down-open")
    return traces


def _points(points: list[tuple[float, float, str]], *, axes: str, ink: str, symbol: str) -> list[Trace]:
    """Day, value and words of each sample; open symbols stand for no value and are not joined."""
    if not points:
        return []
    days, values, words = (list(column) for column in zip(*points, strict=True))
    joined = "markers" if symbol.endswith("open") else "lines+markers"
    trace: Trace = {"type": "scatter", "mode": joined, "x": days, "y": values, "text": words, "yaxis": axes}
    trace |= {"line": {"color": ink, "width": 1.2}, "marker": {"color": ink, "symbol": symbol, "size": 7}}
    shown = "" if symbol.endswith("open") else ": %{y:.3~g}"
    return [trace | {"hovertemplate": f"day %{{x}}, %{{text}}{shown}<extra></extra>"}]


def _track_traces(events: list[Event]) -> list[Trace]:
    bars = [event for event in events if not event.mark]
    traces: list[Trace] = []
    if bars:
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "yaxis": "y4",
                "y": [event.track for event in bars],
                "base": [event.first for event in bars],
                "x": [event.last - event.first for event in bars],
                "text": ["" if event.grade is None else str(event.grade) for event in bars],
                "textposition": "inside",
                "textangle": 0,
                "marker": {"color": [_fill(event) for event in bars], "line": {"color": INK, "width": 0.7}},
                "customdata": [event.words for event in bars],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    for kind, symbol in SYMBOLS.items():
        marks = [event for event in events if event.mark == kind]
        if marks:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers+text",
                    "yaxis": "y4",
                    "x": [event.first for event in marks],
                    "y": [event.track for event in marks],
                    "text": [kind] * len(marks),
                    "textposition": "middle right",
                    "marker": {"symbol": symbol, "size": 11, "color": FILLS[kind]}
                    | {"line": {"color": INK, "width": 1}},
                    "hovertemplate": f"{kind}: day %{{x}}<extra></extra>",
                }
            )
    return traces


def _fill(event: Event) -> str:
    if event.grade is not None:
        return GRADES[event.grade]
    return "#a9dccb" if event.track == "B-cell aplasia" else "#cfe3f1"
