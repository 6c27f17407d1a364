"""What a statement is held against: relapse, severe CRS or infection, by its decision; most decisions against none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.course import course_end, set_aside
from cartwise.study import Patient

CD19_NEGATIVE = "CD19- or lineage switch"
UNTYPED = "not known"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one patient in respect of an endpoint, in days since infusion; seen from the whole record.

    Attributes:
        end: the last day of observation.
        event: the day of the endpoint; None where it was not seen.
        kind: the type of the event, "" where there was none.
        death: the day of death; None where none is recorded.
        treatments: (day, kind) of what bears on the endpoint and was given after infusion, in order.
        untold: why the patient cannot be held against it; "" where that can be done.
    """

    end: float
    event: float | None = None
    kind: str = ""
    death: float | None = None
    treatments: tuple[tuple[float, str], ...] = ()
    untold: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An event that a statement is held against.

    Attributes:
        name: the event.
        types: its types, as a table lists them.
        treatments: kinds of treatment after which it is no longer the statement's own course.
        horizons: days after a flag at which its incidence is read.
        landmarks: days on which standings are compared.
        find: the first such event and its type.
        one_course: whether it is looked for in the first course of CAR T cells only, and observation ends with that.
        table: a table without a row of anybody in the study says that the event was not collected; "" for none.
    """

    name: str
    types: tuple[str, ...]
    treatments: tuple[str, ...]
    horizons: tuple[float, ...]
    landmarks: tuple[float, ...]
    find: Callable[[Sheet], tuple[float, str] | Missing | None]
    one_course: bool = False
    table: str = ""


def _relapse(sheet: Sheet) -> tuple[float, str] | Missing | None:
    relapsed = sheet.value("relapsed_after_infusion")
    if isinstance(relapsed, Missing):
        return relapsed
    day, kind = sheet.value("time_to_relapse"), sheet.value("relapse_immunophenotype")
    if not isinstance(day, int | float):
        return None
    return float(day), UNTYPED if isinstance(kind, Missing) else "CD19+" if kind == "CD19+" else CD19_NEGATIVE


def _severe_crs(sheet: Sheet) -> tuple[float, str] | Missing | None:
    severe = sheet.value("crs_grade_3_or_more")
    if severe is not True:
        return severe if isinstance(severe, Missing) else None
    day = sheet.value("severe_crs_onset")
    return (float(day), "") if isinstance(day, int | float) else None


def _infection(sheet: Sheet) -> tuple[float, str] | Missing | None:
    rows = sheet.patient.infections.that(lambda row: row.day >= 0)
    return (float(rows[0].day), "") if rows else set_aside(sheet.patient, "infections")


def _none(_: Sheet) -> None:
    return None


RELAPSE = Endpoint(
    "relapse",
    ("CD19+", CD19_NEGATIVE, UNTYPED),
    (
        "HCT",
        "CAR T",
        "blinatumomab",
        "inotuzumab",
        "CD22-directed therapy",
        "chemotherapy",
        "cytotoxic chemotherapy",
        "radiotherapy",
        "donor lymphocytes",
        "checkpoint inhibitor",
        "TKI",
        "maintenance",
    ),
    (183.0, 365.0, 731.0),
    (63.0, 91.0, 183.0, 365.0),
    _relapse,
)
SEVERE_CRS = Endpoint(
    "CRS of grade 3 or more",
    (),
    ("tocilizumab", "siltuximab", "steroid", "anakinra", "ruxolitinib"),
    (3.0, 7.0, 14.0),
    (1.0, 3.0, 5.0),
    _severe_crs,
    one_course=True,
)
INFECTION = Endpoint(
    "infection",
    (),
    ("immunoglobulin",),
    (91.0, 183.0, 365.0),
    (28.0, 91.0, 183.0),
    _infection,
    table="infections",
)
ENDPOINTS = (RELAPSE, SEVERE_CRS, INFECTION)
NO_ENDPOINT = Endpoint("not held against an event", (), (), (), (0.0, 7.0, 28.0, 91.0, 365.0), _none)

HELD_AGAINST: Mapping[str, Endpoint] = {
    "bridging-to-hct": RELAPSE,
    "consolidative-hct": RELAPSE,
    "maintenance": RELAPSE,
    "monitoring-after-infusion": RELAPSE,
    "reinfusion": RELAPSE,
    "relapse-prevention": RELAPSE,
    "relapse-risk": RELAPSE,
    "crs": SEVERE_CRS,
    "immunoglobulin": INFECTION,
}
"""The decisions whose statements mean to foresee or prevent an event that is recorded. The list is closed: whether an
event says anything of a decision is a judgement, so that a new decision is held against none until somebody makes it.
"""
WHY_NOT_HELD = (
    "Statements on this decision are not meant to foresee or prevent an event that is recorded here, so none is held against "
    "them: there is no sensitivity, predictive value, AUC or miss, only when each stood and where sources agree."
)


def endpoint_of(decision: str) -> Endpoint:
    """What the statements on a decision are held against; NO_ENDPOINT where that is nothing."""
    return HELD_AGAINST.get(decision, NO_ENDPOINT)


def fate_of(patient: Patient, endpoint: Endpoint) -> Fate:
    """What became of a patient, by the whole record.

    Args:
        patient: the whole record or as much of it as may be known at the end.
        endpoint: the endpoint.
    """
    sheet = Sheet(patient)
    last = sheet.value("overall_survival")
    if not isinstance(last, int | float):
        return Fate(0.0, untold=last.reason if isinstance(last, Missing) else "no end of observation")
    end = min(float(last), course_end(patient)) if endpoint.one_course else float(last)
    found = endpoint.find(sheet)
    if isinstance(found, Missing):
        return Fate(end, untold=found.reason)
    event = found if found is not None and found[0] <= end else None
    died = end == last and sheet.value("overall_survival_event") is True
    return Fate(
        end=end,
        event=event[0] if event else None,
        kind=event[1] if event else "",
        death=end if died else None,
        treatments=_treatments(patient, endpoint),
    )


def _treatments(patient: Patient, endpoint: Endpoint) -> tuple[tuple[float, str], ...]:
    given = [
        (float(row.day), row.kind)
        for row in patient.treatments
        if row.day > 0 and row.kind in endpoint.treatments
    ]
    if "CAR T" in endpoint.treatments:
        again = course_end(patient)
        given += [(float(row.day), "CAR T") for row in patient.infusions if 0 < again <= row.day]
    return tuple(sorted(given))
