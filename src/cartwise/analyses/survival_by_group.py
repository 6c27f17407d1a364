"""What the survival analyses share: Kaplan-Meier curves by group, their KMunicate table, and the log-rank test."""

from __future__ import annotations

import math

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import KaplanMeierFigure, RiskCell, StepCurve
from cartwise.analyses.result import Counts, Result, Sum
from cartwise.basis import DAYS_PER_MONTH, Estimate, Missing
from cartwise.measures import catalogue
from cartwise.statistics import Curve, KaplanMeier, LogRank, kaplan_meier, log_rank, reverse_kaplan_meier

EVERYBODY = "All patients"
MONTHS_PER_UNIT = {"d": 1 / DAYS_PER_MONTH, "mo": 1.0, "a": 12.0}
TICKS = (1, 2, 3, 6, 12, 24, 60)
"""Distances in months at which a risk table may count; the first that gives at most eight columns is taken."""

NUMBERS = ("expected", "median", "median_lower", "median_upper", "follow_up")

RISK = Counts(
    columns=("at_risk", "censored", "events"),
    shares=dict.fromkeys(("survival", "lower", "upper"), "events"),
    individual=("remark",),
    sums=(Sum(("month",)),),
    across=("", "at_risk", "censored", "events"),
    running=("group",),
)
# Events to the end of follow-up, less those at the last time shown in the risk table, would be a count as well.
GROUPS = Counts(
    columns=("n",),
    # A median and its limits are the days of single patients.
    individual=(
        "events",
        "censored",
        "expected",
        "remark",
        "median",
        "median_lower",
        "median_upper",
        "follow_up",
    ),
    sums=(Sum((), ("group", EVERYBODY)),),
)


def survival_by_group(cohort: Cohort, measure: str, words: str, *, since: str = "infusion") -> Result:
    """Kaplan-Meier curves of a survival measure, by the cohort's groups.

    Args:
        cohort: the cohort; `measure` and `measure_event` are known for everybody in it.
        measure: the survival time; `measure_event` says whether the event ended it.
        words: what it is, for the axis ("Overall survival").
        since: from when on it is counted, for the other axis.
    """
    time, event, group = _follow_up(cohort, measure)
    labels = cohort.groups.levels if cohort.groups else (EVERYBODY,)
    level = pd.Categorical(group, categories=list(labels)) if labels else pd.Categorical([])
    curves = kaplan_meier(time, event, group=level, unit="mo")
    test = log_rank(time, event, level) if cohort.groups else None
    legend = cohort.groups.label if cohort.groups else ""
    ticks = ticks_of(max(time, default=0.0))
    tables = {
        "risk_table": risk_table_of(curves, ticks),
        "groups": _groups(time, event, level, curves, test),
        "curve": curves.table().rename(columns={"time": "month"}),
    }
    return cohort.result(
        tables=tables,
        counts={"risk_table": RISK, "groups": GROUPS},
        figures={
            "": curves_figure(
                curves, tables["risk_table"], words, legend, test, x_label=f"Months since {since}"
            )
        },
        estimates=_estimates(curves, ticks),
        about=_about(test),
        methods=_methods(cohort, measure, curves, test),
    )


def _follow_up(cohort: Cohort, measure: str) -> tuple[list[float], list[int], list[str]]:
    scale = MONTHS_PER_UNIT[catalogue()[measure].unit]
    times = cohort.numbers(measure)
    events = cohort.known(f"{measure}_event")
    group = cohort.groups.of if cohort.groups else dict.fromkeys(times, EVERYBODY)
    return (
        [value * scale for value in times.values()],
        [int(events[name] is True) for name in times],
        [group[name] for name in times],
    )


def ticks_of(last: float) -> list[float]:
    """Months at which a risk table counts follow-up that ends at `last`."""
    step = next((step for step in TICKS if last / step <= 8), 12 * math.ceil(last / 84))
    return [float(step * i) for i in range(math.floor(last / step) + 1)]


def risk_table_of(curves: KaplanMeier, ticks: list[float]) -> pd.DataFrame:
    """The extended risk table at each tick, with the survival there."""
    table = curves.risk_table(ticks).rename(columns={"time": "month"})
    readings = [reading for of_group in curves.at(ticks).values() for reading in of_group]
    limits = [(r.value, r.lower, r.upper) for r in readings]
    return table.assign(
        **pd.DataFrame(limits, columns=["survival", "lower", "upper"], index=table.index, dtype="Float64"),
        remark=[reading.reason for reading in readings],
    )


