"""Twelve patients, worked out by hand from the words of three rules of HCT: flags, lead times, misses, agreement."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cartwise.backtest import Backtest, backtest
from tests.spec.backtest.cohort import cohort

TIER_1 = "westhafen-2025/hct-tier-1"
TALLEUR = "talleur-2023/bca-loss-or-detectable-hct"
MYERS = "myers-2023/hct-naive-advantage"

# Tier 1: eligible, no prior HCT, and CD28, aplasia lost within six months, or MRD positive (002:419-423).
# Talleur: aplasia lost within six months, or MRD detectable (003:91). Myers: 4-1BB, no prior HCT, early loss (004:199).
FLAGGED = {
    TIER_1: {"P01": 90, "P02": 94, "P07": 30, "P10": 85},
    TALLEUR: {"P01": 90, "P02": 94, "P05": 80, "P06": 100, "P10": 85, "P11": 90},
    MYERS: {"P01": 90, "P06": 100, "P10": 85},
}
LEAD = {
    TIER_1: {"P01": 60, "P02": 36, "P07": 70},
    TALLEUR: {"P01": 60, "P02": 36, "P05": 90, "P06": 60},
    MYERS: {"P01": 60, "P06": 60},
}
ESCAPED = "aplasia kept, and the relapse is CD19-negative"
UNSEEN = "neither B cells nor marrow MRD looked at in the 92 days before"
AWAITED = "a result of a sample taken before was still awaited"
NO_REMISSION = "out of scope, answered no: in remission"
AFTER_HCT = "out of scope, answered no: no HCT since the infusion"
MISSED = {
    TIER_1: {
        "P03": ESCAPED,
        "P04": UNSEEN,
        "P05": "answered no: no prior HCT",
        "P06": "could not be told, wanting: a new assessment: HCT eligibility",
        "P08": NO_REMISSION,
        "P09": AFTER_HCT,
        "P12": AWAITED,
    },
    TALLEUR: {
        "P03": ESCAPED,
        "P04": UNSEEN,
        "P07": ESCAPED,
        "P08": NO_REMISSION,
        "P09": AFTER_HCT,
        "P12": AWAITED,
    },
    MYERS: {
        "P02": "aplasia kept so far",
        "P03": ESCAPED,
        "P04": UNSEEN,
        "P05": "answered no: no prior HCT",
        "P07": "answered no: 4-1BB costimulatory domain",
        "P08": NO_REMISSION,
        "P09": AFTER_HCT,
        "P12": AWAITED,
    },
}
RULES = (TIER_1, TALLEUR, MYERS)


@pytest.fixture(scope="module")
def found() -> Backtest:
    return backtest(cohort(), decision="consolidative-hct")


def _by_patient(found: Backtest, rule: str, column: str) -> dict[str, object]:
    rows = found.tables["patients"]
    own = rows[(rows["statement"] == rule) & rows[column].notna() & (rows[column] != "")]
    return dict(zip(own["patient"], own[column], strict=True))


@pytest.mark.parametrize("rule", RULES)
def test_each_is_flagged_on_the_day_on_which_the_result_that_settled_it_was_known(
    found: Backtest, rule: str
) -> None:
    assert _by_patient(found, rule, "flagged") == FLAGGED[rule]


@pytest.mark.parametrize("rule", RULES)
def test_lead_time_runs_from_the_flag_to_the_relapse(found: Backtest, rule: str) -> None:
    assert _by_patient(found, rule, "lead (d)") == LEAD[rule]


@pytest.mark.parametrize("rule", RULES)
def test_each_relapse_without_a_flag_has_its_reason(found: Backtest, rule: str) -> None:
    assert _by_patient(found, rule, "why no flag") == MISSED[rule]


def test_what_turned_a_rule_is_named(found: Backtest) -> None:
    triggers = _by_patient(found, TIER_1, "trigger")
    assert "B-cell aplasia lost within 6 mo" in str(triggers["P01"])
    assert "mrd positive after infusion" in str(triggers["P02"])
    assert triggers["P07"] == "hct eligible"


def _sensitivity(found: Backtest, rule: str, kind: str, treatment: str) -> pd.Series:
    table = found.tables["sensitivity"]
    return table[
        (table["statement"] == rule) & (table["type"] == kind) & (table["treatment is"] == treatment)
    ].iloc[0]


@pytest.mark.parametrize(
    ("kind", "relapses", "before"),
    [("any", 10, 3), ("CD19+", 7, 2), ("CD19- or lineage switch", 2, 1), ("not known", 1, 0)],
)
def test_sensitivity_counts_relapses_of_each_type(
    found: Backtest, kind: str, relapses: int, before: int
) -> None:
    row = _sensitivity(found, TIER_1, kind, "ignored")
    assert (row["events"], row["flagged before"]) == (relapses, before)
    assert row["sensitivity"] == pytest.approx(before / relapses)


def test_a_relapse_after_hct_counts_only_where_treatment_is_ignored(found: Backtest) -> None:
    events = [
        _sensitivity(found, TIER_1, "any", way)["events"]
        for way in ("ignored", "competing event", "censored, weighted")
    ]
    assert events == [10, 9, 9]


def test_median_lead_is_of_the_relapses_flagged_before(found: Backtest) -> None:
    assert _sensitivity(found, TIER_1, "any", "ignored")["median lead (d)"] == 60
    assert math.isnan(_sensitivity(found, TIER_1, "not known", "ignored")["median lead (d)"])


def test_flagged_and_treated_and_flagged_and_never_relapsed_are_counted_apart(found: Backtest) -> None:
    flags = found.tables["flags"].set_index("statement").loc[TALLEUR]
    assert (flags["flagged"], flags["event after flag"]) == (6, 4)
    assert (flags["treated after flag"], flags["untreated, never event"]) == (1, 1)


def test_two_rules_agree_and_differ_by_patient(found: Backtest) -> None:
    pairs = found.tables["pairs"]
    row = pairs[pairs[["statement", "other statement"]].isin([TIER_1, TALLEUR]).all(axis=1)].iloc[0]
    only = {row["statement"]: row["only the first"], row["other statement"]: row["only the other"]}
    assert (row["patients"], row["both"], row["neither"]) == (12, 3, 5)
    assert only == {TIER_1: 1, TALLEUR: 3}


def test_after_an_earlier_transplant_one_source_is_for_hct_and_another_against(found: Backtest) -> None:
    matrix = found.tables["agreement"]
    day_91 = matrix[(matrix["landmark"] == 91) & (matrix["source"] == "myers-2023")]
    apart = day_91[(day_91["says"] == "against") & (day_91["other says"] == "for")]
    assert list(zip(apart["other source"], apart["patients"], strict=True)) == [("talleur-2023", 1)]


def test_it_says_how_few_they_are_and_what_it_cannot_show(found: Backtest) -> None:
    assert "12 infused patients with 10 relapses" in found.about
    assert any("no treatment" in words or "Research use" in words for words in found.cannot_show)
