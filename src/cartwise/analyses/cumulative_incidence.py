"""Cumulative incidence of relapse by CD19 status, with death in remission as competing event."""

from __future__ import annotations

import math

import pandas as pd

from cartwise.analyses.analysis import Followed, analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import IncidenceFigure, IncidenceLine, IncidencePanel
from cartwise.analyses.first_event import (
    COARSE,
    DEATH,
    DEFINITION,
    FINE,
    RELAPSE,
    first_events,
)
from cartwise.analyses.hct_handlings import CENSORED, handlings, with_handlings, with_hct
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import EVERYBODY, p_value, ticks_of
from cartwise.basis import Estimate, Missing
from cartwise.measures.outcome import leukaemia_free_survival as time
from cartwise.measures.outcome import leukaemia_free_survival_event as event
from cartwise.measures.response import complete_response, relapse_immunophenotype
from cartwise.measures.transplant import infused
from cartwise.statistics import CumulativeIncidence, IncidenceCurve, TestResult, gray_test
from cartwise.statistics import cumulative_incidence as aalen_johansen

COMPARED = (RELAPSE, DEATH)
"""The causes that are compared between groups."""


def _first_events(cohort: Cohort) -> pd.DataFrame:
    """First events with the transplant as the study's definition of leukaemia-free survival takes it."""
    censored = cohort.study.about.definitions.lfs_hct == "censored"
    return with_hct(first_events(cohort), "censored" if censored else "ignored")


@analysis(
    topic="Survival and relapse",
    question="How many patients relapse, with or without CD19, and how many die in remission?",
    title="Cumulative incidence of relapse and death in remission",
    among=infused,
    needs=(time, event),
    uses=(relapse_immunophenotype, complete_response),
    comparison="baseline",
    followed=Followed(causes=COMPARED, ends=_first_events),
)
def cumulative_incidence(cohort: Cohort) -> Result:
    """Aalen-Johansen curves from infusion to relapse or death without it, by a group known at infusion."""
    events, data = first_events(cohort), _first_events(cohort)
    labels = cohort.groups.levels if cohort.groups else (EVERYBODY,)
    data["group"] = pd.Categorical(data["group"] if cohort.groups else [EVERYBODY] * len(data), list(labels))
    coarse, fine = _curves(data, "cause", COARSE), _curves(data, "fine", FINE)
    tests = _tests(data) if cohort.groups else {}
    ticks = ticks_of(max(data["month"], default=0.0))
    label = cohort.groups.label if cohort.groups else ""
    stacked, compared = _stacked(fine, ticks, label), _compared(coarse, ticks, tests, cohort)
    figures = {"": compared, "stacked": stacked} if cohort.groups else {"": stacked, "by_cause": compared}
    result = cohort.result(
        # Without counts: beside leukaemia-free survival, which is shared, they would give small counts away.
        tables={
            "incidence": _table(coarse, fine, ticks),
            "first_events": _counts(data),
            **({"gray_tests": _tests_table(tests)} if tests else {}),
        },
        figures=figures,
        estimates=_estimates(coarse, ticks),
        about=_about(tests, grouped=cohort.groups is not None),
        methods=(*_methods(cohort), coarse.methods, *(test.methods for test in tests.values())),
    )
    return with_handlings(result, handlings(events, COMPARED, groups=cohort.groups))


def _curves(data: pd.DataFrame, column: str, causes: tuple[str, ...]) -> CumulativeIncidence:
    """Curves of the causes that anybody met, and of relapse and death in remission in any case."""
    seen = [cause for cause in causes if cause in COMPARED or (data[column] == cause).any()]
    named = pd.Categorical(data[column], [CENSORED, *seen])
    return aalen_johansen(data["month"].to_numpy(float), named, group=data["group"], unit="mo")


def _tests(data: pd.DataFrame) -> dict[str, TestResult]:
    if data.empty:
        return {}
    named = pd.Categorical(data["cause"], [CENSORED, *COARSE])
    months = data["month"].to_numpy(float)
    return {cause: gray_test(months, named, data["group"], cause_of_interest=cause) for cause in COMPARED}


def _table(coarse: CumulativeIncidence, fine: CumulativeIncidence, ticks: list[float]) -> pd.DataFrame:
    rows = [
        {
            "group": group,
            "cause": cause,
            "month": reading.at,
            "at_risk": _at_risk(curves.curves[group, cause], reading.at),
            "events": int(
                curves.curves[group, cause].events[curves.curves[group, cause].times <= reading.at].sum()
            ),
            "incidence": reading.value,
            "lower": reading.lower,
            "upper": reading.upper,
            "remark": reading.reason,
        }
        for group in coarse.groups
        for curves in (coarse, fine)
        for (of_group, cause), readings in curves.at(ticks).items()
        if of_group == group and not (curves is fine and (group, cause) in coarse.curves)
        for reading in readings
    ]
    columns = ["group", "cause", "month", "at_risk", "events", "incidence", "lower", "upper", "remark"]
    numbers = dict.fromkeys(("incidence", "lower", "upper"), "Float64")
    return pd.DataFrame(rows, columns=columns).astype(numbers)


