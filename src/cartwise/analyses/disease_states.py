"""Swimmer plot of states: for each patient when leukaemia was there, when remission, and with B-cell aplasia or without."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Bar, Lane, Mark, SwimmerFigure
from cartwise.analyses.result import Result
from cartwise.analyses.swimmer import GRADED, aplasia, episodes, milestones
from cartwise.basis import Interval
from cartwise.measures import Sheet
from cartwise.measures.aplasia import bca_loss, bca_onset
from cartwise.measures.response import REMISSION, relapses_after
from cartwise.measures.transplant import infused
from cartwise.study import Patient

DISEASE, WITH_APLASIA, RECOVERED = "RD", "CR/CRi + B Cell Aplasia", "CR/CRi + B Cell Recovery"
"""The states as the swimmer plots of CHOP's cell therapy group name them; CR and CRi stand where aplasia is not known."""


@analysis(
    topic="The cohort",
    question="In which state was each patient after infusion, and for how long?",
    title="States of disease of each patient",
    among=infused,
    uses=(bca_onset, bca_loss),
)
def disease_states(cohort: Cohort) -> Result:
    """One lane a patient: disease, remission, and remission with B-cell aplasia or after B cells came back."""
    lanes = [_lane(name, sheet) for name, sheet in cohort.sheets.items()]
    lanes.sort(key=lambda lane: (-lane.end, lane.patient))
    rows = [
        (lane.patient, bar.kind, bar.first, bar.last)
        for lane in lanes
        for bar in lane.bars
        if bar.kind not in GRADED
    ]
    return cohort.result(
        tables={"states": pd.DataFrame(rows, columns=["patient", "state", "from_day", "to_day"])},
        figures={"": SwimmerFigure(tuple(lanes))},
        about=(
            "Each lane runs from infusion to death or last contact. A state holds from the assessment that shows it to the next "
            "that shows another; before the first response assessment after infusion nothing is drawn. RD: disease; in remission, "
            "B-cell aplasia and recovery where samples tell, else CR or CRi alone."
        ),
        methods=(
            (
                "States change on the day of a response assessment, a relapse, the first sample that shows B-cell aplasia and the "
                "first that shows it lost; when each truly changed lies between that sample and the one before."
            ),
            f"B-cell aplasia: {cohort.method('bca_loss')}." if cohort.sheets else "",
        ),
    )


def _lane(name: str, sheet: Sheet) -> Lane:
    patient = sheet.patient
    end = max(patient.last_day or 0.0, 0.0)
    left = any(row.status in {"lost", "withdrawn"} for row in patient.follow_up)
    toxicity = [bar for kind in GRADED for bar in episodes(patient, kind)]
    return Lane(
        name, end, not patient.deaths and not left, (*_states(sheet, end), *toxicity), _marks(patient)
    )


def _marks(patient: Patient) -> tuple[Mark, ...]:
    return tuple(mark for mark in milestones(patient) if mark.kind != "Relapse")


def _states(sheet: Sheet, end: float) -> tuple[Bar, ...]:
    """Bars from one change to the next; neighbours of one state are one bar."""
    disease = _disease(sheet.patient)
    shown = aplasia(sheet, end)
    loss = sheet.value("bca_loss")
    back = loss.by if isinstance(loss, Interval) and loss.seen else None
    days = sorted(
        {day for day, _ in disease} | {day for bar in shown for day in (bar.first, bar.last)} | {end}
    )
    bars: list[Bar] = []
    for first, last in pairwise(days):
        state = _state(first, disease, shown, back)
        if state and bars and bars[-1].kind == state and bars[-1].last == first:
            bars.append(Bar(state, bars.pop().first, last))
        elif state:
            bars.append(Bar(state, first, last))
    return tuple(bars)


def _disease(patient: Patient) -> list[tuple[float, str]]:
    """Day and state of every response assessment and relapse after infusion, in order."""
    found = [
        (row.day, row.value if row.value in REMISSION else DISEASE)
        for row in patient.assessments.where(kind="response")
        if row.day > 0 and row.value
    ]
    found += [(row.day, DISEASE) for row in relapses_after(patient)]
    return sorted(found)


def _state(day: float, disease: list[tuple[float, str]], shown: tuple[Bar, ...], back: float | None) -> str:
    """The state from a day on; "" before the first assessment."""
    told = [state for since, state in disease if since <= day]
    if not told or told[-1] == DISEASE:
        return told[-1] if told else ""
    if any(bar.first <= day < bar.last for bar in shown):
        return WITH_APLASIA
    return RECOVERED if back is not None and day >= back else told[-1]
