"""What happened to each patient first after infusion: relapse by CD19 status, or death, or nothing yet."""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures import Sheet

Handling = Literal["ignored", "censored", "competing"]
"""What is made of a transplant before the first event."""

CENSORED = "censored"
HCT = "HCT"
RELAPSE = "Relapse"
DEATH = "Death in remission"
DEATH_UNSURE = "Death, no remission documented"
BY_CD19 = {"CD19+": "CD19+ relapse", "CD19-": "CD19- relapse or lineage switch"}
CD19_UNKNOWN = "Relapse, CD19 status not known"

COARSE = (RELAPSE, DEATH, DEATH_UNSURE)
FINE = (*BY_CD19.values(), CD19_UNKNOWN, DEATH, DEATH_UNSURE)

DEFINITION = (
    "Causes of the first event: relapse, by CD19 on the relapse (CD19-negative and lineage switch together, as both escape the "
    "CAR), and death without relapse, told apart by whether a remission after infusion is documented. Relapse and death on one "
    "day count as relapse. Patients without remission are at risk from infusion on as well; progression recorded as relapse is one."
)


def first_events(cohort: Cohort) -> pd.DataFrame:
    """`patient, month, hct_month, cause, fine, group`: one row a patient, whatever transplant came between.

    `cause` is one of COARSE or "censored", `fine` one of FINE or "censored"; `hct_month` is NaN where no
    transplant is recorded.
    """
    rows = []
    for name, sheet in cohort.sheets.items():
        group = cohort.groups.of[name] if cohort.groups else ""
        rows.append((name, *_first_event(sheet), group))
    table = pd.DataFrame(rows, columns=["patient", "month", "hct_month", "cause", "fine", "group"])
    return table.astype({"month": "float64", "hct_month": "float64"})


def with_hct(data: pd.DataFrame, handling: Handling) -> pd.DataFrame:
    """First events with transplant ignored, as end of observation, or as a cause of its own; a same-day event stays."""
    first = data["hct_month"] < data["month"]
    if handling == "ignored":
        return data
    cause = CENSORED if handling == "censored" else HCT
    return data.assign(
        month=data["month"].mask(first, data["hct_month"]),
        cause=data["cause"].mask(first, cause),
        fine=data["fine"].mask(first, cause),
    )


def _first_event(sheet: Sheet) -> tuple[float, float, str, str]:
    end, relapse, hct = (_months(sheet, name) for name in ("overall_survival", "time_to_relapse", "hct_day"))
    if relapse <= end:  # False where there was none
        return relapse, hct, RELAPSE, _by_cd19(sheet)
    if sheet.value("overall_survival_event") is not True:
        return end, hct, CENSORED, CENSORED
    death = DEATH if sheet.value("complete_response") is True else DEATH_UNSURE
    return end, hct, death, death


def _months(sheet: Sheet, measure: str) -> float:
    value = sheet.value(measure)
    return float(value) / DAYS_PER_MONTH if isinstance(value, int | float) else math.nan


def _by_cd19(sheet: Sheet) -> str:
    found = sheet.value("relapse_immunophenotype")
    if isinstance(found, Missing):
        return CD19_UNKNOWN
    return BY_CD19["CD19+" if found == "CD19+" else "CD19-"]
