"""Survival from infusion: time and whether it ended in the event, by named definitions.

Each pair of measures is one observation of a survival analysis. Follow-up ends with the last record of any kind, and
never later than the data cut or the day asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from cartwise.basis import Missing
from cartwise.measures.course import end_of_follow_up, followed, index_infusion, set_aside, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import DAY_28
from cartwise.measures.response import REMISSION, relapses_after
from cartwise.measures.transplant import first_transplant
from cartwise.study import Definitions, Patient

_END = "otherwise censored at the last record, the data cut or the day asked for, whichever is first"
_OS = f"from infusion to death of any cause (001:106); {_END}; nothing given since censors it"
_LFS = f"from infusion to relapse or death (001:106); {{lfs_hct}}; non-response is not named as an event there; {_END}"
_EFS = (
    f"from infusion to no response, relapse or death (004:102); {{efs_non_response}}, where the response about day 28 "
    f"is no response or progression (where follow-up ends before that day, on its last day); a response that is not known "
    f"leaves it open in those observed beyond day {DAY_28[2]:g}; {_END}; nothing given since censors it"
)
_FOLLOW_UP = "follow-up after infusion"


@dataclass(frozen=True, slots=True)
class Observed:
    """Time to an event or to the end of observation, and which of the two ended it."""

    day: float
    ended_by: str = ""

    @property
    def event(self) -> bool:
        """Whether the event was seen."""
        return bool(self.ended_by)


def _observed(
    patient: Patient, events: list[tuple[float, str]], censored: float | None = None, *, disease: bool = False
) -> Observed | Missing:
    """The first event within follow-up, or the end of follow-up; `censored` may end it earlier."""
    if index_infusion(patient) is None:
        return unseen(patient, "")
    lost = set_aside(patient, "deaths", *(("relapses",) if disease else ()))
    if lost is not None:
        return lost
    end = end_of_follow_up(patient)
    end = end if censored is None else min(end, censored)
    day, what = min((event for event in events if event[0] <= end), default=(end, ""))
    return Observed(day, what)


def _free_of_disease(
    patient: Patient, events: list[tuple[float, str]], censored: float | None = None
) -> Observed | Missing:
    if not followed(patient):
        return unseen(patient, "no follow-up after infusion that would show a relapse", _FOLLOW_UP)
    return _observed(patient, events, censored, disease=True)


@measure(settled_by="whether the patient is alive")
def alive(patient: Patient) -> Noted | Missing:
    """Whether no death is recorded up to the day asked about."""
    if patient.deaths:
        return Noted(value=False, note=f"died on day {patient.deaths[0].day:g}")
    lost = set_aside(patient, "deaths")
    return Noted(value=True, note="no death recorded") if lost is None else lost


def _deaths(patient: Patient) -> list[tuple[float, str]]:
    return [(row.day, "death") for row in patient.deaths if row.day >= 0]


def _relapses(patient: Patient) -> list[tuple[float, str]]:
    return [(row.day, "relapse") for row in relapses_after(patient)[:1]]


def _time(observed: Observed | Missing) -> Noted | Missing:
    return observed if isinstance(observed, Missing) else Noted(observed.day, observed.ended_by or "censored")


def _event(observed: Observed | Missing) -> Noted | Missing:
    if isinstance(observed, Missing):
        return observed
    return Noted(observed.event, observed.ended_by or f"none to day {observed.day:g}")


def _os(patient: Patient) -> Observed | Missing:
    return _observed(patient, _deaths(patient))


def _lfs(patient: Patient, definitions: Definitions) -> Observed | Missing:
    hct = first_transplant(patient)
    censored = hct.day if hct and definitions.lfs_hct == "censored" else None
    return _free_of_disease(patient, _relapses(patient) + _deaths(patient), censored)


def _efs(patient: Patient, definitions: Definitions, response: str | Missing) -> Observed | Missing:
    events = _relapses(patient) + _deaths(patient)
    if definitions.efs_non_response == "not an event":
        return _free_of_disease(patient, events)
    if isinstance(response, Missing):
        found = _free_of_disease(patient, events)
        return response if isinstance(found, Observed) and found.day > DAY_28[2] else found
    if response not in REMISSION:
        day = 28.0 if definitions.efs_non_response == "day 28" else 0.0
        events.append((min(day, end_of_follow_up(patient)), "no response"))
    return _free_of_disease(patient, events)


@measure(unit="d", method=_OS, settled_by=_FOLLOW_UP)
def overall_survival(patient: Patient) -> float | Noted | Missing:
    """Overall survival: time from infusion to death or the end of follow-up (001:106)."""
    return _time(_os(patient))


@measure(method=_OS, settled_by=_FOLLOW_UP)
def overall_survival_event(patient: Patient) -> bool | Noted | Missing:
    """Whether overall survival ended in death (001:106)."""
    return _event(_os(patient))


@measure(unit="d", method=_LFS, settled_by=_FOLLOW_UP)
def leukaemia_free_survival(patient: Patient, definitions: Definitions) -> float | Noted | Missing:
    """Leukaemia-free survival: time from infusion to relapse, death or the end of follow-up (001:106)."""
    return _time(_lfs(patient, definitions))


@measure(method=_LFS, settled_by=_FOLLOW_UP)
def leukaemia_free_survival_event(patient: Patient, definitions: Definitions) -> bool | Noted | Missing:
    """Whether leukaemia-free survival ended in relapse or death (001:106)."""
    return _event(_lfs(patient, definitions))


@measure(unit="d", method=_EFS, settled_by="the response about day 28")
def event_free_survival(
    patient: Patient, definitions: Definitions, response_day_28: str | Missing
) -> float | Noted | Missing:
    """Event-free survival: time from infusion to no response, relapse, death or the end of follow-up (004:102)."""
    return _time(_efs(patient, definitions, response_day_28))


@measure(method=_EFS, settled_by="the response about day 28")
def event_free_survival_event(
    patient: Patient, definitions: Definitions, response_day_28: str | Missing
) -> bool | Noted | Missing:
    """Whether event-free survival ended in no response, relapse or death (004:102)."""
    return _event(_efs(patient, definitions, response_day_28))
