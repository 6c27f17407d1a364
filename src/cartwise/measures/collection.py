"""Collection of T cells by apheresis: blood on the day, and how long ago what holds collection back was given."""

from __future__ import annotations

import math

from cartwise.basis import Missing
from cartwise.measures.blood_counts import in_blood, results
from cartwise.measures.course import denied, set_aside, today
from cartwise.measures.history import allogeneic, before_index, up_to_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Records

COUNT_DAYS = 3.0
"""How old a blood count may be to tell whether cells can be collected: our choice, counts move fast then."""

CHEMOTHERAPY = ("chemotherapy", "cytotoxic chemotherapy", "maintenance", "etoposide")
"""Maintenance and etoposide stand among the chemotherapy of 004:147-148. Intrathecal treatment stands apart there."""
GVHD_STEROID_INTENTS = (None, "prophylaxis", "toxicity", "other")
"""Purposes of steroids that were not given against leukaemia: after GVHD they count as immunosuppression. Our choice."""
OTHER_IMMUNOTHERAPY = ("blinatumomab", "inotuzumab", "CD22-directed therapy")
_LATEST_COUNT = f"latest in blood, no older than {COUNT_DAYS:g} days"
_SINCE = (
    "from the last day it was given to the day asked for; a course without a last day counts as unknown unless a later "
    "course of the same kind ended"
)
_GIVEN = "a course before infusion; none is no where other treatment is recorded"


@measure(
    method=(
        "a treatment of kind apheresis before infusion, or the collection day of an infusion; none recorded is no; where CAR T "
        "cells were given before, a collection since, for one before them may be used up"
    ),
    settled_by="whether cells are in store",
)
def collected(patient: Patient) -> bool | Noted | Missing:
    """Whether T cells have been collected."""
    days = [row.day for row in before_index(patient, patient.treatments.where(kind="apheresis"))]
    days += patient.infusions.values("apheresis_day")
    earlier = [row.day for row in before_index(patient, patient.treatments.where(kind="CAR T"))]
    earlier += before_index(patient, patient.infusions).values("day")
    since = [day for day in days if day >= max(earlier, default=-math.inf)]
    if since:
        return Noted(value=True, note=on_days(since))
    if days:
        reason = f"collected {on_days(days)}, before earlier CAR T cells {on_days(earlier)}"
        return Missing(reason, "whether cells are in store")
    return denied(patient, "none recorded", "infusions", "treatments")


def _count(patient: Patient, test: str) -> Noted | Missing:
    now = today(patient)
    found = results(in_blood(patient, test).between(now - COUNT_DAYS, now), test)
    asked = f"{test} in blood on the day of collection"
    if not found:
        return Missing(f"no {test} from day {now - COUNT_DAYS:g} to {now:g}", asked)
    if found[-1].value is None:
        return Missing(f"{test} {on_day(found[-1].day)} was below a limit that is not recorded", asked)
    return Noted(found[-1].value, on_day(found[-1].day))


@measure(unit="{cells}/uL", method=_LATEST_COUNT, settled_by="ALC in blood on the day of collection")
def lymphocytes_now(patient: Patient) -> float | Noted | Missing:
    """Absolute lymphocyte count in blood at present (004:134)."""
    return _count(patient, "ALC")


@measure(unit="{cells}/uL", method=_LATEST_COUNT, settled_by="CD3 in blood on the day of collection")
def cd3_now(patient: Patient) -> float | Noted | Missing:
    """CD3-positive cells in blood at present (004:134)."""
    return _count(patient, "CD3")


@measure(unit="{cells}/uL", method=_LATEST_COUNT, settled_by="WBC in blood on the day of collection")
def white_cells_now(patient: Patient) -> float | Noted | Missing:
    """White blood cells at present (004:134)."""
    return _count(patient, "WBC")


@measure(unit="%", method=_LATEST_COUNT, settled_by="blasts in blood on the day of collection")
def circulating_blasts_now(patient: Patient) -> float | Noted | Missing:
    """Blasts among white blood cells at present (004:143)."""
    return _count(patient, "blasts")


def courses(patient: Patient, kinds: tuple[str, ...]) -> Records:
    """The courses of some kinds of treatment before infusion."""
    return before_index(patient, patient.treatments.where(kind=kinds))


