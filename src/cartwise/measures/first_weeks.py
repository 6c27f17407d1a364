"""Adverse events of the first four weeks after infusion: infections, cytopenia, GVHD and hyperinflammation."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.blood_counts import after_infusion
from cartwise.measures.course import FIRST_COURSE, denied, in_first_course, set_aside, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day, on_days
from cartwise.measures.toxicity import graded
from cartwise.measures.treatment import TOXICITY_DAYS
from cartwise.study import Patient, Records

LAST = TOXICITY_DAYS
"""Last day of the four weeks that 001:153-155 tabulates."""

_SPAN = f"day 0 to {LAST:g}; {FIRST_COURSE}"
_NONE = f"none is no where a daily grade or a treatment of those days is recorded, and the weeks are over; {_SPAN}"
_NEUTROPHILS, _PLATELETS = 500.0, 25.0
"""Limits of grade 4 in CTCAE (neutrophils per uL, platelets in 10^9/L): below them."""


def _infections(patient: Patient) -> Records:
    return in_first_course(patient, patient.infections, 0.0, LAST)


def _absent(patient: Patient, table: str, what: str) -> Noted | Missing:
    """What it says that nothing is recorded: no, where the weeks were watched to their end, or the patient's."""
    if (lost := set_aside(patient, table)) is not None:
        return lost
    seen = (in_first_course(patient, rows, 0.0, LAST) for rows in (patient.treatments, patient.toxicities))
    if not any(seen):
        reason = f"no {what}, grade or treatment is recorded from day 0 to {LAST:g}"
        return unseen(patient, reason, f"{what} of those days")
    if today(patient) < LAST and not patient.deaths:
        return Missing(f"the weeks to day {LAST:g} are not over", f"{what} up to day {LAST:g}")
    return Noted(value=False, note="none recorded")


def _infection(patient: Patient, kind: str = "") -> Noted | Missing:
    rows = _infections(patient)
    found = rows.where(kind=kind) if kind else rows
    if found:
        return Noted(value=True, note=on_days(found.values("day")))
    if kind and any(row.kind in (None, "unknown") for row in rows):
        return Missing("an infection of unknown kind is recorded", "the kind of that infection")
    return _absent(patient, "infections", "infection")


@measure(method=f"any infection; {_NONE}", settled_by="the infections of the first four weeks")
def infection_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether there was an infection of any grade in the first four weeks (001:153)."""
    return _infection(patient)


@measure(method=f"bacterial infection; {_NONE}", settled_by="the infections of the first four weeks")
def bacterial_infection_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether there was a bacterial infection in the first four weeks (001:153)."""
    return _infection(patient, "bacterial")


@measure(
    method=f"viral infection or reactivation; {_NONE}", settled_by="the infections of the first four weeks"
)
def viral_infection_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether there was a viral infection in the first four weeks (001:153)."""
    return _infection(patient, "viral")


@measure(method=f"fungal infection; {_NONE}", settled_by="the infections of the first four weeks")
def fungal_infection_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether there was a fungal infection in the first four weeks (001:153)."""
    return _infection(patient, "fungal")


@measure(
    method=f"acute or chronic GVHD that began after infusion; a row that says none is no, and so is none recorded where a "
    f"daily grade or a treatment of those days is; {_SPAN}",
    settled_by="GVHD of the first four weeks",
)
def gvhd_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether GVHD began in the first four weeks; a question for those with cells of a donor (001:155)."""
    rows = in_first_course(patient, patient.gvhd, 0.0, LAST)
    began = rows.that(lambda row: row.kind != "none")
    if began:
        return Noted(value=True, note=f"{began[0].kind}, {on_day(began[0].day)}")
    if rows:
        return denied(patient, f"none, {on_day(rows[-1].day)}", "gvhd")
    return _absent(patient, "gvhd", "GVHD")


@measure(
    method=f"IEC-HS assessed as present, or a grade of it of 1 or more; assessed as absent, or grades of 0, is no; never looked "
    f"for is missing; its criteria are not computed; {_SPAN}",
    settled_by="an assessment of IEC-HS",
)
def iec_hs_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether HLH-like hyperinflammation (IEC-HS) was found in the first four weeks (001:153)."""
    assessed = in_first_course(patient, patient.assessments.where(kind="IEC-HS"), 0.0, LAST)
    found = [(row.day, row.value == "present") for row in assessed]
    grades = graded(patient, "IEC-HS").that(lambda row: row.grade is not None and row.day <= LAST)
    found += [(row.day, row.grade >= 1) for row in grades]
    present = [day for day, yes in found if yes]
    if present:
        return Noted(value=True, note=on_days(present))
    if found:
        return denied(
            patient, f"looked for {on_days([day for day, _ in found])}", "assessments", "toxicities"
        )
    return unseen(patient, "IEC-HS was neither assessed nor graded", "an assessment of IEC-HS")


def _lowest(patient: Patient, test: str) -> Noted | Missing:
    found = after_infusion(patient, test, 0, LAST)
    levels = [(item.value, item.day) for item in found if item.value is not None]
    if any(item.value is None for item in found):
        day = next(item.day for item in found if item.value is None)
        return Noted(0.0, f"below a limit, {on_day(day)}")
    if not levels:
        return unseen(patient, f"no {test} is recorded from day 0 to {LAST:g}", f"{test} after infusion")
    value, day = min(levels)
    return Noted(value, f"{on_day(day)}; {len(levels)} counts")


@measure(
    unit="{cells}/uL",
    method=f"lowest neutrophil count, a value below a limit as 0; {_SPAN}",
    settled_by="neutrophils of the first four weeks",
)
def neutrophil_nadir_first_weeks(patient: Patient) -> float | Noted | Missing:
    """Lowest neutrophil count of the first four weeks (001:153)."""
    return _lowest(patient, "ANC")


@measure(
    method=f"any neutrophil count below {_NEUTROPHILS:g} per uL (CTCAE grade 4); {_SPAN}; none below is no as far as was counted",
    settled_by="neutrophils of the first four weeks",
)
def neutropenia_grade_4_first_weeks(neutrophil_nadir_first_weeks: float) -> bool:
    """Whether neutropenia reached grade 4 in the first four weeks (001:153)."""
    return neutrophil_nadir_first_weeks < _NEUTROPHILS


@measure(
    method=f"any platelet count below {_PLATELETS:g} x 10^9/L (CTCAE grade 4), a value below a limit as 0; {_SPAN}; none below is "
    "no as far as was counted",
    settled_by="platelets of the first four weeks",
)
def thrombocytopenia_grade_4_first_weeks(patient: Patient) -> bool | Noted | Missing:
    """Whether thrombocytopenia reached grade 4 in the first four weeks."""
    found = _lowest(patient, "platelets")
    if isinstance(found, Missing):
        return found
    return (
        Noted(found.value < _PLATELETS, found.note) if isinstance(found.value, float) else Missing(found.note)
    )
