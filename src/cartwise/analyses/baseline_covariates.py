"""Baseline covariates of models: measures known at infusion, each with the step its ratio stands for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.grouping import group_by, refuse_future_groups
from cartwise.basis import UserError
from cartwise.measures import Measure, Sheet
from cartwise.measures.burden import marrow_blasts_before_ld, mrd_before_ld_range, mrd_state_before_ld
from cartwise.measures.burden_after_ld import mrd_after_ld_range
from cartwise.measures.dose_at_infusion import dose_on_day_0
from cartwise.measures.history import (
    age_at_infusion,
    costimulation,
    prior_blinatumomab,
    prior_car_t,
    prior_hct,
    relapse_number,
    sex,
)
from cartwise.measures.interleukin_6 import il_6_before_infusion


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate: its measure, its name, and what one unit of it is.

    Attributes:
        measure: the measure.
        label: its name, which says its unit.
        step: how much of a number one unit is.
        doubling: whether one unit is a doubling, so that the number enters as its logarithm to base 2.
        cut: the number from which on it belongs to the upper of two levels; None: it is not cut.
    """

    measure: Measure
    label: str
    step: float = 1.0
    doubling: bool = False
    cut: float | None = None

    def values(self, sheets: Mapping[str, Sheet]) -> pd.Series:
        """The covariate by patient, for those for whom it is known: numbers, yes as 1, or words."""
        if self.cut is not None:
            return pd.Series(dict(group_by(sheets, self.measure.name, cut=self.cut).of), dtype="object")
        known = {name: sheet.value(self.measure.name) for name, sheet in sheets.items()}
        found = {name: self._entered(value) for name, value in known.items()}
        return pd.Series({name: value for name, value in found.items() if value is not None}, dtype="object")

    def _entered(self, value: object) -> float | str | None:
        if isinstance(value, int | float):
            if self.doubling:
                return math.log2(value) if value > 0 else None
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
    Covariate(dose_on_day_0, "CAR-positive cells on the day of infusion, per 10⁶/kg", 1e6),
)
"""The covariates of survival declared for screening, all of them known at infusion."""

MRD_BEFORE = Covariate(mrd_before_ld_range, "MRD before lymphodepletion, at 10⁻³", cut=1e-3)
MRD_AFTER = Covariate(mrd_after_ld_range, "MRD after lymphodepletion, at 10⁻³", cut=1e-3)
DOSE = Covariate(dose_on_day_0, "CAR-positive cells per kg, per doubling", doubling=True)
IL_6_BEFORE = Covariate(il_6_before_infusion, "Interleukin 6 before infusion, per doubling", doubling=True)

OF_TOXICITY = (
    Covariate(age_at_infusion, "Age at infusion, per 5 years", 5),
    Covariate(sex, "Sex"),
    Covariate(prior_hct, "Prior HCT"),
    Covariate(prior_car_t, "Prior CAR T cells"),
    MRD_BEFORE,
    MRD_AFTER,
    DOSE,
    IL_6_BEFORE,
)
"""The covariates of severe toxicity declared for screening: those of 001:164-171 that are known at infusion, the dose (of
that day) not cut at its median, with age, earlier CAR T cells, and interleukin 6 before infusion."""


def refused(covariate: Covariate, sheets: Mapping[str, Sheet]) -> str:
    """Why a covariate may not enter a model from infusion on, "" where it may (immortal-time guard)."""
    try:
        refuse_future_groups(sheets, covariate.measure.name)
    except UserError as error:
        return f"not entered: {error}"
    return ""
