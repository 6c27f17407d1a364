"""On invented patients whose truth is known, the back-test finds again what truly happened."""

from __future__ import annotations

import pandas as pd
import pytest

from cartwise.backtest import Backtest, backtest
from cartwise.backtest.followup import HANDLINGS
from cartwise.basis import DAYS_PER_MONTH
from cartwise.study import Study
from tests.spec.backtest.invented import invented
from tests.spec.backtest.untreated import UNWEIGHTED, Compared, compared, named, twins

EARLY_LOSS = "myers-2023/reinfusion"  # speaks wherever aplasia is lost before six months, and of nothing else
IN_REMISSION = "westhafen-2025/cd41bb-nuanced"  # stands for every patient in remission after a 4-1BB product
TIER_1 = "westhafen-2025/hct-tier-1"
PATIENTS, SEED = 60, 2


@pytest.fixture(scope="module")
def no_hct() -> tuple[Study, pd.DataFrame]:
    return invented("no-hct", PATIENTS, SEED)


@pytest.fixture(scope="module")
def untreated(no_hct: tuple[Study, pd.DataFrame]) -> tuple[Backtest, pd.DataFrame]:
    return backtest(no_hct[0], guideline="myers-2023", decision="reinfusion", sampling=False), no_hct[1]


@pytest.fixture(scope="module")
def courses(untreated: tuple[Backtest, pd.DataFrame]) -> pd.DataFrame:
    """What was recovered of each patient, beside the day on which B cells truly came back."""
    found, truth = untreated
    rows = found.tables["patients"]
    own = rows[rows["statement"] == EARLY_LOSS].set_index("patient")
    return own.assign(truly_back=truth["b_cell_return_day_without_hct"])


def test_no_flag_stands_before_b_cells_truly_came_back(courses: pd.DataFrame) -> None:
    late = (courses["flagged"] - courses["truly_back"]).dropna()
    assert len(late) > 30
    assert late.min() >= 0


def test_half_of_the_flags_stand_within_a_month_of_it(courses: pd.DataFrame) -> None:
    late = (courses["flagged"] - courses["truly_back"]).dropna()
    assert late.median() <= DAYS_PER_MONTH


def test_the_recovered_sensitivity_is_that_of_the_truth(
    untreated: tuple[Backtest, pd.DataFrame], courses: pd.DataFrame
) -> None:
    relapsed = courses[courses["event day"].notna()]
    back_in_time = (relapsed["truly_back"] < 6 * DAYS_PER_MONTH) & (
        relapsed["truly_back"] < relapsed["event day"]
    )
    table = untreated[0].tables["sensitivity"]
    row = table[
        (table["statement"] == EARLY_LOSS) & (table["type"] == "any") & (table["treatment is"] == "ignored")
    ].iloc[0]
    assert row["events"] == len(relapsed) > 15
    assert row["exact lower"] <= back_in_time.mean() <= row["exact upper"]
    assert row["sensitivity"] == pytest.approx(back_in_time.mean(), abs=0.1)


def test_the_recovered_lead_falls_short_of_the_true_one_by_the_wait_for_a_sample(
    courses: pd.DataFrame,
) -> None:
    led = courses[courses["lead (d)"].notna()]
    true_lead = led["event day"] - led["truly_back"]
    assert (led["lead (d)"] <= true_lead).all()
    assert (true_lead - led["lead (d)"]).median() <= DAYS_PER_MONTH


@pytest.fixture(scope="module")
def on_hct(no_hct: tuple[Study, pd.DataFrame]) -> Backtest:
    return _on_hct(no_hct[0])


def test_tier_1_stands_within_a_month_of_the_true_loss_of_aplasia(
    on_hct: Backtest, no_hct: tuple[Study, pd.DataFrame]
) -> None:
    rows = on_hct.tables["patients"]
    own = rows[rows["statement"] == TIER_1].set_index("patient")
    back = no_hct[1]["b_cell_return_day_without_hct"]
    late = (own["flagged"] - back[back < 5 * DAYS_PER_MONTH]).dropna()
    assert len(late) > 20
    assert 0 < late.median() <= DAYS_PER_MONTH


def _on_hct(study: Study) -> Backtest:
    return backtest(study, guideline="westhafen-2025", decision="consolidative-hct", sampling=False)


def test_weights_bring_the_incidence_among_treated_patients_towards_the_untreated_truth() -> None:
    """The two designs hold the same patients, with and without transplants."""
    (statement,) = named([IN_REMISSION])
    found = compared(twins([statement], PATIENTS, SEED), statement, 731)
    assert found.treated > 20
    ignored, competing, weighted = (abs(found.read[way] - found.truth) for way in HANDLINGS)
    assert weighted < ignored < competing
    assert found.limits[0] <= found.truth <= found.limits[1]


SEEDS = (1, 2, 3, 4, 5)
STEERED = (
    TIER_1,
    "talleur-2023/bca-loss-or-detectable-hct",
    "myers-2023/hct-naive-advantage",
    EARLY_LOSS,
)
"""Statements whose signs are those that the weights know of."""
TIER_2 = "westhafen-2025/hct-tier-2"


@pytest.fixture(scope="module")
def means() -> dict[str, pd.DataFrame]:
    """By statement one row a seed: the untreated truth, and how far each way of reading treatment lies from it."""
    statements = named([*STEERED, TIER_2])
    found = {seed: twins(statements, 150, seed) for seed in SEEDS}
    return {
        statement.key: pd.DataFrame([_apart(compared(found[seed], statement, 731)) for seed in SEEDS])
        for statement in statements
    }


def _apart(found: Compared) -> dict[str, float]:
    return {"truth": found.truth} | {way: value - found.truth for way, value in found.read.items()}


@pytest.mark.deep
@pytest.mark.parametrize("key", STEERED)
def test_the_third_column_lies_nearest_to_the_untreated_truth(
    means: dict[str, pd.DataFrame], key: str
) -> None:
    bias = means[key].mean()
    ignored, competing, weighted = (bias[way] for way in HANDLINGS)
    assert means[key][HANDLINGS[2]].notna().sum() >= 4
    assert competing < ignored < weighted < 0
    assert abs(weighted) < abs(bias[UNWEIGHTED]) < abs(ignored)
    assert abs(weighted) < 0.08


@pytest.mark.deep
def test_where_all_but_everybody_was_treated_no_untreated_number_is_given(
    means: dict[str, pd.DataFrame],
) -> None:
    """Tier 2 is said of patients of whom 98 in 100 were transplanted: nobody stands for them."""
    assert means[TIER_2][HANDLINGS[2]].isna().all()
    assert (means[TIER_2][HANDLINGS[0]] < 0).all()
