"""Baseline covariates of models of survival: measures known at infusion, each with the step its ratio stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.grouping import refuse_future_groups
from cartwise.basis import UserError
from cartwise.measures import Measure, Sheet
from cartwise.measures.burden import marrow_blasts_before_ld, mrd_state_before_ld
from cartwise.measures.history import (
    age_at_infusion,
    costimulation,
    dose_per_kg,
    prior_blinatumomab,
    prior_hct,
    relapse_number,
    sex,
)


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate: its measure, its name, and how much of the measure one unit of it is."""

    measure: Measure
    label: str
    step: float = 1.0

    def values(self, sheets: Mapping[str, Sheet]) -> pd.Series:
        """The covariate by patient, for those for whom it is known: numbers, yes as 1, or words."""
        known = {name: sheet.value(self.measure.name) for name, sheet in sheets.items()}
        found = {name: self._entered(value) for name, value in known.items()}
        return pd.Series({name: value for name, value in found.items() if value is not None}, dtype="object")

    def _entered(self, value: object) -> float | str | None:
        if isinstance(value, int | float):
            return float(value) / self.step
        return value if isinstance(value, str) else None


CANDIDATES = (
    Covariate(age_at_infusion, "Age at infusion, per 5 years", 5),
    Covariate(sex, "Sex"),
    Covariate(prior_hct, "Prior HCT"),
    Covariate(prior_blinatumomab, "Prior blinatumomab"),
    Covariate(relapse_number, "Relapses before CAR T cells, each"),
    Covariate(marrow_blasts_before_ld, "Marrow blasts before lymphodepletion, per 1 %"),
    Covariate(mrd_state_before_ld, "MRD before lymphodepletion"),
    Covariate(costimulation, "Costimulatory domain"),
    Covariate(dose_per_kg, "CAR-positive cells, per 10⁶/kg", 1e6),
)
"""The covariates declared for screening, all of them known at infusion."""


def refused(covariate: Covariate, sheets: Mapping[str, Sheet]) -> str:
    """Why a covariate may not enter a model from infusion on, "" where it may (immortal-time guard)."""
    try:
        refuse_future_groups(sheets, covariate.measure.name)
    except UserError as error:
        return f"not entered: {error}"
    return ""
