"""CRS graded by ASTCT 2019 from what was observed at the bedside (astct-2019/crs).

The derived grade stands beside the recorded one and never replaces it. Which cause a fever has is a judgement: a
recorded grade of CRS says so, or the observation "other cause of fever"; where neither does, the grade stays open.
"""

from __future__ import annotations

import math

from cartwise.basis import NO, UNKNOWN, YES, Missing, Truth, negation, truth_of
from cartwise.evidence import threshold
from cartwise.measures.bedside import (
    Days,
    Seen,
    bedside_days,
    graded_by_words,
    numbers,
    observations_complete,
    words,
)
from cartwise.measures.course import FIRST_COURSE, unseen
from cartwise.measures.grade_range import GradeRange, known, worst
from cartwise.measures.measure import Noted, measure
from cartwise.measures.treatment import TOXICITY_DAYS
from cartwise.study import Patient

FEVER, HIGH_FLOW = threshold("astct-2019/fever"), threshold("astct-2019/high-flow")
KINDS = frozenset(
    {"temperature", "hypotension", "vasopressors", "vasopressin", "oxygen device", "oxygen flow"}
)
"""Observations without any of which a day is ungraded."""

WAIVED_DAYS = 14
"""How far back an earlier fever and the drug against it may lie so that fever is no longer asked for. Our choice."""

ANTICYTOKINE = ("tocilizumab", "siltuximab", "anakinra", "steroid")

METHOD = (
    "ASTCT 2019 from temperature, hypotension, vasopressors and oxygen; fever is no longer asked for once a fever of "
    f"the {WAIVED_DAYS} days before was treated; table read in a secondary source"
)
NO_FLOW = "the oxygen flow"
NO_DEVICE = "the oxygen device"

DEVICES = {
    "room air": known(0),
    "blow-by": known(2),
    "high-flow nasal cannula": known(3),
    "facemask": known(3),
    "nonrebreather mask": known(3),
    "venturi mask": known(3),
    "cpap": known(4),
    "bipap": known(4),
    "mechanical ventilation": known(4),
}


def hypoxia(seen: Seen) -> GradeRange:
    """The grade by oxygen: low flow 2, high flow or a mask 3, positive pressure 4."""
    flow = max(numbers(seen, "oxygen flow", "L/min"), default=None)
    if not words(seen, "oxygen device"):
        return _without_device(flow)
    high = UNKNOWN if flow is None else HIGH_FLOW.compare(flow, "L/min").truth
    cannula = {YES: known(3), NO: known(2), UNKNOWN: GradeRange(2, 3, (NO_FLOW,))}[high]
    wide = GradeRange(2, 3, ("the oxygen device, which does not go with its flow",))
    devices = DEVICES | {"nasal cannula": cannula} | ({"high-flow nasal cannula": wide} if high is NO else {})
    return graded_by_words(seen, "oxygen device", devices, GradeRange(0, 4, (NO_DEVICE,)))


def _without_device(flow: float | None) -> GradeRange:
    if flow is None:
        return GradeRange(0, 4, (NO_DEVICE,))
    if flow <= 0:
        return known(0)
    return GradeRange(3 if HIGH_FLOW.compare(flow, "L/min").truth is YES else 2, 4, (NO_DEVICE,))


def hypotension(seen: Seen) -> GradeRange:
    """The grade by blood pressure: 2 without vasopressor, 3 with one, 4 with several, vasopressin not counted.

    The table names no blood pressure, so a pressure alone settles nothing. Nor does it say where vasopressin by
    itself stands, which is 2 or 3 here.
    """
    low = words(seen, "hypotension")
    pressors = max(numbers(seen, "vasopressors", "1"), default=None)
    if pressors:
        return known(4 if pressors > 1 else 3)
    if "given" in words(seen, "vasopressin"):
        return GradeRange(2, 3 if pressors == 0 else 4, ("vasopressors beside vasopressin",))
    if "present" in low:
        return known(2) if pressors == 0 else GradeRange(2, 4, ("vasopressors",))
    if "absent" in low:
        return known(0)
    return GradeRange(0, 4 if pressors is None else 2, ("whether there was hypotension",))


