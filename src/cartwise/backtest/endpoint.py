"""An event that a statement is held against, and what became of one patient in respect of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.course import course_end
from cartwise.study import Patient


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
        from_infusion: whether what is held against it speaks before infusion: a flag counts on or before that day only,
            and time runs from it, so that nobody has to live on to be flagged.
    """

    name: str
    types: tuple[str, ...]
    treatments: tuple[str, ...]
    horizons: tuple[float, ...]
    landmarks: tuple[float, ...]
    find: Callable[[Sheet], tuple[float, str] | Missing | None]
    one_course: bool = False
    table: str = ""
    from_infusion: bool = False

    @property
    def days_of_agreement(self) -> tuple[float, ...]:
        """Days on which it is asked whether sources agree: the landmarks, or days before infusion."""
        return _BEFORE_INFUSION if self.from_infusion else self.landmarks


_BEFORE_INFUSION = (-28.0, -7.0, -1.0)


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
