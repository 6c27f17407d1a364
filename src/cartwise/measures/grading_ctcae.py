"""Lowest blood counts after infusion graded by CTCAE, whose versions differ and are kept apart (ctcae).

Terms that are multiples of a laboratory's limits are not graded, since the record holds no such limits; the lower
limit of normal, which alone parts grade 1 from none, leaves a range.
"""

from __future__ import annotations

from collections.abc import Callable

from cartwise.basis import Missing
from cartwise.evidence import Threshold, threshold
from cartwise.measures.blood_counts import after_infusion
from cartwise.measures.course import FIRST_COURSE, unseen
from cartwise.measures.grade_range import GradeRange, known, steps_met
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import LABS, Patient

LAST_DAY = 30
_LOWEST = f"lowest from day 0 to {LAST_DAY}, below a limit as 0; {FIRST_COURSE}"
NO_LIMIT = "the laboratory's lower limit of normal"


NEUTROPHILS_5 = (
    threshold("ctcae/v5-neutrophils-2"),
    threshold("ctcae/v5-neutrophils-3"),
    threshold("ctcae/v5-neutrophils-4"),
)
NEUTROPHILS_6 = (
    threshold("ctcae/v6-neutrophils-1"),
    threshold("ctcae/v6-neutrophils-2"),
    threshold("ctcae/v6-neutrophils-3"),
    threshold("ctcae/v6-neutrophils-4"),
)
PLATELETS_5 = (
    threshold("ctcae/v5-platelets-2"),
    threshold("ctcae/v5-platelets-3"),
    threshold("ctcae/v5-platelets-4"),
)
HAEMOGLOBIN = (threshold("ctcae/haemoglobin-2"), threshold("ctcae/haemoglobin-3"))


def from_grade_2(value: float, unit: str, cutoffs: tuple[Threshold, ...]) -> GradeRange:
    """The grade where the cut-offs begin at grade 2 and the limit of normal parts 1 from 0."""
    met = steps_met(value, unit, cutoffs)
    return known(met + 1) if met else GradeRange(0, 1, (NO_LIMIT,))


def neutropenia_grade(value: float) -> GradeRange:
    """The grade of a neutrophil count by versions 4 and 5."""
    return from_grade_2(value, LABS["ANC"], NEUTROPHILS_5)


def neutropenia_grade_6(value: float) -> GradeRange:
    """The grade of a neutrophil count by version 6, which needs no limit of normal."""
    return known(steps_met(value, LABS["ANC"], NEUTROPHILS_6))


def thrombocytopenia_grade(value: float) -> GradeRange:
    """The grade of a platelet count by versions 4 and 5."""
    return from_grade_2(value, LABS["platelets"], PLATELETS_5)


def haemoglobin_grade(value: float) -> GradeRange:
    """The grade of haemoglobin; grade 4 is a threat to life, which no number tells."""
    grade = from_grade_2(value, LABS["haemoglobin"], HAEMOGLOBIN)
    return GradeRange(3, 4, ("whether it threatened life",)) if grade.lowest == 3 else grade


def _lowest(patient: Patient, test: str, grade: Callable[[float], GradeRange]) -> Noted | Missing:
    """The grade of the lowest value of a test, with its day."""
    found = [(item.value or 0.0, item.day) for item in after_infusion(patient, test, 0, LAST_DAY)]
    if not found:
        return unseen(patient, f"no {test} is recorded from day 0 to {LAST_DAY}", f"{test} after infusion")
    value, day = min(found)
    return grade(value).noted(on_day(day))


@measure(unit="1", method=f"CTCAE versions 4 and 5; {_LOWEST}", settled_by="neutrophils after infusion")
def neutropenia_grade_ctcae_5(patient: Patient) -> Noted | Missing:
    """Grade of the lowest neutrophil count by CTCAE 4 and 5: below 500 per uL is grade 4."""
    return _lowest(patient, "ANC", neutropenia_grade)


@measure(unit="1", method=f"CTCAE version 6; {_LOWEST}", settled_by="neutrophils after infusion")
def neutropenia_grade_ctcae_6(patient: Patient) -> Noted | Missing:
    """Grade of the lowest neutrophil count by CTCAE 6: below 100 per uL is grade 4."""
    return _lowest(patient, "ANC", neutropenia_grade_6)


@measure(
    unit="1",
    method=f"CTCAE versions 4 and 5; those of version 6 were not read; {_LOWEST}",
    settled_by="platelets after infusion",
)
def thrombocytopenia_grade_ctcae_5(patient: Patient) -> Noted | Missing:
    """Grade of the lowest platelet count by CTCAE 4 and 5."""
    return _lowest(patient, "platelets", thrombocytopenia_grade)


@measure(
    unit="1",
    method=f"CTCAE versions 4 to 6, which agree here; {_LOWEST}",
    settled_by="haemoglobin after infusion",
)
def anaemia_grade_ctcae(patient: Patient) -> Noted | Missing:
    """Grade of the lowest haemoglobin by CTCAE."""
    return _lowest(patient, "haemoglobin", haemoglobin_grade)
