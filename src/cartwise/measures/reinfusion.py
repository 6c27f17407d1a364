"""Reinfusion: when and why cells of the same product were given again, and what followed."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.aplasia import definition_named
from cartwise.measures.course import course_end, end_of_follow_up, set_aside
from cartwise.measures.measure import Noted, measure
from cartwise.measures.response import relapses_after
from cartwise.measures.settling import on_day
from cartwise.study import Definitions, Patient

APLASIA_DAY, APLASIA_FIRST, APLASIA_LAST = 28.0, 21.0, 42.0
"""About when aplasia after reinfusion is judged (004:237 speaks of day 28); the window is our choice."""

THERAPY = frozenset(
    {
        "HCT",
        "blinatumomab",
        "inotuzumab",
        "CD22-directed therapy",
        "chemotherapy",
        "cytotoxic chemotherapy",
        "maintenance",
    }
)
"""Treatments against leukaemia after which remission is no longer the reinfusion's alone (004:237: without further therapy)."""

_NOT_REINFUSED = Missing("no reinfusion is recorded")


@measure(
    unit="d", method="day on which the next course of the same product began", settled_by="the infusions"
)
def reinfusion_day(patient: Patient, reinfused: bool) -> float | Missing:
    """Day of the reinfusion, counted from the first infusion (004:237)."""
    return course_end(patient) if reinfused else _NOT_REINFUSED


@measure(method="as recorded with the infusion", settled_by="why cells were given again")
def reinfusion_indication(patient: Patient, reinfusion_day: float) -> str | Missing:
    """Why cells were given again: B-cell recovery, hematogones, MRD, relapse (004:237)."""
    rows = patient.infusions.that(lambda row: row.day >= reinfusion_day and row.indication is not None)
    return (
        str(rows[0].indication)
        if rows
        else Missing("the indication is not recorded", "why cells were given again")
    )


@measure(
    method=f"{{bca}}; sample nearest to day {APLASIA_DAY:g} after reinfusion, from day {APLASIA_FIRST:g} to {APLASIA_LAST:g} after it",
    settled_by="a B-cell count about four weeks after reinfusion",
)
def aplasia_after_reinfusion(
    patient: Patient, definitions: Definitions, reinfusion_day: float
) -> bool | Noted | Missing:
    """Whether B-cell aplasia was there again, or still, about day 28 after reinfusion (004:237)."""
    judge = definition_named(definitions.bca).aplastic
    found = [
        (abs(row.day - reinfusion_day - APLASIA_DAY), row.day, told)
        for row in patient.b_cells
        if APLASIA_FIRST <= row.day - reinfusion_day <= APLASIA_LAST and (told := judge(row)) is not None
    ]
    if not found:
        asked = "a B-cell count about four weeks after reinfusion"
        return Missing("no B-cell measurement about four weeks after reinfusion", asked)
    nearest = min(found)
    said = {told for _, day, told in found if day == nearest[1]}
    if len(said) > 1:
        return Missing(f"samples {on_day(nearest[1])} disagree", "a repeated B-cell count", cause="conflict")
    return Noted(nearest[2], on_day(nearest[1]))


def _later(patient: Patient, start: float, table: str, days: list[float], what: str) -> Noted | Missing:
    after = [day for day in days if day > start]
    if after:
        return Noted(value=True, note=on_day(min(after)))
    end = end_of_follow_up(patient)
    if (lost := set_aside(patient, table)) is not None:
        return lost
    if end <= start:
        return Missing("no follow-up after reinfusion", "follow-up after reinfusion")
    return Noted(value=False, note=f"no {what} recorded to day {end:g}")


@measure(
    method="a relapse after the reinfusion; none recorded is no to the end of follow-up",
    settled_by="follow-up",
)
def relapse_after_reinfusion(patient: Patient, reinfusion_day: float) -> bool | Noted | Missing:
    """Whether leukaemia relapsed after reinfusion (004:237)."""
    days = [row.day for row in relapses_after(patient)]
    return _later(patient, reinfusion_day, "relapses", days, "relapse")


@measure(
    method=f"the first of {', '.join(sorted(THERAPY))} after the reinfusion; none recorded is no to the end of follow-up",
    settled_by="the treatments after reinfusion",
)
def therapy_after_reinfusion(patient: Patient, reinfusion_day: float) -> bool | Noted | Missing:
    """Whether further therapy against leukaemia followed reinfusion (004:237)."""
    days = [row.day for row in patient.treatments if row.kind in THERAPY]
    return _later(patient, reinfusion_day, "treatments", days, "further therapy")


@measure(
    unit="d",
    method="from reinfusion to the first relapse, death or further therapy against leukaemia; otherwise to the end of follow-up",
    settled_by="follow-up after reinfusion",
)
def untreated_remission_after_reinfusion(patient: Patient, reinfusion_day: float) -> float | Noted | Missing:
    """How long remission without further therapy lasted after reinfusion (004:237)."""
    found = _first_after(patient, reinfusion_day)
    return found if isinstance(found, Missing) else Noted(found[0] - reinfusion_day, found[1] or "censored")


@measure(
    method="relapse, death or further therapy against leukaemia after reinfusion, within follow-up",
    settled_by="follow-up after reinfusion",
)
def untreated_remission_after_reinfusion_event(
    patient: Patient, reinfusion_day: float
) -> bool | Noted | Missing:
    """Whether remission without further therapy after reinfusion ended (004:237)."""
    found = _first_after(patient, reinfusion_day)
    return (
        found
        if isinstance(found, Missing)
        else Noted(bool(found[1]), found[1] or f"none to day {found[0]:g}")
    )


def _first_after(patient: Patient, start: float) -> tuple[float, str] | Missing:
    lost = set_aside(patient, "deaths", "relapses", "treatments")
    if lost is not None:
        return lost
    end = end_of_follow_up(patient)
    if end <= start:
        return Missing("no follow-up after reinfusion", "follow-up after reinfusion")
    events = [(row.day, "relapse") for row in relapses_after(patient)]
    events += [(row.day, "death") for row in patient.deaths]
    events += [(row.day, row.kind) for row in patient.treatments if row.kind in THERAPY]
    return min((event for event in events if start < event[0] <= end), default=(end, ""))
