"""How two measures are correlated, and families of p values adjusted: small samples worked by hand."""

from __future__ import annotations

from itertools import permutations
from math import atanh, sqrt, tanh

import numpy as np
import pytest
from scipy.stats import rankdata

from cartwise import statistics
from cartwise.basis import Missing, UserError


def test_spearman_by_hand():
    """Ranks 1 to 5 against 2, 1, 4, 3, 5: 1 - 6 * 4 / (5 * 24) = 0.8."""
    test = statistics.spearman([10, 20, 30, 40, 50], [2, 1, 40, 3, 500])
    assert test.statistic == pytest.approx(0.8)
    width = 1.959963984540054 * sqrt((1 + 0.32) / 2)
    assert (test.effect.lower, test.effect.upper) == pytest.approx(
        (tanh(atanh(0.8) - width), tanh(atanh(0.8) + width))
    )


def test_pearson_by_hand():
    """Of 1, 2, 3, 4 and 1, 3, 2, 4: covariance 4/3 over variance 5/3."""
    test = statistics.pearson([1, 2, 3, 4], [1, 3, 2, 4])
    assert test.statistic == pytest.approx(0.8)
    assert test.p == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([1, 2], [2, 1], "2 patients are too few; a correlation needs three"),
        ([1, 1, 1], [1, 2, 3], "all values of the first measure are equal"),
    ],
)
def test_a_correlation_gives_its_reason(first, second, reason):
    for correlate in (statistics.spearman, statistics.pearson):
        assert correlate(first, second).p == Missing(reason)


def test_measures_of_different_patients_are_refused():
    with pytest.raises(UserError, match="3 rows and `second` has 2"):
        statistics.pearson([1, 2, 3], [1, 2])


def test_a_perfect_correlation_has_no_interval():
    test = statistics.pearson([1, 2, 3, 4], [2, 4, 6, 8])
    assert (test.effect.lower, test.effect.upper) == (None, None)


def test_benjamini_hochberg_by_hand():
    """0.01 * 4/1, 0.02 * 4/2, 0.03 * 4/3 are all 0.04; none may be above a larger one's."""
    assert statistics.benjamini_hochberg([0.5, 0.03, 0.01, 0.02]).tolist() == pytest.approx(
        [0.5, 0.04, 0.04, 0.04]
    )
    assert statistics.benjamini_hochberg([]).size == 0
    with pytest.raises(UserError, match="not between 0 and 1"):
        statistics.benjamini_hochberg([0.1, 1.2])


@pytest.mark.parametrize(
    ("second", "p"),
    [
        ([1, 2, 3], 1 / 3),  # R: cor.test(1:3, 1:3, method = "spearman")
        ([2, 1, 4, 3, 5], 2 / 15),  # R, the same call
        ([2, 1, 4, 3, 5, 7, 6], None),  # None: over all orders, one by one
        ([1, 1, 2, 2, 1], None),  # with ties R approximates
    ],
)
def test_few_patients_have_an_exact_p_value_of_spearman(second: list[int], p: float | None) -> None:
    first = list(range(1, len(second) + 1))
    ranks = rankdata(second)
    seen = abs(np.corrcoef(first, ranks)[0, 1])
    orders = [abs(np.corrcoef(first, order)[0, 1]) >= seen - 1e-12 for order in permutations(ranks)]
    answer = statistics.spearman(first, second)
    assert answer.p == pytest.approx(np.mean(orders), abs=1e-12)
    assert p is None or answer.p == pytest.approx(p)
    assert "exact" in answer.methods
