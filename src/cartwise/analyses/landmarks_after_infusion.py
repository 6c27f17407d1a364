"""What becomes known after infusion and relapse or death after it: HCT, loss of B-cell aplasia, NGS-MRD, from landmarks on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.aplasia_told import APLASIA_LOST, ever_lost, from_landmark, told_at, told_of, varying
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.first_event import first_events
from cartwise.analyses.hct_approaches import (
    BIASED,
    HCT_DONE,
    SOUND,
    Effect,
    Exposure,
    at_landmark,
    compared,
    effects,
    effects_table,
    month_named,
)
from cartwise.analyses.hct_handlings import CENSORED
from cartwise.analyses.printed_disputes import METHODS as DISPUTES
from cartwise.analyses.printed_disputes import printed_disputes
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import curves_figure, risk_table_of, ticks_of
from cartwise.basis import DAYS_PER_MONTH, Interval
from cartwise.measures.aplasia import bca_duration, bca_loss, end_of_aplasia
from cartwise.measures.outcome import overall_survival, overall_survival_event
from cartwise.measures.residual_disease import (
    CURRENT_DAYS,
    DAY_28,
    MONTH_3,
    ngs_detected_day_28,
    ngs_detected_month_3,
)
from cartwise.measures.response import relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion, infused
from cartwise.statistics import benjamini_hochberg, cox, kaplan_meier, log_rank

MONTHS = (63 / DAYS_PER_MONTH, 3.0, 6.0, 9.0, 12.0)
"""Landmarks: day 63 and months 3, 6, 9 and 12."""
DRAWN = (3.0, 6.0)
"""Landmarks whose curves are drawn for what happens at any time."""

NGS_FOUND = Exposure(
    "detected",
    ("NGS-MRD negative", "NGS-MRD detected"),
    "NGS-MRD was detected in nobody",
    "NGS-MRD was detected in everybody",
    "",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that becomes known after infusion, and what was found of it.

    Attributes:
        label: what it is.
        exposure: the same for tables and reasons.
        asked, left_out: patients of whom it can be asked, and the others.
        found: the comparisons.
        drawn: by landmark in words, the rows whose curves are drawn.
        undetermined: by approach, patients at risk of whom it is not known at that landmark.
    """

    label: str
    exposure: Exposure
    asked: int
    left_out: int
    found: tuple[Effect, ...]
    drawn: Mapping[str, pd.DataFrame]
    undetermined: Mapping[str, int] = field(default_factory=dict)


@analysis(
    topic="Transplant and what follows infusion",
    question="Do HCT, loss of B-cell aplasia, and NGS-MRD at day 28 and month 3 go with relapse or death after them?",
    title="What becomes known after infusion, and relapse or death",
    among=infused,
    needs=(overall_survival, overall_survival_event, relapsed_after_infusion, hct_after_infusion),
    uses=(bca_loss, bca_duration, ngs_detected_day_28, ngs_detected_month_3),
    published="HCT, loss of aplasia and duration of aplasia as if known at infusion (001:120-122): immortal time",
)
def landmarks_after_infusion(cohort: Cohort) -> Result:
    """Hazard ratios of relapse or death: landmarks at day 63 and months 3, 6, 9, 12, and time-varying covariates."""
    data = first_events(cohort)
    asked = [_hct(cohort, data), _aplasia(cohort, data), *_ngs(cohort, data)]
    table = _table(asked)
    if cohort.as_published:
        table = pd.concat([table, _duration(cohort, data)], ignore_index=True)
    return cohort.result(
        # Without counts: the arms of landmarks differ by few patients.
        tables={
            "effects": table,
            "left_out": _left_out(asked),
            "undetermined": _undetermined(asked),
            "printed_in_001": printed_disputes(lambda fact: fact.factor == "loss of B-cell aplasia"),
        },
        figures=_figures(asked, table),
        estimates={f"{one.label}, {effect.approach}": effect.ratio for one in asked for effect in one.found},
        about=_about(table, as_published=cohort.as_published),
        methods=_methods(cohort, asked),
    )


def _followed(data: pd.DataFrame) -> pd.DataFrame:
    """The patients with a day of follow-up, with the event as 0 or 1."""
    counted = data.assign(event=(data["cause"] != CENSORED).astype(int))
    return counted[counted["month"] > 0].reset_index(drop=True)


def _hct(cohort: Cohort, data: pd.DataFrame) -> Asked:
    rows = _followed(data)
    found = effects(rows, landmarks=MONTHS, as_published=cohort.as_published)
    kept = {month: at_landmark(rows, month).data for month in DRAWN}
    drawn = {month_named(month): data.assign(month=data["month"] - month) for month, data in kept.items()}
    return Asked("HCT after infusion", HCT_DONE, len(rows), len(data) - len(rows), tuple(found), drawn)


