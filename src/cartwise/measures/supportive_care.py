"""What supportive care asks for: immunoglobulin, weight, and infections in spite of replacement."""

from __future__ import annotations

from cartwise.basis import Missing, convert, convertible
from cartwise.measures.blood_counts import after_infusion
from cartwise.measures.course import FIRST_COURSE, denied, in_first_course, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient

IGG_DAYS = 42.0
"""A level older than this does not tell the present: six weeks, about two half-lives of IgG. Our choice."""

WEIGHT_DAYS = 30.0
"""A weight older than this does not tell the present: our choice."""


@measure(
    unit="mg/dL",
    method=f"latest after infusion, no older than {IGG_DAYS:g} days; {FIRST_COURSE}",
    settled_by="IgG in blood",
)
def igg(patient: Patient) -> float | Noted | Missing:
    """Immunoglobulin G in blood at present (002:235)."""
    now = today(patient)
    found = after_infusion(patient, "IgG", max(0.0, now - IGG_DAYS), now)
    if not found:
        return unseen(patient, f"no IgG of the last {IGG_DAYS:g} days is recorded", "IgG in blood")
    latest = found[-1]
    if latest.value is None:
        return Missing(
            f"IgG {on_day(latest.day)} was below a limit that is not recorded", "the limit of that test"
        )
    return Noted(latest.value, on_day(latest.day))


@measure(
    unit="kg", method=f"latest, no older than {WEIGHT_DAYS:g} days", settled_by="the weight of these weeks"
)
def weight(patient: Patient) -> Noted | Missing:
    """Body weight at present; bands of weight in a label's text turn on it."""
    now = today(patient)
    rows = patient.observations.between(now - WEIGHT_DAYS, now).where(kind="weight")
    found = [row for row in rows if row.value is not None and convertible(row.unit or "", "kg")]
    if not found:
        return Missing(f"no weight of the last {WEIGHT_DAYS:g} days is recorded", "the weight")
    return Noted(convert(found[-1].value, found[-1].unit, "kg"), on_day(found[-1].day))


@measure(
    method=f"two infections or more after immunoglobulin was begun; {FIRST_COURSE}; two is our reading of recurrent",
    settled_by="immunoglobulin and infections after infusion",
)
def infections_despite_immunoglobulin(patient: Patient) -> bool | Noted | Missing:
    """Whether infections recur in spite of immunoglobulin (002:235)."""
    given = in_first_course(patient, patient.treatments.where(kind="immunoglobulin"))
    if not given:
        return unseen(
            patient, "no immunoglobulin is recorded after infusion", "immunoglobulin that was given"
        )
    infections = in_first_course(patient, patient.infections, given[0].day)
    days = [row.day for row in infections if row.day > given[0].day]
    told = on_days(days) if days else f"none recorded since day {given[0].day:g}"
    return Noted(value=True, note=told) if len(days) > 1 else denied(patient, told, "infections")
