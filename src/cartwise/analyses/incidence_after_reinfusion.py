"""Cumulative incidence of relapse, further therapy and death after reinfusion, each with the others competing."""

from __future__ import annotations

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import CENSORED
from cartwise.basis import DAYS_PER_MONTH
from cartwise.measures.reinfusion import untreated_remission_after_reinfusion as time
from cartwise.statistics import cumulative_incidence

RELAPSE, THERAPY, DEATH = "Relapse", "Further therapy", "Death"
CAUSES = (RELAPSE, THERAPY, DEATH)
MONTHS = (6.0, 12.0)
"""Months after reinfusion."""
COLUMNS = ["cause", "month", "patients", "events", "incidence", "lower", "upper", "remark"]
_NAMED = {"relapse": RELAPSE, "death": DEATH, "censored": CENSORED}


def incidence_after_reinfusion(cohort: Cohort) -> tuple[pd.DataFrame, str]:
    """One row a cause and month, and the sentence for a methods section.

    Args:
        cohort: the patients in remission at reinfusion whose time since then is known.
    """
    days = cohort.numbers(time.name)
    if not days:
        nobody = "nobody in remission at reinfusion was followed"
        rows = [
            {"cause": c, "month": m, "patients": 0, "events": 0, "remark": nobody}
            for c in CAUSES
            for m in MONTHS
        ]
        return _typed(rows), ""
    # What ended it stands with its time; what is neither relapse nor death is the therapy by its name.
    causes = [_NAMED.get(cohort.sheets[name][time.name].note, THERAPY) for name in days]
    months = pd.Series([value / DAYS_PER_MONTH for value in days.values()], dtype="float64")
    found = cumulative_incidence(months, pd.Categorical(causes, [CENSORED, *CAUSES]), unit="mo")
    at = pd.Series(causes, dtype="object")
    rows = [
        {
            "cause": cause,
            "month": reading.at,
            "patients": len(months),
            "events": int(((at == cause) & (months <= reading.at)).sum()),
            "incidence": reading.value,
            "lower": reading.lower,
            "upper": reading.upper,
            "remark": reading.reason,
        }
        for (_, cause), readings in found.at(MONTHS).items()
        for reading in readings
    ]
    return _typed(rows), found.methods


def _typed(rows: list[dict[str, object]]) -> pd.DataFrame:
    numbers = dict.fromkeys(("incidence", "lower", "upper"), "Float64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(numbers)
