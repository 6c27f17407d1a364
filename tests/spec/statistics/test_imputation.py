"""Multiple imputation: Rubin's rules by hand, and completed tables that hold nothing but what was observed."""

import math

import numpy as np
import pandas as pd
import pytest

from cartwise.basis import Missing, UserError
from cartwise.statistics import completed_tables, rubin


def test_rubins_rules_give_what_a_hand_computation_gives():
    """Mean 1.05; within (0.04 + 0.0625 + 0.0484 + 0.0441) / 4; between 0.05 / 3, each deviation squared."""
    found = rubin([1.0, 1.2, 0.9, 1.1], [0.2, 0.25, 0.22, 0.21])
    within, between = 0.195 / 4, 0.05 / 3
    total = within + (1 + 1 / 4) * between
    share = (1 + 1 / 4) * between / total
    assert found.value == pytest.approx(1.05)
    assert found.std_error == pytest.approx(math.sqrt(total))
    assert found.missing_information == pytest.approx(share)
    assert found.df == pytest.approx(3 / share**2)
    # Student's t with 33.4 degrees of freedom: 2.0335 at 97.5 %.
    assert found.upper - found.value == pytest.approx(2.0335 * found.std_error, rel=1e-3)


def test_few_complete_degrees_of_freedom_are_never_exceeded():
    """Barnard and Rubin 1999: with 15 had nothing been missing, there cannot be 33."""
    found = rubin([1.0, 1.2, 0.9, 1.1], [0.2, 0.25, 0.22, 0.21], complete_df=15)
    observed = 16 / 18 * 15 * (1 - found.missing_information)
    old = 3 / found.missing_information**2
    assert found.df == pytest.approx(1 / (1 / old + 1 / observed))
    assert found.df < 15


def test_tables_that_agree_give_the_plain_estimate():
    found = rubin([0.5, 0.5, 0.5], [0.1, 0.1, 0.1])
    assert (found.value, found.std_error) == (0.5, pytest.approx(0.1))
    assert found.upper == pytest.approx(0.5 + 1.959964 * 0.1, rel=1e-5)


def test_one_table_is_no_pool():
    assert isinstance(rubin([1.0], [0.1]), Missing)


@pytest.fixture(scope="module")
def gappy():
    random = np.random.default_rng(4)
    x = random.normal(size=200)
    kind = np.where(x + random.normal(size=200) > 0, "high", "low").astype(object)
    data = pd.DataFrame({"x": x, "y": 2 * x + random.normal(size=200), "kind": kind})
    data.loc[random.random(200) < 0.4, "x"] = np.nan
    data.loc[random.random(200) < 0.3, "kind"] = None
    return data


def test_what_was_observed_stays_and_gaps_hold_observed_values(gappy):
    for table in completed_tables(gappy, 3, seed=1):
        assert not table.isna().any().any()
        known = gappy["x"].notna()
        assert (table.loc[known, "x"] == gappy.loc[known, "x"]).all()
        assert set(table["x"]) <= set(gappy["x"].dropna())
        assert set(table["kind"]) == {"high", "low"}


def test_associations_survive_the_filling(gappy):
    """y rises by 2 with x; filled in at random from the column, the slope would fall to about 1.2."""
    slopes = [np.polyfit(t["x"], t["y"], 1)[0] for t in completed_tables(gappy, 5, seed=1)]
    assert np.mean(slopes) == pytest.approx(2, abs=0.25)


def test_the_same_seed_gives_the_same_tables_and_each_table_differs(gappy):
    one, other = (list(completed_tables(gappy, 2, seed=7)) for _ in range(2))
    pd.testing.assert_frame_equal(one[0], other[0])
    assert not one[0].equals(one[1])


def test_a_column_that_nobody_knows_is_refused(gappy):
    with pytest.raises(UserError, match="fewer than two patients"):
        list(completed_tables(gappy.assign(empty=np.nan), 2, seed=1))
