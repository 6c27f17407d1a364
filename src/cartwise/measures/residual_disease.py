"""Measurable residual disease after infusion, by method: states at fixed times, and what the tests say together.

A test that detects leukaemia below its limit of quantification is neither negative nor positive here. It has a
state of its own, and the questions that turn on it say how they read it.
"""

from __future__ import annotations

import math

from cartwise.basis import NO, UNKNOWN, YES, Missing, Truth, all_true, any_true, truth_of
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
_LATE = f"tests from day {CLEARED_FROM:g} on; {_COURSE}"
_NOW = f"latest test of a method, no older than {CURRENT_DAYS:g} days; {_LATE}"


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


def _none(patient: Patient, methods: tuple[str, ...]) -> Missing:
    test = f"{_named(methods)} test on or after day {CLEARED_FROM:g}"
    return unseen(patient, f"no {test}", test)


@measure(method=f"flow or PCR positive once or more; {_LATE}", settled_by="a marrow MRD test by flow or PCR")
def mrd_positive_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD was positive by flow or PCR after infusion, whatever the level (002:423, caption 002:699-701)."""
    rows = mrd_tests(patient, FLOW + PCR)
    if not rows:
        return unseen(patient, "no flow or PCR test on or after day 21", "a marrow MRD test by flow or PCR")
    positive = [row.day for row in rows if row.result == "positive"]
    if positive:
        return Noted(value=True, note=f"positive {on_days(positive)}; latest test {on_day(rows[-1].day)}")
    return Noted(value=False, note=f"in {len(rows)} tests, the latest {on_day(rows[-1].day)}")


@measure(
    method=f"NGS detected, or flow or PCR detected below quantification, and none positive by flow or PCR; {_LATE}",
    settled_by="a marrow MRD test",
)
def mrd_low_level_only_after_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether leukaemia was found only by NGS or below quantification: "positive" by the words of some sources only."""
    rows = mrd_tests(patient, FLOW + PCR + NGS)
    if not rows:
        return unseen(patient, "no MRD test on or after day 21", "a marrow MRD test")
    if any(row.result == "positive" and row.method != "NGS" for row in rows):
        return Noted(value=False, note="positive by flow or PCR")
    low = [row for row in rows if row.result != "negative"]
    if low:
        methods = ", ".join(dict.fromkeys(row.method for row in low))
        return Noted(value=True, note=f"by {methods} {on_days([row.day for row in low])}")
    return Noted(
        value=False,
        note=f"negative in {len(rows)} tests by {', '.join(dict.fromkeys(row.method for row in rows))}",
    )


def _latest(patient: Patient, methods: tuple[str, ...]) -> Noted | Missing:
    """The state of the latest tests by each of some methods, the highest of them, with their day."""
    rows = mrd_tests(patient, methods)
    if not rows:
        return _none(patient, methods)
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
    state = _latest(patient, FLOW + PCR)
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
    state = _latest(patient, NGS)
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
    flow, pcr, ngs = (_latest(patient, methods) for methods in (FLOW, PCR, NGS))
    answer = all_true([_is(flow, "negative"), any_true([_is(pcr, *STATES[1:]), _is(ngs, *STATES[1:])])])
    missing = [state for state in (flow, pcr, ngs) if isinstance(state, Missing)]
    return settled(answer, missing[0] if missing else Missing("the tests do not settle it"))


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


def _rises(rows: Records) -> tuple[Truth, str]:
    """Whether the two latest test days both detected leukaemia, the later more; with the days compared."""
    levels = _levels(rows)
    if len(levels) < 2:
        return UNKNOWN, ""
    (before, low), (day, high) = levels[-2:]
    words = f"{rows[-1].method}, days {before:g} and {day:g}"
    if -math.inf in (low, high):
        return NO, words
    return truth_of(None if low is None or high is None else high > low), words


@measure(
    method=f"two latest tests of one method both detect leukaemia, the later at a higher level; {_LATE}",
    settled_by="a second MRD test by the same method, with its level",
)
def mrd_rising(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD rises between the two latest tests of any one method."""
    told = [_rises(rows) for method in FLOW + PCR + NGS if (rows := mrd_tests(patient, (method,)))]
    if not told:
        return _none(patient, FLOW + PCR + NGS)
    answer = any_true([truth for truth, _ in told if truth is not UNKNOWN])
    words = [words for truth, words in told if truth is answer]
    if not words:
        test = "a second MRD test by the same method, with its level"
        return Missing("no method has two tests with levels to compare", test)
    return Noted(answer is YES, "; ".join(words))


@measure(
    method=f"detected in the two latest NGS tests, or in the latest at a higher level than before; {_LATE}",
    settled_by="another NGS-MRD test",
)
def ngs_persistent_or_rising(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS keeps detecting leukaemia, at the same level or a rising one (004:231)."""
    levels = _levels(mrd_tests(patient, NGS))
    if not levels:
        return _none(patient, NGS)
    latest, found = levels[-1]
    if found == -math.inf:
        return Noted(value=False, note=f"negative {on_day(latest)}")
    if len(levels) == 1:
        return Missing(
            f"detected {on_day(latest)}, and no second test tells whether it stays", "another NGS-MRD test"
        )
    before, earlier = levels[-2]
    return Noted(
        earlier != -math.inf,
        f"detected {on_day(latest)}, {'negative' if earlier == -math.inf else 'detected'} {on_day(before)}",
    )
