"""Response to CAR T cells and relapse after them."""

from __future__ import annotations

from cartwise.basis import Missing, all_true, any_true, negation, truth_of
from cartwise.measures.course import (
    FIRST_COURSE,
    denied,
    end_of_follow_up,
    followed,
    in_first_course,
    index_infusion,
    set_aside,
    unseen,
)
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import DAY_28, STATES
from cartwise.measures.settling import on_day, on_days, settled
from cartwise.study import Patient, Records, Row

REMISSION = ("CR", "CRi")
REMISSION_BLASTS = 5.0
"""Per cent of marrow blasts from which there is no complete remission (definitions of CIBMTR, NCI and ELN alike)."""

_ASSESSED = "response as assessed (assessments, kind response)"
_ANY_COURSE = "from infusion on, whatever was given since"


def _responses(patient: Patient) -> Records:
    return patient.assessments.that(lambda row: row.kind == "response" and row.day > 0)


def relapses_after(patient: Patient) -> Records:
    """Relapses on or after the infusion, none where there was no infusion."""
    if index_infusion(patient) is None:
        return Records()
    return patient.relapses.that(lambda row: row.day >= 0 and not row.before_index)


@measure(
    method=f"{_ASSESSED} nearest to day {DAY_28[0]:g}, from day {DAY_28[1]:g} to {DAY_28[2]:g}; {FIRST_COURSE}",
    settled_by="the response about day 28",
)
def response_day_28(patient: Patient) -> str | Noted | Missing:
    """Response about day 28: CR, CRi, no response or progression (001:118)."""
    nominal, first, last = DAY_28
    rows = in_first_course(patient, _responses(patient), first, last)
    if not rows:
        what = f"response assessed from day {first:g} to {last:g}"
        return unseen(patient, f"no {what}", f"a {what}")
    nearest = min(rows, key=lambda row: (abs(row.day - nominal), -row.day))
    return Noted(nearest.value, on_day(nearest.day))


@measure(
    method="CR or CRi with MRD negative by every one of flow and PCR that was done, about day 28",
    settled_by="the response and an MRD test by flow or PCR about day 28",
)
def mrd_negative_cr_day_28(
    response_day_28: str | Missing, mrd_flow_day_28: str | Missing, mrd_pcr_day_28: str | Missing
) -> bool | Missing:
    """Whether there was MRD-negative remission about day 28 (001:118)."""
    done = [state for state in (mrd_flow_day_28, mrd_pcr_day_28) if isinstance(state, str)]
    remission = truth_of(response_day_28 in REMISSION if isinstance(response_day_28, str) else None)
    positive = any_true([truth_of(None if state == STATES[1] else state == "positive") for state in done])
    clear = negation(positive) if done else truth_of(None)
    low = Missing("MRD detected below quantification: neither negative nor positive", "a repeated test")
    asked = (response_day_28, low if done else mrd_flow_day_28)
    return settled(
        all_true([remission, clear]), next((item for item in asked if isinstance(item, Missing)), low)
    )


@measure(method=f"{_ASSESSED} CR or CRi at any time; {FIRST_COURSE}", settled_by="a response after infusion")
def complete_response(patient: Patient) -> bool | Noted | Missing:
    """Whether complete remission, with or without full recovery of counts, was reached."""
    rows = in_first_course(patient, _responses(patient))
    if not rows:
        return unseen(patient, "no response assessed after infusion", "a response after infusion")
    reached = rows.that(lambda row: row.value in REMISSION)
    if reached:
        return Noted(value=True, note=f"{reached[0].value} {on_day(reached[0].day)}")
    return denied(patient, f"{rows[-1].value} {on_day(rows[-1].day)}", "assessments")


