"""What a statement is held against: relapse for most; severe CRS and infection for those on their care."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.course import course_end
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
        find: the first such event and its type.
    """

    name: str
    types: tuple[str, ...]
    treatments: tuple[str, ...]
    horizons: tuple[float, ...]
    landmarks: tuple[float, ...]
    find: Callable[[Sheet], tuple[float, str] | Missing | None]


def _relapse(sheet: Sheet) -> tuple[float, str] | Missing | None:
    relapsed = sheet.value("relapsed_after_infusion")
    if isinstance(relapsed, Missing):
        return relapsed
    day, kind = sheet.value("time_to_relapse"), sheet.value("relapse_immunophenotype")
    if not isinstance(day, int | float):
        return None
    return float(day), UNTYPED if isinstance(kind, Missing) else "CD19+" if kind == "CD19+" else CD19_NEGATIVE


def _severe_crs(sheet: Sheet) -> tuple[float, str] | Missing | None:
    rows = sheet.patient.toxicities.that(lambda row: row.kind == "CRS" and row.day >= 0)
    if not rows:
        return Missing("no grade of CRS is recorded after infusion")
    severe = rows.that(lambda row: (row.grade or 0) >= 3)
    return (float(severe[0].day), "") if severe else None


def _infection(sheet: Sheet) -> tuple[float, str] | Missing | None:
    rows = sheet.patient.infections.that(lambda row: row.day >= 0)
    return (float(rows[0].day), "") if rows else None


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
)
INFECTION = Endpoint(
    "infection", (), ("immunoglobulin",), (91.0, 183.0, 365.0), (28.0, 91.0, 183.0), _infection
)
ENDPOINTS = (RELAPSE, SEVERE_CRS, INFECTION)


def endpoint_of(decision: str) -> Endpoint:
    """What the statements on a decision are held against."""
    return {"crs": SEVERE_CRS, "immunoglobulin": INFECTION}.get(decision, RELAPSE)


def fate_of(patient: Patient, endpoint: Endpoint) -> Fate:
    """What became of a patient, by the whole record.

    Args:
        patient: the whole record or as much of it as may be known at the end.
        endpoint: the endpoint.
    """
    sheet = Sheet(patient)
    end = sheet.value("overall_survival")
    if not isinstance(end, int | float):
        return Fate(0.0, untold=end.reason if isinstance(end, Missing) else "no end of observation")
    found = endpoint.find(sheet)
    if isinstance(found, Missing):
        return Fate(float(end), untold=found.reason)
    event = found if found is not None and found[0] <= end else None
    died = sheet.value("overall_survival_event") is True
    return Fate(
        end=float(end),
        event=event[0] if event else None,
        kind=event[1] if event else "",
        death=float(end) if died else None,
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
