"""The grade of the day for those who advise, and whether what is recorded agrees with what was observed.

A recorded ASTCT grade counts first, what the observations give where none is recorded. Where the two give different
answers the record contradicts itself, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cartwise.basis import UNKNOWN, YES, Missing, Truth
from cartwise.measures.bedside import Days, by_day
from cartwise.measures.course import (
    PRESENT_COURSE,
    in_present_course,
    present_course,
    set_aside,
    today,
    unseen,
)
from cartwise.measures.grade_range import GradeRange, known
from cartwise.measures.grading_crs import WAIVED_DAYS, crs_on, derived_crs
from cartwise.measures.grading_icans import derived_icans, icans_of
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.measures.toxicity import graded, graded_now
from cartwise.study import Patient, Records

SCALE = "ASTCT 2019"
NOW_DAYS = 1
"""A grade of 1 or more, or an observation, tells the present for its day and the next. Our choice."""

BEGUN_BY = 14
"""Looked for and absent on this day after infusion or later, CRS and ICANS are taken not to begin any more. Our choice."""

_NOW = (
    f"ASTCT grade recorded for the day or the one before; a grade of 0 after an episode, or of day {BEGUN_BY} or later, stands "
    "until another is recorded; where none is recorded, the grade derived from the observations of those days; "
    f"{PRESENT_COURSE}"
)
_AGREE = "each day with an ASTCT grade and observations; no where the grade lies outside what they allow"


@dataclass(frozen=True, slots=True)
class Present:
    """The grade at present: recorded, and as observed on the same day."""

    recorded: int | None
    derived: GradeRange | None
    day: float

    def answer(self, ask: Callable[[GradeRange], Truth]) -> bool | Noted | Missing:
        """A question about the grade, answered from what is recorded, else from what was observed."""
        observed = UNKNOWN if self.derived is None else ask(self.derived)
        said = f"the observations give {self.derived}" if self.derived is not None else ""
        if self.recorded is None:
            if observed is UNKNOWN:
                return Missing(
                    f"no ASTCT grade is recorded; {said} {on_day(self.day)}", "the grade of the day"
                )
            return Noted(observed is YES, f"derived, not recorded: {said} {on_day(self.day)}")
        truth = ask(known(self.recorded))
        if observed is not UNKNOWN and observed is not truth:
            reason = f"grade {self.recorded} is recorded {on_day(self.day)}, but {said}"
            return Missing(reason, "which of the two is right", cause="conflict")
        beside = f"; {said}" if said else ""
        return Noted(truth is YES, f"grade {self.recorded} recorded {on_day(self.day)}{beside}")


def _present(patient: Patient, kind: str) -> Present | Missing:
    now = math.floor(today(patient))
    rows = graded_now(patient, kind, scale=SCALE)
    days = _days_observed(patient, now)
    latest = rows[-1].day if rows else -math.inf
    recorded = max((row.grade for row in rows if row.day == latest), default=None)
    observed = {day: _observed(patient, kind, day, days) for day in days if now - NOW_DAYS <= day <= now}
    derived = {day: grade for day, grade in observed.items() if isinstance(grade, GradeRange)}
    last = max(derived, default=-1)
    stands = recorded == 0 and _stands(patient, rows)
    if recorded is not None and latest >= last and (stands or latest >= now - NOW_DAYS):
        return Present(int(recorded), derived.get(math.floor(latest)), latest)
    if derived:
        return Present(None, derived[last], last)
    if (lost := set_aside(patient, "toxicities")) is not None:
        return lost
    since = f", last {on_day(latest)}" if rows else ""
    return unseen(
        patient,
        f"no ASTCT grade of {kind} or observation of these days is recorded{since}",
        f"the grade of {kind}",
    )


def _days_observed(patient: Patient, now: int) -> Days:
    """The observations that bear on the present: none where none was made these days."""
    if not patient.observations.between(now - NOW_DAYS, math.inf):
        return {}
    return by_day(in_present_course(patient, patient.observations, now - NOW_DAYS - WAIVED_DAYS))


def _stands(patient: Patient, rows: Records) -> bool:
    """Whether a grade of 0, the latest, holds until another is recorded, which a row that was set aside may be.

    While toxicity may still begin, a 0 holds no longer than any grade, unless it came and went.
    """
    over = rows[-1].day >= present_course(patient) + BEGUN_BY or any(row.grade >= 1 for row in rows)
    return over and set_aside(patient, "toxicities") is None


def _observed(patient: Patient, kind: str, day: int, days: Days) -> GradeRange | Missing:
    if kind == "CRS":
        return crs_on(patient, day, days)
    return icans_of(patient, days[day])


def _asked(patient: Patient, kind: str, ask: Callable[[GradeRange], Truth]) -> bool | Noted | Missing:
    present = _present(patient, kind)
    return present if isinstance(present, Missing) else present.answer(ask)


@measure(method=_NOW, settled_by="the ASTCT grade of CRS of the day")
def crs_now(patient: Patient) -> bool | Noted | Missing:
    """Whether there is cytokine release syndrome at present, of grade 1 or more (002:239)."""
    return _asked(patient, "CRS", lambda grade: grade.at_least(1))


@measure(method=_NOW, settled_by="the ASTCT grade of CRS of the day")
def crs_grade_1_now(patient: Patient) -> bool | Noted | Missing:
    """Whether cytokine release syndrome is of grade 1 at present (002:241)."""
    return _asked(patient, "CRS", lambda grade: grade.exactly(1))


@measure(method=_NOW, settled_by="the ASTCT grade of ICANS of the day")
def icans_now(patient: Patient) -> bool | Noted | Missing:
    """Whether there is neurotoxicity at present, of grade 1 or more (002:251)."""
    return _asked(patient, "ICANS", lambda grade: grade.at_least(1))


@measure(method=_NOW, settled_by="the ASTCT grade of ICANS of the day")
def icans_grade_3_or_more_now(patient: Patient) -> bool | Noted | Missing:
    """Whether neurotoxicity is of grade 3 or more at present (002:251)."""
    return _asked(patient, "ICANS", lambda grade: grade.at_least(3))


def _agreement(patient: Patient, kind: str, derived: Mapping[int, GradeRange]) -> Noted | Missing:
    rows = graded(patient, kind, scale=SCALE).that(lambda row: row.grade is not None)
    both = Records(row for row in rows if math.floor(row.day) in derived)
    if not both:
        return unseen(
            patient, f"no day has an ASTCT grade of {kind} and observations", "observations of graded days"
        )
    against = [row for row in both if not _within(row.grade, derived[math.floor(row.day)])]
    told = "; ".join(
        f"day {row.day:g}: {row.grade} recorded, {derived[math.floor(row.day)]} observed" for row in against
    )
    return Noted(not against, told or f"{len(both)} days compared")


def _within(grade: int, span: GradeRange) -> bool:
    return grade == 5 or span.lowest <= grade <= span.highest


@measure(method=_AGREE, settled_by="observations of the days with a grade")
def crs_grades_agree(patient: Patient) -> bool | Noted | Missing:
    """Whether the recorded ASTCT grades of CRS agree with the bedside observations."""
    return _agreement(patient, "CRS", derived_crs(patient))


@measure(method=_AGREE, settled_by="observations of the days with a grade")
def icans_grades_agree(patient: Patient) -> bool | Noted | Missing:
    """Whether the recorded ASTCT grades of ICANS agree with the bedside observations."""
    return _agreement(patient, "ICANS", derived_icans(patient))
