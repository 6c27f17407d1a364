"""How long B-cell aplasia lasts: a loss is known to lie between two samples, so a curve at either end is drawn."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.aplasia_handlings import ABOUT as HANDLED
from cartwise.analyses.aplasia_handlings import aplasia_handlings
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import curves_figure, p_value, risk_table_of, ticks_of
from cartwise.basis import DAYS_PER_MONTH, Estimate, Interval, Missing
from cartwise.measures.aplasia import bca_duration, bca_loss, end_of_aplasia
from cartwise.measures.transplant import infused
from cartwise.statistics import IntervalCensored, KaplanMeier, LogRank, kaplan_meier, log_rank, turnbull

EARLIEST = "loss at the last sample with aplasia"
LATEST = "loss at the first sample without"
BOUNDS = (EARLIEST, LATEST)
MONTHS = (3.0, 6.0, 12.0)
"""Months at which the share still aplastic is read (004:58, 003:91)."""


@analysis(
    topic="CAR T cells and B-cell aplasia",
    question="How long does B-cell aplasia last after infusion?",
    title="Duration of B-cell aplasia",
    among=infused,
    needs=(bca_duration,),
    uses=(bca_loss,),
    comparison="baseline",
)
def duration_of_aplasia(cohort: Cohort) -> Result:
    """Kaplan-Meier curves of B-cell aplasia with the loss at either end of its interval, by a group known at infusion."""
    data = _data(cohort)
    curves = {bound: _curves(data, bound, cohort) for bound in BOUNDS}
    tests = {bound: _test(data, bound) for bound in BOUNDS} if cohort.groups else {}
    both = _both(data) if not cohort.groups else curves[LATEST]
    ticks = ticks_of(float(data["latest"].max()) if len(data) else 0.0)
    risk = risk_table_of(both, ticks)
    test = tests.get(LATEST)
    label = "Still in B-cell aplasia" if not cohort.groups else f"Still in B-cell aplasia ({LATEST})"
    legend = cohort.groups.label if cohort.groups else "Two ways of dating a loss"
    result = cohort.result(
        # Without counts: a curve steps on the days on which single patients were sampled.
        tables={
            "between_bounds": _between(data, cohort),
            "bounds": _bounds(curves, tests),
            "ended": _ended(cohort),
            "risk_table": risk,
        },
        figures={"": curves_figure(both, risk, label, legend, test, x_label=_since(cohort))},
        estimates=_estimates(curves),
        about=_about(tests),
        methods=_methods(cohort, curves, tests),
    )
    told = with_handlings(result, aplasia_handlings(cohort, MONTHS))
    return replace(told, about=f"{told.about} {HANDLED}")


def _since(cohort: Cohort) -> str:
    return f"Months since {cohort.study.about.definitions.bca_duration_from}"


def _data(cohort: Cohort) -> pd.DataFrame:
    """`earliest, latest` (months), `event, group`: where aplasia was not lost, both are its last sample."""
    rows = []
    for name, sheet in cohort.sheets.items():
        lasted = sheet.value("bca_duration")
        if isinstance(lasted, Interval):
            latest = lasted.by if lasted.seen else lasted.after
            group = cohort.groups.of[name] if cohort.groups else "All patients"
            rows.append((lasted.after / DAYS_PER_MONTH, latest / DAYS_PER_MONTH, int(lasted.seen), group))
    columns = {"earliest": "float64", "latest": "float64", "event": "int64", "group": "object"}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _curves(data: pd.DataFrame, bound: str, cohort: Cohort) -> KaplanMeier:
    levels = list(cohort.groups.levels) if cohort.groups else ["All patients"]
    return kaplan_meier(
        _time(data, bound), data["event"], group=pd.Categorical(data["group"], levels), unit="mo"
    )


def _time(data: pd.DataFrame, bound: str) -> pd.Series:
    return data["earliest"] if bound == EARLIEST else data["latest"]


def _both(data: pd.DataFrame) -> KaplanMeier:
    """The same patients twice, at either end of their interval: two curves to be read as one band, never compared."""
    time = [*_time(data, EARLIEST), *_time(data, LATEST)]
    bound = pd.Categorical([EARLIEST] * len(data) + [LATEST] * len(data), list(BOUNDS))
    return kaplan_meier(time, [*data["event"], *data["event"]], group=bound, unit="mo")


def _test(data: pd.DataFrame, bound: str) -> LogRank:
    return log_rank(_time(data, bound), data["event"], data["group"])


def _bounds(curves: dict[str, KaplanMeier], tests: dict[str, LogRank]) -> pd.DataFrame:
    rows = []
    for bound, found in curves.items():
        readings = found.at(list(MONTHS))
        for group, curve in found.curves.items():
            median = found.median()[group]
            row = {"bound": bound, "group": group, "n": curve.n, "lost": int(curve.events.sum())}
            row |= {"median": median.value, "median_lower": median.lower, "median_upper": median.upper}
            row |= {f"aplastic_month_{r.at:g}": r.value for r in readings[group]}
            test = tests.get(bound)
            row |= {
                "p": None if test is None or isinstance(test.p, Missing) else test.p,
                "remark": median.reason,
            }
            rows.append(row)
    columns = ["bound", "group", "n", "lost", "median", "median_lower", "median_upper"]
    columns += [*(f"aplastic_month_{month:g}" for month in MONTHS), "p", "remark"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:-1], "Float64"))


def _turnbull(data: pd.DataFrame, cohort: Cohort) -> dict[str, IntervalCensored]:
    levels = cohort.groups.levels if cohort.groups else ("All patients",)
    found = {}
    for level in levels:
        inside = data[data["group"] == level]
        by = inside["latest"].where(inside["event"] == 1, math.inf)
        found[level] = turnbull(inside["earliest"], by)
    return found


def _between(data: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """The estimate for interval-censored times: median and share still aplastic, each from one end to the other."""
    rows = []
    for group, found in _turnbull(data, cohort).items():
        median = found.median()
        row: dict[str, object] = {"group": group, "n": found.n, "remark": ""}
        if isinstance(median, Missing):
            row["remark"] = median.reason
        else:
            row |= {"median_after": median.after, "median_by": median.by}
        for month in MONTHS:
            share = found.survival(month)
            if not isinstance(share, Missing):
                row |= {f"month_{month:g}_from": share[0], f"month_{month:g}_to": share[1]}
        rows.append(row)
    numbers = ["median_after", "median_by", *(f"month_{m:g}_{end}" for m in MONTHS for end in ("from", "to"))]
    return pd.DataFrame(rows, columns=["group", "n", *numbers, "remark"]).astype(
        dict.fromkeys(numbers, "Float64")
    )


def _ended(cohort: Cohort) -> pd.DataFrame:
    """What ended the watch over aplasia: loss, or else what came first; all but loss and the last sample may be informative."""
    ends = []
    for sheet in cohort.sheets.values():
        lasted = sheet.value("bca_duration")
        if isinstance(lasted, Interval):
            day, what = end_of_aplasia(sheet.patient)
            ends.append("loss" if lasted.seen else what if day < float("inf") else "last sample")
    counts = [(what, ends.count(what)) for what in dict.fromkeys(["loss", *sorted(set(ends))])]
    return pd.DataFrame(counts, columns=["ended_by", "patients"])


def _estimates(curves: dict[str, KaplanMeier]) -> dict[str, Estimate | Missing]:
    found = {
        f"median, {group}, {bound}": median.estimate()
        for bound, of in curves.items()
        for group, median in of.median().items()
    }
    return found | {
        f"aplastic at month {reading.at:g}, {group}, {bound}": reading.estimate()
        for bound, of in curves.items()
        for group, readings in of.at(list(MONTHS)).items()
        for reading in readings
    }


def _about(tests: dict[str, LogRank]) -> str:
    shown = (
        "Share still in B-cell aplasia (Kaplan-Meier, pointwise 95 % confidence band). A loss is known only to lie between two "
        "samples (interval censoring). The table between_bounds gives the estimate made for such times (Turnbull); where a "
        "month lies within an interval its share has two ends. The curves take the loss at the last sample with aplasia and at the "
        "first without, which is the usual way; with censoring they need not enclose the truth. Relapse, HCT, the next course and B-cell depleting treatment censor, and may do so informatively: the "
        "table `ended` counts them. The result has no shared form."
    )
    said = [
        f"{bound}: {'not compared, ' + t.p.reason if isinstance(t.p, Missing) else p_value(t.p)}"
        for bound, t in tests.items()
    ]
    return f"{shown} Log-rank test between groups at either end: {'; '.join(said)}." if said else shown


def _methods(cohort: Cohort, curves: dict[str, KaplanMeier], tests: dict[str, LogRank]) -> tuple[str, ...]:
    note = cohort.groups.note if cohort.groups else ""
    return (
        f"Duration of B-cell aplasia: {cohort.method('bca_duration')}." if cohort.sheets else "",
        "Kaplan-Meier curves were made with each loss at either end of its interval.",
        turnbull([0.0], [1.0]).methods,
        *(found.methods for found in curves.values()),
        *(test.methods for test in tests.values()),
        f"{cohort.groups.label} was {note}." if cohort.groups and note else "",
    )