def _aplasia(cohort: Cohort, data: pd.DataFrame) -> Asked:
    """Follow-up ends where B cells no longer tell of the CAR T cells; relapse is the event and ends nothing."""
    known = [name for name, loss in cohort.known("bca_loss").items() if isinstance(loss, Interval)]
    rows = data[data["patient"].isin(known)]
    ends = [end_of_aplasia(cohort.sheets[name].patient) for name in rows["patient"]]
    told = pd.Series([math.inf if what == "relapse" else day for day, what in ends], index=rows.index)
    told = told / DAYS_PER_MONTH
    untold = told < rows["month"]
    rows = _followed(
        rows.assign(month=rows["month"].mask(untold, told), cause=rows["cause"].mask(untold, CENSORED))
    )
    samples = {name: told_of(cohort.sheets[name]) for name in rows["patient"]}
    at = {month: told_at(rows, samples, month) for month in MONTHS}
    found = [
        varying(rows, samples),
        *(from_landmark(kept, month) for month, (kept, _) in at.items()),
    ]
    if cohort.as_published:
        found.append(ever_lost(rows, samples))
    return Asked(
        "Loss of B-cell aplasia",
        APLASIA_LOST,
        len(rows),
        len(data) - len(rows),
        tuple(found),
        {month_named(month): at[month][0] for month in DRAWN},
        {f"Landmark at {month_named(month)}": count for month, (_, count) in at.items()},
    )


def _ngs(cohort: Cohort, data: pd.DataFrame) -> Iterator[Asked]:
    """The landmark is the last day of the window in which the test counts: all samples are taken by then, not all results told."""
    for label, measure, window in (
        ("NGS-MRD about day 28", "ngs_detected_day_28", DAY_28),
        ("NGS-MRD about month 3", "ngs_detected_month_3", MONTH_3),
    ):
        known = cohort.known(measure)
        start = window[2] / DAYS_PER_MONTH
        rows = _followed(data)
        rows = rows[rows["patient"].isin(known.keys()) & (rows["month"] > start)].reset_index(drop=True)
        rows = rows.assign(
            month=rows["month"] - start, detected=[int(known[n] is True) for n in rows["patient"]]
        )
        said = (
            f"{label}: patients with a test in its window, event-free and in follow-up after day {window[2]:g}, the last day of "
            "that window; the sample is taken by then, its result may have been told later."
        )
        found = compared(
            rows, NGS_FOUND, approach=f"Landmark at day {window[2]:g}", standing=SOUND, said=said
        )
        drawn = {f"day {window[2]:g}": rows}
        yield Asked(label, NGS_FOUND, len(rows), len(data) - len(rows), (found,), drawn)


_RENAMED = ("without", "with", "events_without", "events_with")


def _table(asked: Sequence[Asked]) -> pd.DataFrame:
    parts = []
    for one in asked:
        column = one.exposure.column
        names = (f"no_{column}", column, f"events_no_{column}", f"events_{column}")
        table = effects_table(one.found, one.exposure).rename(columns=dict(zip(names, _RENAMED, strict=True)))
        table.insert(0, "exposure", one.label)
        parts.append(table)
    table = pd.concat(parts, ignore_index=True)
    family = (table["standing"] == SOUND) & table["p"].notna()
    q = pd.Series(pd.NA, index=table.index, dtype="Float64")
    q[family] = benjamini_hochberg(table.loc[family, "p"].to_numpy(float))
    table.insert(list(table.columns).index("p") + 1, "q", q)
    return table


def _duration(cohort: Cohort, data: pd.DataFrame) -> pd.DataFrame:
    """The duration of aplasia as a baseline covariate, which 001:120 entered: known only when aplasia ends."""
    lasted = {
        n: v.after / DAYS_PER_MONTH
        for n, v in cohort.known("bca_duration").items()
        if isinstance(v, Interval)
    }
    rows = _followed(data)
    rows = rows[rows["patient"].isin(lasted.keys())]
    rows = rows.assign(duration=rows["patient"].map(lasted).astype("float64"))
    head: dict[str, object] = {
        "exposure": "Duration of B-cell aplasia, per month",
        "approach": "As if known at infusion",
    }
    head |= {"standing": BIASED, "without": None, "with": len(rows), "events_with": int(rows["event"].sum())}
    if rows.empty or rows["duration"].nunique() < 2 or not rows["event"].any():
        told: dict[str, object] = {"remark": "no event, or no patients whose aplasia lasted differently"}
    else:
        found = cox(rows, ["duration"], time="month", event="event").coefficients[0]
        told = {
            "hazard_ratio": found.ratio,
            "lower": found.lower,
            "upper": found.upper,
            "test": "Wald",
            "p": found.p,
        }
        told |= {"remark": found.reason}
    table = pd.DataFrame([head | told], columns=_table_columns())
    return table.astype(dict.fromkeys(("hazard_ratio", "lower", "upper", "p"), "Float64"))


