"""The span of time a measure looks at: the first course of CAR T cells, and the day the record is seen from."""

from __future__ import annotations

import math

from cartwise.basis import Missing
from cartwise.measures.measure import Noted
from cartwise.study import ASSESSMENTS, Patient, Records, Row

SPLIT_DOSE_DAYS = 28.0
"""An infusion that names no course belongs to the first one up to this day: our choice; plans split over days."""

FIRST_COURSE = "first course: from infusion to the day before the next course of CAR T cells"
"""The span in the words of a methods section."""

PRESENT_COURSE = "latest course of CAR T cells so far"
"""The span that measures of the present read, in the same words."""


def index_infusion(patient: Patient) -> Row | None:
    """The infusion on the index day, or None where none is recorded so far."""
    return next((row for row in patient.infusions if row.day >= 0), None)


def first_infusions(patient: Patient) -> Records:
    """The infusions of the first course: split doses of one plan."""
    end = course_end(patient)
    return Records(row for row in patient.infusions if 0 <= row.day < end)


def course_end(patient: Patient) -> float:
    """The day on which the next course begins, so the first that no longer belongs to the first course.

    Infinity where there is no next course, minus infinity where there was no first one.
    """
    first = index_infusion(patient)
    if first is None:
        return -math.inf
    ends = [row.day for row in patient.infusions if row.day > 0 and not _same_course(first, row)]
    ends += [row.day for row in patient.treatments.where(kind="CAR T") if row.day > 0]
    return min(ends, default=math.inf)


def present_course(patient: Patient) -> float:
    """The day on which the latest course so far began, which measures of the present read; infinity where there is none."""
    began: Row | None = None
    for row in patient.infusions:
        if row.day >= 0 and (began is None or not _same_course(began, row)):
            began = row
    if began is None:
        return math.inf
    return float(max([began.day, *patient.treatments.where(kind="CAR T").values("day")]))


def _same_course(first: Row, other: Row) -> bool:
    if first.course is not None and other.course is not None:
        return bool(first.course == other.course)
    return bool(other.day - first.day <= SPLIT_DOSE_DAYS)


def in_first_course(patient: Patient, rows: Records, first: float = 0.0, last: float = math.inf) -> Records:
    """Rows from day `first` to day `last`, both included, that belong to the first course."""
    return rows.between(first, last).before(course_end(patient))


def in_present_course(patient: Patient, rows: Records, first: float = 0.0, last: float = math.inf) -> Records:
    """Rows from day `first` to day `last`, both included, that belong to the latest course so far."""
    return rows.between(max(first, present_course(patient)), last)


def since_infusion(patient: Patient, rows: Records, first: float = 0.0, last: float = math.inf) -> Records:
    """Rows from day `first` to day `last`, both included, after the index infusion, whatever the course."""
    return Records() if index_infusion(patient) is None else rows.between(max(0.0, first), last)


def unseen(patient: Patient, reason: str, settled_by: str = "") -> Missing:
    """Why nothing is known after infusion: there was none, or `reason`."""
    if index_infusion(patient) is None:
        return Missing("no infusion is recorded", "the infusion")
    return Missing(reason, settled_by)


def today(patient: Patient) -> float:
    """The day the record is seen from: the day asked for, else the data cut, else the last record."""
    day = min(patient.day, patient.cut_day)
    return day if math.isfinite(day) else patient.last_day or 0.0


CLINICAL = ("follow_up", "relapses", "deaths", "marrow")
"""Tables whose rows after infusion show that relapse or transplant would have been recorded, as assessments do: grades
and drugs of the first weeks, and laboratory samples, do not.
"""
OF_LEUKAEMIA = tuple(
    kind for kind in ASSESSMENTS if kind not in ("IEC-HS", "neurotoxicity", "organ toxicity grade")
)
"""Assessments that show it too; those of toxicity do not."""


def followed(patient: Patient) -> bool:
    """Whether anything after infusion shows that a relapse or a transplant would have been recorded."""
    if index_infusion(patient) is None:
        return False
    seen = [*(getattr(patient, table) for table in CLINICAL), patient.assessments.where(kind=OF_LEUKAEMIA)]
    return any(rows and rows[-1].day > 0 for rows in seen)


def set_aside(patient: Patient, *tables: str) -> Missing | None:
    """Why absence from these tables says nothing: a row of the patient was set aside; None where none was."""
    found = sorted(patient.set_aside.intersection(tables))
    if not found:
        return None
    return Missing(f"a row of {', '.join(found)} was set aside, and it may be this one", "that row, mended")


def denied(patient: Patient, note: str, *tables: str) -> Noted | Missing:
    """A no that rests on there being no such row in these tables; missing where a row of them was set aside."""
    lost = set_aside(patient, *tables)
    return Noted(value=False, note=note) if lost is None else lost


def end_of_follow_up(patient: Patient) -> float:
    """The last day of observation: the last record, and never later than the day asked for or the data cut."""
    last = patient.last_day
    return min(patient.day, patient.cut_day, 0.0 if last is None else last)