def was_given(patient: Patient, kinds: tuple[str, ...]) -> Noted | Missing:
    """Whether any of some kinds of treatment was given before infusion; where nothing at all is recorded, unknown."""
    rows = courses(patient, kinds)
    if rows:
        return Noted(value=True, note=f"begun {on_days([row.day for row in rows])}")
    if (lost := set_aside(up_to_index(patient), "treatments")) is not None:
        return lost
    if not before_index(patient, patient.treatments):
        return Missing("no earlier treatment is recorded at all", "the patient's earlier treatments")
    return Noted(value=False, note="none among the recorded treatments")


def last_given(patient: Patient, kinds: tuple[str, ...]) -> float | Missing:
    """The last day on which any of some kinds of treatment was given before infusion."""
    return _last_day(courses(patient, kinds), kinds[0], today(patient))


def _last_day(rows: Records, kind: str, now: float) -> float | Missing:
    if not rows:
        return Missing(f"no {kind} is recorded")
    ends = [min(row.end_day, now) for row in rows if row.end_day is not None]
    last = max(ends, default=float("-inf"))
    open_days = [row.day for row in rows if row.end_day is None and row.day >= last]
    if open_days:
        return Missing(f"{kind} begun {on_days(open_days)} has no last day", f"the last day of {kind}")
    return float(last)


def time_since(patient: Patient, kinds: tuple[str, ...]) -> Noted | Missing:
    """Days from the last day on which any of some kinds of treatment was given to today."""
    return _since(patient, last_given(patient, kinds))


def _since(patient: Patient, last: float | Missing) -> Noted | Missing:
    return last if isinstance(last, Missing) else Noted(today(patient) - last, f"last given {on_day(last)}")


@measure(method=_GIVEN, settled_by="whether steroids were given")
def steroids_before(patient: Patient) -> bool | Noted | Missing:
    """Whether corticosteroids were given before collection (004:145)."""
    return was_given(patient, ("steroid",))


@measure(unit="d", method=_SINCE, settled_by="the last day of steroids")
def since_steroids(patient: Patient) -> float | Noted | Missing:
    """Time since corticosteroids were last given (004:145)."""
    return time_since(patient, ("steroid",))


@measure(method=_GIVEN, settled_by="whether chemotherapy was given")
def chemotherapy_before(patient: Patient) -> bool | Noted | Missing:
    """Whether cytotoxic chemotherapy was given before collection (004:145)."""
    return was_given(patient, CHEMOTHERAPY)


@measure(unit="d", method=_SINCE, settled_by="the last day of chemotherapy")
def since_chemotherapy(patient: Patient) -> float | Noted | Missing:
    """Time since cytotoxic chemotherapy was last given (004:145)."""
    return time_since(patient, CHEMOTHERAPY)


@measure(method=_GIVEN, settled_by="whether a checkpoint inhibitor was given")
def checkpoint_inhibitor_before(patient: Patient) -> bool | Noted | Missing:
    """Whether a checkpoint inhibitor such as pembrolizumab was given before collection (004:145)."""
    return was_given(patient, ("checkpoint inhibitor",))


@measure(unit="d", method=_SINCE, settled_by="the last day of the checkpoint inhibitor")
def since_checkpoint_inhibitor(patient: Patient) -> float | Noted | Missing:
    """Time since a checkpoint inhibitor was last given (004:145)."""
    return time_since(patient, ("checkpoint inhibitor",))


@measure(
    method=f"{', '.join(OTHER_IMMUNOTHERAPY)}: {_GIVEN}; no period is printed for them",
    settled_by="whether immunotherapy was given",
)
def other_immunotherapy_before(patient: Patient) -> bool | Noted | Missing:
    """Whether immunotherapy for which no treatment-free period is printed was given before collection (004:145)."""
    return was_given(patient, OTHER_IMMUNOTHERAPY)


@measure(unit="d", method=_SINCE, settled_by="the last day of that immunotherapy")
def since_other_immunotherapy(patient: Patient) -> float | Noted | Missing:
    """Time since immunotherapy for which no treatment-free period is printed (004:145)."""
    return time_since(patient, OTHER_IMMUNOTHERAPY)


def last_hct(patient: Patient) -> float | Missing:
    """The day of the last transplant before infusion, not autologous."""
    rows = allogeneic(courses(patient, ("HCT",)))
    return float(rows[-1].day) if rows else Missing("no transplant is dated", "the day of HCT")


