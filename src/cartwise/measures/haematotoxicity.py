"""Haematotoxicity after infusion: early and late ICAHT (icaht-2023), and for how long counts have been low."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from itertools import pairwise, takewhile

from cartwise.basis import NO, YES, Interval, Missing
from cartwise.evidence import Threshold, threshold
from cartwise.measures.blood_counts import Result, after_infusion, in_blood, results
from cartwise.measures.course import (
    FIRST_COURSE,
    PRESENT_COURSE,
    course_end,
    in_present_course,
    index_infusion,
    present_course,
    today,
    unseen,
)
from cartwise.measures.grade_range import GradeRange, known, steps_met
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient

NEUTROPENIA, DEEP = threshold("icaht-2023/neutropenia"), threshold("icaht-2023/deep-neutropenia")
WEEK, FORTNIGHT = threshold("icaht-2023/week"), threshold("icaht-2023/fortnight")
LATE = (threshold("icaht-2023/late-1"), threshold("icaht-2023/late-2"), NEUTROPENIA, DEEP)
SEVERE = threshold("westhafen-2025/neutropenia")
CELLS = "{cells}/uL"

EARLY_END, LATE_END = 30, 100
BRIDGED_DAYS = 7
"""Days in a row without a value that are bridged by a straight line, as the code of a group of the authors does."""
RECOVERED_DAYS = 3
"""Recovery for fewer days than this joins two runs into one (the same code, after the CIBMTR)."""
UNRECOVERED_FROM = 3
"""A run from this day or before to death was never recovered from (the same code)."""
RECENT_DAYS = 7.0
"""A count older than this does not tell the present: our choice."""

_WINDOW = f"day 0 to {EARLY_END}, at most to relapse, HCT or death; {FIRST_COURSE}"
_VALUES = (
    f"lowest neutrophils of each day, below a limit as 0; up to {BRIDGED_DAYS} days in a row without a value bridged by a "
    "straight line, rounded to 10; other days without one leave a range"
)
_BY = "boundaries from the code of a group of the authors, the printed table was not read"

Count = Callable[[Collection[int]], int]


def neutrophils(patient: Patient, first: int, last: int) -> dict[int, float]:
    """The lowest neutrophil count of each day that has one."""
    return lowest_by_day(after_infusion(patient, "ANC", first, last))


def lowest_by_day(found: list[Result]) -> dict[int, float]:
    """The lowest value of each day, below a limit as 0."""
    lowest: dict[int, float] = {}
    for item in found:
        day, value = math.floor(item.day), item.value or 0.0
        lowest[day] = min(value, lowest.get(day, value))
    return lowest


def bridged(counts: dict[int, float], digits: int = -1) -> dict[int, float]:
    """The counts with short gaps between two of them filled by a straight line, rounded to tens unless told."""
    days, filled = sorted(counts), dict(counts)
    for one, other in pairwise(days):
        if other - one - 1 <= BRIDGED_DAYS:
            slope = (counts[other] - counts[one]) / (other - one)
            filled |= {day: round(counts[one] + slope * (day - one), digits) for day in range(one + 1, other)}
    return filled


def longest_run(days: Collection[int]) -> int:
    """Days from the first to the last of the longest run, short recoveries counted in."""
    longest = began = 0
    for number, day in enumerate(ordered := sorted(days)):
        if number == 0 or day - ordered[number - 1] - 1 >= RECOVERED_DAYS:
            began = day
        longest = max(longest, day - began + 1)
    return longest


def window_end(patient: Patient, last: int) -> int:
    """The last day that counts: the end of the window, or what cut it short; before day 0 without an infusion."""
    if index_infusion(patient) is None:
        return -1
    cuts = [row.day for row in patient.treatments.where(kind="HCT") if row.day > 0]
    cuts += [row.day for row in patient.relapses if row.day > 0]
    ends: list[float] = [*(day - 1 for day in (*cuts, course_end(patient))), *patient.deaths.values("day")]
    return math.floor(min(last, today(patient), *ends))


def early_grade(below: set[int], deep: set[int], end: int, *, died: bool, count: Count) -> int:
    """The grade of early ICAHT from the days with neutrophils at most 500 and at most 100 per uL."""
    lasted = set(range(end + 1)) <= below
    unrecovered = died and set(range(UNRECOVERED_FROM, end + 1)) <= below
    if (lasted and end == EARLY_END) or (unrecovered and below):
        return 4
    grades = [
        (1 if below else 0) + steps_met(count(below), "d", (WEEK, FORTNIGHT)),
        {0: 0, 1: 3, 2: 4}[steps_met(count(deep), "d", (WEEK, FORTNIGHT))],
    ]
    return max(grades)


def early_icaht_range(counts: dict[int, float], end: int, *, died: bool, count: Count) -> GradeRange:
    """The grade of early ICAHT: the days that no value tells of either recovered or were deep."""
    filled = bridged(counts)
    below, deep = (_days_under(filled, cutoff) for cutoff in (NEUTROPENIA, DEEP))
    untold = set(range(end + 1)) - filled.keys()
    lowest = early_grade(below, deep, end, died=died and not untold, count=count)
    highest = early_grade(below | untold, deep | untold, end, died=died, count=count)
    asked = f"neutrophils of {len(untold)} days between day {min(untold)} and {max(untold)}" if untold else ""
    return known(lowest) if lowest == highest else GradeRange(lowest, highest, (asked,))


def _days_under(counts: dict[int, float], cutoff: Threshold) -> set[int]:
    return {day for day, value in counts.items() if cutoff.compare(value, CELLS).truth is YES}


def _early(patient: Patient, count: Count, way: str) -> Noted | Missing:
    end = window_end(patient, EARLY_END)
    counts = neutrophils(patient, 0, end)
    if not counts:
        return unseen(
            patient,
            f"no neutrophil count is recorded from day 0 to {EARLY_END}",
            "neutrophils after infusion",
        )
    died = any(row.day <= end for row in patient.deaths)
    span = early_icaht_range(counts, end, died=died, count=count)
    return span.noted(way, f"so far, to day {end}" if end < EARLY_END else "")


@measure(
    unit="1",
    method=f"longest run of days, joined over a recovery of fewer than {RECOVERED_DAYS} days; {_VALUES}; {_WINDOW}; {_BY}",
    settled_by="neutrophils of days 0 to 30",
)
def early_icaht_longest_run(patient: Patient) -> Noted | Missing:
    """Grade of early ICAHT by the longest run of neutropenia, one of two readings in use (002:264)."""
    return _early(patient, longest_run, "by the longest run")


@measure(
    unit="1",
    method=f"all days counted together; {_VALUES}; {_WINDOW}; {_BY}",
    settled_by="neutrophils of days 0 to 30",
)
def early_icaht_cumulative(patient: Patient) -> Noted | Missing:
    """Grade of early ICAHT by all days of neutropenia together, the other of two readings in use (002:264)."""
    return _early(patient, len, "by all days together")


@measure(
    unit="1",
    method=f"lowest neutrophils from day {EARLY_END + 1} to {LATE_END}, at most to relapse, HCT or death; 0 where the second lowest day recovered; {_BY}; {FIRST_COURSE}",
    settled_by="neutrophils after day 30",
)
def late_icaht(patient: Patient) -> Noted | Missing:
    """Grade of late ICAHT; missing, not 0, where no count was taken after day 30 (002:264)."""
    end = window_end(patient, LATE_END)
    counts = sorted(neutrophils(patient, EARLY_END + 1, end).values()) if end > EARLY_END else []
    if not counts:
        return unseen(
            patient,
            f"no neutrophil count is recorded from day {EARLY_END + 1} to {LATE_END}",
            "neutrophils after day 30",
        )
    transient = len(counts) > 1 and LATE[0].compare(counts[1], CELLS).truth is NO
    grade = 0 if transient else steps_met(counts[0], CELLS, LATE)
    notes = ("a single count",) if len(counts) == 1 else (f"{len(counts)} days with a count",)
    return known(grade).noted(*notes, f"so far, to day {end}" if end < LATE_END else "")


def counts_now(patient: Patient, test: str) -> dict[int, float]:
    """The lowest count of each day of the latest course so far."""
    return lowest_by_day(results(in_present_course(patient, in_blood(patient, test)), test))


def days_low(patient: Patient, test: str, words: str, cutoff: Threshold) -> float | Noted | Missing:
    """How many days up to the latest count, which is recent, counts have been low without a break: at least, and at most."""
    counts = counts_now(patient, test)
    if not counts or max(counts) < math.ceil(today(patient) - RECENT_DAYS):
        return unseen(
            patient, f"no {words} count of the last {RECENT_DAYS:g} days is recorded", f"a {words} count"
        )
    run = _latest_run(counts, cutoff)
    if not run:
        return 0.0
    earlier = [day for day in counts if day < run[-1]]
    last_before = max(earlier, default=math.floor(present_course(patient)) - 1)
    at_least, at_most = run[0] - _begun_by(run) + 1, run[0] - last_before
    told = f"{len(run)} counts, from day {run[-1]} to {run[0]}"
    if at_least == at_most:
        return Noted(float(at_least), told)
    span = f"{at_least} to {at_most} days, since no count tells when it began"
    return Noted(Interval(math.nextafter(at_least, 0), at_most), f"{span}; {told}")


def _latest_run(counts: dict[int, float], cutoff: Threshold) -> list[int]:
    """The days of the low counts with which all counts end, the latest first."""
    return list(
        takewhile(
            lambda day: cutoff.compare(counts[day], cutoff.unit).truth is YES, sorted(counts, reverse=True)
        )
    )


def _begun_by(run: list[int]) -> int:
    """The earliest day of a run, latest first, that no gap too long to be bridged parts from its end."""
    gap = next((later for later, day in pairwise(run) if later - day - 1 > BRIDGED_DAYS), None)
    return run[-1] if gap is None else gap


LOW_NOW = (
    "the unbroken run of low counts that the latest count ends, from its first day to its last; the latest is no older than "
    f"{RECENT_DAYS:g} days; 0 where it is not low; days without a count, more than {BRIDGED_DAYS} in a row or before the "
    f"first low one, leave a range; {PRESENT_COURSE}"
)


@measure(unit="d", method=f"neutrophils below 500 per uL: {LOW_NOW}", settled_by="a neutrophil count")
def severe_neutropenia_days(patient: Patient) -> float | Noted | Missing:
    """How long severe neutropenia has lasted up to now (002:264)."""
    return days_low(patient, "ANC", "neutrophil", SEVERE)
