"""Event-free survival by what the sources name at infusion: blinatumomab, burden, fludarabine exposure, time from HCT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.characteristics import Characteristic
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.event_free_survival import EVENT
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.grouping import Grouping
from cartwise.analyses.hct_handlings import followed, handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import curves_figure, risk_table_of, ticks_of
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.evidence import threshold
from cartwise.measures.blinatumomab_exposure import blinatumomab_exposure
from cartwise.measures.burden import marrow_blasts_before_ld, mrd_before_ld_range
from cartwise.measures.fludarabine_exposure import fludarabine_suboptimal
from cartwise.measures.history import hct_to_relapse
from cartwise.measures.outcome import event_free_survival as time
from cartwise.measures.outcome import event_free_survival_event as event
from cartwise.measures.transplant import infused
from cartwise.statistics import KaplanMeier, Regression, benjamini_hochberg, firth_cox, kaplan_meier, log_rank

HIGH_BURDEN = 5.0
"""Per cent of marrow blasts from which burden is high in 004:102."""
EARLY_RELAPSE = threshold("westhafen-2025/early-relapse-after-hct")
MONTHS = (12.0, 24.0)


FEATURES = (
    Characteristic(blinatumomab_exposure, words="Blinatumomab before"),
    Characteristic(marrow_blasts_before_ld, cut=HIGH_BURDEN, words="Marrow blasts before lymphodepletion"),
    Characteristic(mrd_before_ld_range, cut=1e-2, words="MRD before lymphodepletion"),
    Characteristic(fludarabine_suboptimal, words="Fludarabine exposure suboptimal"),
    Characteristic(hct_to_relapse, cut=EARLY_RELAPSE.cutoffs("mo")[0], words="Time from HCT to relapse"),
)
"""The family of comparisons: 004:102, 004:191, 002:194; the groups are known at infusion."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One feature: its groups, their curves, and the patients behind them."""

    item: Characteristic
    groups: Grouping
    data: pd.DataFrame
    curves: KaplanMeier
    model: Regression | None


@analysis(
    topic="Survival and relapse",
    question="Does event-free survival differ by earlier blinatumomab, burden, fludarabine exposure, or time from HCT to relapse?",
    title="Event-free survival by feature",
    among=infused,
    needs=(time, event),
    uses=tuple(item.measure for item in FEATURES),
)
def event_free_survival_by_feature(cohort: Cohort) -> Result:
    """Event-free survival at months 12 and 24 and hazard ratios by the features that the sources name, each alone."""
    found = [_compared(cohort, item) for item in FEATURES]
    table = _table(found)
    result = cohort.result(
        # Without counts: groups by several features of the same patients differ by few.
        tables={"features": table, "not_known": _not_known(found)},
        figures=_figures(found, table),
        estimates={
            f"{one.item.label}, {c.term.label}": c.estimate()
            for one in found
            if one.model
            for c in one.model.coefficients
        },
        about=(
            "Event-free survival by features known at infusion, each alone: share free of events at months 12 and 24 and hazard ratio "
            "against the first group, with 95 % confidence intervals. q is the log-rank p adjusted for the features "
            "compared. Patients for whom a feature is not known are left out of its comparison alone, and counted. The result has no shared form."
        ),
        methods=_methods(cohort, found),
    )
    return with_handlings(result, _handlings(cohort, found))


def _handlings(cohort: Cohort, found: list[Compared]) -> pd.DataFrame:
    parts = []
    for one in [one for one in found if one.groups.of] or found[:1]:
        inside = {name: cohort.sheets[name] for name in one.groups.of}
        rows = followed(replace(cohort, sheets=inside, groups=one.groups), "event_free_survival", EVENT)
        table = handlings(rows, [EVENT], groups=one.groups, months=MONTHS)
        table.insert(0, "feature", one.item.label)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _compared(cohort: Cohort, item: Characteristic) -> Compared:
    groups = item.groups(cohort.sheets)
    days, events = cohort.numbers("event_free_survival"), cohort.known("event_free_survival_event")
    data = pd.DataFrame(
        {
            "month": pd.Series({n: days[n] / DAYS_PER_MONTH for n in groups.of}, dtype="float64"),
            "event": pd.Series({n: int(events[n] is True) for n in groups.of}, dtype="int64"),
            item.label: pd.Categorical([groups.of[n] for n in groups.of], list(groups.levels)),
        }
    )
    curves = kaplan_meier(data["month"], data["event"], group=data[item.label], unit="mo")
    fitted = data["event"].any() and len(set(data[item.label])) > 1
    model = firth_cox(data, [item.label], time="month", event="event") if fitted else None
    return Compared(item, groups, data, curves, model)