def feverish(seen: Seen) -> Truth:
    """Whether the temperature reached fever; unknown where none was taken."""
    taken = numbers(seen, "temperature", "Cel")
    return FEVER.compare(max(taken), "Cel").truth if taken else UNKNOWN


def explained(patient: Patient, day: int, seen: Seen) -> Truth:
    """Whether something other than CRS explains the fever: as observed, else as a grade of CRS recorded that day implies."""
    said = words(seen, "other cause of fever")
    if len(said) == 1 and said[0] in ("present", "absent"):
        return truth_of(said[0] == "present")
    graded = patient.toxicities.where(kind="CRS")
    attributed = graded.that(lambda row: math.floor(row.day) == day and (row.grade or 0) >= 1)
    return NO if attributed else UNKNOWN


def fever_waived(patient: Patient, day: int, days: Days) -> Truth:
    """Whether fever is no longer asked for: there was one, and an antipyretic or a drug against cytokines was given."""
    before = range(day - WAIVED_DAYS, day)
    if not any(feverish(days[past]) is YES for past in before if past in days):
        return NO if observations_complete(patient) else UNKNOWN
    if patient.treatments.between(day - WAIVED_DAYS, day).where(kind=ANTICYTOKINE):
        return YES
    said = {word for past in (*before, day) if past in days for word in words(days[past], "antipyretic")}
    return YES if "given" in said else NO if said == {"not given"} else UNKNOWN


def crs_on(patient: Patient, day: int, days: Days) -> GradeRange | Missing:
    """The grade of CRS on a day, as far as its observations settle it; ungraded, not 0, where there is none."""
    seen = days.get(day)
    if seen is None or not seen.keys() & KINDS:
        return Missing(
            f"no temperature, oxygen or blood pressure is recorded on day {day}", "the observations"
        )
    fever, cause = feverish(seen), negation(explained(patient, day, seen))
    waived = fever_waived(patient, day, days)
    severity = worst(hypotension(seen), hypoxia(seen))
    lowest = _grade(fever is YES, waived is YES, severity.lowest) if cause is YES else 0
    highest = _grade(fever is not NO, waived is not NO, severity.highest) if cause is not NO else 0
    if lowest == highest:
        return known(lowest)
    asked = [
        *(("the temperature",) if fever is UNKNOWN else ()),
        *(("whether another cause explains the fever",) if cause is UNKNOWN else ()),
        *(("whether an antipyretic was given",) if fever is NO and waived is UNKNOWN else ()),
        *severity.missing,
    ]
    return GradeRange(lowest, highest, tuple(asked))


def _grade(fever: bool, waived: bool, severity: int) -> int:
    if severity and (fever or waived):
        return severity
    return 1 if fever else 0


def highest_of(days: dict[int, GradeRange]) -> Noted:
    """The highest grade of some days, with the days that are not settled."""
    span = worst(*days.values())
    open_days = [f"{day:g}" for day, grade in days.items() if not grade.settled]
    left = f"not settled on day {', '.join(open_days)}" if open_days else ""
    return span.noted(f"{len(days)} days observed", left)


def derived_crs(patient: Patient) -> dict[int, GradeRange]:
    """The grade of CRS on every day that was observed, in the weeks in which it comes."""
    days = bedside_days(patient, TOXICITY_DAYS)
    found = {day: crs_on(patient, day, days) for day in days}
    return {day: grade for day, grade in found.items() if isinstance(grade, GradeRange)}


@measure(
    unit="1",
    method=f"highest grade of the days observed, day 0 to {TOXICITY_DAYS:g}; {METHOD}; an interval goes from the lowest to the highest grade, both included; {FIRST_COURSE}",
    settled_by="temperature, oxygen, hypotension and vasopressors of each day",
)
def crs_max_grade_derived(patient: Patient) -> Noted | Missing:
    """Highest ASTCT grade of CRS that the bedside observations give, beside the one recorded (002:239)."""
    days = derived_crs(patient)
    if not days:
        return unseen(patient, "no temperature, oxygen or blood pressure is recorded", "the observations")
    return highest_of(days)