def _at_risk(curve: IncidenceCurve, month: float) -> int:
    later = curve.at_risk[curve.times >= month]
    return int(later[0]) if later.size else 0


def _counts(data: pd.DataFrame) -> pd.DataFrame:
    """`group, first_event, patients`; those who are censored have their own line."""
    found = [
        {"group": group, "first_event": cause, "patients": int((of_group["fine"] == cause).sum())}
        for group, of_group in data.groupby("group", observed=False)
        for cause in (*FINE, CENSORED)
    ]
    return pd.DataFrame(found, columns=["group", "first_event", "patients"])


def _tests_table(tests: dict[str, TestResult]) -> pd.DataFrame:
    rows = [
        {
            "cause": cause,
            "chi2": None if isinstance(test.statistic, Missing) else test.statistic,
            "df": test.df,
            "p": None if isinstance(test.p, Missing) else test.p,
            "remark": test.p.reason if isinstance(test.p, Missing) else "",
        }
        for cause, test in tests.items()
    ]
    return pd.DataFrame(rows, columns=["cause", "chi2", "df", "p", "remark"]).astype(
        {"chi2": "Float64", "df": "Int64", "p": "Float64"}
    )


def _stacked(curves: CumulativeIncidence, ticks: list[float], label: str) -> IncidenceFigure:
    panels = tuple(
        IncidencePanel(
            f"{label}: {group}" if label else group,
            tuple(_line(curve, curve.cause) for curve in curves.curves.values() if curve.group == group),
            (("At risk", _risk_row(curves, group, ticks)),),
        )
        for group in curves.groups
    )
    return IncidenceFigure(
        panels, tuple(ticks), "Months since infusion", "Cumulative incidence", stacked=True
    )


def _compared(
    curves: CumulativeIncidence, ticks: list[float], tests: dict[str, TestResult], cohort: Cohort
) -> IncidenceFigure:
    risk = tuple((group, _risk_row(curves, group, ticks)) for group in curves.groups)
    panels = tuple(
        IncidencePanel(
            cause,
            tuple(_line(curve, curve.group) for curve in curves.curves.values() if curve.cause == cause),
            risk,
            _note(tests.get(cause)),
        )
        for cause in COMPARED
    )
    legend = cohort.groups.label if cohort.groups else ""
    return IncidenceFigure(
        panels, tuple(ticks), "Months since infusion", "Cumulative incidence", legend=legend
    )


def _risk_row(curves: CumulativeIncidence, group: str, ticks: list[float]) -> tuple[int, ...]:
    curve = next(curve for curve in curves.curves.values() if curve.group == group)
    return tuple(_at_risk(curve, tick) for tick in ticks)


def _line(curve: IncidenceCurve, label: str) -> IncidenceLine:
    return IncidenceLine(
        label,
        float(curve.times[-1]) if curve.times.size else 0.0,
        tuple(float(t) for t in curve.times),
        tuple(float(f) for f in curve.incidence),
        tuple(None if math.isnan(limit) else float(limit) for limit in curve.lower),
        tuple(None if math.isnan(limit) else float(limit) for limit in curve.upper),
    )


def _note(test: TestResult | None) -> str:
    return "" if test is None or isinstance(test.p, Missing) else f"Gray's test {p_value(test.p)}"


def _estimates(curves: CumulativeIncidence, ticks: list[float]) -> dict[str, Estimate | Missing]:
    return {
        f"{cause} by {reading.at:g} months, {group}": reading.estimate()
        for (group, cause), readings in curves.at(ticks[1:] or [0.0]).items()
        for reading in readings
    }


def _about(tests: dict[str, TestResult], *, grouped: bool) -> str:
    shown = (
        "Cumulative incidence with competing risks (Aalen-Johansen), with pointwise 95 % confidence intervals (variance of "
        "the Greenwood type; on the scale of log(-log(1 - F))) and the number at risk. Stacked areas add up to the share of patients with any "
        "first event; one minus Kaplan-Meier, which overstates each of them, is not drawn. A death of leukaemia without a recorded "
        "relapse, and a death without a documented remission, are causes of their own, neither relapse nor death in remission; where "
        "there are many, both of those tell too little. The result has no shared form, "
        "because beside leukaemia-free survival its counts would give small ones away."
    )
    if not grouped:
        return shown
    answers = [
        f"{cause}: not compared, {test.p.reason}"
        if isinstance(test.p, Missing)
        else f"{cause}: {p_value(test.p)}"
        for cause, test in tests.items()
    ]
    return f"{shown} Gray's test between groups ({'; '.join(answers) or 'nobody to compare'}), not adjusted for other differences."


def _methods(cohort: Cohort) -> tuple[str, ...]:
    definition = cohort.method("leukaemia_free_survival")
    if not definition:
        return ()
    note = f"{cohort.groups.label} was {cohort.groups.note}." if cohort.groups and cohort.groups.note else ""
    return (f"Time to the first event: {definition}.", DEFINITION, note)
