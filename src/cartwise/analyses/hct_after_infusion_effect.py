"""Transplant after infusion and leukaemia-free survival: sound approaches beside the one usually published."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.first_event import CENSORED, COARSE, HCT, RELAPSE, Handling, first_events, with_hct
from cartwise.analyses.hct_approaches import (
    ARMS,
    BIASED,
    LANDMARKS,
    Effect,
    at_landmark,
    effects,
    effects_table,
)
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import curves_figure, risk_table_of, ticks_of
from cartwise.basis import Estimate, Missing
from cartwise.measures.outcome import overall_survival, overall_survival_event
from cartwise.measures.response import relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion, infused
from cartwise.statistics import cumulative_incidence, kaplan_meier, log_rank

HANDLINGS: tuple[Handling, ...] = ("ignored", "censored", "competing")
HORIZONS = (12.0, 24.0)
"""Months at which the three handlings of transplant are read."""
ANY = "Relapse or death"


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
    return cohort.result(
        # Without counts: the arms of the approaches differ by few patients.
        tables={"effects": table, "handlings": _handlings(followed)},
        figures=_figures(followed, table),
        estimates={f"hazard ratio, {effect.approach}": effect.ratio for effect in found},
        about=_about(found, len(data) - len(followed)),
        methods=_methods(cohort, found),
    )


def _handlings(data: pd.DataFrame) -> pd.DataFrame:
    columns = ["outcome", "hct", "patients", "events", "month", "incidence", "lower", "upper", "remark"]
    rows = [
        row
        for outcome in (ANY, RELAPSE)
        for handling in HANDLINGS
        for row in _handled(data, outcome, handling)
    ]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[5:8], "Float64"))


def _handled(data: pd.DataFrame, outcome: str, handling: Handling) -> Iterator[tuple[object, ...]]:
    """Cumulative incidence of an outcome at each horizon, with one handling of transplant."""
    chosen = with_hct(data, handling)
    cause = chosen["cause"].replace(dict.fromkeys(COARSE, ANY)) if outcome == ANY else chosen["cause"]
    competing = [] if outcome == ANY else [other for other in COARSE if other != RELAPSE]
    named = pd.Categorical(cause, [CENSORED, outcome, *competing, HCT])
    if chosen.empty:
        yield (outcome, handling, 0, 0, None, None, None, None, "no patient was followed")
        return
    curves = cumulative_incidence(chosen["month"].to_numpy(float), named, unit="mo")
    readings = next(found for (_, of), found in curves.at(list(HORIZONS)).items() if of == outcome)
    for reading in readings:
        seen = int(((cause == outcome) & (chosen["month"] <= reading.at)).sum())
        numbers = (reading.value, reading.lower, reading.upper, reading.reason)
        yield (outcome, handling, len(chosen), seen, reading.at, *numbers)


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
    handled = (
        "The table of handlings reads each outcome with HCT ignored, with follow-up censored at HCT, and with HCT as a "
        "competing event. The result has no shared form: the arms of the approaches differ by few patients."
    )
    return f"{shown}{warned}{gone} {handled}"


def _methods(cohort: Cohort, found: list[Effect]) -> tuple[str, ...]:
    definition = cohort.method("hct_after_infusion")
    return (
        (
            "Time to the first event: from infusion to relapse or death of any cause, otherwise to the end of follow-up; "
            "HCT does not end it unless said so."
        ),
        f"HCT after infusion: {definition}." if definition else "",
        *(sentence for effect in found for sentence in effect.methods),
        (
            "With HCT ignored the outcome counts whatever HCT came before; with HCT as end of observation it is what would "
            "be seen if nobody were transplanted and transplant were unrelated to prognosis; with HCT as competing event it "
            "is the share of all patients with the outcome before any HCT. Relapse has death without relapse as competing "
            "event throughout (Aalen-Johansen, Greenwood-type variance)."
        ),
    )
