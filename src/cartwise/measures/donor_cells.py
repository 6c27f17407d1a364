"""Donor and own cells before CAR T cells: mixed chimerism after HCT, and the search for a donor."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.blood_counts import in_blood, results
from cartwise.measures.course import today
from cartwise.measures.history import before_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import Patient

CHIMERISM_DAYS = 92.0
"""How old a chimerism may be to tell the present: three months, our choice."""


@measure(
    method=(
        "latest share of donor cells in blood before infusion is above 0 and below 100 %; "
        f"002:221 gives no cut-off; no older than {CHIMERISM_DAYS:g} days"
    ),
    settled_by="chimerism in blood",
)
def mixed_chimerism(patient: Patient, prior_hct: bool) -> bool | Noted | Missing:
    """Whether donor and own cells are mixed after HCT (002:221)."""
    if not prior_hct:
        return Noted(value=False, note="no HCT before")
    found = results(before_index(patient, in_blood(patient, "chimerism")), "chimerism")
    if not found or found[-1].value is None or found[-1].day < today(patient) - CHIMERISM_DAYS:
        return Missing(f"no chimerism of the last {CHIMERISM_DAYS:g} days is recorded", "chimerism in blood")
    return Noted(0 < found[-1].value < 100, f"{found[-1].value:g} % donor cells {on_day(found[-1].day)}")


@measure(
    method="any assessment of a donor; none recorded does not say that no search has begun",
    settled_by="whether the search for a donor has begun",
)
def donor_search_begun(patient: Patient) -> bool | Noted | Missing:
    """Whether the search for a transplant donor has begun (004:7)."""
    days = [row.day for row in patient.assessments.where(kind="donor")]
    if not days:
        return Missing("no donor search is recorded", "whether the search for a donor has begun")
    return Noted(value=True, note=f"assessed {on_day(days[0])}")
