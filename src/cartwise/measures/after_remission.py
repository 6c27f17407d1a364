"""What decisions after remission turn on beside the tests themselves: time, rise by NGS, precursors, reinfusion."""

from __future__ import annotations

import math

from cartwise.basis import DAYS_PER_MONTH, UNKNOWN, YES, Missing
from cartwise.measures.course import (
    FIRST_COURSE,
    PRESENT_COURSE,
    course_end,
    denied,
    in_first_course,
    index_infusion,
    present_course,
    set_aside,
    today,
    unseen,
)
from cartwise.measures.detection import rises
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import (
    CURRENT_DAYS,
    DAY_28,
    FLOW,
    LATE,
    NGS,
    evaluable,
    latest_state,
    mrd_tests,
    no_test,
)
from cartwise.measures.response import relapses_after
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient

FIRST_YEAR = 12 * DAYS_PER_MONTH
"""Last day of the first year after infusion, which 003:21 gives in words."""

_SECOND_NGS = "a second NGS-MRD test, with its level"
_UNNAMED = Missing("a course names no product", "the product of each infusion")


@measure(method=f"up to day {FIRST_YEAR:g} after infusion; {PRESENT_COURSE}", settled_by="the infusion")
def in_first_year(patient: Patient) -> bool | Noted | Missing:
    """Whether this is the first year after CAR T cells (003:21)."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    return Noted(today(patient) - present_course(patient) <= FIRST_YEAR, on_day(today(patient)))


@measure(
    method=f"the two latest NGS tests detect leukaemia, the later at a higher level and no older than {CURRENT_DAYS:g} days; {LATE}",
    settled_by=_SECOND_NGS,
)
def ngs_rising(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS-MRD rises between its two latest tests (003:75)."""
    tests = mrd_tests(patient, NGS)
    if not tests:
        return no_test(patient, NGS)
    if (latest := tests[-1].day) < today(patient) - CURRENT_DAYS:
        old = f"the latest NGS-MRD test is of day {latest:g}, more than {CURRENT_DAYS:g} days ago"
        return Missing(old, "a new NGS-MRD test")
    found = rises(tests)
    if found is None:
        return Missing(f"one NGS-MRD test only, {on_day(tests[-1].day)}", _SECOND_NGS)
    answer, words = found
    if answer is UNKNOWN:
        return Missing(f"not settled by two tests ({words})", "the levels of those tests, or a repeated test")
    return Noted(answer is YES, words)


@measure(
    method=f"latest flow test, no older than three months, with no relapse, HCT or further course since; {LATE}",
    settled_by="a new marrow MRD test by flow",
)
def flow_mrd_negative(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD is negative by flow at present (004:233)."""
    state = latest_state(patient, FLOW)
    if isinstance(state, Missing):
        return state
    tested = mrd_tests(patient, FLOW)[-1].day
    since = [(day, what) for day, what in _turns(patient) if day > tested]
    if since:
        day, what = min(since)
        reason = f"{what} {on_day(day)} came after the latest test {state.note}"
        return Missing(reason, "a new marrow MRD test by flow")
    return Noted(state.value == "negative", state.note)


def _turns(patient: Patient) -> list[tuple[float, str]]:
    """Days after which an earlier marrow does not tell the present, each with what came on it."""
    turns = [(row.day, "a relapse") for row in relapses_after(patient)]
    turns += [(day, "HCT") for day in _transplants(patient)]
    end = course_end(patient)
    return turns + ([(end, "a further course of CAR T cells")] if math.isfinite(end) else [])


def _transplants(patient: Patient) -> list[float]:
    return [row.day for row in patient.treatments.where(kind="HCT") if row.day > 0]


@measure(
    method=f"today lies from day {DAY_28[1]:g} to {DAY_28[2]:g} after infusion and neither NGS nor IG/TR RQ-PCR of those days is "
    f"recorded so far; {PRESENT_COURSE}",
    settled_by="an NGS-MRD test about day 28",
)
def ngs_wanting_about_day_28(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS-MRD is wanting in the weeks about day 28, in which RQ-PCR can stand in for it (004:207)."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    began = present_course(patient)
    first, last = began + DAY_28[1], began + DAY_28[2]
    if not first <= today(patient) <= last:
        return Noted(value=False, note=f"those weeks are from day {first:g} to {last:g}")
    tests = patient.mrd.where(method=(*NGS, "IG/TR RQ-PCR")).that(evaluable).between(first, last)
    if tests:
        return Noted(value=False, note=f"{tests[0].method} {on_day(tests[0].day)}")
    lost = set_aside(patient, "mrd")
    return Noted(value=True, note=f"neither so far, to day {today(patient):g}") if lost is None else lost


@measure(
    method=f"seen in any marrow after infusion; none is no where the latest marrow that was looked at showed none; {FIRST_COURSE}, or to HCT, whose graft brings its own",
    settled_by="a marrow read for CD19-positive precursors",
)
def hematogones_seen(patient: Patient) -> bool | Noted | Missing:
    """Whether CD19-positive B-cell precursors were seen in marrow after infusion (002:436)."""
    read = patient.b_cells.that(lambda row: row.hematogones is not None)
    looked = in_first_course(patient, read, 1.0).before(min(_transplants(patient), default=math.inf))
    seen = [row.day for row in looked if row.hematogones]
    if seen:
        return Noted(value=True, note=on_days(seen))
    if not looked:
        asked = "a marrow read for CD19-positive precursors"
        return unseen(patient, "no marrow after infusion was read for CD19-positive precursors", asked)
    return denied(patient, f"not seen {on_days([row.day for row in looked])}", "b_cells")


@measure(
    method="a later course of the same product as the index infusion, whatever was given between; none recorded is no",
    settled_by="the product of each infusion",
)
def reinfused(patient: Patient) -> bool | Noted | Missing:
    """Whether cells of the same product were given again as a course of their own (004:237)."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    same, unnamed = _later_courses(patient)
    if same:
        return Noted(value=True, note=f"given again {on_day(same[0])}")
    if unnamed:
        return _UNNAMED
    other = math.isfinite(course_end(patient))
    note = "later courses are of another product" if other else "no later course is recorded"
    return denied(patient, note, "infusions", "treatments")


def day_given_again(patient: Patient) -> float | Missing:
    """The day of the first later course of the index product; missing where an earlier one names no product."""
    same, unnamed = _later_courses(patient)
    if unnamed and unnamed[0] < min(same, default=math.inf):
        return _UNNAMED
    return same[0] if same else Missing("no reinfusion is recorded")


def _later_courses(patient: Patient) -> tuple[list[float], list[float]]:
    """Days of later infusions of the index product, and of later ones that may be of it since no product is named."""
    first, end = index_infusion(patient), course_end(patient)
    if first is None:
        return [], []
    rows = patient.infusions.that(
        lambda row: row.day >= end and (row.course is None or row.course != first.course)
    )
    if first.product is None:
        same, unnamed = [], [row.day for row in rows]
    else:
        same = [row.day for row in rows if row.product == first.product]
        unnamed = [row.day for row in rows if row.product is None]
    infused = set(rows.values("day"))
    unnamed += [
        row.day for row in patient.treatments.where(kind="CAR T") if row.day > 0 and row.day not in infused
    ]
    return sorted(same), sorted(unnamed)
