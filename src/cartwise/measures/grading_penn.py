"""CRS on the Penn scale, as far as bedside observations can tell it (penn-2018/crs).

The scale grades by what was done and by organ function too, which these observations do not hold, so it mostly
stays a range. It is never made from an ASTCT grade, nor the other way.
"""

from __future__ import annotations

from cartwise.basis import NO, UNKNOWN, YES, Missing, negation
from cartwise.measures.bedside import Days, Seen, bedside_days, graded_by_words, numbers, words
from cartwise.measures.course import FIRST_COURSE, unseen
from cartwise.measures.grade_range import GradeRange, known, worst
from cartwise.measures.grading_crs import DEVICES, KINDS, explained, feverish, highest_of
from cartwise.measures.measure import Noted, measure
from cartwise.measures.treatment import TOXICITY_DAYS
from cartwise.study import Patient

OXYGEN = {device: known(3) for device in (*DEVICES, "nasal cannula")} | {
    "room air": known(0),
    "mechanical ventilation": known(4),
}
"""Supplemental oxygen of any kind is grade 3; masks and blow-by are our reading of the words."""

ORGANS = GradeRange(0, 3, ("organ function, coagulopathy and intravenous therapy, which the scale asks for",))


def _circulation(seen: Seen) -> GradeRange:
    if max(numbers(seen, "vasopressors", "1"), default=0) > 0 or "given" in words(seen, "vasopressin"):
        return GradeRange(3, 4, ("the dose of the vasopressor",))
    if "present" in words(seen, "hypotension"):
        return GradeRange(1, 4, ("what hypotension was treated with",))
    return known(0) if "absent" in words(seen, "hypotension") else GradeRange(0, 4, ("hypotension",))


def _oxygen(seen: Seen) -> GradeRange:
    flow = max(numbers(seen, "oxygen flow", "L/min"), default=None)
    given = GradeRange(0 if flow is None else 3, 4, ("the oxygen device",))
    return graded_by_words(seen, "oxygen device", OXYGEN, known(0) if flow == 0 else given)


def penn_on(patient: Patient, day: int, days: Days) -> GradeRange | Missing:
    """The Penn grade of CRS on a day, as far as its observations settle it."""
    seen = days[day]
    if not seen.keys() & KINDS:
        return Missing("no temperature, oxygen or blood pressure is recorded", "the observations")
    severity = worst(_circulation(seen), _oxygen(seen), ORGANS)
    fever, cause = feverish(seen), negation(explained(patient, day, seen))
    signs = fever is YES or severity.lowest > 0
    lowest = max(1, severity.lowest) if signs and cause is YES else 0
    highest = 0 if cause is NO else severity.highest
    cause_open = ("whether another cause explains it",) if cause is UNKNOWN else ()
    return GradeRange(lowest, highest, () if lowest == highest else (*cause_open, *severity.missing))


@measure(
    unit="1",
    method=f"highest grade of the days observed, day 0 to {TOXICITY_DAYS:g}; Penn scale from temperature, oxygen, hypotension and vasopressors; an interval goes from the lowest to the highest grade, both included; table read in a secondary source; {FIRST_COURSE}",
    settled_by="a grade on the Penn scale",
)
def crs_max_grade_penn_derived(patient: Patient) -> Noted | Missing:
    """Highest Penn grade of CRS that the bedside observations allow, beside the one recorded (000:24)."""
    days = bedside_days(patient, TOXICITY_DAYS)
    grades = {day: penn_on(patient, day, days) for day in days}
    found = {day: grade for day, grade in grades.items() if isinstance(grade, GradeRange)}
    if not found:
        return unseen(patient, "no temperature, oxygen or blood pressure is recorded", "the observations")
    return highest_of(found)