SHARES = [f"{name}_{month:g}" for month in MONTHS for name in ("month", "lower", "upper")]
COLUMNS = ["feature", "group", "n", "events", *SHARES, "hazard_ratio", "lower", "upper", "p", "q", "remark"]


def _table(found: list[Compared]) -> pd.DataFrame:
    rows = [row for one in found for row in _rows(one)]
    tests = {str(row["feature"]): row["p"] for row in rows if isinstance(row["p"], float)}
    adjusted = dict(zip(tests, benjamini_hochberg([*tests.values()]), strict=True)) if tests else {}
    table = pd.DataFrame([row | {"q": adjusted.get(str(row["feature"]))} for row in rows], columns=COLUMNS)
    return table.astype(dict.fromkeys([*SHARES, "hazard_ratio", "lower", "upper", "p", "q"], "Float64"))


def _rows(one: Compared) -> Iterator[dict[str, object]]:
    test = log_rank(one.data["month"], one.data["event"], one.data[one.item.label])
    p = None if isinstance(test.p, Missing) else test.p
    why = test.p.reason if isinstance(test.p, Missing) else ""
    ratios = {c.term.level: c for c in one.model.coefficients} if one.model else {}
    if not one.groups.levels:
        yield {
            "feature": one.item.label,
            "group": "",
            "n": 0,
            "events": 0,
            "p": None,
            "remark": "known for nobody",
        }
    for level in one.groups.levels:
        of = one.data[one.data[one.item.label] == level]
        row = {
            "feature": one.item.label,
            "group": level,
            "n": len(of),
            "events": int(of["event"].sum()),
            "p": p,
        }
        readings = one.curves.at(list(MONTHS))[level]
        for reading in readings:
            at = f"{reading.at:g}"
            row |= {f"month_{at}": reading.value, f"lower_{at}": reading.lower, f"upper_{at}": reading.upper}
        ratio = ratios.get(level)
        if ratio is not None:
            row |= {"hazard_ratio": ratio.ratio, "lower": ratio.lower, "upper": ratio.upper}
        reasons = [why, ratio.reason if ratio is not None else "", *(reading.reason for reading in readings)]
        yield row | {"remark": "; ".join(dict.fromkeys(reason for reason in reasons if reason))}


def _not_known(found: list[Compared]) -> pd.DataFrame:
    rows = [
        (one.item.label, reason, list(one.groups.reasons.values()).count(reason))
        for one in found
        for reason in sorted(set(one.groups.reasons.values()))
    ]
    return pd.DataFrame(rows, columns=["feature", "reason", "patients"])


def _figures(found: list[Compared], table: pd.DataFrame) -> dict[str, Figure]:
    rows = tuple(
        IntervalRow(
            row["feature"],
            f"{row['group']} ({row['events']} of {row['n']})",
            row["hazard_ratio"],
            None if pd.isna(row["lower"]) else row["lower"],
            None if pd.isna(row["upper"]) else row["upper"],
            (row["feature"], row["group"]),
        )
        for row in table.to_dict("records")
        if not pd.isna(row["hazard_ratio"])
    )
    label = "Hazard ratio of an event, against the first group"
    figures: dict[str, Figure] = {}
    if rows:
        figures[""] = IntervalFigure(rows, "features", label, logarithmic=True, reference=1.0)
    return figures | {one.item.measure.name: _drawn(one) for one in found if one.model}


def _drawn(one: Compared) -> Figure:
    test = log_rank(one.data["month"], one.data["event"], one.data[one.item.label])
    risk = risk_table_of(one.curves, ticks_of(float(one.data["month"].max())))
    return curves_figure(one.curves, risk, "Event-free survival", one.item.label, test)


def _methods(cohort: Cohort, found: list[Compared]) -> tuple[str, ...]:
    return (
        f"Event-free survival: {cohort.method('event_free_survival')}." if cohort.sheets else "",
        *(f"{one.item.label}: {cohort.method(one.item.measure.name)}." for one in found if cohort.sheets),
        (
            f"Cut-offs: marrow blasts {HIGH_BURDEN:g} % (004:102); time from HCT to relapse {EARLY_RELAPSE.printed} "
            f"({EARLY_RELAPSE.locator}); MRD 10⁻² (001:122). Hazard ratios have Firth's penalty; q by Benjamini and Hochberg (1995) over the features compared."
        ),
        *(one.curves.methods for one in found),
        *(one.model.methods for one in found if one.model),
    )
