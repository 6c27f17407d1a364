"""The ways of asking whether transplant after infusion prolongs leukaemia-free survival, sound and biased ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cartwise.basis import Estimate, Missing
from cartwise.statistics import Landmark, cox, landmark, log_rank, mantel_byar, time_varying

LANDMARKS = (3.0, 6.0)
"""Months after infusion."""
FEWEST_PATIENTS, FEWEST_EVENTS = 10, 10
"""Below these in an arm, or of events in all, a hazard ratio of one covariate is unstable (Peduzzi 1995)."""
SOUND, BIASED = "sound", "biased: immortal time"
ARMS = ("no HCT", "HCT")


@dataclass(frozen=True, slots=True)
class Effect:
    """A comparison of patients with and without transplant.

    Attributes:
        approach: how they were compared.
        standing: whether it is sound.
        patients: without and with transplant, by the approach's own rule.
        events: relapses and deaths of each.
        ratio: hazard ratio of relapse or death, transplanted against not.
        p: two-sided p value of `test`.
        test: name of the test.
        methods: sentences for a methods section.
    """

    approach: str
    standing: str
    patients: tuple[int, int]
    events: tuple[int, int]
    ratio: Estimate | Missing
    p: float | Missing
    test: str
    methods: tuple[str, ...]

    @property
    def warning(self) -> str:
        """Why the numbers are too small, "" where they are not."""
        return too_few(self.patients, sum(self.events))


def too_few(patients: tuple[int, int], events: int) -> str:
    """Why an arm or the events are too few for a comparison, "" where they are not."""
    small = [f"{n} with {arm}" for n, arm in zip(patients, ARMS, strict=True) if n < FEWEST_PATIENTS]
    small += [f"{events} events"] if events < FEWEST_EVENTS else []
    return f"small numbers: {', '.join(small)}" if small else ""


def effects(data: pd.DataFrame) -> Iterator[Effect]:
    """Each approach, the sound ones first.

    Args:
        data: `patient, month` (above 0), `event` (0 or 1), `hct_month` (NaN: never), one row a patient.
    """
    yield _varying(data)
    for month in LANDMARKS:
        yield _from_landmark(at_landmark(data, month), month)
    yield _ever(data)


def at_landmark(data: pd.DataFrame, month: float) -> Landmark:
    """Patients event-free and in follow-up after a landmark, by whether they were transplanted by then (`hct`)."""
    return landmark(data, month, time="month", event="event", known={"hct": "hct_month"})


def _varying(data: pd.DataFrame) -> Effect:
    done = data["hct_month"] < data["month"]
    arms = int((~done).sum()), int(done.sum())
    events = int(data.loc[~done, "event"].sum()), int(data.loc[done, "event"].sum())
    name, tested = "Time-varying covariate", "Mantel-Byar"
    if not arms[1]:
        why = Missing(_empty(arms))
        return Effect(name, SOUND, arms, events, why, why, tested, ())
    cut = time_varying(data, patient="patient", time="month", event="event", starts={"hct": "hct_month"})
    model = cox(cut.data, ["hct"], time="stop", event="event", entry="start")
    test = mantel_byar(data["month"], data["event"], data["hct_month"])
    methods = (cut.methods, model.methods, test.methods)
    return Effect(name, SOUND, arms, events, model["hct"].estimate(), test.p, tested, methods)


def _from_landmark(found: Landmark, month: float) -> Effect:
    kept = found.data.assign(month=found.data["month"] - month)
    return _fixed(f"Landmark at month {month:g}", SOUND, kept, found.methods)


def _ever(data: pd.DataFrame) -> Effect:
    known = data.assign(hct=(data["hct_month"] < data["month"]).astype(int))
    said = (
        "As published for this question (001:122), transplant before the first event was also taken as if known at infusion; "
        "transplanted patients cannot have had an event before transplant, so that this hazard ratio tends to be too low."
    )
    return _fixed("Ever transplanted, as if known at infusion", BIASED, known, said)


def _fixed(approach: str, standing: str, data: pd.DataFrame, said: str) -> Effect:
    """Groups that are fixed from time zero on, compared by Cox model and log-rank test."""
    done = data["hct"] == 1
    arms = int((~done).sum()), int(done.sum())
    events = int(data.loc[~done, "event"].sum()), int(data.loc[done, "event"].sum())
    if reason := _empty(arms):
        why = Missing(reason)
        return Effect(approach, standing, arms, events, why, why, "log-rank", ())
    model = cox(data, ["hct"], time="month", event="event")
    test = log_rank(data["month"], data["event"], data["hct"])
    methods = (said, model.methods, test.methods)
    return Effect(approach, standing, arms, events, model["hct"].estimate(), test.p, "log-rank", methods)


def _empty(arms: tuple[int, int]) -> str:
    if not sum(arms):
        return "no patient is event-free and in follow-up"
    if not arms[1]:
        return "nobody was transplanted before the first event"
    return "" if arms[0] else "everybody was transplanted before the first event"
