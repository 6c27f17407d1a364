"""How groups of patients are compared by one measure, and proportions given: small tables worked by hand."""

from __future__ import annotations

import math

import pytest

from cartwise import statistics
from cartwise.basis import Missing, UserError


def test_nobody_of_ten_has_the_rule_of_three_as_upper_limit():
    """With no event the upper limit is 1 - (alpha/2)^(1/n)."""
    none = statistics.proportion(0, 10)
    assert (none.value, none.lower, none.n) == (0.0, 0.0, 10)
    assert none.upper == pytest.approx(1 - 0.025 ** (1 / 10))


def test_a_proportion_of_nobody_is_missing():
    assert statistics.proportion(0, 0) == Missing("a proportion of no patients has no value")


@pytest.mark.parametrize(("events", "n"), [(3, 2), (-1, 2), (1.5, 2), (math.nan, 2)])
def test_impossible_counts_are_refused(events, n):
    with pytest.raises(UserError, match="whole numbers"):
        statistics.proportion(events, n)


def test_mann_whitney_of_two_separate_samples_is_exact():
    """Of the 10 ways to choose 3 of 5 ranks one is as extreme on either side."""
    test = statistics.mann_whitney([1, 2, 3], [4, 5])
    assert (test.statistic, test.n) == (0.0, 5)
    assert test.p == pytest.approx(2 / 10)
    assert "exact" in test.name


def test_ties_make_mann_whitney_approximate_and_its_name_says_so():
    assert "normal approximation" in statistics.mann_whitney([1, 2, 2], [2, 5, 6]).name


def test_kruskal_wallis_by_hand():
    """Ranks 1-2, 3-4, 5-6: H = 12/(6*7) * (9 + 49 + 121)/2 - 3*7."""
    test = statistics.kruskal([1, 2], [3, 4], [5, 6])
    assert test.statistic == pytest.approx(12 / 42 * 179 / 2 - 21)
    assert test.p == pytest.approx(math.exp(-test.statistic / 2))


def test_the_lady_tasting_tea():
    """Fisher 1935: 3 of 4 cups right; p = 34/70."""
    assert statistics.fisher([[3, 1], [1, 3]]).p == pytest.approx(34 / 70)


def test_a_zero_cell_makes_an_odds_ratio_infinite_with_a_lower_limit_only():
    test = statistics.fisher([[5, 0], [0, 4]])
    assert test.effect.value == math.inf
    assert test.effect.lower > 1
    assert test.effect.upper is None


def test_chi_square_by_hand_and_its_correction():
    """n (ad - bc)^2 over the product of the margins; Yates takes n/2 from |ad - bc|."""
    table = [[10, 20], [20, 10]]
    assert statistics.chi_square(table).statistic == pytest.approx(60 * 300**2 / 30**4)
    corrected = statistics.chi_square(table, continuity=True)
    assert corrected.statistic == pytest.approx(60 * (300 - 30) ** 2 / 30**4)
    assert "with continuity correction" in corrected.name


def test_small_expected_counts_are_named_in_the_methods():
    assert "2 were below 5" in statistics.chi_square([[2, 8], [3, 9]]).methods


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (lambda: statistics.mann_whitney([], [1, 2]), "1 of 2 groups has no patients"),
        (lambda: statistics.kruskal([1], [], []), "2 of 3 groups have no patients"),
        (lambda: statistics.kruskal([1, 1], [1]), "all values are equal"),
        (lambda: statistics.fisher([[0, 0], [3, 4]]), "a row or a column of the table has no patients"),
        (lambda: statistics.chi_square([[0, 3], [0, 4]]), "a row or a column of the table has no patients"),
    ],
)
def test_a_test_without_an_answer_says_why(test, reason):
    result = test()
    assert (result.statistic, result.p) == (Missing(reason), Missing(reason))
    assert reason in result.methods


@pytest.mark.parametrize(
    "table", [[[1, 2], [3, -1]], [[1, 2], [3, 1.5]], [[1, 2]], [[1, 2], [3]], [["a", "b"], ["c", "d"]]]
)
def test_a_broken_table_is_refused(table):
    for test in (statistics.fisher, statistics.chi_square):
        with pytest.raises(UserError, match=r"table|counts"):
            test(table)


def test_missing_values_are_refused_not_dropped():
    with pytest.raises(UserError, match="1 of 2 values is missing"):
        statistics.mann_whitney([1, None], [2, 3])
