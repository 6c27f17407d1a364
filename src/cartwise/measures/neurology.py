"""What bears on neurotoxicity and CRS before they come: neurological history, imaging, CNS disease, heart and lung."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cartwise.basis import Missing
from cartwise.measures.course import denied, index_infusion, today
from cartwise.measures.history import before_index, up_to_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import CURRENT_DAYS
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Row

_LATEST = "latest assessment"
CNS_DISEASE = ("CNS3", "isolated CNS", "parenchymal")
MAY_REACH_CNS = (None, "marrow and extramedullary")
"""Sites of relapse that do not say whether the CNS is among them."""


def _assessed(patient: Patient, kind: str, what: str, yes: tuple[str, ...]) -> Noted | Missing:
    rows = patient.assessments.where(kind=kind)
    if not rows:
        return Missing(f"{what} is not recorded", what)
    said = [row.value for row in rows if row.day == rows[-1].day]
    if len({value in yes for value in said}) > 1:
        return Missing(
            f"{what} was assessed in different ways {on_day(rows[-1].day)}", what, cause="conflict"
        )
    return Noted(said[-1] in yes, f"{said[-1]}, {on_day(rows[-1].day)}")


@measure(
    method=f"{_LATEST}; a history once there stays, so any earlier one that says present counts",
    settled_by="the neurological history",
)
def neurological_history(patient: Patient) -> bool | Noted | Missing:
    """Whether there is a history of seizures, neurological disorder or neurotoxicity (002:255, 004:183)."""
    kind = "seizure or neurotoxicity history"
    found = patient.assessments.where(kind=kind, value="present")
    if found:
        return Noted(value=True, note=f"recorded {on_day(found[0].day)}")
    told = _assessed(patient, kind, "the neurological history", ("present",))
    return told if isinstance(told, Missing) else denied(patient, told.note, "assessments")


@measure(method=_LATEST, settled_by="neuroimaging")
def neuroimaging_abnormal(patient: Patient) -> bool | Noted | Missing:
    """Whether imaging of the brain was abnormal (002:256)."""
    return _assessed(patient, "neuroimaging", "neuroimaging", ("abnormal",))


_CNS = (
    f"{', '.join(CNS_DISEASE)} in {{}}, or a relapse of the CNS before infusion; CNS2 leaves it open, since 004:183 does not say, and so does a "
    "relapse that may have reached the CNS until it is assessed"
)


@measure(method=_CNS.format("any assessment"), settled_by="the CNS status")
def cns_disease_recorded(patient: Patient) -> bool | Noted | Missing:
    """Whether leukaemia of the central nervous system was ever recorded (004:183)."""
    return _cns_disease(
        patient, patient.assessments.where(kind="CNS"), before_index(patient, patient.relapses)
    )


@measure(
    method=_CNS.format(
        f"the assessments since the latest relapse before infusion, where none is dated of the {CURRENT_DAYS:g} days to infusion "
        "or today, where there are none the latest"
    ),
    settled_by="the CNS status",
)
def cns_disease_at_referral(patient: Patient) -> bool | Noted | Missing:
    """Whether the disease for which CAR T cells are considered is in the central nervous system (004:183)."""
    relapses = before_index(patient, patient.relapses)
    end = 0.0 if index_infusion(patient) else today(patient)
    since = relapses[-1].day if relapses else end - CURRENT_DAYS
    assessed = before_index(patient, patient.assessments.where(kind="CNS"))
    rows = assessed.between(since, math.inf)
    return _cns_disease(
        up_to_index(patient), rows or (assessed[-1:] if not relapses else rows), relapses[-1:]
    )


def _cns_disease(patient: Patient, assessed: Sequence[Row], relapses: Sequence[Row]) -> Noted | Missing:
    found = [(row.day, row.value) for row in assessed if row.value in CNS_DISEASE]
    found += [(row.day, "relapse of the CNS") for row in relapses if row.site == "CNS"]
    if found:
        day, what = max(found)
        return Noted(value=True, note=f"{what}, {on_day(day)}")
    if any(row.value == "CNS2" for row in assessed):
        return Missing("CNS2 is recorded, of which 004:183 does not speak", cause="source")
    looked = max((row.day for row in assessed), default=-math.inf)
    reached = [row.day for row in relapses if row.site in MAY_REACH_CNS and row.day > looked]
    if reached:
        return Missing(f"the CNS was not assessed since the relapse {on_days(reached)}", "the CNS status")
    if not assessed:
        return Missing("the CNS status is not recorded", "the CNS status")
    return denied(patient, "CNS1", "assessments", "relapses")


@measure(method=_LATEST, settled_by="whether there is cardiac or pulmonary comorbidity")
def cardiopulmonary_comorbidity(patient: Patient) -> bool | Noted | Missing:
    """Whether there is cardiac or pulmonary disease (002:244)."""
    return _assessed(patient, "cardiopulmonary comorbidity", "cardiac or pulmonary comorbidity", ("present",))
