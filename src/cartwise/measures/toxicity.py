"""CRS and ICANS from daily grades: maximum, onset, duration.

No grade recorded is missing; a grade of 0 says that the toxicity was looked for and absent.
"""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import FIRST_COURSE, in_first_course, in_present_course, set_aside, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import Patient, Records

SEVERE = 3
"""Grade from which CRS and ICANS are called severe (001:155)."""

_GRADES = f"daily grades; {FIRST_COURSE}"
_MAXIMUM = f"highest of the {_GRADES}; one scale only, since grades of two do not compare"
_ONSET = f"first day of grade 1 or more; {_GRADES}"
_DURATION = f"first to last day of grade 1 or more, both counted, days between at grade 0 or ungraded counted too; {_GRADES}"


def graded(patient: Patient, kind: str, **wanted: str) -> Records:
    """Grades of a toxicity in the first course; with `scale` those on one scale."""
    return in_first_course(patient, patient.toxicities.where(kind=kind, **wanted))


def graded_now(patient: Patient, kind: str, **wanted: str) -> Records:
    """The rows with a grade of a toxicity in the latest course so far; with `scale` those on one scale."""
    rows = in_present_course(patient, patient.toxicities.where(kind=kind, **wanted))
    return rows.that(lambda row: row.grade is not None)


def reached(patient: Patient, kind: str, grade: int, highest: int | Missing) -> bool | Noted | Missing:
    """Whether a toxicity reached a grade: a row that was set aside may deny it no more, and a row that says so stands."""
    rows = graded(patient, kind)
    if isinstance(highest, Missing) and len({row.scale for row in rows}) == 1:
        days = [row.day for row in rows if (row.grade or 0) >= grade]
        return Noted(value=True, note=on_day(days[0])) if days else highest
    return highest if isinstance(highest, Missing) else highest >= grade


def _ungraded(patient: Patient, kind: str) -> Missing:
    return unseen(patient, f"no grade of {kind} is recorded after infusion", f"daily grades of {kind}")


def _maximum(patient: Patient, kind: str) -> Noted | Missing:
    rows = graded(patient, kind)
    if not rows:
        return _ungraded(patient, kind)
    scales = sorted({row.scale for row in rows})
    if len(scales) > 1:
        return Missing(
            f"{kind} is graded by {' and '.join(scales)}, which do not compare", "all grades on one scale"
        )
    if (lost := set_aside(patient, "toxicities")) is not None:
        return lost
    scale = "scale not stated" if scales[0] == "not stated" else f"{scales[0]} scale"
    return Noted(max(rows.values("grade")), scale)


def _days(patient: Patient, kind: str) -> list[float] | Missing:
    """Days of grade 1 or more, at least one."""
    rows = graded(patient, kind)
    if not rows:
        return _ungraded(patient, kind)
    days = [row.day for row in rows if row.grade >= 1]
    return days or Missing(f"no {kind}: every recorded grade is 0")


def _onset(patient: Patient, kind: str) -> float | Missing:
    days = _days(patient, kind)
    return days if isinstance(days, Missing) else days[0]


def _duration(patient: Patient, kind: str) -> float | Noted | Missing:
    days = _days(patient, kind)
    if isinstance(days, Missing):
        return days
    lasted = days[-1] - days[0] + 1
    ended = any(row.day > days[-1] for row in graded(patient, kind))
    return lasted if ended else Noted(lasted, "no grade of 0 is recorded after it")


@measure(unit="1", method=_MAXIMUM, settled_by="daily grades of CRS")
def crs_max_grade(patient: Patient) -> int | Noted | Missing:
    """Highest grade of cytokine release syndrome, with its scale (001:88; Penn in 000:24)."""
    return _maximum(patient, "CRS")


@measure(unit="1", method=_MAXIMUM, settled_by="daily grades of ICANS")
def icans_max_grade(patient: Patient) -> int | Noted | Missing:
    """Highest grade of immune effector cell-associated neurotoxicity, with its scale (001:88)."""
    return _maximum(patient, "ICANS")


@measure(unit="d", method=_ONSET, settled_by="daily grades of CRS")
def crs_onset(patient: Patient) -> float | Missing:
    """Day on which cytokine release syndrome began."""
    return _onset(patient, "CRS")


@measure(unit="d", method=_ONSET, settled_by="daily grades of ICANS")
def icans_onset(patient: Patient) -> float | Missing:
    """Day on which immune effector cell-associated neurotoxicity began."""
    return _onset(patient, "ICANS")


@measure(unit="d", method=_DURATION, settled_by="daily grades of CRS")
def crs_duration(patient: Patient) -> float | Noted | Missing:
    """How long cytokine release syndrome lasted."""
    return _duration(patient, "CRS")


@measure(unit="d", method=_DURATION, settled_by="daily grades of ICANS")
def icans_duration(patient: Patient) -> float | Noted | Missing:
    """How long immune effector cell-associated neurotoxicity lasted."""
    return _duration(patient, "ICANS")


@measure(method=f"grade 3 or more; {_MAXIMUM}", settled_by="daily grades of CRS")
def crs_grade_3_or_more(patient: Patient, crs_max_grade: int | Missing) -> bool | Noted | Missing:
    """Whether cytokine release syndrome was severe: grade 3 or more (001:155)."""
    return reached(patient, "CRS", SEVERE, crs_max_grade)