def _table_columns() -> list[str]:
    return [
        "exposure",
        "approach",
        "standing",
        *_RENAMED,
        "hazard_ratio",
        "lower",
        "upper",
        "test",
        "p",
        "q",
        "remark",
    ]


def _left_out(asked: Sequence[Asked]) -> pd.DataFrame:
    rows = [(one.label, one.asked, one.left_out) for one in asked]
    return pd.DataFrame(rows, columns=["exposure", "in", "left_out"])


def _undetermined(asked: Sequence[Asked]) -> pd.DataFrame:
    rows = [(one.label, approach, count) for one in asked for approach, count in one.undetermined.items()]
    return pd.DataFrame(rows, columns=["exposure", "approach", "patients"])


def _figures(asked: Sequence[Asked], table: pd.DataFrame) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    drawn = table[table["hazard_ratio"].notna()]
    rows = tuple(
        IntervalRow(
            row["exposure"],
            row["approach"] + ("" if row["standing"] == SOUND else ", BIASED"),
            row["hazard_ratio"],
            None if pd.isna(row["lower"]) else row["lower"],
            None if pd.isna(row["upper"]) else row["upper"],
            (row["exposure"], row["approach"]),
        )
        for row in drawn.to_dict("records")
    )
    if rows:
        label = "Hazard ratio of relapse or death, with against without"
        figures[""] = IntervalFigure(rows, "effects", label, logarithmic=True, reference=1.0)
    for one in asked:
        figures |= _curves(one)
    return figures


def _curves(one: Asked) -> dict[str, Figure]:
    name = one.label.lower().replace(" ", "_").replace("-", "_")
    return {
        name if one.exposure is NGS_FOUND else f"{name}_{at.replace(' ', '_')}": _drawn(
            rows, one, f"Months since the landmark at {at}"
        )
        for at, rows in one.drawn.items()
        if _both(rows, one.exposure)
    }


def _both(rows: pd.DataFrame, exposure: Exposure) -> bool:
    return rows[exposure.column].nunique() == 2


def _drawn(rows: pd.DataFrame, one: Asked, since: str) -> Figure:
    arm = pd.Categorical.from_codes(rows[one.exposure.column].tolist(), pd.Index(one.exposure.arms))
    curves = kaplan_meier(rows["month"], rows["event"], group=arm, unit="mo")
    test = log_rank(rows["month"], rows["event"], arm)
    risk = risk_table_of(curves, ticks_of(float(rows["month"].max())))
    return curves_figure(curves, risk, "Free of relapse and death", one.label, test, x_label=since)


def _about(table: pd.DataFrame, *, as_published: bool) -> str:
    shown = (
        "Hazard ratio of relapse or death with against without, with 95 % confidence interval. From a landmark, only what had "
        "happened by then counts and earlier events are left out; as a time-varying covariate it counts from its day on. "
        f"B-cell aplasia counts as kept for {CURRENT_DAYS:g} days after a sample that shows it, and at most to the next sample; whoever "
        "is not known to have kept or lost it is not at risk, and at a landmark is counted as undetermined. Follow-up ends there at HCT "
        "and other B-cell depleting treatment. Several landmarks are several looks at the same patients: q is p adjusted for all "
        "sound comparisons of the table (Benjamini and Hochberg 1995). "
        "No approach corrects for who was chosen or who was tested."
    )
    if not table["hazard_ratio"].notna().any():
        shown = "No effect can be estimated; the remarks of the table say why."
    biased = (
        f" Rows called {BIASED} are shown because they are what is usually published; they are not to be relied on."
        if as_published
        else ""
    )
    return f"{shown}{biased} The result has no shared form: the arms of the landmarks differ by few patients."


def _methods(cohort: Cohort, asked: Sequence[Asked]) -> tuple[str, ...]:
    measures = ("hct_after_infusion", "bca_loss", "ngs_detected_day_28", "ngs_detected_month_3")
    said = [
        f"{measure.replace('_', ' ')}: {cohort.method(measure)}." for measure in measures if cohort.sheets
    ]
    return (
        "Time to the first event: from infusion to relapse or death of any cause, otherwise to the end of follow-up.",
        *said,
        DISPUTES,
        *(sentence for one in asked for effect in one.found for sentence in effect.methods),
    )