@measure(
    method=f"latest of responses and relapses is CR or CRi; {_ANY_COURSE}; it stands until a response, a relapse or marrow blasts contradict it",
    settled_by="a response after infusion",
)
def in_remission(patient: Patient) -> bool | Noted | Missing:
    """Whether the patient is in remission after CAR T cells, as last assessed."""
    if index_infusion(patient) is None:
        return denied(patient, "no infusion is recorded", "infusions")
    states = [(row.day, row.value) for row in _responses(patient)]
    states += [(row.day, "relapse") for row in relapses_after(patient)]
    if not states:
        return Missing("no response assessed after infusion", "a response after infusion")
    day = max(day for day, _ in states)
    said = {value for when, value in states if when == day}
    remission = said <= set(REMISSION)
    if not remission and said & set(REMISSION):
        return Missing(
            f"remission and {', '.join(sorted(said - set(REMISSION)))} {on_day(day)}",
            "the response",
            cause="conflict",
        )
    blasts = [row.day for row in patient.marrow if row.day > day and (row.blasts or 0.0) >= REMISSION_BLASTS]
    if remission and blasts:
        seen = (
            f"remission {on_day(day)}, but marrow blasts of {REMISSION_BLASTS:g} % or more {on_days(blasts)}"
        )
        return Missing(seen, "the response, or the relapse, of that day", cause="conflict")
    return Noted(remission, f"{', '.join(sorted(said))} {on_day(day)}")


@measure(
    method=f"a relapse is recorded; none recorded is no where anything but laboratory samples was recorded after infusion; {_ANY_COURSE}",
    settled_by="follow-up after infusion",
)
def relapsed_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether leukaemia relapsed after infusion."""
    rows, end = relapses_after(patient), end_of_follow_up(patient)
    if rows:
        return Noted(value=True, note=on_day(rows[0].day))
    if (lost := set_aside(patient, "relapses")) is not None:
        return lost
    if not followed(patient):
        return unseen(patient, "no follow-up after infusion", "follow-up after infusion")
    return Noted(value=False, note=f"none recorded to day {end:g}")


@measure(
    unit="d",
    method=f"from infusion to the first relapse; {_ANY_COURSE}",
    settled_by="follow-up after infusion",
)
def time_to_relapse(patient: Patient) -> float | Missing:
    """Time from infusion to relapse."""
    rows = relapses_after(patient)
    return (
        rows[0].day if rows else unseen(patient, f"no relapse recorded to day {end_of_follow_up(patient):g}")
    )


@measure(
    method=f"first relapse after infusion; {_ANY_COURSE}", settled_by="the immunophenotype of the relapse"
)
def relapse_immunophenotype(patient: Patient) -> str | Missing:
    """Immunophenotype of the relapse: CD19+, CD19- or lineage switch (004:102)."""
    return _immunophenotype(patient, relapses_after(patient).first)


@measure(
    method=f"latest relapse after infusion; {_ANY_COURSE}", settled_by="the immunophenotype of the relapse"
)
def latest_relapse_immunophenotype(patient: Patient) -> str | Missing:
    """Immunophenotype of the present relapse: CD19+, CD19- or lineage switch."""
    return _immunophenotype(patient, relapses_after(patient).last)


def _immunophenotype(patient: Patient, relapse: Row | None) -> str | Missing:
    if relapse is None:
        return unseen(patient, f"no relapse recorded to day {end_of_follow_up(patient):g}")
    found = relapse.immunophenotype
    if found in (None, "unknown"):
        return Missing(
            f"relapse {on_day(relapse.day)}, its immunophenotype is not known",
            "the immunophenotype of the relapse",
        )
    return str(found)


@measure(
    method=f"relapses on more than one day after infusion; {_ANY_COURSE}",
    settled_by="follow-up after infusion",
)
def relapsed_again(patient: Patient, relapsed_after_infusion: bool) -> bool | Noted | Missing:
    """Whether leukaemia relapsed more than once after infusion."""
    days = sorted({row.day for row in relapses_after(patient)})
    if len(days) > 1:
        return Noted(value=True, note=on_days(days))
    return denied(patient, "one relapse" if relapsed_after_infusion else "no relapse", "relapses")
