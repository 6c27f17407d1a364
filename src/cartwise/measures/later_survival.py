"""Survival from later days than infusion: from remission on, and from the relapse that followed it."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import end_of_follow_up, in_first_course, set_aside, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.response import REMISSION, relapses_after
from cartwise.measures.settling import on_day
from cartwise.study import Patient

_END = "otherwise censored at the last record, the data cut or the day asked for, whichever is first; HCT does not end it"
_RFS = f"from the first assessed CR or CRi of the first course to the first relapse since or death (003:91 names the endpoint and no source read here defines it); {_END}"
_AFTER = f"from the first relapse after infusion to death of any cause; {_END}"

Ended = tuple[float, bool, str]
"""How long, whether the event ended it, and the words of its note."""


def _ended(
    patient: Patient, start: float, events: list[tuple[float, str]], tables: tuple[str, ...]
) -> Ended | Missing:
    """From a day on to the first event within follow-up, or to its end."""
    lost = set_aside(patient, *tables)
    if lost is not None:
        return lost
    end = end_of_follow_up(patient)
    day, what = min((event for event in events if start <= event[0] <= end), default=(end, ""))
    return day - start, bool(what), f"from day {start:g}, {what or 'censored'} {on_day(day)}"


def _deaths(patient: Patient) -> list[tuple[float, str]]:
    return [(row.day, "death") for row in patient.deaths if row.day >= 0]


def remission_day(patient: Patient) -> float | Missing:
    """The day of the first remission of the first course."""
    responses = patient.assessments.that(lambda row: row.kind == "response" and row.day > 0)
    reached = in_first_course(patient, responses).that(lambda row: row.value in REMISSION)
    if reached:
        return float(reached[0].day)
    return unseen(patient, "no remission is recorded after infusion", "a response after infusion")


def _rfs(patient: Patient) -> Ended | Missing:
    start = remission_day(patient)
    if isinstance(start, Missing):
        return start
    relapses = [(row.day, "relapse") for row in relapses_after(patient)]
    return _ended(patient, start, relapses + _deaths(patient), ("deaths", "relapses"))


def _after_relapse(patient: Patient) -> Ended | Missing:
    rows = relapses_after(patient)
    if not rows:
        return unseen(patient, f"no relapse recorded to day {end_of_follow_up(patient):g}")
    return _ended(patient, rows[0].day, _deaths(patient), ("deaths",))


def _time(found: Ended | Missing) -> Noted | Missing:
    return found if isinstance(found, Missing) else Noted(found[0], found[2])


def _event(found: Ended | Missing) -> Noted | Missing:
    return found if isinstance(found, Missing) else Noted(found[1], found[2])


@measure(unit="d", method=_RFS, settled_by="a response after infusion")
def relapse_free_survival(patient: Patient) -> float | Noted | Missing:
    """Relapse-free survival: time from remission to relapse, death or the end of follow-up."""
    return _time(_rfs(patient))


@measure(method=_RFS, settled_by="a response after infusion")
def relapse_free_survival_event(patient: Patient) -> bool | Noted | Missing:
    """Whether relapse-free survival ended in relapse or death."""
    return _event(_rfs(patient))


@measure(unit="d", method=_AFTER, settled_by="follow-up after the relapse")
def survival_after_relapse(patient: Patient) -> float | Noted | Missing:
    """Survival after relapse: time from the first relapse after infusion to death or the end of follow-up (004:102)."""
    return _time(_after_relapse(patient))


@measure(method=_AFTER, settled_by="follow-up after the relapse")
def survival_after_relapse_event(patient: Patient) -> bool | Noted | Missing:
    """Whether survival after relapse ended in death (004:102)."""
    return _event(_after_relapse(patient))
