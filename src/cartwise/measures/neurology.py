"""What bears on neurotoxicity and CRS before they come: neurological history, imaging, CNS disease, heart and lung."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import denied
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import Patient

_LATEST = "latest assessment"
CNS_DISEASE = ("CNS3", "isolated CNS", "parenchymal")


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


@measure(
    method=f"{', '.join(CNS_DISEASE)} in any assessment; CNS2 leaves it open, since 004:183 does not say",
    settled_by="the CNS status",
)
def cns_disease_recorded(patient: Patient) -> bool | Noted | Missing:
    """Whether leukaemia of the central nervous system was ever recorded (004:183)."""
    rows = patient.assessments.where(kind="CNS")
    found = [row for row in rows if row.value in CNS_DISEASE]
    if found:
        return Noted(value=True, note=f"{found[-1].value}, {on_day(found[-1].day)}")
    if any(row.value == "CNS2" for row in rows):
        return Missing("CNS2 is recorded, of which 004:183 does not speak", cause="source")
    return (
        denied(patient, "CNS1", "assessments")
        if rows
        else Missing("the CNS status is not recorded", "the CNS status")
    )


@measure(method=_LATEST, settled_by="whether there is cardiac or pulmonary comorbidity")
def cardiopulmonary_comorbidity(patient: Patient) -> bool | Noted | Missing:
    """Whether there is cardiac or pulmonary disease (002:244)."""
    return _assessed(patient, "cardiopulmonary comorbidity", "cardiac or pulmonary comorbidity", ("present",))
