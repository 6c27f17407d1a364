"""The course of CRS for those who advise: how soon it came after infusion, and whether it is resolving."""

from __future__ import annotations

import math

from cartwise.basis import Interval, Missing
from cartwise.measures.course import FIRST_COURSE, first_infusions
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.measures.toxicity import graded
from cartwise.study import Patient


@measure(
    unit="d",
    method=f"from the first infusion to the first day of grade 1 or more; whole days hold no hour, so a day on either side is left open; {FIRST_COURSE}",
    settled_by="the hour at which CRS began",
)
def crs_onset_after_infusion(patient: Patient, crs_onset: float) -> Interval | Noted:
    """Between which times after infusion cytokine release syndrome began (002:245)."""
    began = first_infusions(patient)[0].day
    if crs_onset != math.floor(crs_onset):
        return Interval(crs_onset - began, crs_onset - began)
    # A whole day may be any hour of it, and so may the day of infusion.
    span = Interval(max(0.0, crs_onset - began - 1), crs_onset - began + 1)
    return Noted(span, f"began {on_day(crs_onset)}, hour not recorded")


@measure(
    method=f"the latest grade is below the highest before it, on the same scale; no grade of 1 or more is no; {FIRST_COURSE}",
    settled_by="daily grades of CRS",
)
def crs_resolving(patient: Patient, crs_max_grade: int) -> bool | Noted | Missing:
    """Whether cytokine release syndrome came and is resolving or over (002:260)."""
    rows = graded(patient, "CRS").that(lambda row: row.grade is not None)
    latest = max(row.grade for row in rows if row.day == rows[-1].day)
    if crs_max_grade < 1:
        return Noted(value=False, note="no CRS is recorded")
    return Noted(latest < crs_max_grade, f"grade {latest} {on_day(rows[-1].day)}, {crs_max_grade} before")


@measure(
    method="an assessment of IEC-HS, or a grade of it; the latest of them",
    settled_by="an assessment of IEC-HS",
)
def iec_hs_recorded(patient: Patient) -> bool | Noted | Missing:
    """Whether the clinician has found IEC-HS; its criteria are not computed (002:260)."""
    found = [(row.day, row.value == "present") for row in patient.assessments.where(kind="IEC-HS")]
    found += [(row.day, row.grade >= 1) for row in graded(patient, "IEC-HS") if row.grade is not None]
    if not found:
        return Missing("IEC-HS was not assessed", "an assessment of IEC-HS")
    day, present = max(found)
    return Noted(present, on_day(day))
