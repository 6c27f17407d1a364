"""Thrombocytopenia after infusion: graded after the model of ICAHT (t-icaht), and for how long it has lasted."""

from __future__ import annotations

from cartwise.basis import YES, Missing
from cartwise.evidence import Threshold, threshold
from cartwise.measures.blood_counts import after_infusion
from cartwise.measures.course import FIRST_COURSE, unseen
from cartwise.measures.grade_range import GradeRange, known, steps_met
from cartwise.measures.haematotoxicity import (
    BRIDGED_DAYS,
    EARLY_END,
    LATE_END,
    LOW_NOW,
    bridged,
    days_low,
    lowest_by_day,
    window_end,
)
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient

LOW, VERY_LOW, LATE_1 = (threshold(f"t-icaht/{name}") for name in ("low", "very-low", "late-1"))
WEEK, FORTNIGHT = threshold("t-icaht/week"), threshold("t-icaht/fortnight")
PLATELETS = "10*9/L"

_METHOD = (
    "lowest platelets of each day, below a limit as 0, transfusions not told apart; all days under a cut-off counted "
    f"together; up to {BRIDGED_DAYS} days in a row without a value bridged by a straight line, as for neutrophils, which is our choice here; at most to relapse, HCT or "
    f"death; table read in a secondary source; {FIRST_COURSE}"
)


def platelets(patient: Patient, first: int, last: int) -> dict[int, float]:
    """The lowest platelet count of each day that has one."""
    return lowest_by_day(after_infusion(patient, "platelets", first, last))


def _under(counts: dict[int, float], cutoff: Threshold) -> int:
    return sum(cutoff.compare(value, PLATELETS).truth is YES for value in counts.values())


def early_grade(low: int, very_low: int) -> int:
    """The grade of the early weeks from the days with low and with very low platelets."""
    by_low = 1 + steps_met(low, "d", (WEEK,)) if low else 0
    return max(by_low, _grade_of_very_low(very_low))


def _grade_of_very_low(days: int) -> int:
    return 3 + steps_met(days, "d", (FORTNIGHT,)) if days else 0


def _none(patient: Patient, first: int, last: int) -> Missing:
    return unseen(
        patient, f"no platelet count is recorded from day {first} to {last}", "platelets after infusion"
    )


@measure(
    unit="1",
    method=f"day 0 to {EARLY_END}; days that no value tells of leave a range; {_METHOD}",
    settled_by="platelets of days 0 to 30",
)
def early_t_icaht(patient: Patient) -> Noted | Missing:
    """Grade of early thrombocytopenia after CAR T cells (002:264)."""
    end = window_end(patient, EARLY_END)
    counts = platelets(patient, 0, end)
    if not counts:
        return _none(patient, 0, EARLY_END)
    filled = bridged(counts, digits=3)
    low, very_low = _under(filled, LOW), _under(filled, VERY_LOW)
    untold = sorted(set(range(end + 1)) - filled.keys())
    lowest, highest = early_grade(low, very_low), early_grade(low + len(untold), very_low + len(untold))
    so_far = f"so far, to day {end}" if end < EARLY_END else ""
    if lowest == highest:
        return known(lowest).noted(so_far)
    asked = f"platelets of {len(untold)} days between day {untold[0]} and {untold[-1]}"
    return GradeRange(lowest, highest, (asked,)).noted(so_far)


@measure(
    unit="1",
    method=f"day {EARLY_END + 1} to {LATE_END}, by the lowest of what was counted; {_METHOD}",
    settled_by="platelets after day 30",
)
def late_t_icaht(patient: Patient) -> Noted | Missing:
    """Grade of late thrombocytopenia after CAR T cells; missing, not 0, where none was counted (002:264)."""
    end = window_end(patient, LATE_END)
    counts = platelets(patient, EARLY_END + 1, end) if end > EARLY_END else {}
    if not counts:
        return _none(patient, EARLY_END + 1, LATE_END)
    very_low = _under(bridged(counts, digits=3), VERY_LOW)
    grade = max(steps_met(min(counts.values()), PLATELETS, (LATE_1, LOW)), _grade_of_very_low(very_low))
    return known(grade).noted(
        f"{len(counts)} days with a count", f"so far, to day {end}" if end < LATE_END else ""
    )


@measure(
    unit="d",
    method=f"platelets below {LOW.value:g} x 10*9/L, transfusions not told apart: {LOW_NOW}",
    settled_by="a platelet count",
)
def thrombocytopenia_days(patient: Patient) -> float | Noted | Missing:
    """How long low platelets have lasted up to now; 002:264 speaks of cytopenia and prints no number of platelets."""
    return days_low(patient, "platelets", "platelet", LOW)
