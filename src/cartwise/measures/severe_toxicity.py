"""Severe CRS and ICANS: whether they came at all, whether they were severe, and on which day they became so."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import FIRST_COURSE, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.toxicity import SEVERE, graded, reached
from cartwise.study import Patient

_FIRST = f"first day of grade {SEVERE} or more; {FIRST_COURSE}"


def first_day_of(patient: Patient, kind: str, grade: int) -> float | Missing:
    """The first day on which a toxicity reached a grade."""
    rows = graded(patient, kind)
    if not rows:
        return unseen(patient, f"no grade of {kind} is recorded after infusion", f"daily grades of {kind}")
    days = [row.day for row in rows if row.grade is not None and row.grade >= grade]
    return float(min(days)) if days else Missing(f"no {kind} of grade {grade} or more is recorded")


@measure(method="grade 1 or more; one scale only", settled_by="daily grades of ICANS")
def icans_any_grade(patient: Patient, icans_max_grade: int | Missing) -> bool | Noted | Missing:
    """Whether there was ICANS of any grade (001:155)."""
    return reached(patient, "ICANS", 1, icans_max_grade)


@measure(method=f"grade {SEVERE} or more; one scale only", settled_by="daily grades of ICANS")
def icans_grade_3_or_more(patient: Patient, icans_max_grade: int | Missing) -> bool | Noted | Missing:
    """Whether ICANS was severe: grade 3 or more."""
    return reached(patient, "ICANS", SEVERE, icans_max_grade)


@measure(unit="d", method=_FIRST, settled_by="daily grades of CRS")
def severe_crs_onset(patient: Patient) -> float | Missing:
    """Day on which CRS became severe."""
    return first_day_of(patient, "CRS", SEVERE)


@measure(unit="d", method=_FIRST, settled_by="daily grades of ICANS")
def severe_icans_onset(patient: Patient) -> float | Missing:
    """Day on which ICANS became severe."""
    return first_day_of(patient, "ICANS", SEVERE)
