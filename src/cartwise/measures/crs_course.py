"""The course of CRS for those who advise: the burden before it, how soon it came, and whether it is resolving."""

from __future__ import annotations

import math

from cartwise.basis import Interval, Missing
from cartwise.measures.burden import BEFORE_DAYS, LD_DAYS, marrow_blasts_before_ld
from cartwise.measures.course import (
    PRESENT_COURSE,
    in_present_course,
    index_infusion,
    present_course,
    set_aside,
    today,
    unseen,
)
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.measures.toxicity import graded_now
from cartwise.study import Patient

RESOLVING_DAYS = 28.0
"""CRS that was over, or was last graded, longer ago than this is not resolving at present, and IEC-HS found longer ago
does not tell the present: four weeks, as long as CRS is treated. Our choice.
"""


def _ungraded(patient: Patient) -> Missing:
    return unseen(patient, "no grade of CRS is recorded after the latest CAR T cells", "daily grades of CRS")


@measure(
    unit="d",
    method=f"from the infusion to the first day of grade 1 or more; a whole day may be any hour of it; {PRESENT_COURSE}",
    settled_by="the hour at which CRS began",
)
def crs_onset_after_infusion(patient: Patient) -> Interval | Noted | Missing:
    """Between which times after infusion cytokine release syndrome began (002:245)."""
    rows = graded_now(patient, "CRS")
    if not rows:
        return _ungraded(patient)
    ill = [row.day for row in rows if row.grade >= 1]
    if not ill:
        return Missing("no CRS: every recorded grade is 0")
    (first, last), (began, ended) = _hours(ill[0]), _hours(present_course(patient))
    span = Interval(max(0.0, first - ended), last - began)
    told = first == last and began == ended
    return span if told else Noted(span, f"began {on_day(ill[0])}, hour of it or of infusion not recorded")


def _hours(day: float) -> tuple[float, float]:
    """Between which times a day lies: itself where it holds an hour, else its beginning and its end."""
    return (day, day) if day != math.floor(day) else (day, day + 1)


@measure(
    unit="%",
    method=f"marrow blasts by morphology, latest in the {BEFORE_DAYS:g} days to lymphodepletion, where that is not recorded to the "
    f"infusion; highest of one day; {PRESENT_COURSE}",
    settled_by="marrow blasts before lymphodepletion",
)
def marrow_blasts_before_latest_ld(patient: Patient) -> float | Noted | Missing:
    """Leukaemic blasts in marrow before the latest lymphodepletion, on which the risk of severe CRS turns (002:243)."""
    began, first = present_course(patient), index_infusion(patient)
    if first is None or began <= first.day:
        return marrow_blasts_before_ld(patient)  # type: ignore[return-value] # a measure's formula, as annotated there
    given = patient.treatments.where(kind="lymphodepletion").between(began - LD_DAYS, began).values("day")
    end = min(given, default=began)
    rows = patient.marrow.that(lambda row: row.blasts is not None).between(end - BEFORE_DAYS, end)
    if not rows:
        asked = "a marrow with a blast count before lymphodepletion"
        return Missing(f"no marrow with a blast count from day {end - BEFORE_DAYS:g} to {end:g}", asked)
    latest = rows.between(rows[-1].day, rows[-1].day)
    return Noted(max(latest.values("blasts")), on_day(rows[-1].day))


@measure(
    method="the latest grade is below the highest before it, on one scale; no grade of 1 or more is no, and so is CRS that was "
    f"over more than {RESOLVING_DAYS:g} days ago; {PRESENT_COURSE}",
    settled_by="daily grades of CRS",
)
def crs_resolving(patient: Patient) -> bool | Noted | Missing:
    """Whether cytokine release syndrome came and is resolving or lately over (002:260)."""
    rows = graded_now(patient, "CRS")
    if not rows:
        return _ungraded(patient)
    if len(scales := sorted(set(rows.values("scale")))) > 1:
        return Missing(f"CRS is graded by {' and '.join(scales)}, which do not compare", "one scale")
    if (lost := set_aside(patient, "toxicities")) is not None:
        return lost
    ill = [row.day for row in rows if row.grade >= 1]
    if not ill:
        return Noted(value=False, note="no CRS is recorded")
    highest, latest = (
        max(row.grade for row in some) for some in (rows, rows.between(rows[-1].day, rows[-1].day))
    )
    since = next((row.day for row in rows if row.day > ill[-1]), rows[-1].day)
    if latest < highest and today(patient) - since > RESOLVING_DAYS:
        return _long_ago(latest, since)
    return Noted(latest < highest, f"grade {latest} {on_day(rows[-1].day)}, {highest} before")


def _long_ago(latest: int, since: float) -> Noted | Missing:
    words = f"{on_day(since)}, more than {RESOLVING_DAYS:g} days ago"
    if latest:
        return Missing(f"CRS was last graded {words}", "the grade of CRS")
    return Noted(value=False, note=f"CRS was over {words}")


@measure(
    method=f"an assessment of IEC-HS, or a grade of it; the latest of them, no older than {RESOLVING_DAYS:g} days; {PRESENT_COURSE}",
    settled_by="an assessment of IEC-HS",
)
def iec_hs_recorded(patient: Patient) -> bool | Noted | Missing:
    """Whether the clinician has found IEC-HS of late; its criteria are not computed (002:260)."""
    assessed = in_present_course(patient, patient.assessments.where(kind="IEC-HS"))
    found = [(row.day, row.value == "present") for row in assessed]
    found += [(row.day, row.grade >= 1) for row in graded_now(patient, "IEC-HS")]
    if not found:
        return Missing("IEC-HS was not assessed", "an assessment of IEC-HS")
    day, present = max(found)
    if today(patient) - day > RESOLVING_DAYS:
        return Missing(
            f"IEC-HS was last assessed {on_day(day)}, more than {RESOLVING_DAYS:g} days ago",
            "an assessment of IEC-HS",
        )
    return Noted(present, on_day(day))
