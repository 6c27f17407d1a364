"""Lymphodepletion before CAR T cells: what was given, and the exposure to fludarabine that came of it."""

from __future__ import annotations

import math

from cartwise.basis import Missing
from cartwise.measures.blood_counts import in_blood, results
from cartwise.measures.course import index_infusion
from cartwise.measures.history import before_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import Patient

EXPOSURE_DAYS = 30.0
"""Fludarabine of more than this long before infusion belonged to something else: our choice, as for lymphodepletion."""


def _first_day(patient: Patient) -> float | None:
    """The first day of the latest lymphodepletion before infusion, of whose drugs each may have a row."""
    given = before_index(patient, patient.treatments.where(kind="lymphodepletion")).values("day")
    if given:
        return float(min(day for day in given if day >= given[-1] - EXPOSURE_DAYS))
    return -EXPOSURE_DAYS if index_infusion(patient) else None


@measure(
    unit="mg.h/L",
    method=(
        f"latest `fludarabine AUC` from the first day of lymphodepletion (where that is not recorded, from {EXPOSURE_DAYS:g} days "
        f"before infusion) to {EXPOSURE_DAYS:g} days later, and not after the infusion; the record does not say whether it was measured or estimated"
    ),
    settled_by="the exposure to fludarabine",
)
def fludarabine_auc(patient: Patient) -> float | Noted | Missing:
    """Cumulative exposure to fludarabine of lymphodepletion (002:727, 002:728)."""
    first = _first_day(patient)
    if first is None:
        return Missing("no lymphodepletion is recorded", "lymphodepletion and the exposure to fludarabine")
    infused = index_infusion(patient)
    # A result dated after infusion is known only of those who live to that day.
    last = min(first + EXPOSURE_DAYS, math.inf if infused is None else infused.day)
    found = results(in_blood(patient, "fludarabine AUC").between(first, last), "fludarabine AUC")
    if not found:
        return Missing("no fludarabine AUC is recorded", "the exposure to fludarabine")
    if found[-1].value is None:
        return Missing(
            f"fludarabine AUC {on_day(found[-1].day)} was below a limit", "the exposure to fludarabine"
        )
    return Noted(
        found[-1].value, f"{on_day(found[-1].day)}; the record does not say whether measured or estimated"
    )


@measure(
    method="any lymphodepletion of the record that names bendamustine; no where one names its drugs without it",
    settled_by="the drugs of lymphodepletion",
)
def bendamustine_given(patient: Patient) -> bool | Noted | Missing:
    """Whether lymphodepletion is with bendamustine (004:53)."""
    named = [row.detail for row in patient.treatments.where(kind="lymphodepletion") if row.detail]
    named += patient.infusions.values("lymphodepletion")
    if not named:
        return Missing("the drugs of lymphodepletion are not recorded", "the drugs of lymphodepletion")
    return Noted(any("bendamustine" in words.lower() for words in named), named[-1])
