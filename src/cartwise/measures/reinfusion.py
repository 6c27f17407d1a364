"""Reinfusion: when and why cells of the same product were given again, and what followed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cartwise.basis import Missing
from cartwise.measures.after_remission import day_given_again
from cartwise.measures.aplasia import definition_named
from cartwise.measures.course import SPLIT_DOSE_DAYS, end_of_follow_up, set_aside
from cartwise.measures.measure import Noted, measure
from cartwise.measures.response import in_remission, relapses_after
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
        "radiotherapy",
        "cranial radiotherapy",
        "donor lymphocytes",
        "checkpoint inhibitor",
        "TKI",
        "maintenance",
    }
)
"""Treatments against leukaemia after which remission is no longer the reinfusion's alone (004:237: without further therapy)."""

NEXT_COURSE = "next course of CAR T cells"
"""Further therapy as well, of whatever product."""

FAILED = ("relapse", "no response")
"""Reasons of a reinfusion that is no longer given in remission, of which 004:237 speaks."""

_FURTHER = f"{', '.join(sorted(THERAPY))}, {NEXT_COURSE}"
_WHOSE = "of those without relapse or non-response at reinfusion; "
_NOT_REINFUSED = Missing("no reinfusion is recorded")
_NO_REMISSION = Missing("relapse or no response at reinfusion: no remission to keep")


@measure(
    unit="d",
    method="day on which the next course of the same product began, whatever was given between",
    settled_by="the product of each infusion",
)
def reinfusion_day(patient: Patient, reinfused: bool) -> float | Missing:
    """Day of the reinfusion, counted from the first infusion (004:237)."""
    return day_given_again(patient) if reinfused else _NOT_REINFUSED


@measure(method="as recorded with the infusion", settled_by="why cells were given again")
def reinfusion_indication(patient: Patient, reinfusion_day: float) -> str | Missing:
    """Why cells were given again: B-cell recovery, hematogones, MRD, relapse (004:237)."""
    later = min(_next_courses(patient, reinfusion_day), default=math.inf)
    rows = patient.infusions.that(
        lambda row: reinfusion_day <= row.day < later and row.indication is not None
    )
    return (
        str(rows[0].indication)
        if rows
        else Missing("the indication is not recorded", "why cells were given again")
    )


@measure(
    method=f"the reason of the reinfusion is {' or '.join(FAILED)}, or the latest of responses and relapses up to its day is no remission; neither recorded is no",
    settled_by="the response or relapse before reinfusion",
)
def relapse_or_no_response_at_reinfusion(
    patient: Patient, reinfusion_day: float, reinfusion_indication: str | Missing
) -> bool | Noted | Missing:
    """Whether leukaemia had relapsed or not responded when cells were given again: no remission to keep (004:237)."""
    if reinfusion_indication in FAILED:
        return Noted(value=True, note=f"given for {reinfusion_indication}")
    before = patient.as_of(reinfusion_day)
    state = in_remission(before)
    if isinstance(state, Noted):
        return Noted(not state.value, state.note)
    if isinstance(state, Missing) and state.cause == "conflict":
        return Missing("remission at reinfusion is contradicted", state.settled_by, cause="conflict")
    lost = set_aside(before, "relapses", "assessments")
    return Noted(value=False, note="none recorded before reinfusion") if lost is None else lost


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


def _later(
    patient: Patient, start: float, tables: Sequence[str], days: list[float], what: str
) -> Noted | Missing:
    after = [day for day in days if day > start]
    if after:
        return Noted(value=True, note=on_day(min(after)))
    end = end_of_follow_up(patient)
    if (lost := set_aside(patient, *tables)) is not None:
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
    return _later(patient, reinfusion_day, ("relapses",), days, "relapse")


@measure(
    method=f"the first of {_FURTHER} after the reinfusion; none recorded is no to the end of follow-up",
    settled_by="the treatments after reinfusion",
)
def therapy_after_reinfusion(patient: Patient, reinfusion_day: float) -> bool | Noted | Missing:
    """Whether further therapy against leukaemia followed reinfusion (004:237)."""
    days = [day for day, _ in _therapies(patient, reinfusion_day)]
    return _later(patient, reinfusion_day, ("treatments", "infusions"), days, "further therapy")


def _therapies(patient: Patient, start: float) -> list[tuple[float, str]]:
    """Further therapy with its days, the next course of CAR T cells among it."""
    found = [(row.day, row.kind) for row in patient.treatments if row.kind in THERAPY]
    return found + [(day, NEXT_COURSE) for day in _next_courses(patient, start)]


def _next_courses(patient: Patient, start: float) -> list[float]:
    """Days of infusions after the reinfusion that are no split dose of it."""
    again, *later = patient.infusions.that(lambda row: row.day >= start)
    days = [
        row.day
        for row in later
        if (
            row.course != again.course
            if None not in (row.course, again.course)
            else row.day - again.day > SPLIT_DOSE_DAYS
        )
    ]
    return days + [row.day for row in patient.treatments if row.kind == "CAR T" and row.day > again.day]


@measure(
    unit="d",
    method=f"{_WHOSE}from reinfusion to the first relapse, death or further therapy against leukaemia ({_FURTHER}); otherwise to the end of follow-up",
    settled_by="follow-up after reinfusion",
)
def untreated_remission_after_reinfusion(
    patient: Patient, reinfusion_day: float, relapse_or_no_response_at_reinfusion: bool
) -> float | Noted | Missing:
    """How long remission without further therapy lasted after reinfusion (004:237)."""
    found = _NO_REMISSION if relapse_or_no_response_at_reinfusion else _first_after(patient, reinfusion_day)
    return found if isinstance(found, Missing) else Noted(found[0] - reinfusion_day, found[1] or "censored")


@measure(
    method=f"{_WHOSE}relapse, death or further therapy against leukaemia ({_FURTHER}) after reinfusion, within follow-up",
    settled_by="follow-up after reinfusion",
)
def untreated_remission_after_reinfusion_event(
    patient: Patient, reinfusion_day: float, relapse_or_no_response_at_reinfusion: bool
) -> bool | Noted | Missing:
    """Whether remission without further therapy after reinfusion ended (004:237)."""
    found = _NO_REMISSION if relapse_or_no_response_at_reinfusion else _first_after(patient, reinfusion_day)
    return (
        found
        if isinstance(found, Missing)
        else Noted(bool(found[1]), found[1] or f"none to day {found[0]:g}")
    )


def _first_after(patient: Patient, start: float) -> tuple[float, str] | Missing:
    lost = set_aside(patient, "deaths", "relapses", "treatments", "infusions")
    if lost is not None:
        return lost
    end = end_of_follow_up(patient)
    if end <= start:
        return Missing("no follow-up after reinfusion", "follow-up after reinfusion")
    events = [(row.day, "relapse") for row in relapses_after(patient)]
    events += [(row.day, "death") for row in patient.deaths]
    events += _therapies(patient, start)
    return min((event for event in events if start < event[0] <= end), default=(end, ""))
