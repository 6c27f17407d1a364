"""The three handlings of HCT for B-cell aplasia: HCT takes B cells away itself, so each handling has times of its own."""

from __future__ import annotations

import math

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import CENSORED, HANDLINGS, HCT, Handling, handlings_of, hct_of
from cartwise.basis import DAYS_PER_MONTH, Interval
from cartwise.measures import Sheet
from cartwise.measures.aplasia import DEPLETING, Days, definition_named, end_of_aplasia, loss_of
from cartwise.measures.course import course_end
from cartwise.study import Patient

LOSS = "B-cell aplasia lost"
ABOUT = (
    "Of B-cell aplasia the handlings take the loss at the first sample without it; with HCT ignored, samples after HCT count as well, "
    "although HCT takes B cells away itself."
)


def aplasia_handlings(cohort: Cohort, months: tuple[float, ...]) -> pd.DataFrame:
    """The table of handlings of a cohort of which `bca_duration` is known.

    Args:
        cohort: the cohort.
        months: at which the share who lost aplasia is read.
    """
    rows = hct_of(cohort, list(cohort.sheets))
    known = rows["hct_known"]
    handled = {handling: _times(cohort, rows, handling) for handling in HANDLINGS}
    handled |= {handling: handled[handling][known] for handling in HANDLINGS[1:]}
    unknown = int((~known).sum())
    return handlings_of(handled, [LOSS], groups=cohort.groups, months=months, unknown=unknown)


def _times(cohort: Cohort, rows: pd.DataFrame, handling: Handling) -> pd.DataFrame:
    """`month, cause, hct_month, hct_first, group`, a row a patient, with one handling."""
    found = [_ended(sheet, handling) for sheet in cohort.sheets.values()]
    transplanted = pd.Series([_kept_to_hct(sheet) for sheet in cohort.sheets.values()], dtype="float64")
    return rows.assign(
        month=pd.Series([month for month, _ in found], dtype="float64"),
        cause=pd.Series([cause for _, cause in found], dtype="object"),
        hct_month=transplanted,
        hct_first=transplanted.notna(),
    )


def _ended(sheet: Sheet, handling: Handling) -> tuple[float, str]:
    """The month on which the watch over aplasia ended, and by what."""
    until = _kept_to_hct(sheet)
    if handling == "competing" and not math.isnan(until):
        return until, HCT
    start, lost = _start(sheet), sheet.value("bca_loss")
    if handling == "ignored":
        told = loss_of(
            _days_whatever_hct(sheet.patient), confirmed=sheet.patient.definitions.bca_loss == "confirmed"
        )
        lost = told[0] if told else lost
    if not isinstance(lost, Interval):
        return 0.0, CENSORED
    last = lost.by if lost.seen else lost.after
    return (last - start) / DAYS_PER_MONTH, LOSS if lost.seen else CENSORED


def _kept_to_hct(sheet: Sheet) -> float:
    """The month of the HCT that ended the watch over aplasia not known to be lost; NaN where none did."""
    day, what = end_of_aplasia(sheet.patient)
    lost = sheet.value("bca_loss")
    kept = what == HCT and math.isfinite(day) and isinstance(lost, Interval) and not lost.seen
    return (day - _start(sheet)) / DAYS_PER_MONTH if kept else math.nan


def _start(sheet: Sheet) -> float:
    """The day from which the study counts the duration of aplasia."""
    onset = sheet.value("bca_onset")
    from_infusion = sheet.patient.definitions.bca_duration_from == "infusion"
    return 0.0 if from_infusion or not isinstance(onset, Interval) else onset.by


def _days_whatever_hct(patient: Patient) -> Days:
    """Days on which aplasia can be judged, as `days_judged` finds them, were HCT no end of them."""
    judge = definition_named(patient.definitions.bca).aplastic
    ends = [course_end(patient)]
    ends += [
        row.day for row in patient.treatments if row.day > 0 and row.kind in DEPLETING and row.kind != HCT
    ]
    ends += [row.day for row in patient.relapses if row.day >= 0 and not row.before_index]
    found: dict[float, set[bool]] = {}
    for row in patient.b_cells:
        if 0 <= row.day < min(ends) and (aplastic := judge(row)) is not None:
            found.setdefault(row.day, set()).add(aplastic)
    return [(day, answers.pop()) for day, answers in found.items() if len(answers) == 1]
