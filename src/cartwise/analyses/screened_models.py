"""Models of covariates: each alone, then those with p < 0.2 alone together, ordinary and with Firth's penalty."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.basis import Missing
from cartwise.statistics import Regression, benjamini_hochberg

ENTERS_BELOW = 0.2
"""P value of the univariate screen below which a covariate enters the multivariable model (001:120)."""
ENOUGH_EVENTS = 10
"""Events per coefficient below which an ordinary model is unstable (Peduzzi et al., J Clin Epidemiol 1995;48:1503)."""

UNBOUNDED = "these patients do not settle it: its interval has no end"

Fit = Callable[[pd.DataFrame, list[str]], Regression]


@dataclass(frozen=True, slots=True)
class Way:
    """How an outcome is modelled.

    Attributes:
        ratio: the column of its ratios, `hazard_ratio` or `odds_ratio`.
        fit: the ordinary model of some columns.
        penalised: the same with Firth's penalty.
        name: of the ordinary model, for the names of tables ("cox", "logistic").
    """

    ratio: str
    fit: Fit
    penalised: Fit
    name: str

    @property
    def columns(self) -> list[str]:
        """The columns of a table of coefficients."""
        return ["covariate", "term", "n", "events", self.ratio, "lower", "upper", "p", "remark"]


@dataclass(frozen=True, slots=True)
class Screened:
    """A covariate alone: its models, or why there is none, and the p value by which it is chosen."""

    label: str
    n: int
    events: int
    model: Regression | None
    firth: Regression | None
    p: float | None
    reason: str

    @property
    def enters(self) -> bool:
        """Whether it is chosen for the model of several covariates."""
        return self.p is not None and self.p < ENTERS_BELOW


@dataclass(frozen=True, slots=True)
class Together:
    """Models of several covariates: by name, their covariates, and the patients for whom all of them are known."""

    models: Mapping[str, Regression]
    labels: tuple[str, ...]
    complete: int


def complete_cases(data: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """The patients for whom all covariates are known, numbers as numbers and words as categories."""
    kept = data.dropna(subset=list(labels))
    return kept.assign(**{label: as_entered(kept[label]) for label in labels if len(kept)})


def as_entered(values: pd.Series) -> pd.Series:
    """Numbers, or categories of which "negative" is the reference where there is one, else the first by name."""
    if not isinstance(values.iloc[0], str):
        return values.astype("float64")
    levels = sorted(set(values), key=lambda level: (level != "negative", level))
    return values.astype(pd.CategoricalDtype(levels))


def screen(data: pd.DataFrame, labels: Sequence[str], refused: Mapping[str, str], way: Way) -> list[Screened]:
    """Each covariate alone.

    Args:
        data: `event` (0 or 1), what `way` needs, and a column a covariate; what is not known is missing.
        labels: the covariates.
        refused: why a covariate may not enter, by covariate.
        way: how the outcome is modelled.
    """
    return [_screened(data, label, refused.get(label, ""), way) for label in labels]


def _screened(data: pd.DataFrame, label: str, refused: str, way: Way) -> Screened:
    kept = complete_cases(data, [label])
    n, events = len(kept), int(kept["event"].sum())
    if reason := refused or no_model(kept, label, way):
        return Screened(label, n, events, None, None, None, reason)
    model = way.fit(kept, [label])
    p = model.tests[0].p
    firth = way.penalised(kept, [label])
    return Screened(label, n, events, model, firth, None if isinstance(p, Missing) else p, "")


def no_model(kept: pd.DataFrame, label: str, way: Way) -> str:
    """Why there is no model of a covariate alone, "" where there is one."""
    if kept.empty:
        return "known for nobody"
    if not kept["event"].any():
        return "no event among those for whom it is known"
    if way.ratio == "odds_ratio" and kept["event"].all():
        return "everybody for whom it is known had the event"
    return "the same in all for whom it is known" if (kept[label] == kept[label].iloc[0]).all() else ""


def together(data: pd.DataFrame, labels: Sequence[str], way: Way) -> Together:
    """The ordinary and the penalised model of several covariates, of the patients with all of them known."""
    kept = complete_cases(data, labels) if labels else data.iloc[:0]
    varying = [label for label in labels if not no_model(kept, label, way)]
    if not varying:
        return Together({}, tuple(labels), len(kept))
    models = {way.name: way.fit(kept, varying), "firth": way.penalised(kept, varying)}
    return Together(models, tuple(labels), len(kept))


def coefficient_rows(model: Regression, ratio: str) -> Iterator[dict[str, object]]:
    """One row a coefficient, with its reason as remark where it has no number."""
    for found in model.coefficients:
        low, high, reason = found.lower, found.upper, found.reason
        if low == 0.0 or high == math.inf:
            low, high, reason = None, None, reason or UNBOUNDED
        level = f"{found.term.level} v {found.term.reference}" if found.term.level else ""
        yield {
            "covariate": found.term.column,
            "term": level,
            "n": model.n,
            "events": model.events,
            ratio: found.ratio,
            "lower": low,
            "upper": high,
            "p": found.p,
            "remark": reason,
        }


def univariate_table(screened: Sequence[Screened], way: Way) -> pd.DataFrame:
    """Each covariate alone: ordinary and penalised ratio, and whether it enters the model of several."""
    rows: list[dict[str, object]] = []
    for found in screened:
        blank: dict[str, object] = {
            "covariate": found.label,
            "term": "",
            "n": found.n,
            "events": found.events,
        }
        told = (
            list(coefficient_rows(found.model, way.ratio))
            if found.model
            else [blank | {"remark": found.reason}]
        )
        beside = list(coefficient_rows(found.firth, way.ratio)) if found.firth else [{}]
        common = {"p_screen": found.p, "enters": "yes" if found.enters else "no"}
        rows += [
            row | {f"firth_{name}": other.get(name) for name in (way.ratio, "lower", "upper", "p")} | common
            for row, other in zip(told, beside, strict=True)
        ]
    firth = [f"firth_{name}" for name in (way.ratio, "lower", "upper", "p")]
    adjusted = _adjusted({found.label: found.p for found in screened if found.p is not None})
    rows = [row | {"q": adjusted.get(str(row["covariate"]))} for row in rows]
    return _typed(rows, [*way.columns[:-1], *firth, "p_screen", "q", "enters", "remark"], way)


def _adjusted(p: Mapping[str, float]) -> dict[str, float]:
    """P values of the screen adjusted for the family: the covariates screened for one outcome."""
    return dict(zip(p, benjamini_hochberg([*p.values()]).tolist(), strict=True))


def multivariable_table(found: Together, name: str, way: Way) -> pd.DataFrame:
    """The coefficients of one model of several covariates, and those that were left out of it."""
    model = found.models[name]
    rows = list(coefficient_rows(model, way.ratio))
    entered = {row["covariate"] for row in rows}
    blank = {"term": "", "n": model.n, "events": model.events}
    left = "left out: the same in all patients with complete covariates"
    rows += [{"covariate": label, **blank, "remark": left} for label in found.labels if label not in entered]
    return _typed(rows, way.columns, way)


def _typed(rows: list[dict[str, object]], columns: list[str], way: Way) -> pd.DataFrame:
    numbers = {"lower", "upper", "p", "q", "p_screen", way.ratio, f"firth_{way.ratio}"}
    numbers |= {f"firth_{name}" for name in ("lower", "upper", "p")}
    return pd.DataFrame(rows, columns=columns).astype({c: "Float64" for c in columns if c in numbers})


SUMMARY = [
    "model",
    "covariates",
    "coefficients",
    "n",
    "left_out",
    "events",
    "events_per_coefficient",
    "warning",
]


def summary_row(name: str, model: Regression, found: Together, n: int) -> tuple[object, ...]:
    """A model in one row of the columns SUMMARY, of the `n` patients whose outcome is known."""
    per = events_per_coefficient(model)
    counts = (len(found.labels), len(model.coefficients), found.complete, n - found.complete, model.events)
    return (name, *counts, per, few_events(model))


def events_per_coefficient(model: Regression) -> float:
    """Events by coefficient; of a logistic model, of the rarer outcome."""
    events = model.events if model.ratio != "odds ratio" else min(model.events, model.n - model.events)
    return events / max(len(model.coefficients), 1)


def few_events(model: Regression) -> str:
    """Why a model has too few events, "" where it has enough."""
    per = events_per_coefficient(model)
    return (
        ""
        if per >= ENOUGH_EVENTS
        else f"{per:.1f} events per coefficient, fewer than {ENOUGH_EVENTS}: unstable"
    )


def forest(table: pd.DataFrame, name: str, ratio: str, x_label: str, heading: str = "") -> dict[str, Figure]:
    """A forest plot of a table of coefficients, none where no row has a number.

    Args:
        table: rows with `covariate, term` and the ratio with its limits.
        name: of the table in the result.
        ratio: the column of the ratio; `firth_...` has its limits under that name.
        x_label: what the axis shows.
        heading: a column that stands before the covariate, "" for none.
    """
    prefix = "firth_" if ratio.startswith("firth_") else ""
    rows = tuple(
        IntervalRow(
            str(row[heading] if heading else row["covariate"]),
            _label(row, named=bool(heading)),
            row[ratio],
            None if pd.isna(row[f"{prefix}lower"]) else row[f"{prefix}lower"],
            None if pd.isna(row[f"{prefix}upper"]) else row[f"{prefix}upper"],
            tuple(str(row[key]) for key in (*([heading] if heading else []), "covariate", "term")),
        )
        for row in table.to_dict("records")
        if not pd.isna(row[ratio])
    )
    return {"": IntervalFigure(rows, name, x_label, logarithmic=True, reference=1.0)} if rows else {}


def _label(row: Mapping[object, object], *, named: bool) -> str:
    if not named:
        return str(row["term"] or row["covariate"])
    return f"{row['covariate']}, {row['term']}" if row["term"] else str(row["covariate"])
