"""Characteristics of patients as tables of a cohort list them: a measure, and how its values form levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cartwise.analyses.grouping import Grouping, group_by, in_words
from cartwise.measures import Measure, Sheet
from cartwise.measures.burden import marrow_blasts_before_ld, mrd_before_ld_range, mrd_state_before_ld
from cartwise.measures.burden_after_ld import mrd_after_ld_range
from cartwise.measures.dose_at_infusion import dose_on_day_0
from cartwise.measures.first_weeks import neutropenia_grade_4_first_weeks
from cartwise.measures.history import (
    age_at_infusion,
    blinatumomab_response,
    costimulation,
    dose_per_kg,
    prior_blinatumomab,
    prior_car_t,
    prior_hct,
    product,
    relapse_number,
    sex,
)
from cartwise.measures.response import mrd_negative_cr_day_28, relapsed_after_infusion, response_day_28
from cartwise.measures.toxicity import crs_grade_3_or_more, crs_max_grade, icans_max_grade
from cartwise.measures.transplant import hct_after_infusion, infused
from cartwise.measures.treatment import steroids_given, tocilizumab_given

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A line of a table of characteristics.

    Attributes:
        measure: the measure.
        cut: the number from which on a value belongs to the upper level; None: each value is a level, or the median.
        words: its name in the table, "" for the measure's own.
        numeric: whether a description gives its median and range instead of its levels.
    """

    measure: Measure
    cut: float | None = None
    words: str = ""
    numeric: bool = False

    @property
    def label(self) -> str:
        """Its name in a table."""
        name = self.words or in_words(self.measure.name)
        return name[:1].upper() + name[1:]

    def groups(self, sheets: Mapping[str, Sheet]) -> Grouping:
        """The patients by level."""
        return group_by(sheets, self.measure.name, cut=self.cut)


DESCRIBED = (
    Characteristic(infused),
    Characteristic(age_at_infusion, numeric=True, words="Age at infusion, years"),
    Characteristic(sex),
    Characteristic(relapse_number, words="Relapses before CAR T cells"),
    Characteristic(prior_hct),
    Characteristic(prior_blinatumomab),
    Characteristic(blinatumomab_response),
    Characteristic(marrow_blasts_before_ld, numeric=True, words="Marrow blasts before lymphodepletion, %"),
    Characteristic(mrd_state_before_ld, words="MRD before lymphodepletion"),
    Characteristic(product),
    Characteristic(costimulation, words="Costimulatory domain"),
    Characteristic(dose_per_kg, numeric=True, words="CAR-positive cells per kg"),
    Characteristic(crs_max_grade, words="CRS, maximum grade"),
    Characteristic(icans_max_grade, words="ICANS, maximum grade"),
    Characteristic(tocilizumab_given),
    Characteristic(steroids_given),
    Characteristic(response_day_28, words="Response on day 28"),
    Characteristic(mrd_negative_cr_day_28, words="MRD-negative CR on day 28"),
    Characteristic(hct_after_infusion),
    Characteristic(relapsed_after_infusion),
)
"""The lines of the description of a cohort, from referral to outcome."""

KINETIC = (
    Characteristic(age_at_infusion, cut=10, words="Age at infusion"),
    Characteristic(sex),
    Characteristic(prior_hct, words="Prior HCT"),
    Characteristic(prior_car_t, words="Prior CAR T cells"),
    Characteristic(mrd_before_ld_range, cut=1e-4, words="MRD before lymphodepletion, at 10⁻⁴"),
    Characteristic(mrd_before_ld_range, cut=1e-3, words="MRD before lymphodepletion, at 10⁻³"),
    Characteristic(mrd_before_ld_range, cut=1e-2, words="MRD before lymphodepletion, at 10⁻²"),
    Characteristic(mrd_after_ld_range, cut=1e-4, words="MRD after lymphodepletion, at 10⁻⁴"),
    Characteristic(mrd_after_ld_range, cut=1e-3, words="MRD after lymphodepletion, at 10⁻³"),
    Characteristic(mrd_after_ld_range, cut=1e-2, words="MRD after lymphodepletion, at 10⁻²"),
    Characteristic(dose_on_day_0, words="CAR T-cell dose"),
    Characteristic(crs_grade_3_or_more, words="CRS of grade 3 or more"),
    Characteristic(icans_max_grade, cut=1, words="ICANS, maximum grade"),
    Characteristic(neutropenia_grade_4_first_weeks, words="Neutropenia of grade 4"),
    Characteristic(tocilizumab_given, words="Tocilizumab given"),
    Characteristic(steroids_given, words="Steroids given"),
    Characteristic(mrd_negative_cr_day_28, words="MRD-negative CR on day 28"),
)
"""The characteristics by which kinetics are compared, in the order and with the cut-offs of 001:193-254."""
