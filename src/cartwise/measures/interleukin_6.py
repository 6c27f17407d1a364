"""Interleukin 6 in blood: before infusion, in the first days, and its peak, which the syndrome it goes with may have made."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.blood_counts import BEFORE_DAYS, Result, after_infusion, in_blood, results
from cartwise.measures.course import FIRST_COURSE, index_infusion, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import Patient

EARLY_DAY = 3
"""Last day of the early days: before most severe CRS begins, after the first fevers. Our choice."""
PEAK_DAYS = 28

_LIMIT = "a value below a limit that is not recorded is known to be low and has no number"
_ASKED = "interleukin 6 in blood"


def _highest(found: list[Result], when: str) -> Noted | Missing:
    levels = [(item.value, item.day) for item in found if item.value is not None]
    if levels:
        value, day = max(levels)
        return Noted(value, on_day(day))
    if found:
        return Missing(
            f"interleukin 6 {when} was below a limit that is not recorded", "the limit of that test"
        )
    return Missing(f"no interleukin 6 is recorded {when}", f"{_ASKED} {when}")


def il_6_levels(patient: Patient, last: float = PEAK_DAYS) -> list[Result]:
    """Interleukin 6 in blood from the week before infusion to day `last` of the first course, in the order of days."""
    if index_infusion(patient) is None:
        return []
    before = results(in_blood(patient, "IL-6").between(-BEFORE_DAYS, -0.001), "IL-6")
    return before + after_infusion(patient, "IL-6", 0, last)


@measure(
    unit="pg/mL",
    method=f"latest interleukin 6 in blood from day {-BEFORE_DAYS:g} to the day of infusion; {_LIMIT}",
    settled_by=_ASKED,
)
def il_6_before_infusion(patient: Patient) -> float | Noted | Missing:
    """Interleukin 6 before infusion, so before any syndrome that it might foretell (001:157)."""
    found = [item for item in il_6_levels(patient, 0) if item.day < 1]
    when = f"from day {-BEFORE_DAYS:g} to 0"
    return unseen(patient, "", "") if index_infusion(patient) is None else _highest(found[-1:], when)


@measure(
    unit="pg/mL",
    method=f"highest interleukin 6 in blood of days 0 to {EARLY_DAY}; {_LIMIT}; {FIRST_COURSE}",
    settled_by=_ASKED,
)
def il_6_by_day_3(patient: Patient) -> float | Noted | Missing:
    """Highest interleukin 6 of the first days, for those whose severe toxicity begins later (001:157)."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    return _highest(after_infusion(patient, "IL-6", 0, EARLY_DAY), f"from day 0 to {EARLY_DAY}")


@measure(
    unit="pg/mL",
    method=f"highest interleukin 6 in blood of days 0 to {PEAK_DAYS}; {_LIMIT}; {FIRST_COURSE}",
    settled_by=_ASKED,
)
def il_6_peak(patient: Patient) -> float | Noted | Missing:
    """Peak of interleukin 6, whenever it came: during the syndrome as a rule, so that it foretells nothing (001:157)."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    return _highest(after_infusion(patient, "IL-6", 0, PEAK_DAYS), f"from day 0 to {PEAK_DAYS}")
