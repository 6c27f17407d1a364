"""What was given against the toxicity of CAR T cells."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import FIRST_COURSE, in_first_course, set_aside, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_days
from cartwise.study import Patient

TOXICITY_DAYS = 28.0
"""Last day of the weeks in which CRS and ICANS are treated; our choice."""

_GIVEN = (
    f"a treatment of day 0 to {TOXICITY_DAYS:g}; none is no where a daily grade or another treatment of those days is "
    f"recorded; {FIRST_COURSE}"
)


def _given(patient: Patient, kind: str) -> Noted | Missing:
    treatments = in_first_course(patient, patient.treatments, 0.0, TOXICITY_DAYS)
    found = treatments.where(kind=kind)
    if found:
        return Noted(value=True, note=f"begun {on_days([row.day for row in found])}")
    if (lost := set_aside(patient, "treatments")) is not None:
        return lost
    if not treatments and not in_first_course(patient, patient.toxicities, 0.0, TOXICITY_DAYS):
        span = f"from day 0 to {TOXICITY_DAYS:g}"
        return unseen(
            patient, f"neither a treatment nor a toxicity grade is recorded {span}", f"the treatments {span}"
        )
    return Noted(value=False, note=f"none recorded to day {min(today(patient), TOXICITY_DAYS):g}")


@measure(method=_GIVEN, settled_by="the treatments of the first four weeks")
def tocilizumab_given(patient: Patient) -> bool | Noted | Missing:
    """Whether tocilizumab was given after infusion."""
    return _given(patient, "tocilizumab")


@measure(method=_GIVEN, settled_by="the treatments of the first four weeks")
def steroids_given(patient: Patient) -> bool | Noted | Missing:
    """Whether steroids were given after infusion."""
    return _given(patient, "steroid")
