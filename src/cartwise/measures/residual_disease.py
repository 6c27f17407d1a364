"""Measurable residual disease after infusion, by method: states at fixed times, and at present.

A test that detects leukaemia below its limit of quantification is neither negative nor positive here. It has a
state of its own, and the questions that turn on it say how they read it.
"""

from __future__ import annotations

import math

from cartwise.basis import Missing, Truth, all_true, any_true, truth_of
from cartwise.measures.course import FIRST_COURSE, in_first_course, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day, on_days, settled
from cartwise.study import Patient, Records, Row

FLOW, PCR, NGS = ("flow",), ("fusion PCR", "IG/TR RQ-PCR"), ("NGS",)
STATES = ("negative", "detected below quantification", "positive")
"""From least to most."""

DAY_28 = (28.0, 21.0, 42.0)
MONTH_3 = (91.0, 70.0, 112.0)
"""Nominal day, first and last day of a window: our choice, as wide as clinics are late."""

CLEARED_FROM = 21.0
"""Tests from this day on speak of what is left; earlier ones, of how fast leukaemia is cleared. Our choice."""

CURRENT_DAYS = 92.0
"""A test older than this does not tell the present state: three months, the longer gap of 001:86 in years 1 to 3."""

_WHERE = (
    "marrow; blood only where leukaemia was detected in it, since a clear blood does not clear the marrow"
)
_COURSE = f"{FIRST_COURSE}; {_WHERE}"
_WORST = "of several tests on one day the highest state"
LATE = f"tests from day {CLEARED_FROM:g} on; {_COURSE}"
_NOW = f"latest test of a method, no older than {CURRENT_DAYS:g} days; {LATE}"


def mrd_tests(
    patient: Patient, methods: tuple[str, ...], first: float = CLEARED_FROM, last: float = math.inf
) -> Records:
    """Evaluable tests of the first course by these methods, from day `first` to day `last`."""
    return in_first_course(
        patient, patient.mrd.that(lambda row: row.method in methods and evaluable(row)), first, last
    )


def evaluable(row: Row) -> bool:
    """Whether a test says something of the marrow."""
    return row.result in STATES and (
        row.specimen == "marrow" or (row.specimen == "blood" and row.result != "negative")
    )


def state_of(rows: Records) -> str:
    """The highest state among some tests."""
    return str(max((row.result for row in rows), key=STATES.index))


def _named(methods: tuple[str, ...]) -> str:
    return {FLOW: "flow MRD", PCR: "PCR-MRD", NGS: "NGS-MRD"}.get(methods, "MRD")


def _state_in(
    patient: Patient, methods: tuple[str, ...], window: tuple[float, float, float]
) -> Noted | Missing:
    nominal, first, last = window
    rows = mrd_tests(patient, methods, first, last)
    if not rows:
        test = f"{_named(methods)} test from day {first:g} to {last:g}"
        return unseen(patient, f"no {test}", test)
    day = min((row.day for row in rows), key=lambda day: (abs(day - nominal), -day))
    return Noted(state_of(rows.between(day, day)), on_day(day))


def _window(window: tuple[float, float, float]) -> str:
    nominal, first, last = window
    return f"test nearest to day {nominal:g}, from day {first:g} to {last:g}; {_WORST}; {_COURSE}"


@measure(method=_window(DAY_28), settled_by="a flow MRD test about day 28")
def mrd_flow_day_28(patient: Patient) -> str | Noted | Missing:
    """MRD by flow cytometry about day 28: negative, detected below quantification, or positive."""
    return _state_in(patient, FLOW, DAY_28)


@measure(method=_window(DAY_28), settled_by="a PCR-MRD test about day 28")
def mrd_pcr_day_28(patient: Patient) -> str | Noted | Missing:
    """MRD by fusion PCR or IG/TR RQ-PCR about day 28."""
    return _state_in(patient, PCR, DAY_28)


@measure(method=_window(DAY_28), settled_by="an NGS-MRD test about day 28")
def mrd_ngs_day_28(patient: Patient) -> str | Noted | Missing:
    """MRD by next-generation sequencing about day 28."""
    return _state_in(patient, NGS, DAY_28)


