"""What supportive care asks for: immunoglobulin, weight, and infections in spite of replacement."""

from __future__ import annotations

import math

from cartwise.basis import Missing, convert, convertible
from cartwise.measures.blood_counts import in_blood, results
from cartwise.measures.course import denied, index_infusion, since_infusion, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Row

IGG_DAYS = 42.0
"""A level older than this does not tell the present: six weeks, about two half-lives of IgG. Our choice."""

WEIGHT_DAYS = 30.0
"""A weight older than this does not tell the present: our choice."""


@measure(
    unit="mg/dL",
    method=f"latest after infusion, no older than {IGG_DAYS:g} days; below the limit of the test as 0, since limits of tests of IgG "
    "lie below any level in use here",
    settled_by="IgG in blood",
)
def igg(patient: Patient) -> float | Noted | Missing:
    """Immunoglobulin G in blood at present (002:235)."""
    now = today(patient)
    found = results(since_infusion(patient, in_blood(patient, "IgG"), now - IGG_DAYS), "IgG")
    if not found:
        return unseen(patient, f"no IgG of the last {IGG_DAYS:g} days is recorded", "IgG in blood")
    latest = found[-1]
    if latest.value is None:
        return Noted(0.0, f"below the limit of the test {on_day(latest.day)}, read as 0")
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
    method="two infections or more after infusion while immunoglobulin was given, or up to "
    f"{IGG_DAYS:g} days after its last day; no last day is going on; two is our reading of recurrent",
    settled_by="immunoglobulin and infections after infusion",
)
def infections_despite_immunoglobulin(patient: Patient) -> bool | Noted | Missing:
    """Whether infections recur in spite of immunoglobulin (002:235)."""
    spans = [(row.day, _lasts(row)) for row in patient.treatments.where(kind="immunoglobulin")]
    if index_infusion(patient) is None or not any(end > 0 for _, end in spans):
        return unseen(
            patient, "no immunoglobulin is recorded after infusion", "immunoglobulin that was given"
        )
    days = [
        row.day
        for row in since_infusion(patient, patient.infections)
        if any(begun < row.day <= end for begun, end in spans)
    ]
    told = on_days(days) if days else "none recorded under immunoglobulin"
    return Noted(value=True, note=told) if len(days) > 1 else denied(patient, told, "infections")


def _lasts(row: Row) -> float:
    """The last day on which immunoglobulin that was given still tells, IgG being half gone in about three weeks."""
    return math.inf if row.end_day is None else row.end_day + IGG_DAYS
