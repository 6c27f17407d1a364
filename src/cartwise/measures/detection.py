"""What the MRD tests since infusion say together: found at all, found only at a low level, staying, or rising.

A yes rests on any test since infusion. A no rests on a test that is still recent, because leukaemia that was absent
half a year ago says nothing of today.
"""

from __future__ import annotations

import math

from cartwise.basis import NO, UNKNOWN, YES, Missing, Truth, any_true, truth_of
from cartwise.measures.course import denied, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import (
    CLEARED_FROM,
    CURRENT_DAYS,
    FLOW,
    LATE,
    MONTH_3,
    NGS,
    PCR,
    STATES,
    mrd_tests,
    no_test,
)
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Records, Row

_EVER = f"once or more; no where the latest test is negative and no older than {CURRENT_DAYS:g} days; {LATE}"


def _found(patient: Patient, rows: Records, found: Records, asked: str) -> bool | Noted | Missing:
    """Yes where something was found; no on a recent test; otherwise what test is wanting."""
    if found:
        methods = ", ".join(dict.fromkeys(row.method for row in found))
        return Noted(
            value=True,
            note=f"by {methods} {on_days(found.values('day'))}; latest test {on_day(rows[-1].day)}",
        )
    if not rows:
        return unseen(
            patient,
            f"no {asked} on or after day {CLEARED_FROM:g}",
            f"{asked} on or after day {CLEARED_FROM:g}",
        )
    latest = rows[-1].day
    if latest < today(patient) - CURRENT_DAYS:
        return Missing(
            f"not found, but the latest {asked} is of day {latest:g}, more than {CURRENT_DAYS:g} days ago",
            f"a new {asked}",
        )
    methods = ", ".join(dict.fromkeys(row.method for row in rows))
    return denied(patient, f"in {len(rows)} tests by {methods}, the latest {on_day(latest)}", "mrd")


@measure(method=f"flow or PCR positive {_EVER}", settled_by="a marrow MRD test by flow or PCR")
def mrd_positive_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD was positive by flow or PCR since infusion, whatever the level (002:423, caption 002:699-701)."""
    rows = mrd_tests(patient, FLOW + PCR)
    return _found(patient, rows, rows.where(result="positive"), "marrow MRD test by flow or PCR")


@measure(method=f"any method, positive or below quantification, {_EVER}", settled_by="a marrow MRD test")
def mrd_detected_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether leukaemia was detected since infusion by any method, NGS included, at any level (003:91)."""
    rows = mrd_tests(patient, FLOW + PCR + NGS)
    return _found(patient, rows, rows.where(result=STATES[1:]), "marrow MRD test")


@measure(
    method=f"NGS detected, or flow or PCR detected below quantification, and none positive by flow or PCR; {_EVER}",
    settled_by="a marrow MRD test",
)
def mrd_low_level_only_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether leukaemia was found only by NGS or below quantification: "positive" by the words of some sources only."""
    rows = mrd_tests(patient, FLOW + PCR + NGS)
    if any(row.result == "positive" and row.method != "NGS" for row in rows):
        return Noted(value=False, note="positive by flow or PCR")
    return _found(patient, rows, rows.where(result=STATES[1:]), "marrow MRD test")


@measure(
    method=f"positive or detected below quantification in any NGS test from day {MONTH_3[1]:g} on; {_EVER}",
    settled_by=f"an NGS-MRD test on or after day {MONTH_3[1]:g}",
)
def ngs_detected_from_month_3(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS detected leukaemia from month 3 on, at any level (004:207)."""
    rows = mrd_tests(patient, NGS, MONTH_3[1])
    if not rows:
        asked = f"NGS-MRD test on or after day {MONTH_3[1]:g}"
        return unseen(patient, f"no {asked}", f"an {asked}")
    return _found(patient, rows, rows.where(result=STATES[1:]), "NGS-MRD test")


@measure(
    method=f"a later NGS test, or one marked as verifying the first; {LATE}",
    settled_by="an NGS-MRD test about day 28",
)
def ngs_repeated_after_day_28(patient: Patient) -> bool | Noted | Missing:
    """Whether an NGS result about day 28 was looked at again (004:207)."""
    rows = mrd_tests(patient, NGS)
    if not rows:
        return no_test(patient, NGS)
    again = rows[1:] or rows.that(lambda row: row.verifies is not None)
    return (
        Noted(value=True, note=on_day(again[-1].day))
        if again
        else denied(patient, f"one test, {on_day(rows[0].day)}", "mrd")
    )


def _levels(rows: Records) -> list[tuple[float, float | None]]:
    """Day and highest level of each test day: 0 below quantification, None where a level is not recorded.

    A negative test is minus infinity: lower than any finding.
    """
    found: dict[float, list[float | None]] = {}
    for row in rows:
        found.setdefault(row.day, []).append(_level(row))
    return [
        (day, None if None in levels else max(level for level in levels if level is not None))
        for day, levels in found.items()
    ]


def _level(row: Row) -> float | None:
    if row.result == "positive":
        return None if row.level is None else float(row.level)
    return 0.0 if row.result == STATES[1] else -math.inf


def rises(rows: Records) -> tuple[Truth, str] | None:
    """Whether the two latest test days both detected leukaemia, the later more; None where there are not two."""
    levels = _levels(rows)
    if len(levels) < 2:
        return None
    (before, low), (day, high) = levels[-2:]
    words = f"{rows[-1].method}, days {before:g} and {day:g}"
    if high == -math.inf:
        return NO, words
    if low == -math.inf:
        # Found after a clear test: not two consecutive findings yet, and not the absence of a rise either.
        return UNKNOWN, f"{words}: newly detected"
    return truth_of(None if low is None or high is None else high > low), words


@measure(
    method=f"two latest tests of one method both detect leukaemia, the later at a higher level; {LATE}",
    settled_by="a second MRD test by the same method, with its level",
)
def mrd_rising(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD rises between the two latest tests of any one method."""
    tests = mrd_tests(patient, FLOW + PCR + NGS)
    told = [found for method in FLOW + PCR + NGS if (found := rises(tests.where(method=method)))]
    if not tests:
        return no_test(patient, FLOW + PCR + NGS)
    if not told:
        return Missing("no method was used twice", "a second MRD test by the same method, with its level")
    answer = any_true([truth for truth, _ in told])
    words = "; ".join(words for truth, words in told if truth is answer)
    if answer is UNKNOWN:
        return Missing(f"not settled by two tests ({words})", "the levels of those tests, or a repeated test")
    return Noted(answer is YES, words)


@measure(
    method=f"detected in the two latest NGS tests, the later no older than {CURRENT_DAYS:g} days; {LATE}",
    settled_by="another NGS-MRD test",
)
def ngs_persistent_or_rising(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS keeps detecting leukaemia, at the same level or a rising one (004:231)."""
    levels = _levels(mrd_tests(patient, NGS))
    if not levels:
        return no_test(patient, NGS)
    latest, found = levels[-1]
    if latest < today(patient) - CURRENT_DAYS:
        return Missing(
            f"the latest NGS-MRD test is of day {latest:g}, more than {CURRENT_DAYS:g} days ago",
            "a new NGS-MRD test",
        )
    if found == -math.inf:
        return Noted(value=False, note=f"negative {on_day(latest)}")
    if len(levels) == 1 or levels[-2][1] == -math.inf:
        return Missing(
            f"newly detected {on_day(latest)}, and no second test tells whether it stays",
            "another NGS-MRD test",
        )
    return Noted(value=True, note=f"detected {on_days([levels[-2][0], latest])}")
