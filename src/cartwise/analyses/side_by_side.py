"""Univariate and multivariable odds ratios side by side, with MRD of one time at a time: the layout of 001 Table 2 (160-171)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from cartwise.analyses.baseline_covariates import MRD_AFTER, MRD_BEFORE
from cartwise.analyses.interleukin_6_approaches import ODDS
from cartwise.analyses.screened_models import Screened, coefficient_rows, together
from cartwise.statistics import Regression

NUMBERS = (ODDS.ratio, "lower", "upper", "p")
MODELS = {"model_1": MRD_AFTER.label, "model_2": MRD_BEFORE.label}
"""The two multivariable models of 001, each with the covariate that it leaves out."""
COLUMNS = ["method", "covariate", "term", *NUMBERS]
COLUMNS += [*(f"{name}_{model}" for model in MODELS for name in NUMBERS), "remark"]
METHODS = (
    "Side by side: each covariate with p < 0.2 alone, then in model 1 with MRD before lymphodepletion and in model 2 with MRD after it, "
    "never both (001:155)."
)


def side_by_side(data: pd.DataFrame, screened: Sequence[Screened]) -> pd.DataFrame:
    """One row a method and coefficient of the covariates that enter.

    Args:
        data: `event` and a column a covariate.
        screened: each covariate alone.
    """
    entering = [item for item in screened if item.enters]
    models = {
        name: together(data, [item.label for item in entering if item.label != left], ODDS).models
        for name, left in MODELS.items()
    }
    rows = [
        row
        for method in (ODDS.name, "firth")
        for item in entering
        for row in _rows(item, method, {name: found.get(method) for name, found in models.items()})
    ]
    wide = [column for column in COLUMNS if column.startswith(NUMBERS)]
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(wide, "Float64"))


def _rows(
    item: Screened, method: str, models: Mapping[str, Regression | None]
) -> Iterator[dict[str, object]]:
    alone = item.firth if method == "firth" else item.model
    inside = {
        (model, row["covariate"], row["term"]): row
        for model, found in models.items()
        for row in (coefficient_rows(found, ODDS.ratio) if found else ())
    }
    for row in coefficient_rows(alone, ODDS.ratio) if alone else ():
        beside = {model: inside.get((model, row["covariate"], row["term"]), {}) for model in models}
        numbers = {f"{name}_{model}": told.get(name) for model, told in beside.items() for name in NUMBERS}
        yield row | numbers | {"method": method, "remark": _remark({"alone": row, **beside})}


def _remark(found: Mapping[str, Mapping[str, object]]) -> str:
    """Each reason once, after the models that it is of."""
    models: dict[str, list[str]] = {}
    for model, row in found.items():
        if reason := row.get("remark"):
            models.setdefault(str(reason), []).append(model.replace("_", " "))
    return "; ".join(f"{', '.join(of)}: {reason}" for reason, of in models.items())