@measure(method=_window(MONTH_3), settled_by="a flow MRD test about month 3")
def mrd_flow_month_3(patient: Patient) -> str | Noted | Missing:
    """MRD by flow cytometry about month 3."""
    return _state_in(patient, FLOW, MONTH_3)


@measure(method=_window(MONTH_3), settled_by="a PCR-MRD test about month 3")
def mrd_pcr_month_3(patient: Patient) -> str | Noted | Missing:
    """MRD by fusion PCR or IG/TR RQ-PCR about month 3."""
    return _state_in(patient, PCR, MONTH_3)


@measure(method=_window(MONTH_3), settled_by="an NGS-MRD test about month 3")
def mrd_ngs_month_3(patient: Patient) -> str | Noted | Missing:
    """MRD by next-generation sequencing about month 3."""
    return _state_in(patient, NGS, MONTH_3)


def no_test(patient: Patient, methods: tuple[str, ...]) -> Missing:
    test = f"{_named(methods)} test on or after day {CLEARED_FROM:g}"
    return unseen(patient, f"no {test}", test)


def latest_state(patient: Patient, methods: tuple[str, ...]) -> Noted | Missing:
    """The state of the latest tests by each of some methods, the highest of them, with their day."""
    rows = mrd_tests(patient, methods)
    if not rows:
        return no_test(patient, methods)
    newest = {row.method: row.day for row in rows}
    oldest_allowed = today(patient) - CURRENT_DAYS
    current = rows.that(lambda row: row.day == newest[row.method] and row.day >= oldest_allowed)
    if not current:
        test = f"{_named(methods)} test"
        return Missing(
            f"the latest {test} is of day {rows[-1].day:g}, more than {CURRENT_DAYS:g} days ago",
            f"a new {test}",
        )
    return Noted(state_of(current), on_days([row.day for row in current]))


def _is(state: Noted | Missing, *states: str) -> Truth:
    return truth_of(None if isinstance(state, Missing) else state.value in states)


@measure(method=_NOW, settled_by="a new marrow MRD test by flow or PCR")
def mrd_flow_or_pcr_positive(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD is positive by flow or PCR at present."""
    state = latest_state(patient, FLOW + PCR)
    if isinstance(state, Missing):
        return state
    if state.value == STATES[1]:
        return Missing(
            f"detected below quantification {state.note}: neither negative nor positive", "a repeated test"
        )
    return Noted(state.value == "positive", state.note)


@measure(method=f"positive or detected below quantification; {_NOW}", settled_by="a new NGS-MRD test")
def ngs_detected(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS detects leukaemia at present, at any level (003:91, 004:207)."""
    state = latest_state(patient, NGS)
    return state if isinstance(state, Missing) else Noted(state.value != "negative", state.note)


@measure(
    method=f"positive or detected below quantification; {_window(DAY_28)}",
    settled_by="an NGS-MRD test about day 28",
)
def ngs_detected_day_28(mrd_ngs_day_28: str) -> bool:
    """Whether NGS detected leukaemia about day 28, at any level (004:207)."""
    return mrd_ngs_day_28 != "negative"


@measure(
    method=f"positive or detected below quantification; {_window(MONTH_3)}",
    settled_by="an NGS-MRD test about month 3",
)
def ngs_detected_month_3(mrd_ngs_month_3: str) -> bool:
    """Whether NGS detected leukaemia about month 3, at any level (004:207)."""
    return mrd_ngs_month_3 != "negative"


@measure(
    method=f"flow negative and PCR or NGS detected at any level; {_NOW}",
    settled_by="new marrow MRD tests by flow, and by PCR or NGS",
)
def mrd_flow_negative_pcr_or_ngs_detected(patient: Patient) -> bool | Missing:
    """Whether leukaemia is found by PCR or NGS while flow is negative, at present (004:233)."""
    flow, pcr, ngs = (latest_state(patient, methods) for methods in (FLOW, PCR, NGS))
    answer = all_true([_is(flow, "negative"), any_true([_is(pcr, *STATES[1:]), _is(ngs, *STATES[1:])])])
    missing = [state for state in (flow, pcr, ngs) if isinstance(state, Missing)]
    return settled(answer, missing[0] if missing else Missing("the tests do not settle it"))
