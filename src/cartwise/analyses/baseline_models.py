"""Baseline covariates and survival: univariate screen, then Cox and Firth-penalised models, and one named beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.baseline_covariates import CANDIDATES, refused
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, ResidualFigure, ResidualPanel
from cartwise.analyses.grouping import counted
from cartwise.analyses.hazard_ratio_handlings import ABOUT as HANDLED
from cartwise.analyses.hazard_ratio_handlings import hazard_ratio_handlings
from cartwise.analyses.imputed_models import Imputed, imputed
from cartwise.analyses.printed_survival_covariates import ABOUT as PRINTED_ABOUT
from cartwise.analyses.printed_survival_covariates import METHODS as PRINTED_WAY
from cartwise.analyses.printed_survival_covariates import Printed, printed_table
from cartwise.analyses.result import Result
from cartwise.analyses.screened_models import (
    ENTERS_BELOW,
    SUMMARY,
    Screened,
    Together,
    Way,
    few_events,
    forest,
    multivariable_table,
    screen,
    summary_row,
    together,
    univariate_table,
)
from cartwise.analyses.survival_by_group import p_value
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.statistics import Cox, cox, firth_cox, ph_test

SURVIVAL = Way(
    "hazard_ratio",
    lambda data, columns: cox(data, columns, time="month", event="event"),
    lambda data, columns: firth_cox(data, columns, time="month", event="event"),
    "cox",
)
LABELS = [covariate.label for covariate in CANDIDATES]
PRE_SPECIFIED = ("Prior HCT", "MRD before lymphodepletion")
"""Two covariates named beforehand, whatever their p values; our choice, of those that 001:120 looks at."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A survival that is modelled.

    Attributes:
        measure: its time; `<measure>_event` says whether the outcome ended it.
        name: its name.
        outcome: what ends it, the cause in `followed`.
        printed: the covariates of 001 Table 1, with the landmark beside them.
        followed: of a cohort, `patient, month, cause, hct_month, hct_known`, whatever HCT came between.
    """

    measure: str
    name: str
    outcome: str
    printed: Printed
    followed: Callable[[Cohort], pd.DataFrame]


def baseline_model(cohort: Cohort, endpoint: Endpoint) -> Result:
    """Hazard ratios of each baseline covariate alone, and together where p < 0.2 alone, with Firth's beside.

    Args:
        cohort: the patients, the survival of all of whom is known.
        endpoint: the survival.
    """
    data = _data(cohort, endpoint)
    refusals = {covariate.label: refused(covariate, cohort.sheets) for covariate in CANDIDATES}
    screened = screen(data, LABELS, refusals, SURVIVAL)
    found = together(data, [item.label for item in screened if item.enters], SURVIVAL)
    tables = {"univariate": univariate_table(screened, SURVIVAL)}
    tables |= {f"multivariable_{name}": multivariable_table(found, name, SURVIVAL) for name in found.models}
    named = together(data, [item.label for item in screened if _named(item)], SURVIVAL)
    tables |= {f"pre_specified_{name}": multivariable_table(named, name, SURVIVAL) for name in named.models}
    if rows := [
        *_summaries(found, "multivariable", len(data)),
        *_summaries(named, "pre_specified", len(data)),
    ]:
        tables["models"] = pd.DataFrame(rows, columns=SUMMARY)
    handled: tuple[str, ...] = ()
    if found.models:
        events = endpoint.followed(cohort)
        tables["handlings"], handled = hazard_ratio_handlings(data, events, found.labels, SURVIVAL)
    if cohort.as_published:
        tables = {
            "as_published": printed_table(cohort, endpoint.measure, endpoint.printed, SURVIVAL)
        } | tables
    filled = _imputed(cohort, data, found)
    if filled is not None:
        tables |= {"imputed": filled.table, "filled": filled.filled}
    label = f"Hazard ratio of {endpoint.outcome.lower()}, each covariate alone"
    return cohort.result(
        # Without counts: numbers with complete covariates differ by few from those in the tables that are shared.
        tables=tables,
        figures=forest(tables["univariate"], "univariate", "hazard_ratio", label) | _schoenfeld(found),
        estimates={
            f"multivariable_{name}, {c.term.label}": c.estimate()
            for name, model in found.models.items()
            for c in model.coefficients
        }
        | {
            f"pre_specified_{name}, {c.term.label}": c.estimate()
            for name, model in named.models.items()
            for c in model.coefficients
        },
        about=_about(data, screened, found, endpoint) + _about_imputed(filled) + _about_printed(cohort),
        methods=(
            *_methods(cohort, screened, found, endpoint),
            *(model.methods for model in named.models.values()),
            *handled,
            PRINTED_WAY if cohort.as_published else "",
            *(filled.methods if filled else ()),
        ),
    )


def _named(item: Screened) -> bool:
    return item.label in PRE_SPECIFIED and item.p is not None


def _summaries(found: Together, name: str, n: int) -> Iterator[tuple[object, ...]]:
    yield from (summary_row(f"{name}_{way}", model, found, n) for way, model in found.models.items())


def _imputed(cohort: Cohort, data: pd.DataFrame, found: Together) -> Imputed | None:
    """The model of several covariates again with gaps filled, where that was asked for."""
    if not cohort.imputations:
        return None
    return imputed(data, found.labels, LABELS, cohort.imputations, SURVIVAL)


def _about_imputed(filled: Imputed | None) -> str:
    if filled is None:
        return ""
    if filled.reason:
        return f" Nothing was imputed: {filled.reason}."
    gaps = int(filled.filled["filled"].sum())
    if not gaps:
        return (
            " Nothing was missing, so that imputation adds nothing: the table `imputed` holds the same estimates, with limits and p "
            "by Student's t, which differ from profile limits where there are few events."
        )
    return (
        f" The table `imputed` has the same covariates with gaps filled many times over ({counted(gaps, 'value')} of the covariates used); "
        "the covariates are those that the complete cases chose."
    )


def _about_printed(cohort: Cohort) -> str:
    return f" {PRINTED_ABOUT}" if cohort.as_published else ""


def _data(cohort: Cohort, endpoint: Endpoint) -> pd.DataFrame:
    """`month, event` and a column a covariate, one row a patient; what is not known is missing."""
    days, events = cohort.numbers(endpoint.measure), cohort.known(f"{endpoint.measure}_event")
    data = pd.DataFrame(
        {
            "month": pd.Series(days, dtype="float64") / DAYS_PER_MONTH,
            "event": pd.Series({name: int(events[name] is True) for name in days}, dtype="int64"),
        }
    )
    for covariate in CANDIDATES:
        data[covariate.label] = covariate.values(cohort.sheets).reindex(data.index)
    return data


def _about(data: pd.DataFrame, screened: list[Screened], found: Together, endpoint: Endpoint) -> str:
    tested = sum(item.p is not None for item in screened)
    if not tested:
        reason = "nobody was followed" if data.empty else "; ".join({item.reason for item in screened})
        return f"No model could be made: {reason}. The result has no shared form."
    shown = (
        f"Hazard ratios of {endpoint.outcome.lower()} with 95 % confidence intervals, of {counted(tested, 'baseline covariate')} alone (q is "
        f"p of the screen adjusted for them). Those with p < {ENTERS_BELOW:g} alone entered one model together, as in 001; "
        "choosing them by their p values makes its intervals too narrow and its effects too large, so a model of "
        f"{' and '.join(PRE_SPECIFIED)}, named beforehand, stands beside."
    )
    if not found.models:
        return f"{shown} None did, so that there is no model of several covariates. The result has no shared form."
    few = few_events(next(iter(found.models.values())))
    warned = f" Few events: {few}; prefer Firth's penalised estimates." if few else ""
    left = len(data) - found.complete
    gone = (
        f" Left out of it, as not all of its covariates are known: {counted(left, 'patient')}."
        if left
        else ""
    )
    return f"{shown}{warned}{gone} {HANDLED} The result has no shared form."


def _methods(
    cohort: Cohort, screened: list[Screened], found: Together, endpoint: Endpoint
) -> tuple[str, ...]:
    definition = cohort.method(endpoint.measure)
    alone = [item.model.methods for item in screened if item.model]
    return (
        f"{endpoint.name}: {definition}." if definition else "",
        (
            "Only covariates known at infusion are considered (no immortal time), declared beforehand: "
            f"{'; '.join(LABELS)}. Each model takes the patients for whom its covariates "
            "are known (complete cases). The screen takes the likelihood ratio test of all terms of a covariate; q by Benjamini "
            "and Hochberg (1995) over the covariates screened."
        ),
        *alone,
        *(model.methods for model in found.models.values()),
        *_proportionality(found),
    )


def _proportionality(found: Together) -> tuple[str, ...]:
    """The test of proportional hazards of the multivariable Cox model, in one sentence."""
    for model in found.models.values():
        if isinstance(model, Cox):
            p = ph_test(model).p[-1]
            said = f"gave no answer: {p.reason}" if isinstance(p, Missing) else f"gave {p_value(p)}"
            return (
                f"The score test of proportional hazards of the Cox model, all covariates together, {said}.",
            )
    return ()


def _schoenfeld(found: Together) -> dict[str, Figure]:
    """The residuals of the multivariable Cox model, where it is one and a term has them."""
    panels = [
        panel
        for model in found.models.values()
        if isinstance(model, Cox)
        for panel in _residual_panels(model)
    ]
    words = "Log hazard ratio as it changes"
    return {"schoenfeld": ResidualFigure(tuple(panels), "Months since infusion", words)} if panels else {}


def _residual_panels(model: Cox) -> Iterator[ResidualPanel]:
    test = ph_test(model)
    tested = dict(zip(test.terms, test.p, strict=True))
    for coefficient in model.coefficients:
        term = coefficient.term
        rows = test.residuals[["time", term.label]].dropna()
        if coefficient.coef is None or rows.empty:
            continue
        p = tested[term.column]
        note = "" if isinstance(p, Missing) else p_value(p)
        heights = tuple(float(value) for value in rows[term.label])
        times = tuple(float(value) for value in rows["time"])
        yield ResidualPanel(term.label, times, heights, coefficient.coef, note)
