"""A model of several covariates with what is missing filled in many times, beside the one of complete cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.analyses.screened_models import Way, as_entered
from cartwise.basis import Missing
from cartwise.statistics import Regression, RubinEstimate, Term, completed_tables, rubin

SEED = 1
"""Of the imputations, so that the same command gives the same numbers."""

FILLED = ["covariate", "known", "filled"]


@dataclass(frozen=True, slots=True)
class Imputed:
    """What multiple imputation gave: pooled coefficients, how much of each covariate was filled, or why there is nothing."""

    table: pd.DataFrame
    filled: pd.DataFrame
    reason: str
    methods: tuple[str, ...]


def imputed(data: pd.DataFrame, labels: Sequence[str], others: Sequence[str], m: int, way: Way) -> Imputed:
    """The model of `labels` in m completed tables, pooled by Rubin's rules on the scale of log ratios.

    Args:
        data: `month`, `event`, and a column a covariate; what is not known is missing.
        labels: covariates of the model.
        others: further covariates that help to fill in; those known for too few, or alike in all, are left aside.
        m: completed tables.
        way: how the outcome is modelled.
    """
    helping = [label for label in dict.fromkeys([*labels, *others]) if _tells(data[label])]
    modelled = [label for label in labels if label in helping]
    filled = pd.DataFrame(
        [(label, int(data[label].notna().sum()), int(data[label].isna().sum())) for label in helping],
        columns=FILLED,
    )
    if not modelled or not data["event"].any():
        reason = "no covariate of the model is known to differ" if not modelled else "no event"
        return Imputed(pd.DataFrame(), filled, reason, ())
    known = data.assign(
        hazard=_cumulative_hazard(data), **{label: _entered(data[label]) for label in helping}
    )
    tables = completed_tables(known[["hazard", "event", *helping]], m, seed=SEED)
    completed = [table.assign(month=known["month"]) for table in tables]
    rows = [
        {"method": name, **row}
        for name, fit in ((way.name, way.fit), ("firth", way.penalised))
        for row in _pooled([fit(table, modelled) for table in completed], way)
    ]
    numbers = [way.ratio, "lower", "upper", "p", "missing_information"]
    columns = ["method", "covariate", "term", "n", "events", *numbers, "remark"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, "Float64"))
    return Imputed(table, filled, "", _methods(helping, m))


def _tells(values: pd.Series) -> bool:
    known = values.dropna()
    return len(known) >= max(2, len(values) // 10) and len(set(known)) > 1


def _entered(values: pd.Series) -> pd.Series:
    """Numbers, or categories with the levels that the complete cases have; gaps stay."""
    known = as_entered(values.dropna())
    return known.reindex(values.index)


def _cumulative_hazard(data: pd.DataFrame) -> pd.Series:
    """Nelson-Aalen's estimate at each patient's own time, which belongs among what fills gaps (White and Royston 2009)."""
    time, event = data["month"].to_numpy(float), data["event"].to_numpy(float)
    at_risk = (time[None, :] >= time[:, None]).sum(axis=1)
    steps = np.where(time[None, :] <= time[:, None], event / at_risk, 0.0)
    return pd.Series(steps.sum(axis=1), index=data.index)


def _pooled(models: list[Regression], way: Way) -> list[dict[str, object]]:
    first = models[0]
    return [_row(models, place, c.term, first, way) for place, c in enumerate(first.coefficients)]


def _row(models: list[Regression], place: int, term: Term, first: Regression, way: Way) -> dict[str, object]:
    level = f"{term.level} v {term.reference}" if term.level else ""
    row: dict[str, object] = {"covariate": term.column, "term": level, "n": first.n, "events": first.events}
    found = [model.coefficients[place] for model in models]
    told = [(c.coef, c.std_error) for c in found if c.coef is not None and c.std_error is not None]
    if len(told) < len(models):
        reason = next(c.reason for c in found if c.coef is None)
        return row | {
            "remark": f"no estimate in {len(models) - len(told)} of {len(models)} completed tables: {reason}"
        }
    pooled = rubin([c for c, _ in told], [s for _, s in told], complete_df=_complete_df(first))
    if isinstance(pooled, Missing):
        return row | {"remark": pooled.reason}
    return row | _numbers(pooled, way)


def _complete_df(model: Regression) -> float:
    """Degrees of freedom had nothing been missing: events less coefficients, as information is in events."""
    return float(max(model.events - len(model.coefficients), 1))


def _numbers(pooled: RubinEstimate, way: Way) -> dict[str, object]:
    return {
        way.ratio: math.exp(pooled.value),
        "lower": math.exp(pooled.lower),
        "upper": math.exp(pooled.upper),
        "p": pooled.p,
        "missing_information": pooled.missing_information,
        "remark": "",
    }


def _methods(helping: Sequence[str], m: int) -> tuple[str, ...]:
    return (
        (
            f"Missing covariates were filled {m} times by chained equations with predictive mean matching (five donors, ten cycles, seed "
            f"{SEED}), from the event, the Nelson-Aalen cumulative hazard and {', '.join(helping)}; log ratios were pooled by Rubin's "
            "rules with the degrees of freedom of Barnard and Rubin (1999; complete-data degrees of freedom: events less "
            "coefficients), with limits of Student's t. This supposes that what is missing depends on nothing but what is known (missing at random). "
            "Where much is missing and an effect is strong, ratios filled so tend towards one (White and Royston 2009)."
        ),
    )
