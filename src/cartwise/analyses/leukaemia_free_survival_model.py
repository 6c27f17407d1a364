"""Baseline covariates and leukaemia-free survival: univariate screen, then Cox and Firth-penalised models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.baseline_covariates import CANDIDATES, Covariate, refused
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import p_value
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures.outcome import leukaemia_free_survival as time
from cartwise.measures.outcome import leukaemia_free_survival_event as event
from cartwise.measures.transplant import infused
from cartwise.statistics import Cox, Regression, cox, firth_cox, ph_test

ENTERS_BELOW = 0.2
"""P value of the univariate screen below which a covariate enters the multivariable model (001:120)."""
ENOUGH_EVENTS = 10
"""Events per coefficient below which an ordinary model is unstable (Peduzzi et al., J Clin Epidemiol 1995;48:1503)."""
COLUMNS = ["covariate", "term", "n", "events", "hazard_ratio", "lower", "upper", "p", "remark"]


@dataclass(frozen=True, slots=True)
class _Screened:
    """A covariate alone: its Cox model, or why there is none, and the p value by which it is chosen."""

    covariate: Covariate
    n: int
    events: int
    model: Regression | None
    p: float | None
    reason: str


@analysis(
    question="Which characteristics known at infusion go with relapse or death after it?",
    title="Baseline covariates and leukaemia-free survival",
    among=infused,
    needs=(time, event),
    uses=tuple(covariate.measure for covariate in CANDIDATES),
)
def leukaemia_free_survival_model(cohort: Cohort) -> Result:
    """Hazard ratios of each baseline covariate alone, and together where p < 0.2 alone, with Firth's beside."""
    data = _data(cohort)
    screened = [_screen(cohort, data, covariate) for covariate in CANDIDATES]
    chosen = [found for found in screened if found.p is not None and found.p < ENTERS_BELOW]
    models, complete = _together(data, chosen)
    tables = {"univariate": _univariate(screened)}
    tables |= {name: _multivariable(model, chosen) for name, model in models.items()}
    if models:
        tables["models"] = _summary(models, chosen, len(data), complete)
    return cohort.result(
        # Without counts: numbers with complete covariates differ by few from those in the tables that are shared.
        tables=tables,
        figures=_figures(tables["univariate"]),
        estimates={
            f"{name}, {c.term.label}": c.estimate()
            for name, model in models.items()
            for c in model.coefficients
        },
        about=_about(data, screened, models, complete),
        methods=_methods(cohort, screened, models),
    )


def _data(cohort: Cohort) -> pd.DataFrame:
    """`month, event` and a column a covariate, one row a patient; what is not known is missing."""
    days, events = cohort.numbers("leukaemia_free_survival"), cohort.known("leukaemia_free_survival_event")
    data = pd.DataFrame(
        {
            "month": pd.Series(days, dtype="float64") / DAYS_PER_MONTH,
            "event": pd.Series({name: int(events[name] is True) for name in days}, dtype="int64"),
        }
    )
    for covariate in CANDIDATES:
        data[covariate.label] = covariate.values(cohort.sheets).reindex(data.index)
    return data


