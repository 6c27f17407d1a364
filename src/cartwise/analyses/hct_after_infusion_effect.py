"""Transplant after infusion and leukaemia-free survival: sound approaches beside the one usually published."""

from __future__ import annotations

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.first_event import EITHER, RELAPSE, first_events, relapse_or_death
from cartwise.analyses.hct_approaches import (
    ARMS,
    BIASED,
    LANDMARKS,
    Effect,
    at_landmark,
    effects,
    effects_table,
)
from cartwise.analyses.hct_handlings import CENSORED, handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import curves_figure, risk_table_of, ticks_of
from cartwise.basis import Estimate, Missing
from cartwise.measures.outcome import overall_survival, overall_survival_event
from cartwise.measures.response import relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion, infused
from cartwise.statistics import kaplan_meier, log_rank


@analysis(
    topic="Transplant and what follows infusion",
    question="Do patients who are transplanted after infusion stay free of leukaemia longer?",
    title="Effect of HCT after infusion",
    among=infused,
    needs=(overall_survival, overall_survival_event, relapsed_after_infusion, hct_after_infusion),
    published="HCT at any time as if known at infusion (001:122): immortal time",
)
def hct_after_infusion_effect(cohort: Cohort) -> Result:
    """Hazard ratio of relapse or death with HCT: time-varying and from landmarks; as published, as if known at infusion."""
    data = first_events(cohort)
    data["event"] = (data["cause"] != CENSORED).astype(int)
    # A day of infusion without any follow-up after it is no time at risk.
    followed = data[data["month"] > 0].reset_index(drop=True)
    found = list(effects(followed, as_published=cohort.as_published))
    table = effects_table(found)
    result = cohort.result(
        # Without counts: the arms of the approaches differ by few patients.
        tables={"effects": table},
        figures=_figures(followed, table),
        estimates={f"hazard ratio, {effect.approach}": effect.ratio for effect in found},
        about=_about(found, len(data) - len(followed)),
        methods=_methods(cohort, found),
    )
    return with_handlings(result, _handlings(followed))


def _handlings(data: pd.DataFrame) -> pd.DataFrame:
    """Relapse or death, and relapse with death competing."""
    parts = [handlings(relapse_or_death(data), [EITHER]), handlings(data, [RELAPSE])]
    return pd.concat(parts, ignore_index=True)


def _figures(data: pd.DataFrame, table: pd.DataFrame) -> dict[str, Figure]:
    rows = tuple(
        IntervalRow(
            row["standing"].capitalize(),
            f"{row['approach']} ({row['hct']} of {row['hct'] + row['no_hct']} with HCT)",
            row["hazard_ratio"],
            None if pd.isna(row["lower"]) else row["lower"],
            None if pd.isna(row["upper"]) else row["upper"],
            (row["approach"],),
        )
        for row in table.to_dict("records")
        if not pd.isna(row["hazard_ratio"])
    )
    if not rows:
        return {}
    label = "Hazard ratio, HCT against no HCT"
    figures: dict[str, Figure] = {"": IntervalFigure(rows, "effects", label, logarithmic=True, reference=1.0)}
    return figures | {
        f"landmark_{month:g}": _curves(data, month) for month in LANDMARKS if _both(data, month)
    }


def _both(data: pd.DataFrame, month: float) -> bool:
    return at_landmark(data, month).data["hct"].nunique() == 2


def _curves(data: pd.DataFrame, month: float) -> Figure:
    kept = at_landmark(data, month).data
    arm = pd.Categorical.from_codes(kept["hct"].tolist(), pd.Index(ARMS))
    time = kept["month"] - month
    curves = kaplan_meier(time, kept["event"], group=arm, unit="mo")
    test = log_rank(time, kept["event"], arm)
    risk = risk_table_of(curves, ticks_of(max(time)))
    since = f"Months since the landmark at month {month:g}"
    return curves_figure(curves, risk, "Leukaemia-free survival", f"By month {month:g}", test, x_label=since)


def _about(found: list[Effect], unfollowed: int) -> str:
    answered = any(isinstance(effect.ratio, Estimate) for effect in found)
    shown = (
        "Hazard ratio of relapse or death with HCT against without, with 95 % confidence interval, by approach. As a "
        "time-varying covariate, HCT counts from its day on; from a landmark, HCT by that day counts and earlier events are "
        "left out. None of them corrects for who was chosen for HCT."
    )
    if any(effect.standing == BIASED for effect in found):
        shown += (
            " The row that takes HCT as if known at infusion is shown because it is what is usually published; it is biased by "
            "immortal time and is not to be relied on."
        )
    if not answered:
        reason = next(effect.ratio.reason for effect in found if isinstance(effect.ratio, Missing))
        shown = f"No effect of HCT can be estimated: {reason}."
    small = any(effect.warning for effect in found)
    warned = (
        " Small numbers: see the remarks of the table; intervals and p values are approximate."
        if small
        else ""
    )
    gone = (
        f" Patients without a day of follow-up, left out of the comparisons: {unfollowed}."
        if unfollowed
        else ""
    )
    return f"{shown}{warned}{gone} The result has no shared form: the arms of the approaches differ by few patients."


def _methods(cohort: Cohort, found: list[Effect]) -> tuple[str, ...]:
    definition = cohort.method("hct_after_infusion")
    return (
        (
            "Time to the first event: from infusion to relapse or death of any cause, otherwise to the end of follow-up; "
            "HCT does not end it unless said so."
        ),
        f"HCT after infusion: {definition}." if definition else "",
        *(sentence for effect in found for sentence in effect.methods),
    )
