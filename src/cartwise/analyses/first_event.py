"""What happened to each patient first after infusion: relapse by CD19 status, or death, or nothing yet."""

from __future__ import annotations

import math

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import CENSORED, hct_of
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures import Sheet

RELAPSE = "Relapse"
DEATH = "Death in remission"
DEATH_OF_LEUKAEMIA = "Death of leukaemia, no relapse recorded"
DEATH_UNSURE = "Death, no remission documented"
DEATHS = (DEATH, DEATH_OF_LEUKAEMIA, DEATH_UNSURE)
BY_CD19 = {"CD19+": "CD19+ relapse", "CD19-": "CD19- relapse or lineage switch"}
CD19_UNKNOWN = "Relapse, CD19 status not known"

COARSE = (RELAPSE, *DEATHS)
EITHER = "Relapse or death"
FINE = (*BY_CD19.values(), CD19_UNKNOWN, *DEATHS)

DEFINITION = (
    "Causes of the first event: relapse, by CD19 on the relapse (CD19-negative and lineage switch together, as both escape the "
    "CAR), and death without relapse: of leukaemia where that is the recorded cause, otherwise told apart by whether a remission "
    "after infusion is documented. Relapse and death on one day count as relapse. Patients without remission are at risk from infusion on as well; progression recorded as relapse is one."
)


def first_events(cohort: Cohort) -> pd.DataFrame:
    """`patient, month, cause, fine, died_of, hct_month, hct_known, group`: a row a patient, whatever transplant came between.

    `cause` is one of COARSE or "censored", `fine` one of FINE or "censored"; `died_of` is the recorded cause of death,
    "" where there is none; `hct_month` is NaN where no transplant is recorded.
    """
    rows = [(name, *_first_event(sheet), _died_of(sheet)) for name, sheet in cohort.sheets.items()]
    columns = ["patient", "month", "cause", "fine", "died_of"]
    table = pd.DataFrame(rows, columns=columns).astype({"month": "float64"})
    return table.join(hct_of(cohort, list(cohort.sheets)))


def relapse_or_death(events: pd.DataFrame) -> pd.DataFrame:
    """First events whatever their cause: EITHER, or "censored"."""
    return events.assign(cause=events["cause"].replace(dict.fromkeys(COARSE, EITHER)))


def _first_event(sheet: Sheet) -> tuple[float, str, str]:
    end, relapse = (_months(sheet, name) for name in ("overall_survival", "time_to_relapse"))
    if relapse <= end:  # False where there was none
        return relapse, RELAPSE, _by_cd19(sheet)
    if sheet.value("overall_survival_event") is not True:
        return end, CENSORED, CENSORED
    death = DEATH if sheet.value("complete_response") is True else DEATH_UNSURE
    if _died_of(sheet) == "leukaemia":
        death = DEATH_OF_LEUKAEMIA
    return end, death, death


def _died_of(sheet: Sheet) -> str:
    told = [row.cause for row in sheet.patient.deaths if row.cause not in (None, "unknown")]
    return str(told[-1]) if told else ""


def _months(sheet: Sheet, measure: str) -> float:
    value = sheet.value(measure)
    return float(value) / DAYS_PER_MONTH if isinstance(value, int | float) else math.nan


def _by_cd19(sheet: Sheet) -> str:
    found = sheet.value("relapse_immunophenotype")
    if isinstance(found, Missing):
        return CD19_UNKNOWN
    return BY_CD19["CD19+" if found == "CD19+" else "CD19-"]
