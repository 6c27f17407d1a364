"""Between what bounds the level of MRD lies at present, by method; for rules that print a level before HCT."""

from __future__ import annotations

import math

from cartwise.basis import Interval, Missing
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import CURRENT_DAYS, FLOW, LATE, PCR, latest_state, mrd_tests
from cartwise.measures.settling import on_day
from cartwise.study import Patient, Records

_METHOD = (
    f"latest test day, no older than {CURRENT_DAYS:g} days; the highest level of positive tests, in blood alone at least it; of negative tests anything "
    f"below the best sensitivity; below quantification, anything; {LATE}"
)


def level_range(rows: Records) -> Interval | Noted | Missing:
    """Between what bounds MRD lies by the tests of one day, at least one."""
    positive = rows.where(result="positive", specimen="marrow") or rows.where(result="positive")
    levels = [row.level for row in positive]
    day = on_day(rows[-1].day)
    if None in levels:
        return Missing(f"positive {day}, but the level is not recorded", "the level of that test")
    if levels and positive[0].specimen != "marrow":
        return Noted(Interval(max(levels), 1.0), f"{max(levels):g} in blood {day}; marrow may hold more")
    if levels:
        return Noted(Interval(max(levels), max(levels)), day)
    if any(row.result != "negative" for row in rows):
        return Noted(Interval(0.0, 1.0), "detected below a limit of quantification that is not recorded")
    sensitivities = rows.values("sensitivity")
    if not sensitivities:
        return Missing(
            "negative, but the sensitivity of the test is not recorded", "the sensitivity of that test"
        )
    # A negative test says "below its sensitivity", so the bound is the largest number that still is.
    bound = math.nextafter(min(sensitivities), 0.0)
    return Noted(Interval(0.0, bound), f"negative, sensitivity {min(sensitivities):g}")


def _level_now(patient: Patient, methods: tuple[str, ...]) -> Interval | Noted | Missing:
    state = latest_state(patient, methods)
    if isinstance(state, Missing):
        return state
    rows = mrd_tests(patient, methods)
    return level_range(rows.between(rows[-1].day, rows[-1].day))


@measure(unit="1", method=_METHOD, settled_by="a new marrow MRD test by flow, with its level or sensitivity")
def flow_mrd_level_now(patient: Patient) -> Interval | Noted | Missing:
    """Between what bounds MRD by flow cytometry lies at present (004:233)."""
    return _level_now(patient, FLOW)


@measure(unit="1", method=_METHOD, settled_by="a new marrow MRD test by PCR, with its level or sensitivity")
def pcr_mrd_level_now(patient: Patient) -> Interval | Noted | Missing:
    """Between what bounds MRD by PCR lies at present (004:233)."""
    return _level_now(patient, PCR)
