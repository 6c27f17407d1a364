"""When the next MRD test and the next transgene test are due, by the schedule of the Peking study (001:86, 001:94).

The schedule is a study's procedure, not advice. A test stands for the scheduled day nearest to it, and after the last
scheduled day nothing is due.
"""

from __future__ import annotations

import math

from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures.course import PRESENT_COURSE, present_course, set_aside, today, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import evaluable
from cartwise.measures.response import relapses_after
from cartwise.measures.settling import on_day
from cartwise.study import Patient

YEARS_5 = 60


def _months(*months: float) -> list[float]:
    return [month * DAYS_PER_MONTH for month in months]


MRD_DAYS = [
    28.0,
    *_months(*range(3, 13, 2)),
    *_months(*range(14, 37, 3)),
    *_months(*range(41, YEARS_5 + 1, 6)),
]
"""Day 28, then every 2 months in year 1, every 3 months to year 3, every 6 months to year 5 (001:86).

The source does not say from where the months are counted. Here from the test before: month 3 follows day 28, month 14
month 11 and month 41 month 35.
"""

MRD_DAYS_AFTER_HCT = [*_months(0, 1, 2, 3, 4.5, 6, 9, 12), *_months(*range(18, YEARS_5 + 1, 6))]
"""Months 0 to 12 after HCT as printed, then every 6 months to 5 years (001:86)."""

TRANSGENE_DAYS = [
    7.0,
    14.0,
    28.0,
    *(week * 7.0 for week in (12, 26, 39, 54, 104)),
    *_months(*range(30, YEARS_5 + 1, 6)),
]
"""Days 7 to 28, weeks 12 to 104, then every 6 months to year 5, until two consecutive values below the limit (001:94)."""

_READ = f"a test stands for the scheduled day nearest to it; study procedure, not advice; {PRESENT_COURSE}, to relapse"
_TESTS = "tests of any method that could be evaluated, in marrow, or in blood where they found leukaemia"


def next_due(schedule: list[float], tested: list[float]) -> float | None:
    """The first scheduled day after the one that the last test stands for; None after the last."""
    if not tested:
        return schedule[0]
    stands_for = min(range(len(schedule)), key=lambda place: abs(schedule[place] - tested[-1]))
    return schedule[stands_for + 1] if stands_for + 1 < len(schedule) else None


def _mrd_schedule(patient: Patient) -> tuple[list[float], str]:
    began = present_course(patient)
    transplant = patient.treatments.where(kind="HCT").between(began, math.inf).first
    if transplant is not None:
        return [transplant.day + day for day in MRD_DAYS_AFTER_HCT], f"after HCT on day {transplant.day:g}"
    since = f"after the course of day {began:g}" if began else "after infusion"
    return [began + day for day in MRD_DAYS], since


def _not_scheduled(patient: Patient, *tables: str) -> Missing | None:
    """Why no test is scheduled: no infusion, a row that was set aside, or a relapse; None where the schedule runs."""
    if not patient.infusions:
        return unseen(patient, "")
    relapsed = [row.day for row in relapses_after(patient) if row.day >= present_course(patient)]
    if relapsed:
        return Missing(f"the schedule ended with the relapse {on_day(relapsed[0])}")
    return set_aside(patient, "relapses", *tables)


@measure(unit="d", method=f"{_TESTS}; schedule of 001:86; {_READ}", settled_by="the infusion")
def mrd_due(patient: Patient) -> float | Noted | Missing:
    """Day on which the next MRD test is due by the schedule of 001:86."""
    if (reason := _not_scheduled(patient, "mrd", "treatments")) is not None:
        return reason
    schedule, since = _mrd_schedule(patient)
    # A test of more than a week before the first scheduled day belongs to what came before infusion or HCT.
    tested = [row.day for row in patient.mrd if row.day >= schedule[0] - 7.0 and evaluable(row)]
    due = next_due(schedule, tested)
    return Missing(f"the schedule {since} ends at five years") if due is None else Noted(due, f"{since}")


def _ended(patient: Patient, due: Missing, *tables: str) -> Noted | Missing:
    """Nothing is overdue where the schedule has ended; whether it has is not known without an infusion or a lost row."""
    known = patient.infusions and set_aside(patient, "relapses", *tables) is None
    return Noted(value=False, note=due.reason) if known else due


@measure(
    method=f"today is later than the day on which it is due; schedule of 001:86; {_READ}",
    settled_by="the infusion",
)
def mrd_overdue(patient: Patient, mrd_due: float | Missing) -> bool | Noted | Missing:
    """Whether an MRD test is overdue by the schedule of 001:86."""
    if isinstance(mrd_due, Missing):
        return _ended(patient, mrd_due, "mrd", "treatments")
    late = today(patient) - mrd_due
    return (
        Noted(value=True, note=f"due on day {mrd_due:.0f}, {late:.0f} days ago")
        if late > 0
        else Noted(value=False, note=f"due on day {mrd_due:.0f}")
    )


@measure(
    unit="d",
    method=f"schedule of 001:94, until two consecutive levels below the limit; {_READ}",
    settled_by="the infusion",
)
def transgene_due(patient: Patient) -> float | Missing:
    """Day on which the next transgene test in blood is due by the schedule of 001:94."""
    if (reason := _not_scheduled(patient, "transgene")) is not None:
        return reason
    began = present_course(patient)
    rows = patient.transgene.where(specimen="blood").between(began + 3.0, math.inf)
    if len(rows) > 1 and rows[-1].day >= began + 28 and rows[-1].below_limit and rows[-2].below_limit:
        return Missing("two consecutive levels are below the limit, where the schedule ends (001:94)")
    due = next_due([began + day for day in TRANSGENE_DAYS], [row.day for row in rows])
    return Missing("the schedule ends at five years") if due is None else due


@measure(
    method=f"today is later than the day on which it is due; schedule of 001:94; {_READ}",
    settled_by="the infusion",
)
def transgene_overdue(patient: Patient, transgene_due: float | Missing) -> bool | Noted | Missing:
    """Whether a transgene test is overdue by the schedule of 001:94."""
    if isinstance(transgene_due, Missing):
        return _ended(patient, transgene_due, "transgene")
    late = today(patient) - transgene_due
    return (
        Noted(value=True, note=f"due on day {transgene_due:.0f}, {late:.0f} days ago")
        if late > 0
        else Noted(value=False, note=f"due on day {transgene_due:.0f}")
    )
