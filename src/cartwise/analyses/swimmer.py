"""Swimmer plot: each patient's course from infusion on, in one lane."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Bar, Lane, Mark, SwimmerFigure
from cartwise.analyses.result import Result
from cartwise.basis import Interval
from cartwise.measures import Sheet
from cartwise.measures.aplasia import bca_loss, bca_onset
from cartwise.measures.response import relapses_after
from cartwise.measures.toxicity import crs_max_grade, graded, icans_max_grade
from cartwise.measures.transplant import infused
from cartwise.study import Patient

GRADED = ("CRS", "ICANS")


@analysis(
    topic="The cohort",
    question="What happened to each patient after infusion, and when?",
    title="Course of each patient",
    among=infused,
    uses=(crs_max_grade, icans_max_grade, bca_onset, bca_loss),
)
def swimmer(cohort: Cohort) -> Result:
    """One lane a patient: CRS and ICANS by grade, B-cell aplasia, HCT, relapse, death, ongoing follow-up."""
    lanes = [_lane(name, sheet) for name, sheet in cohort.sheets.items()]
    lanes.sort(key=lambda lane: (-lane.end, lane.patient))
    return cohort.result(
        tables={"lanes": _table(lanes, cohort.sheets)},
        figures={"": SwimmerFigure(tuple(lanes))},
        about=(
            "Each lane runs from infusion to death or last contact; an arrow marks follow-up that goes on. Bars of CRS "
            "and ICANS carry the highest grade of the episode. A bar of B-cell aplasia runs from the first sample that shows it to the first that shows it lost, or to the last that still shows it; "
            "the loss itself lies between that sample and the one before."
        ),
        methods=(
            (
                "Episodes of CRS and ICANS are runs of days with a grade of 1 or more; a day without a grade, or with "
                "grade 0, ends them. Grades are as recorded and scales are not mixed with one another."
            ),
            f"B-cell aplasia: {cohort.method('bca_loss')}." if cohort.sheets else "",
        ),
    )


def episodes(patient: Patient, kind: str) -> tuple[Bar, ...]:
    """Runs of days of the first course on which a toxicity was graded 1 or more, each with its highest grade."""
    found: list[Bar] = []
    scale = None
    for row in graded(patient, kind):
        if not row.grade:
            continue
        alike, scale = row.scale == scale, row.scale
        if found and alike and row.day - found[-1].last <= 1:
            before = found.pop()
            found.append(Bar(kind, before.first, row.day, max(before.grade or 0, row.grade)))
        else:
            found.append(Bar(kind, row.day, row.day, row.grade))
    return tuple(found)


def aplasia(sheet: Sheet, end: float) -> tuple[Bar, ...]:
    """The days of B-cell aplasia, from its onset to the first sample that shows it lost."""
    onset, loss = sheet.value("bca_onset"), sheet.value("bca_loss")
    if not isinstance(onset, Interval) or not onset.seen:
        return ()
    last = end
    if isinstance(loss, Interval):
        last = loss.by if loss.seen else loss.after
    return (Bar("B-cell aplasia", onset.by, max(onset.by, last)),)


def milestones(patient: Patient) -> tuple[Mark, ...]:
    """Infusions after the first, HCT, relapse and death after infusion."""
    marks = [Mark("Infusion", row.day) for row in patient.infusions if row.day >= 0]
    marks += [Mark("HCT", row.day) for row in patient.treatments.where(kind="HCT") if row.day > 0]
    marks += [Mark("Relapse", row.day) for row in relapses_after(patient)]
    marks += [Mark("Death", row.day) for row in patient.deaths]
    return tuple(marks)


def _lane(name: str, sheet: Sheet) -> Lane:
    patient = sheet.patient
    end = max(patient.last_day or 0.0, 0.0)
    graded = [bar for kind in GRADED for bar in episodes(patient, kind)]
    left = any(row.status in {"lost", "withdrawn"} for row in patient.follow_up)
    ongoing = not patient.deaths and not left
    return Lane(name, end, ongoing, (*aplasia(sheet, end), *graded), milestones(patient))


def _table(lanes: list[Lane], sheets: Mapping[str, Sheet]) -> pd.DataFrame:
    columns = ["patient", "followed_days", "ongoing", "crs_max_grade", "icans_max_grade"]
    columns += ["b_cell_aplasia_from", "b_cell_aplasia_to", "hct_day", "relapse_day", "death_day"]
    return pd.DataFrame(
        [_row(lane, sheets[lane.patient]) for lane in lanes], columns=columns
    ).convert_dtypes()


def _row(lane: Lane, sheet: Sheet) -> tuple[object, ...]:
    # The measures know that grades of two scales have no maximum; the bars only show what was recorded.
    grades = [
        item.value if item.known else None for item in (sheet["crs_max_grade"], sheet["icans_max_grade"])
    ]
    aplastic = [bar for bar in lane.bars if bar.kind == "B-cell aplasia"]
    spans = (aplastic[0].first, aplastic[0].last) if aplastic else (None, None)
    days = [
        next((mark.day for mark in lane.marks if mark.kind == kind), None)
        for kind in ("HCT", "Relapse", "Death")
    ]
    return (lane.patient, lane.end, lane.ongoing, *grades, *spans, *days)
