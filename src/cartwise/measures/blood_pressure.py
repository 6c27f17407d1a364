"""Low blood pressure by a cut-off for age, which stands beside the ASTCT grade and never enters it.

The ASTCT table names no pressure. The cut-offs are those of another scale (mahadeo-2019/hypotension); whether a child
is hypotensive is judged against its own baseline and recorded as the observation "hypotension".
"""

from __future__ import annotations

import math

from cartwise.basis import YES, Missing
from cartwise.evidence import fact, threshold
from cartwise.measures.bedside import bedside_days, numbers
from cartwise.measures.course import today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient

RULE = fact("mahadeo-2019/hypotension")
OVER_10 = threshold("mahadeo-2019/systolic-over-10")
YOUNGEST, OLDER = 1.0, 10.0
BASE, PER_YEAR = 70.0, 2.0
"""The line of the rule from 1 to 10 years, mmHg and mmHg a year."""


def low_for_age(systolic: float, age: float) -> bool:
    """Whether a systolic pressure in mmHg is low for an age of 1 year or more."""
    if age > OLDER:
        return OVER_10.compare(systolic, "mm[Hg]").truth is YES
    return systolic < BASE + PER_YEAR * age


@measure(
    method=f"lowest systolic pressure of the day below 70 mmHg and 2 a year of age to 10 years, below 90 mmHg above ({RULE.locator}; CARTOX, not ASTCT, and no part of its grade)",
    settled_by="a judgement of hypotension against the patient's own baseline",
)
def systolic_low_for_age(patient: Patient) -> bool | Noted | Missing:
    """Whether the lowest systolic pressure of the day is below a cut-off for age; no infant is judged by it."""
    day, age = math.floor(today(patient)), patient.profile.age_at_index_years
    taken = numbers(bedside_days(patient).get(day, {}), "systolic pressure", "mm[Hg]")
    if not taken:
        return unseen(patient, "no systolic pressure is recorded for the day", "the systolic pressure")
    if age is None or age < YOUNGEST:
        why = "the age is not recorded" if age is None else "the rule does not speak of infants"
        return Missing(why, "a judgement of hypotension", cause="record" if age is None else "source")
    return Noted(low_for_age(min(taken), age), "by a rule for age that is not part of ASTCT")
