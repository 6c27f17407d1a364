"""Invented studies, counted as a clinic would count, agree with the two published cohorts that they resemble.

The published numbers are the vouchers: 001 = Wang et al. 2025 (n = 50), 000 = Oszer et al. 2026 (n = 19), each with
its line. A published number is itself one draw, so a band is as wide as its own standard error at the cohort's
size: half of one to either side over 200 seeds, two over 20 seeds (where the median of seeds still wanders).
Proportions and counts take sqrt(n p (1 - p)); medians take 1.25 log-SD / sqrt(n).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from statistics import median

import numpy as np
import pandas as pd
import pytest

from cartwise.basis import DAYS_PER_MONTH
from cartwise.invention import DEMO_SEED, invent

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Published:
    """A published number, how far its standard error reaches on either side, and where it stands."""

    value: float
    error: float
    source: str
    logarithmic: bool = False

    def band(self, errors: float) -> tuple[float, float]:
        if self.logarithmic:
            return self.value * exp(-errors * self.error), self.value * exp(errors * self.error)
        return self.value - errors * self.error, self.value + errors * self.error


def count(events: int, n: int, source: str) -> Published:
    return Published(events, sqrt(events * (1 - events / n)), source)


def middle(value: float, log_sd: float, n: int, source: str) -> Published:
    return Published(value, 1.25 * log_sd / sqrt(n), source, logarithmic=True)


PEKING = {
    "cr": count(49, 50, "001:118 (98 %)"),
    "bca": count(48, 50, "001:179 (96 %)"),
    "tmax": middle(10.5, 0.38, 50, "001:161; log-SD of Stein 2019"),
    "cmax": middle(30_860, 1.55, 50, "001:161; log-SD from its range"),
    "cmax_log_sd": Published(1.55, 0.25, "kinetics reference 3.1: 1.3-1.8 from the range in 001:161"),
    "crs": count(34, 50, "001:149 (68 %)"),
    "severe_crs": count(8, 50, "001:149 (16 %)"),
    "icans": count(5, 50, "001:149 (10 %)"),
    "hct": count(32, 50, "001:118 (64 %)"),
    "hct_month": middle(2.6, 0.47, 32, "001:118; log-SD from its range 1.3-9.0"),
    "relapse": count(15, 50, "001:118 (30 %)"),
    "relapse_positive": count(11, 50, "001:118"),
    "relapse_negative": count(4, 50, "001:118"),
}
LODZ = {
    "crs": count(14, 19, "000:13 (74 %)"),
    "icans": count(3, 19, "000:13"),
    "long_aplasia": count(14, 19, "000:13"),
    "relapse_after_long_aplasia": count(4, 14, "000:13"),
}


def counted(tables: Tables) -> dict[str, float]:
    """What a clinic would print of a study, from its tables alone."""
    peaks = _peaks(tables["transgene"])
    hct = tables["treatments"].query("kind == 'HCT' and day > 0")
    relapses = tables.get(
        "relapses", pd.DataFrame({"patient_id": [], "before_index": [], "immunophenotype": []})
    )
    relapses = relapses[~relapses["before_index"].astype(bool)]
    negative = relapses["immunophenotype"].isin(["CD19-", "lineage switch"])
    grades = tables["toxicities"].groupby(["kind", "patient_id"])["grade"].max()
    response = tables["assessments"].query("kind == 'response' and value in ['CR', 'CRi']")
    aplastic = long_aplasia(tables["b_cells"]) & set(response["patient_id"])
    return {
        "cr": len(response),
        "bca": _ever_aplastic(tables["b_cells"]),
        "tmax": peaks["day"].median(),
        "cmax": peaks["copies_per_ug"].median(),
        "cmax_log_sd": np.log(peaks["copies_per_ug"]).std(),
        "crs": (grades["CRS"] >= 1).sum(),
        "severe_crs": (grades["CRS"] >= 3).sum(),
        "icans": (grades["ICANS"] >= 1).sum(),
        "hct": len(hct),
        "hct_month": hct["day"].median() / DAYS_PER_MONTH if len(hct) else np.nan,
        "relapse": len(relapses),
        "relapse_positive": (relapses["immunophenotype"] == "CD19+").sum(),
        "relapse_negative": negative.sum(),
        "long_aplasia": len(aplastic),
        "relapse_after_long_aplasia": relapses["patient_id"].isin(aplastic).sum(),
        "highest_crs": grades["CRS"].max(),
    }


def _peaks(transgene: pd.DataFrame) -> pd.DataFrame:
    found = transgene[(transgene["day"] <= 28) & transgene["copies_per_ug"].notna()]
    return found.loc[found.groupby("patient_id")["copies_per_ug"].idxmax()].astype(
        {"day": float, "copies_per_ug": float}
    )


def _aplasia(b_cells: pd.DataFrame) -> pd.Series:
    """001:87."""
    return (b_cells["percent_of_wbc"] <= 1) | (b_cells["percent_of_lymphocytes"] <= 3)


def _ever_aplastic(b_cells: pd.DataFrame) -> int:
    early = b_cells.query("0 < day <= 60")
    return early[_aplasia(early)]["patient_id"].nunique()


def long_aplasia(b_cells: pd.DataFrame) -> set[str]:
    """Patients still seen aplastic at least six months after infusion, with no loss seen before."""
    after = b_cells[b_cells["day"] > 0].assign(aplastic=_aplasia)
    found = set()
    for name, rows in after.groupby("patient_id"):
        begun = rows[rows["aplastic"].cummax()]
        held = begun[begun["aplastic"].cummin()]
        if len(held) and held["day"].max() >= 6 * DAYS_PER_MONTH:
            found.add(name)
    return found


def medians(design: str, seeds: range) -> dict[str, float]:
    rows = [counted(invent(design, seed=seed).tables) for seed in seeds]
    return {name: median(float(row[name]) for row in rows) for name in rows[0]}


def outside(found: dict[str, float], published: dict[str, Published], errors: float) -> list[str]:
    return [
        f"{name}: median {found[name]:g}, band {low:.4g} to {high:.4g} about {number.value:g} ({number.source})"
        for name, number in published.items()
        for low, high in [number.band(errors)]
        if not low <= found[name] <= high
    ]


@pytest.mark.parametrize(("design", "published"), [("peking", PEKING), ("lodz", LODZ)])
def test_medians_over_20_seeds_lie_near_the_published_cohort(design, published):
    assert outside(medians(design, range(20)), published, errors=2) == []


@pytest.mark.deep
@pytest.mark.parametrize(("design", "published"), [("peking", PEKING), ("lodz", LODZ)])
def test_medians_over_200_seeds_lie_within_half_a_standard_error(design, published):
    assert outside(medians(design, range(200)), published, errors=0.5) == []


def test_no_invented_lodz_patient_has_crs_above_grade_2():
    assert all(counted(invent("lodz", seed=seed).tables)["highest_crs"] <= 2 for seed in range(10))


def test_the_demonstration_lies_within_one_standard_error_of_001_in_everything_counted():
    found = {name: float(value) for name, value in counted(invent("peking", seed=DEMO_SEED).tables).items()}
    assert outside(found, PEKING, errors=1) == []