def _complete(data: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """The patients for whom all covariates are known, numbers as numbers and words as categories."""
    kept = data.dropna(subset=labels)
    return kept.assign(**{label: _as_entered(kept[label]) for label in labels if len(kept)})


def _as_entered(values: pd.Series) -> pd.Series:
    """Numbers, or categories of which "negative" is the reference where there is one, else the first by name."""
    if not isinstance(values.iloc[0], str):
        return values.astype("float64")
    levels = sorted(set(values), key=lambda level: (level != "negative", level))
    return values.astype(pd.CategoricalDtype(levels))


def _screen(cohort: Cohort, data: pd.DataFrame, covariate: Covariate) -> _Screened:
    kept = _complete(data, [covariate.label])
    n, events = len(kept), int(kept["event"].sum())
    if reason := refused(covariate, cohort.sheets) or _no_model(kept, covariate.label):
        return _Screened(covariate, n, events, None, None, reason)
    model = cox(kept, [covariate.label], time="month", event="event")
    p = model.tests[0].p
    return _Screened(covariate, n, events, model, None if isinstance(p, Missing) else p, "")


def _no_model(kept: pd.DataFrame, label: str) -> str:
    if kept.empty:
        return "known for nobody"
    if not kept["event"].any():
        return "no event among those for whom it is known"
    return "the same in all for whom it is known" if (kept[label] == kept[label].iloc[0]).all() else ""


def _together(data: pd.DataFrame, chosen: list[_Screened]) -> tuple[dict[str, Regression], int]:
    """Cox and Firth's model of the chosen covariates, by name, and the patients with all of them known."""
    labels = [found.covariate.label for found in chosen]
    kept = _complete(data, labels) if labels else data.iloc[:0]
    varying = [label for label in labels if not _no_model(kept, label)]
    if not varying:
        return {}, len(kept)
    return {
        "multivariable_cox": cox(kept, varying, time="month", event="event"),
        "multivariable_firth": firth_cox(kept, varying, time="month", event="event"),
    }, len(kept)


def _rows(model: Regression) -> Iterator[dict[str, object]]:
    for found in model.coefficients:
        level = f"{found.term.level} v {found.term.reference}" if found.term.level else ""
        yield {
            "covariate": found.term.column,
            "term": level,
            "n": model.n,
            "events": model.events,
            "hazard_ratio": found.ratio,
            "lower": found.lower,
            "upper": found.upper,
            "p": found.p,
            "remark": found.reason,
        }


def _typed(rows: list[dict[str, object]], columns: list[str]) -> pd.DataFrame:
    numbers = dict.fromkeys(("hazard_ratio", "lower", "upper", "p"), "Float64")
    return pd.DataFrame(rows, columns=columns).astype(numbers)


def _univariate(screened: list[_Screened]) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for found in screened:
        alone = {"covariate": found.covariate.label, "term": "", "n": found.n, "events": found.events}
        told = list(_rows(found.model)) if found.model else [alone | {"remark": found.reason}]
        enters = found.p is not None and found.p < ENTERS_BELOW
        rows += [row | {"p_screen": found.p, "enters": "yes" if enters else "no"} for row in told]
    table = _typed(rows, [*COLUMNS[:-1], "p_screen", "enters", "remark"])
    return table.astype({"p_screen": "Float64"})


def _multivariable(model: Regression, chosen: list[_Screened]) -> pd.DataFrame:
    rows = list(_rows(model))
    entered = {row["covariate"] for row in rows}
    rows += [
        {
            "covariate": found.covariate.label,
            "term": "",
            "n": model.n,
            "events": model.events,
            "remark": "left out: the same in all patients with complete covariates",
        }
        for found in chosen
        if found.covariate.label not in entered
    ]
    return _typed(rows, COLUMNS)


def _summary(models: dict[str, Regression], chosen: list[_Screened], n: int, complete: int) -> pd.DataFrame:
    columns = ["model", "covariates", "coefficients", "n", "left_out", "events", "events_per_coefficient"]
    rows = [
        (
            name,
            len(chosen),
            len(model.coefficients),
            complete,
            n - complete,
            model.events,
            model.events_per_coefficient,
            _warning(model),
        )
        for name, model in models.items()
    ]
    return pd.DataFrame(rows, columns=[*columns, "warning"])


def _warning(model: Regression) -> str:
    if model.events_per_coefficient >= ENOUGH_EVENTS:
        return ""
    return f"{model.events_per_coefficient:.1f} events per coefficient, fewer than {ENOUGH_EVENTS}: unstable"


def _figures(table: pd.DataFrame) -> dict[str, Figure]:
    rows = tuple(
        IntervalRow(
            row["covariate"],
            row["term"] or row["covariate"],
            row["hazard_ratio"],
            None if pd.isna(row["lower"]) else row["lower"],
            None if pd.isna(row["upper"]) else row["upper"],
            (row["covariate"], row["term"]),
        )
        for row in table.to_dict("records")
        if not pd.isna(row["hazard_ratio"])
    )
    label = "Hazard ratio of relapse or death, each covariate alone"
    return {"": IntervalFigure(rows, "univariate", label, logarithmic=True, reference=1.0)} if rows else {}


def _about(
    data: pd.DataFrame, screened: list[_Screened], models: dict[str, Regression], complete: int
) -> str:
    tested = sum(found.p is not None for found in screened)
    if not tested:
        reason = "nobody was followed" if data.empty else "; ".join({found.reason for found in screened})
        return f"No model could be made: {reason}. The result has no shared form."
    shown = (
        f"Hazard ratios of relapse or death with 95 % confidence intervals, of {tested} baseline covariates alone (no "
        f"adjustment for multiplicity). Those with p < {ENTERS_BELOW:g} alone entered one model together, as in 001; "
        "choosing them by their p values makes its intervals too narrow and its effects too large."
    )
    if not models:
        return f"{shown} None did, so that there is no model of several covariates. The result has no shared form."
    few = next(iter(models.values()))
    warned = f" Few events: {_warning(few)}; prefer Firth's penalised estimates." if _warning(few) else ""
    gone = f" {len(data) - complete} patients without all of its covariates are left out of it."
    return f"{shown}{warned}{gone} The result has no shared form."


def _methods(cohort: Cohort, screened: list[_Screened], models: dict[str, Regression]) -> tuple[str, ...]:
    definition = cohort.method("leukaemia_free_survival")
    alone = [found.model.methods for found in screened if found.model]
    return (
        f"Leukaemia-free survival: {definition}." if definition else "",
        (
            "Only covariates known at infusion are considered (no immortal time), declared beforehand: "
            f"{'; '.join(covariate.label for covariate in CANDIDATES)}. Each model takes the patients for whom its covariates "
            "are known (complete cases). The screen takes the likelihood ratio test of all terms of a covariate."
        ),
        *alone,
        *(model.methods for model in models.values()),
        *_proportionality(models),
    )


def _proportionality(models: dict[str, Regression]) -> tuple[str, ...]:
    """The test of proportional hazards of the multivariable Cox model, in one sentence."""
    for model in models.values():
        if isinstance(model, Cox):
            p = ph_test(model).p[-1]
            said = f"gave no answer: {p.reason}" if isinstance(p, Missing) else f"gave {p_value(p)}"
            return (
                f"The score test of proportional hazards of the Cox model, all covariates together, {said}.",
            )
    return ()
