"""What decisions after remission turn on beside the tests themselves: time, rise by NGS, precursors, reinfusion."""

from __future__ import annotations

import math

from cartwise.basis import DAYS_PER_MONTH, UNKNOWN, YES, Missing
from cartwise.measures.course import (
    FIRST_COURSE,
    course_end,
    denied,
    in_first_course,
    index_infusion,
    set_aside,
    today,
    unseen,
)
from cartwise.measures.detection import rises
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import DAY_28, FLOW, LATE, NGS, latest_state, mrd_tests, no_test
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient

FIRST_YEAR = 12 * DAYS_PER_MONTH
"""Last day of the first year after infusion, which 003:21 gives in words."""

_SECOND_NGS = "a second NGS-MRD test, with its level"


@measure(method=f"up to day {FIRST_YEAR:g} after the index infusion", settled_by="the infusion")
def in_first_year(patient: Patient) -> bool | Noted | Missing:
    """Whether this is the first year after CAR T cells (003:21)."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    return Noted(today(patient) <= FIRST_YEAR, on_day(today(patient)))


@measure(
    method=f"the two latest NGS tests detect leukaemia, the later at a higher level; {LATE}",
    settled_by=_SECOND_NGS,
)
def ngs_rising(patient: Patient) -> bool | Noted | Missing:
    """Whether NGS-MRD rises between its two latest tests (003:75)."""
    tests = mrd_tests(patient, NGS)
    if not tests:
        return no_test(patient, NGS)
    found = rises(tests)
    if found is None:
        return Missing(f"one NGS-MRD test only, {on_day(tests[-1].day)}", _SECOND_NGS)
    answer, words = found
    if answer is UNKNOWN:
        return Missing(f"not settled by two tests ({words})", "the levels of those tests, or a repeated test")
    return Noted(answer is YES, words)


@measure(
    method=f"latest flow test, no older than three months; {LATE}", settled_by="a new marrow MRD test by flow"
)
def flow_mrd_negative(patient: Patient) -> bool | Noted | Missing:
    """Whether MRD is negative by flow at present (004:233)."""
    state = latest_state(patient, FLOW)
    return state if isinstance(state, Missing) else Noted(state.value == "negative", state.note)


@measure(
    method=f"no NGS test from day {DAY_28[1]:g} to {DAY_28[2]:g}, and those days are over; {FIRST_COURSE}",
    settled_by="an NGS-MRD test about day 28",
)
def ngs_wanting_about_day_28(patient: Patient, mrd_ngs_day_28: str | Missing) -> bool | Missing:
    """Whether the weeks about day 28 went by without NGS-MRD (004:207)."""
    if isinstance(mrd_ngs_day_28, str):
        return False
    if index_infusion(patient) is None or today(patient) <= DAY_28[2]:
        return unseen(
            patient, f"NGS-MRD may still be tested until day {DAY_28[2]:g}", "an NGS-MRD test about day 28"
        )
    lost = set_aside(patient, "mrd")
    return True if lost is None else lost


@measure(
    method=f"seen in any marrow after infusion; none is no where the latest marrow that was looked at showed none; {FIRST_COURSE}",
    settled_by="a marrow read for CD19-positive precursors",
)
def hematogones_seen(patient: Patient) -> bool | Noted | Missing:
    """Whether CD19-positive B-cell precursors were seen in marrow after infusion (002:436)."""
    looked = in_first_course(patient, patient.b_cells.that(lambda row: row.hematogones is not None), 1.0)
    seen = [row.day for row in looked if row.hematogones]
    if seen:
        return Noted(value=True, note=on_days(seen))
    if not looked:
        asked = "a marrow read for CD19-positive precursors"
        return unseen(patient, "no marrow after infusion was read for CD19-positive precursors", asked)
    return denied(patient, f"not seen {on_days([row.day for row in looked])}", "b_cells")


@measure(
    method="a later course of the same product as the index infusion; none recorded is no",
    settled_by="the product of each infusion",
)
def reinfused(patient: Patient) -> bool | Noted | Missing:
    """Whether cells of the same product were given again as a course of their own (004:237)."""
    first, end = index_infusion(patient), course_end(patient)
    if first is None:
        return unseen(patient, "")
    if math.isinf(end):
        return denied(patient, "no later course is recorded", "infusions", "treatments")
    products = {row.product for row in patient.infusions if row.day >= end} or {None}
    if first.product is not None and first.product in products:
        return Noted(value=True, note=f"the next course began {on_day(end)}")
    if first.product is None or None in products:
        return Missing("a course names no product", "the product of each infusion")
    return Noted(value=False, note="later courses are of another product")
