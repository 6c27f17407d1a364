"""ICANS graded by ASTCT 2019 from what was observed at the bedside (astct-2019/icans): the worst of five domains.

A domain that was not looked at is unknown, with one exception: seizures, focal weakness and oedema are events, and
count as not seen on a day on which cognition or arousal was examined.
"""

from __future__ import annotations

from cartwise.basis import YES, Missing
from cartwise.evidence import threshold
from cartwise.measures.bedside import (
    Seen,
    bedside_days,
    graded_by_words,
    numbers,
    observations_complete,
    words,
)
from cartwise.measures.course import FIRST_COURSE, unseen
from cartwise.measures.grade_range import GradeRange, known, steps_met, worst
from cartwise.measures.grading_crs import highest_of
from cartwise.measures.measure import Noted, measure
from cartwise.measures.treatment import TOXICITY_DAYS
from cartwise.study import Patient

ICE_AGE = threshold("astct-2019/ice-age")
ICE = (
    threshold("astct-2019/ice-grade-1"),
    threshold("astct-2019/ice-grade-2"),
    threshold("astct-2019/ice-grade-3"),
)
DELIRIUM = threshold("astct-2019/capd-grade-3")

EXAMINED = frozenset({"ICE", "CAPD", "arousal"})
EVENTS = frozenset({"seizure", "motor weakness", "cerebral oedema"})

METHOD = (
    "ASTCT 2019, worst of cognition (ICE from 12 years on, CAPD below, and without ICE in trisomy 21; age on the index day), arousal, seizure, focal "
    "weakness and oedema; the last three count as not seen where not recorded; table read in a secondary source"
)
AROUSAL = {
    "awakens spontaneously": known(0),
    "awakens to voice": known(2),
    "awakens to touch": known(3),
    "unarousable": known(4),
}
SEIZURE = {"none": known(0), "resolved": known(3), "prolonged or repetitive": known(4)}
WEAKNESS = {"none": known(0), "deep focal": known(4)}
OEDEMA = {"none": known(0), "focal": known(3), "diffuse": known(4)}


def cognition(age: float | None, seen: Seen, *, delayed: bool = False) -> GradeRange:
    """The grade by the score that goes with the age; who is delayed and has no ICE is graded by CAPD at any age."""
    if age is None:
        return GradeRange(0, 4, ("the age",))
    if delayed and "CAPD" in seen and "ICE" not in seen:
        return _by_capd(seen)
    return _by_ice(seen) if ICE_AGE.compare(age, "a").truth is YES else _by_capd(seen)


def _by_ice(seen: Seen) -> GradeRange:
    scores = numbers(seen, "ICE", "1")
    return known(steps_met(min(scores), "1", ICE)) if scores else GradeRange(0, 3, ("the ICE score",))


def _by_capd(seen: Seen) -> GradeRange:
    """The grade by CAPD: below 9 it is 1, and only arousal makes it 2.

    Whether a score of 0 with normal arousal is grade 1 or none could not be read.
    """
    scores = numbers(seen, "CAPD", "1")
    if "unable to perform" in words(seen, "CAPD"):
        return known(4)
    if not scores:
        return GradeRange(0, 4, ("the CAPD score",))
    if DELIRIUM.compare(max(scores), "1").truth is YES:
        return known(3)
    return known(1) if max(scores) > 0 else GradeRange(0, 1, ("what a CAPD of 0 means, which was not read",))


def arousal(seen: Seen, cognitive: GradeRange) -> GradeRange:
    """The grade by arousal; not recorded, it is no worse than the score of cognition shows.

    Who scores 3 or more by ICE, or below 9 by CAPD, woke by himself or to voice, and who scores at all was not
    unarousable: our reading of the table. An ICE of 0 is the one score that the unarousable have too.
    """
    scored = numbers(seen, "ICE", "1") + [score + 1 for score in numbers(seen, "CAPD", "1")]
    worst_left = 4 if not scored or min(scored) <= 0 else 2 if cognitive.highest < 3 else 3
    return graded_by_words(seen, "arousal", AROUSAL, GradeRange(0, worst_left, ("arousal",)))


def icans_on(
    age: float | None, seen: Seen, *, complete: bool = True, delayed: bool = False
) -> GradeRange | Missing:
    """The grade of ICANS on a day, as far as its observations settle it; ungraded, not 0, where there is none.

    Args:
        age: age in years.
        seen: the observations of the day.
        complete: whether no observation of the patient was set aside, so that an event not recorded was not seen.
        delayed: whether development is delayed, so that CAPD serves beyond its age.
    """
    if not seen.keys() & (EXAMINED | EVENTS):
        return Missing("no ICE, CAPD or arousal is recorded", "ICE or CAPD, and arousal")
    cognitive = cognition(age, seen, delayed=delayed)
    absent = known(0) if complete and seen.keys() & EXAMINED else GradeRange(0, 4, ("the examination",))
    seized = any(count > 0 for count in numbers(seen, "seizure", "1"))
    return worst(
        cognitive,
        arousal(seen, cognitive),
        graded_by_words(
            seen, "seizure", SEIZURE, GradeRange(3, 4, ("how the seizure ended",)) if seized else absent
        ),
        graded_by_words(seen, "motor weakness", WEAKNESS, absent),
        graded_by_words(seen, "cerebral oedema", OEDEMA, absent),
    )


def icans_of(patient: Patient, seen: Seen) -> GradeRange | Missing:
    """The grade of ICANS of a patient on a day; of delays the record holds trisomy 21 alone."""
    return icans_on(
        patient.profile.age_at_index_years,
        seen,
        complete=observations_complete(patient),
        delayed=patient.profile.down_syndrome is True,
    )


def derived_icans(patient: Patient) -> dict[int, GradeRange]:
    """The grade of ICANS on every day that was observed, in the weeks in which it comes."""
    found = {day: icans_of(patient, seen) for day, seen in bedside_days(patient, TOXICITY_DAYS).items()}
    return {day: grade for day, grade in found.items() if isinstance(grade, GradeRange)}


@measure(
    unit="1",
    method=f"highest grade of the days observed, day 0 to {TOXICITY_DAYS:g}; {METHOD}; an interval goes from the lowest to the highest grade, both included; {FIRST_COURSE}",
    settled_by="ICE or CAPD, and arousal, of each day",
)
def icans_max_grade_derived(patient: Patient) -> Noted | Missing:
    """Highest ASTCT grade of ICANS that the bedside observations give, beside the one recorded (002:251)."""
    days = derived_icans(patient)
    if not days:
        return unseen(patient, "no ICE, CAPD or arousal is recorded", "ICE or CAPD, and arousal")
    return highest_of(days)