def _groups(
    time: list[float],
    event: list[int],
    level: pd.Categorical,
    curves: KaplanMeier,
    test: LogRank | None,
) -> pd.DataFrame:
    follow_up = reverse_kaplan_meier(time, event, group=level, unit="mo").median()
    expected = dict(zip(test.groups, test.expected, strict=True)) if test else {}
    rows = [
        _group_row(curve, curves, follow_up[name].value, expected.get(name))
        for name, curve in curves.curves.items()
    ]
    if len(rows) > 1:
        whole = kaplan_meier(time, event, group=[EVERYBODY] * len(time), unit="mo")
        followed = reverse_kaplan_meier(time, event, unit="mo").median()["all"].value
        rows += [_group_row(curve, whole, followed, None) for curve in whole.curves.values()]
    table = pd.DataFrame(rows).astype(dict.fromkeys(NUMBERS, "Float64"))
    return table if test else table.drop(columns="expected")


def _group_row(
    curve: Curve, curves: KaplanMeier, follow_up: float | None, expected: float | None
) -> dict[str, object]:
    median = curves.median()[curve.group]
    return {
        "group": curve.group,
        "n": curve.n,
        "events": int(curve.events.sum()),
        "censored": int(curve.censored.sum()),
        "expected": expected,
        "median": median.value,
        "median_lower": median.lower,
        "median_upper": median.upper,
        "follow_up": follow_up,
        "remark": median.reason,
    }


def curves_figure(
    curves: KaplanMeier,
    risk: pd.DataFrame,
    words: str,
    legend: str,
    test: LogRank | None,
    *,
    x_label: str = "Months since infusion",
) -> KaplanMeierFigure:
    """The data of the figure of curves whose risk table is `risk`."""
    cells = tuple(
        RiskCell(row["group"], row["month"], row["at_risk"], row["censored"], row["events"])
        for row in risk.to_dict("records")
    )
    steps = tuple(_step_curve(curve) for curve in curves.curves.values())
    return KaplanMeierFigure(steps, cells, x_label, words, legend, _p_text(test))


def _step_curve(curve: Curve) -> StepCurve:
    return StepCurve(
        group=curve.group,
        end=float(curve.times[-1]) if curve.times.size else 0.0,
        times=tuple(float(t) for t in curve.times),
        survival=tuple(float(s) for s in curve.survival),
        lower=tuple(None if math.isnan(limit) else float(limit) for limit in curve.lower),
        upper=tuple(None if math.isnan(limit) else float(limit) for limit in curve.upper),
        at_risk=tuple(int(count) for count in curve.at_risk),
        events=tuple(int(count) for count in curve.events),
        censored=tuple(int(count) for count in curve.censored),
    )


def p_value(p: float) -> str:
    """A p value as papers print it."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _p_text(test: LogRank | None) -> str:
    if test is None:
        return ""
    return "" if isinstance(test.p, Missing) else f"log-rank {p_value(test.p)}"


def _estimates(curves: KaplanMeier, ticks: list[float]) -> dict[str, Estimate | Missing]:
    found = {
        f"survival at {tick:g} months, {name}": reading.estimate()
        for name, readings in curves.at(ticks[1:] or [0.0]).items()
        for tick, reading in zip(ticks[1:], readings, strict=False)
    }
    return found | {f"median, {name}": median.estimate() for name, median in curves.median().items()}


def _about(test: LogRank | None) -> str:
    shown = (
        "Kaplan-Meier estimate with pointwise 95 % confidence band; ticks mark censored patients. Under it the "
        "number at risk, and the cumulative numbers censored and with the event (KMunicate layout)."
    )
    if test is None:
        return shown
    if isinstance(test.p, Missing):
        return f"{shown} The groups were not compared: {test.p.reason}."
    return f"{shown} Two-sided log-rank test, {p_value(test.p)}, not adjusted for other differences between the groups."


def _methods(cohort: Cohort, measure: str, curves: KaplanMeier, test: LogRank | None) -> tuple[str, ...]:
    note = cohort.groups.note if cohort.groups else ""
    definition = cohort.method(measure)
    return (
        f"{cohort.title}: {definition}." if definition else "",
        curves.methods,
        test.methods if test else "",
        f"{cohort.groups.label} was {note}." if cohort.groups and note else "",
        f"Groups by {cohort.groups.label}: {cohort.method(cohort.groups.measure)}."
        if cohort.groups and cohort.method(cohort.groups.measure)
        else "",
    )