@measure(
    unit="d",
    method="from the last transplant, not autologous, to the day asked for",
    settled_by="the day of HCT",
)
def since_hct(patient: Patient) -> float | Missing:
    """Time since allogeneic transplant (004:146)."""
    day = last_hct(patient)
    return day if isinstance(day, Missing) else today(patient) - day


def last_immunosuppression(patient: Patient) -> float | Missing:
    """The last day of immunosuppression: as such, or as ruxolitinib or steroids that came after HCT."""
    asked, now = "the last day of immunosuppression", today(patient)
    given = (
        ("immunosuppression", courses(patient, ("immunosuppression",))),
        ("ruxolitinib", _after_hct(patient, "ruxolitinib")),
        ("steroid", _against_gvhd(patient)),
    )
    ends = [_last_day(rows, kind, now) for kind, rows in given if rows]
    if not ends:
        return Missing("no immunosuppression after HCT is recorded", asked)
    unknown = [end.reason for end in ends if isinstance(end, Missing)]
    known = [end for end in ends if not isinstance(end, Missing)]
    return Missing("; ".join(unknown), asked) if unknown else max(known)


def _after_hct(patient: Patient, kind: str) -> Records:
    day = last_hct(patient)
    if isinstance(day, Missing):
        return Records()
    return courses(patient, (kind,)).that(lambda row: row.end_day is None or row.end_day >= day)


def _against_gvhd(patient: Patient) -> Records:
    seen = patient.gvhd.where(kind=("acute", "chronic"))
    rows = _after_hct(patient, "steroid").where(intent=GVHD_STEROID_INTENTS)
    return rows.between(seen[0].day, math.inf) if seen else Records()


@measure(
    unit="d",
    method=(
        f"immunosuppression, and after the last HCT ruxolitinib and, from the first GVHD on, steroids that were not given "
        f"against leukaemia, each {_SINCE}; the latest counts"
    ),
    settled_by="the last day of immunosuppression",
)
def since_immunosuppression(patient: Patient) -> float | Noted | Missing:
    """Time since immunosuppression was stopped (004:146)."""
    return _since(patient, last_immunosuppression(patient))


GVHD_DAYS = 28.0
"""How long a look that found no GVHD stands: four weeks, our choice."""


@measure(
    method=f"an episode that had not resolved; no where one had, or none was found, in the last {GVHD_DAYS:g} days",
    settled_by="whether there are signs of GVHD",
)
def gvhd_now(patient: Patient) -> bool | Noted | Missing:
    """Whether there are signs of graft-versus-host disease at present (004:146)."""
    now = today(patient)
    episodes = patient.gvhd.that(lambda row: row.kind != "none")
    ongoing = [row.day for row in episodes if row.end_day is None or row.end_day > now]
    looked = [row.day for row in patient.gvhd.where(kind="none")]
    if any(day > max(looked, default=float("-inf")) for day in ongoing):
        return Noted(value=True, note=f"begun {on_days(ongoing)}, not resolved")
    clear = max([*looked, *(row.end_day for row in episodes if row.end_day is not None)], default=None)
    if clear is None or clear < now - GVHD_DAYS:
        return Missing(
            f"GVHD was not looked for in the last {GVHD_DAYS:g} days", "whether there are signs of GVHD"
        )
    return denied(patient, f"none {on_day(clear)}", "gvhd")


@measure(
    method="latest assessment of disease progression", settled_by="whether the disease progresses rapidly"
)
def rapid_progression(patient: Patient) -> bool | Noted | Missing:
    """Whether the disease progresses rapidly (004:134)."""
    rows = patient.assessments.where(kind="disease progression")
    if not rows:
        return Missing("the pace of the disease was not assessed", "whether the disease progresses rapidly")
    return Noted(rows[-1].value == "rapid", on_day(rows[-1].day))


@measure(
    unit="{cells}",
    method="sum of CD3-positive cells over every apheresis before infusion",
    settled_by="the CD3 cells of each collection",
)
def cd3_collected(patient: Patient) -> float | Missing:
    """CD3-positive cells collected (004:134)."""
    cells = [row.cells_collected for row in courses(patient, ("apheresis",))]
    if not cells or None in cells:
        return Missing("the CD3 cells of a collection are not recorded", "the CD3 cells of each collection")
    return float(sum(cells))
