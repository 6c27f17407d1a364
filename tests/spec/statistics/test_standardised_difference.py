"""Standardised differences, on samples small enough for a pocket calculator."""

import math

import pytest

from cartwise.basis import Missing, UserError
from cartwise.statistics import standardised_difference, standardised_difference_of_levels


def test_numbers_by_the_root_of_the_mean_variance():
    """Means 2 and 10/3, variances 1 and 7/3."""
    found = standardised_difference([1, 2, 3], [2, 3, 5])
    assert found == pytest.approx((2 - 10 / 3) / math.sqrt((1 + 7 / 3) / 2))


def test_two_levels_are_the_difference_of_shares():
    expected = abs(0.5 - 0.2) / math.sqrt((0.25 + 0.16) / 2)
    assert standardised_difference_of_levels([[5, 5], [2, 8]]) == pytest.approx(expected)


def test_the_size_of_the_groups_changes_nothing():
    small = standardised_difference_of_levels([[5, 3, 2], [2, 4, 4]])
    assert small == pytest.approx(standardised_difference_of_levels([[50, 30, 20], [20, 40, 40]]))


def test_alike_groups_differ_by_nothing():
    assert standardised_difference([1, 2, 3], [3, 2, 1]) == 0
    assert standardised_difference_of_levels([[5, 5, 0], [10, 10, 0]]) == pytest.approx(0)


@pytest.mark.parametrize("counts", [[[0, 0], [2, 8]], [[5, 0], [0, 5]]])
def test_what_has_no_difference_says_why(counts):
    assert isinstance(standardised_difference_of_levels(counts), Missing)


def test_one_value_or_constant_groups_say_why():
    assert isinstance(standardised_difference([1], [2, 3]), Missing)
    assert isinstance(standardised_difference([1, 1], [2, 2]), Missing)


def test_negative_counts_are_refused():
    with pytest.raises(UserError, match="two rows of counts"):
        standardised_difference_of_levels([[5, -1], [2, 8]])
