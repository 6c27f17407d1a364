"""Transplant after CAR T cells: whether it was done, and what bears on doing it."""

from __future__ import annotations

import math

from cartwise.basis import Missing
from cartwise.measures.course import (
    course_end,
    denied,
    end_of_follow_up,
    followed,
    index_infusion,
    set_aside,
    today,
    unseen,
)
from cartwise.measures.history import allogeneic, before_index, up_to_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Row

JUDGED_DAYS = 183.0
"""How long a judgement of eligibility, donor or wish stands: six months, our choice."""

ADVERSE = ("KMT2Ar", "hypodiploid", "TP53")
"""Lesions that 002:184, 002:219 and 004:31-36 name as possibly adverse; 003:87 finds most lesions are not."""

_JUDGED = f"latest assessment, no older than {JUDGED_DAYS:g} days"


@measure(method="an infusion is recorded on the index day")
def infused(patient: Patient) -> bool | Missing:
    """Whether CAR T cells were given."""
    if index_infusion(patient) is not None:
        return True
    lost = set_aside(patient, "infusions")
    return False if lost is None else lost


def first_transplant(patient: Patient) -> Row | None:
    """The first transplant on or after the index infusion, not autologous; None where there is none."""
    if index_infusion(patient) is None:
        return None
    return allogeneic(patient.treatments.where(kind="HCT")).between(0.0, math.inf).first


@measure(
    method="a transplant on or after the index infusion; none recorded is no where anything but laboratory samples was recorded after infusion",
    settled_by="the infusion",
)
def hct_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether a transplant followed CAR T cells."""
    row = first_transplant(patient)
    if row is not None:
        return Noted(value=True, note=on_day(row.day))
    if (lost := set_aside(patient, "treatments")) is not None:
        return lost
    if not followed(patient):
        return unseen(patient, "no follow-up after infusion", "follow-up after infusion")
    return Noted(value=False, note=f"none recorded to day {end_of_follow_up(patient):g}")


@measure(
    method="a further course of CAR T cells after the first; none recorded is no", settled_by="the infusion"
)
def later_course(patient: Patient) -> bool | Noted | Missing:
    """Whether a further course of CAR T cells followed the first, so that the first no longer speaks for the patient."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    end = course_end(patient)
    if math.isfinite(end):
        return Noted(value=True, note=on_day(end))
    lost = set_aside(patient, "infusions", "treatments")
    return False if lost is None else lost


@measure(unit="d", method="from infusion to the first transplant after it")
def hct_day(patient: Patient) -> float | Missing:
    """Day of the transplant that followed CAR T cells (001:122)."""
    row = first_transplant(patient)
    return unseen(patient, "no transplant recorded after infusion") if row is None else row.day


def _judged(patient: Patient, kind: str) -> Noted | Missing:
    """The latest judgement of a kind, with its day, unless it is too old to stand."""
    rows = patient.assessments.where(kind=kind)
    asked = f"a new assessment: {kind}"
    if not rows:
        return Missing(f"{kind} was not assessed", asked)
    latest = rows[-1]
    if latest.day < today(patient) - JUDGED_DAYS:
        return Missing(
            f"{kind} was last assessed {on_day(latest.day)}, more than {JUDGED_DAYS:g} days ago", asked
        )
    said = {row.value for row in rows if row.day == latest.day}
    if len(said) > 1:
        return Missing(f"{kind} was assessed in different ways {on_day(latest.day)}", asked, cause="conflict")
    return Noted(latest.value, on_day(latest.day))


def _judged_as(patient: Patient, kind: str, yes: str) -> Noted | Missing:
    found = _judged(patient, kind)
    return found if isinstance(found, Missing) else Noted(found.value == yes, found.note)


@measure(method=_JUDGED, settled_by="an assessment of eligibility for HCT")
def hct_eligible(patient: Patient) -> bool | Noted | Missing:
    """Whether the patient is eligible for transplant (002:419)."""
    return _judged_as(patient, "HCT eligibility", "eligible")


@measure(
    method=f"{_JUDGED}; a search under way has no answer yet", settled_by="the outcome of the donor search"
)
def donor_available(patient: Patient) -> bool | Noted | Missing:
    """Whether a suitable donor is available (002:427)."""
    found = _judged(patient, "donor")
    if isinstance(found, Noted) and found.value == "searching":
        return Missing(
            f"the search for a donor was under way {found.note}", "the outcome of the donor search"
        )
    return _judged_as(patient, "donor", "available")


@measure(method=_JUDGED, settled_by="the wish of patient and family")
def hct_wish(patient: Patient) -> str | Noted | Missing:
    """Wish of patient and family for transplant: wants, avoids or undecided (002:427)."""
    return _judged(patient, "HCT wish")


@measure(method=_JUDGED, settled_by="a judgement whether another relapse could be treated")
def another_relapse_unlikely_treatable(patient: Patient) -> bool | Noted | Missing:
    """Whether another relapse was judged unlikely to be treatable (002:430)."""
    return _judged_as(patient, "another relapse treatable", "unlikely")


@measure(
    method=f"{', '.join(ADVERSE)} found, or a cytogenetic risk group called high; no where the group is called low or intermediate, no lesion was found, or all of these are absent",
    settled_by="the cytogenetic risk group",
)
def adverse_cytogenetics(patient: Patient) -> bool | Noted | Missing:
    """Whether cytogenetics are adverse; 002:430 lists none, so the lesions meant are named in the method."""
    rows = patient.genetics
    found = [
        row.lesion
        for row in rows
        if row.lesion in ADVERSE and row.status in ("present", "somatic", "germline")
    ]
    found += [
        f"risk group high ({row.risk_scheme or 'scheme not stated'})"
        for row in rows
        if row.risk_group == "high"
    ]
    if found:
        return Noted(value=True, note=", ".join(dict.fromkeys(found)))
    absent = {row.lesion for row in rows if row.status == "absent"}
    if absent.issuperset(ADVERSE) or "none" in {row.lesion for row in rows}:
        return denied(patient, "no adverse lesion found", "genetics")
    groups = [row.risk_group for row in rows if row.risk_group in ("low", "intermediate")]
    return (
        denied(patient, f"risk group {groups[-1]}", "genetics")
        if groups
        else Missing("no cytogenetic result settles it", "the cytogenetic risk group")
    )


@measure(method="seen in any marrow before the index infusion", settled_by="CD19 on blasts before infusion")
def cd19_negative_clone_before(patient: Patient) -> bool | Noted | Missing:
    """Whether a CD19-negative clone was seen before CAR T cells (002:432)."""
    rows = before_index(patient, patient.marrow)
    seen = [row.day for row in rows if row.cd19_negative_clone or row.cd19 == "negative"]
    if seen:
        return Noted(value=True, note=on_days(seen))
    looked = [row.day for row in rows if row.cd19_negative_clone is False]
    return (
        denied(up_to_index(patient), f"looked for {on_days(looked)}", "marrow")
        if looked
        else Missing(
            "no marrow before infusion was read for a CD19-negative clone", "CD19 on blasts before infusion"
        )
    )
