"""Severe CRS and ICANS: univariate screen, then logistic models with Firth's beside, and interleukin 6 before onset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.baseline_covariates import DOSE, MRD_AFTER, MRD_BEFORE, OF_TOXICITY, refused
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.grouping import counted
from cartwise.analyses.hct_approaches import SOUND
from cartwise.analyses.interleukin_6_approaches import COLUMNS as IL_6_COLUMNS
from cartwise.analyses.interleukin_6_approaches import METHODS as IL_6_METHODS
from cartwise.analyses.interleukin_6_approaches import ODDS, Toxicity, il_6_rows
from cartwise.analyses.printed_disputes import METHODS as DISPUTES
from cartwise.analyses.printed_disputes import printed_disputes
from cartwise.analyses.printed_toxicity_ratios import PRINTED_WAY, as_published_table
from cartwise.analyses.result import Result
from cartwise.analyses.screened_models import (
    ENTERS_BELOW,
    SUMMARY,
    Screened,
    Together,
    few_events,
    forest,
    multivariable_table,
    screen,
    summary_row,
    together,
    univariate_table,
)
from cartwise.analyses.side_by_side import METHODS as SIDE_BY_SIDE
from cartwise.analyses.side_by_side import side_by_side
from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.interleukin_6 import il_6_by_day_3, il_6_peak
from cartwise.measures.severe_toxicity import icans_any_grade, icans_grade_3_or_more
from cartwise.measures.toxicity import crs_grade_3_or_more
from cartwise.measures.transplant import infused

TOXICITIES = (
    Toxicity("CRS of grade 3 or more", "crs_grade_3_or_more", "CRS", 3),
    Toxicity("ICANS of grade 3 or more", "icans_grade_3_or_more", "ICANS", 3),
    Toxicity("ICANS of any grade", "icans_any_grade", "ICANS", 1),
)
"""001 models severe CRS, and ICANS of any grade (001:155-157); severe ICANS stands beside."""

PRE_SPECIFIED = (MRD_BEFORE.label, DOSE.label)
"""Two covariates named beforehand, whatever their p values: the two that 001:155 reports for severe CRS."""
LABELS = [covariate.label for covariate in OF_TOXICITY]
PRINTED = ("CRS, grade 3 or more", "ICANS")
"""The endpoints of the odds ratios that 001 prints."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """One outcome: its patients, each covariate alone, and models of several by name."""

    toxicity: Toxicity
    data: pd.DataFrame
    screened: list[Screened]
    models: Mapping[str, Together]


@analysis(
    topic="Response and toxicity",
    question="Which characteristics known at infusion go with severe CRS and ICANS, and does interleukin 6 foretell them?",
    title="Severe toxicity",
    among=infused,
    uses=(
        crs_grade_3_or_more,
        icans_grade_3_or_more,
        icans_any_grade,
        il_6_by_day_3,
        il_6_peak,
        *(covariate.measure for covariate in OF_TOXICITY),
    ),
    published="ratios of exposure printed as odds ratios (001 Table 2), and the peak of interleukin 6 as if known before",
    reproduces={"side_by_side": "001 Table 2"},
)
def severe_toxicity_models(cohort: Cohort) -> Result:
    """Odds ratios of severe CRS, severe ICANS and any ICANS: each covariate alone, then together as in 001, and IL-6."""
    found = [_modelled(cohort, toxicity) for toxicity in TOXICITIES]
    tables = {
        "univariate": _stacked(found, lambda one: univariate_table(one.screened, ODDS)),
        **_multivariable(found),
        "side_by_side": _stacked(found, lambda one: side_by_side(one.data, one.screened)),
        "il_6": _il_6(cohort),
        "printed_in_001": printed_disputes(lambda fact: fact.measure == "OR" and fact.endpoint in PRINTED),
    }
    if cohort.as_published:
        tables["as_published"] = as_published_table(cohort.sheets, TOXICITIES)
    label = "Odds ratio with Firth's penalty, each covariate alone"
    drawn = tables["univariate"]
    return cohort.result(
        # Without counts: numbers with complete covariates differ by few from those of the description.
        tables=tables,
        figures=forest(drawn, "univariate", "firth_odds_ratio", label, "outcome")
        | _il_6_figure(tables["il_6"]),
        estimates={
            f"{one.toxicity.label}, {model}, {name}, {c.term.label}": c.estimate()
            for one in found
            for model, several in one.models.items()
            for name, fitted in several.models.items()
            for c in fitted.coefficients
        },
        about=_about(found, as_published=cohort.as_published),
        methods=_methods(cohort, found),
    )


def _modelled(cohort: Cohort, toxicity: Toxicity) -> Modelled:
    sheets = _graded(cohort.sheets, toxicity)
    data = pd.DataFrame(
        {"event": {name: int(s.value(toxicity.measure) is True) for name, s in sheets.items()}}
    )
    data = data.astype({"event": "int64"})
    for covariate in OF_TOXICITY:
        data[covariate.label] = covariate.values(sheets).reindex(data.index)
    refusals = {covariate.label: refused(covariate, sheets) for covariate in OF_TOXICITY}
    screened = screen(data, LABELS, refusals, ODDS)
    models = {name: together(data, labels, ODDS) for name, labels in _chosen(screened).items()}
    return Modelled(toxicity, data, screened, models)


def _graded(sheets: Mapping[str, Sheet], toxicity: Toxicity) -> dict[str, Sheet]:
    return {name: s for name, s in sheets.items() if not isinstance(s.value(toxicity.measure), Missing)}


def _chosen(screened: list[Screened]) -> dict[str, list[str]]:
    """The covariates of each model: those that enter, with MRD of one time at a time as in 001, and those pre-specified."""
    enter = [item.label for item in screened if item.enters]
    times = [item.label for item in (MRD_BEFORE, MRD_AFTER) if item.label in enter]
    models = {"screened": enter}
    if len(times) > 1:
        models = {
            f"screened, {kept}": [label for label in enter if label not in times or label == kept]
            for kept in times
        }
    known = [item.label for item in screened if item.p is not None]
    return models | {"pre-specified": [label for label in PRE_SPECIFIED if label in known]}


def _stacked(found: list[Modelled], table_of: Callable[[Modelled], pd.DataFrame]) -> pd.DataFrame:
    tables = [_named(table_of(one), outcome=one.toxicity.label) for one in found]
    return pd.concat(tables, ignore_index=True)


def _named(table: pd.DataFrame, **words: str) -> pd.DataFrame:
    """The table with columns of one word each before its own."""
    for place, (column, word) in enumerate(words.items()):
        table.insert(place, column, word)
    return table


def _multivariable(found: list[Modelled]) -> dict[str, pd.DataFrame]:
    parts, summary = [], []
    for one, model, several in _every_model(found):
        for name, fitted in several.models.items():
            table = multivariable_table(several, name, ODDS)
            parts.append(_named(table, outcome=one.toxicity.label, model=model, method=name))
            row = summary_row(name, fitted, several, len(one.data))
            summary.append((one.toxicity.label, model, *row))
    if not parts:
        return {}
    columns = ["outcome", "model", "method", *SUMMARY[1:]]
    return {
        "multivariable": pd.concat(parts, ignore_index=True),
        "models": pd.DataFrame(summary, columns=columns),
    }


def _every_model(found: list[Modelled]) -> Iterator[tuple[Modelled, str, Together]]:
    for one in found:
        for model, several in one.models.items():
            yield one, model, several


def _il_6(cohort: Cohort) -> pd.DataFrame:
    rows = [
        row
        for toxicity in TOXICITIES
        for row in il_6_rows(_graded(cohort.sheets, toxicity), toxicity, as_published=cohort.as_published)
    ]
    return pd.DataFrame(rows, columns=IL_6_COLUMNS).astype(
        dict.fromkeys(("estimate", "lower", "upper", "p"), "Float64") | {"left_out": "Int64"}
    )


def _il_6_figure(table: pd.DataFrame) -> dict[str, Figure]:
    rows = tuple(
        IntervalRow(
            row["outcome"],
            _il_6_label(row),
            row["estimate"],
            None if pd.isna(row["lower"]) else row["lower"],
            None if pd.isna(row["upper"]) else row["upper"],
            (row["outcome"], row["approach"]),
        )
        for row in table.to_dict("records")
        if row["method"] == "Firth" and not pd.isna(row["estimate"])
    )
    label = "Ratio per doubling of interleukin 6, with Firth's penalty"
    return {"il_6": IntervalFigure(rows, "il_6", label, logarithmic=True, reference=1.0)} if rows else {}


def _il_6_label(row: Mapping[object, object]) -> str:
    biased = "" if row["standing"] == SOUND else ", BIASED"
    short = {"odds ratio": "OR", "hazard ratio": "HR"}[str(row["ratio"])]
    return f"{row['approach']}, {short}, {row['events']} of {row['n']}{biased}"


def _about(found: list[Modelled], *, as_published: bool) -> str:
    tested = [one for one in found if any(item.p is not None for item in one.screened)]
    shown = (
        "Odds ratios with 95 % confidence intervals (each step stated with the covariate), by maximum likelihood and with "
        f"Firth's penalty; those with p < {ENTERS_BELOW:g} alone entered models together, as in 001, with MRD before or after "
        "lymphodepletion but not both; choosing by p value makes intervals too narrow and effects too large, so a model of "
        "two covariates named beforehand stands beside. q is p of the "
        "screen adjusted for the covariates of one outcome."
    )
    if not tested:
        shown = "No model could be made: " + "; ".join(
            dict.fromkeys(f"{one.toxicity.label}: {item.reason}" for one in found for item in one.screened)
        )
    sparse = {
        one.toxicity.label
        for one, _, several in _every_model(found)
        for m in several.models.values()
        if few_events(m)
    }
    warned = (
        f" Fewer than 10 events per coefficient ({', '.join(sorted(sparse))}): ordinary models are unstable, prefer Firth's."
        if sparse
        else ""
    )
    il_6 = (
        " The peak of interleukin 6 comes during the syndrome as a rule, so it is no baseline covariate; the table il_6 takes it "
        "before infusion, by day 3 in those not yet reached, and day by day."
    )
    printed = (
        " Rows called biased and the column ratio_as_printed_biased show what would be printed by the ways of 001; they are not to be relied on."
        if as_published
        else ""
    )
    return f"{shown.rstrip('.')}.{warned}{il_6}{printed} The result has no shared form."


def _methods(cohort: Cohort, found: list[Modelled]) -> tuple[str, ...]:
    fitted = [item.model.methods for one in found for item in one.screened if item.model]
    fitted += [item.firth.methods for one in found for item in one.screened if item.firth]
    return (
        *(
            f"{toxicity.label}: {cohort.method(toxicity.measure)}; {_scales(cohort, toxicity)}."
            for toxicity in TOXICITIES
            if cohort.method(toxicity.measure)
        ),
        (
            "Only covariates known at infusion are considered, declared beforehand: "
            f"{'; '.join(LABELS)}. Each model takes the patients for whom its covariates are known (complete cases). The screen "
            "takes the likelihood ratio test of all terms of a covariate; q by Benjamini and Hochberg (1995) over the covariates "
            "of one outcome."
        ),
        SIDE_BY_SIDE,
        *fitted,
        *IL_6_METHODS,
        DISPUTES,
        PRINTED_WAY if cohort.as_published else "",
    )


def _scales(cohort: Cohort, toxicity: Toxicity) -> str:
    """The scales of the grades and how many patients each graded; grades of two scales do not compare."""
    measure = "crs_max_grade" if toxicity.kind == "CRS" else "icans_max_grade"
    notes = [sheet[measure].note for sheet in cohort.sheets.values() if sheet[measure].known]
    graded = ", ".join(f"{scale}: {counted(notes.count(scale), 'patient')}" for scale in sorted(set(notes)))
    if len(set(notes)) > 1:
        return f"graded by several scales, which do not compare ({graded})"
    return f"graded by the {graded}" if graded else "graded in nobody"
