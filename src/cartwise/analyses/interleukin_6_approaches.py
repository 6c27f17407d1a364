"""The ways of asking whether interleukin 6 foretells severe toxicity: before infusion, by day 3, day by day, and its peak."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.hct_approaches import SOUND
from cartwise.analyses.screened_models import Way, few_events, no_model
from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.interleukin_6 import EARLY_DAY, PEAK_DAYS, il_6_levels
from cartwise.measures.severe_toxicity import first_day_of
from cartwise.statistics import (
    Coefficient,
    Regression,
    cox,
    firth_cox,
    firth_logistic,
    logistic,
    time_varying,
)

LEVEL = "Interleukin 6, per doubling"
BIASED = "biased: measured during the syndrome it is to foretell"
ODDS = Way(
    "odds_ratio",
    lambda data, columns: logistic(data, columns, outcome="event"),
    lambda data, columns: firth_logistic(data, columns, outcome="event"),
    "logistic",
)
COLUMNS = ["outcome", "approach", "standing", "ratio", "method", "n", "events"]
COLUMNS += ["estimate", "lower", "upper", "p", "left_out", "remark"]

METHODS = (
    (
        "Interleukin 6: odds ratios by logistic regression and hazard ratios by Cox regression (Efron ties; with Firth's penalty "
        "Breslow ties), each ordinary and with Firth's penalty."
    ),
    (
        "Interleukin 6 enters as its logarithm to base 2, so that ratios are per doubling; a value below a limit that is not "
        "recorded has no number, and its patient is left out there."
    ),
    (
        f"Landmark at day {EARLY_DAY}: patients in follow-up after day {EARLY_DAY} whom the toxicity had not reached by then, by "
        f"their highest level of days 0 to {EARLY_DAY}; day {EARLY_DAY} is our choice."
    ),
    (
        f"The peak of days 0 to {PEAK_DAYS} comes during the syndrome as a rule; as if known before, it tells how the syndrome "
        "raises interleukin 6 and not what foretells the syndrome."
    ),
    (
        f"Day by day: hazard of reaching the toxicity up to day {PEAK_DAYS}, by the latest level of an earlier day (time-varying "
        "covariate; a level of a day counts from the day after it)."
    ),
)


@dataclass(frozen=True, slots=True)
class Toxicity:
    """An outcome: what it is called, its measure, and the kind and grade that it is reached with."""

    label: str
    measure: str
    kind: str
    grade: int


def il_6_rows(
    sheets: Mapping[str, Sheet], toxicity: Toxicity, *, as_published: bool
) -> Iterator[dict[str, object]]:
    """One row an approach and method (ordinary, Firth), the sound approaches first.

    Args:
        sheets: the patients for whom it is known whether the toxicity came.
        toxicity: the outcome.
        as_published: whether the peak, measured during the syndrome, is also taken as if known before.
    """
    events = {name: sheet.value(toxicity.measure) is True for name, sheet in sheets.items()}
    yield from _logistic(sheets, events, toxicity, "il_6_before_infusion", approach="Before infusion")
    later = {name: sheet for name, sheet in sheets.items() if _reached(sheet, toxicity) > EARLY_DAY}
    yield from _logistic(later, events, toxicity, "il_6_by_day_3", approach=f"Landmark at day {EARLY_DAY}")
    yield from _day_by_day(sheets, toxicity)
    if as_published:
        peak = "Peak, as if known before"
        yield from _logistic(sheets, events, toxicity, "il_6_peak", approach=peak, standing=BIASED)


def _reached(sheet: Sheet, toxicity: Toxicity) -> float:
    day = first_day_of(sheet.patient, toxicity.kind, toxicity.grade)
    end = sheet.value("overall_survival")
    return day if not isinstance(day, Missing) else float(end) if isinstance(end, int | float) else 0.0


def _logistic(
    sheets: Mapping[str, Sheet],
    events: Mapping[str, bool],
    toxicity: Toxicity,
    measure: str,
    *,
    approach: str,
    standing: str = SOUND,
) -> Iterator[dict[str, object]]:
    levels = {name: sheet.value(measure) for name, sheet in sheets.items()}
    known = {name: math.log2(float(v)) for name, v in levels.items() if isinstance(v, int | float) and v > 0}
    data = pd.DataFrame(
        {LEVEL: pd.Series(known, dtype="float64"), "event": [int(events[name]) for name in known]}
    )
    head: dict[str, object] = {
        "outcome": toxicity.label,
        "approach": approach,
        "standing": standing,
        "ratio": "odds ratio",
    }
    head |= {"n": len(data), "events": int(data["event"].sum()), "left_out": len(events) - len(data)}
    if reason := no_model(data, LEVEL, ODDS):
        yield head | {"method": "none", "remark": reason}
        return
    for method, fit in (("ordinary", ODDS.fit), ("Firth", ODDS.penalised)):
        yield head | {"method": method} | _numbers(fit(data, [LEVEL]))


def _numbers(model: Regression) -> dict[str, object]:
    found: Coefficient = model.coefficients[0]
    return {
        "estimate": found.ratio,
        "lower": found.lower,
        "upper": found.upper,
        "p": found.p,
        "remark": "; ".join(part for part in (found.reason, few_events(model)) if part),
    }


def _day_by_day(sheets: Mapping[str, Sheet], toxicity: Toxicity) -> Iterator[dict[str, object]]:
    rows, levels = [], []
    for name, sheet in sheets.items():
        day = first_day_of(sheet.patient, toxicity.kind, toxicity.grade)
        end = min(PEAK_DAYS, _reached(sheet, toxicity))
        if end > 0:
            rows.append((name, end, int(not isinstance(day, Missing) and day <= PEAK_DAYS)))
            levels += [(name, day, value) for day, value in _by_day(sheet).items()]
    head: dict[str, object] = {
        "outcome": toxicity.label,
        "approach": "Latest level, day by day",
        "standing": SOUND,
    }
    data = pd.DataFrame(rows, columns=["patient", "time", "event"])
    known = pd.DataFrame(levels, columns=["patient", "day", "value"])
    head |= {"ratio": "hazard ratio", "n": len(data), "events": int(data["event"].sum())}
    if data.empty or known.empty or not data["event"].any():
        reason = "nobody was followed" if data.empty else "no event" if len(known) else "no level is recorded"
        yield head | {"method": "none", "left_out": len(sheets) - len(data), "remark": reason}
        return
    cut = time_varying(data, patient="patient", time="time", event="event", values={LEVEL: known})
    at_risk = cut.data.dropna(subset=[LEVEL])
    n, events = at_risk["patient"].nunique(), int(at_risk["event"].sum())
    head |= {"n": n, "events": events, "left_out": len(sheets) - n}
    if not events:
        yield head | {"method": "none", "remark": "no event among those with an earlier level"}
        return
    for method, fit in (("ordinary", cox), ("Firth", firth_cox)):
        model = fit(at_risk, [LEVEL], time="stop", event="event", entry="start")
        yield head | {"method": method} | _numbers(model)


def _by_day(sheet: Sheet) -> dict[float, float]:
    """The level by day as a logarithm, the latest before infusion on day 0 and of several on a day the last."""
    found = il_6_levels(sheet.patient)
    return {max(item.day, 0.0): math.log2(item.value) for item in found if item.value and item.value > 0}
