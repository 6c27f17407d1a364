"""Wilcoxon's signed-rank test by hand: every sign pattern counted, ties and zeros by their named rules, small numbers."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartwise.basis import Missing, UserError
from cartwise.statistics import hodges_lehmann, wilcoxon_signed_rank


def test_three_pairs_that_all_rise_reach_what_three_pairs_can():
    """Of the 8 sign patterns only the one seen and its mirror are as far out."""
    found = wilcoxon_signed_rank([1, 2, 3], [2, 4, 6])
    assert (found.statistic, found.p, found.smallest_p) == (6, 0.25, 0.25)
    assert found.shift.value == 2
    assert (found.shift.lower, found.shift.upper) == (None, None)
    assert "too few for limits" in found.shift.method


def test_six_pairs_are_the_fewest_with_limits_at_95_percent():
    """2 / 2^5 is 0.0625 and 2 / 2^6 is 0.03125; with six the limits are the lowest and the highest change."""
    five, six = (wilcoxon_signed_rank(np.zeros(n), np.arange(1, n + 1)) for n in (5, 6))
    assert five.shift.lower is None
    assert (six.shift.lower, six.shift.value, six.shift.upper) == (1, 3.5, 6)


def test_fourteen_pairs_cannot_reach_a_p_below_one_in_ten_thousand():
    """000 prints P < 0.0001 by Wilcoxon's test; that takes fifteen pairs or more."""
    reached = {n: wilcoxon_signed_rank(np.zeros(n), np.arange(1, n + 1)) for n in (14, 15)}
    assert all(found.p == found.smallest_p for found in reached.values())
    assert reached[15].p < 1e-4 < reached[14].p


@pytest.mark.parametrize(("zeros", "statistic"), [("wilcox", 5), ("pratt", 7), ("split", 7.5)])
def test_a_pair_that_does_not_differ_is_counted_and_moves_the_ranks_of_the_others(zeros, statistic):
    found = wilcoxon_signed_rank([5, 5, 5, 5], [5, 4, 7, 8], zeros=zeros)
    assert (found.n, found.zeros) == (4, 1)
    assert found.statistic == statistic
    assert (found.p, found.smallest_p) == (0.5, 0.25)


def test_changes_of_decimals_that_are_equal_on_paper_are_tied():
    """0.3 - 0.2 and 0.2 - 0.1 differ in the last bit of a float and in nothing else."""
    found = wilcoxon_signed_rank([0.1, 0.2, 0.5], [0.2, 0.3, 0.4])
    assert found.ties
    assert found.statistic == 4


def by_every_sign_pattern(change):
    """The two-sided p of the statistic among all 2^n patterns of signs: slow and obvious."""
    change = np.asarray([c for c in change if c != 0], dtype=float)
    size = np.abs(change)
    ranks = np.array([(size < s).sum() + ((size == s).sum() + 1) / 2 for s in size])
    sums = np.array([ranks[np.array(up)].sum() for up in product([False, True], repeat=change.size)])
    seen = ranks[change > 0].sum()
    return min(1.0, 2 * min((sums <= seen + 1e-9).mean(), (sums >= seen - 1e-9).mean()))


CHANGES = st.lists(st.integers(-6, 6), min_size=1, max_size=9).filter(any)


@given(CHANGES)
def test_exact_p_values_with_ties_are_those_of_all_sign_patterns(change):
    found = wilcoxon_signed_rank([0] * len(change), change)
    assert found.p == pytest.approx(by_every_sign_pattern(change), rel=1e-12)
    assert found.p >= found.smallest_p


@given(CHANGES)
def test_which_occasion_comes_first_changes_signs_and_no_p_value(change):
    zero = [0] * len(change)
    there, back = wilcoxon_signed_rank(zero, change), wilcoxon_signed_rank(change, zero)
    assert there.p == pytest.approx(back.p, rel=1e-12)
    assert there.shift.value == -back.shift.value


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=12))
def test_the_shift_is_the_median_of_all_means_of_two(change):
    means = [(a + b) / 2 for i, a in enumerate(change) for b in change[i:]]
    assert hodges_lehmann(change).value == pytest.approx(np.median(means))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [([], [], "there are no pairs"), ([1, 2], [1, 2], "no pair differs")],
)
def test_without_a_difference_there_is_a_reason_and_no_p(first, second, reason):
    found = wilcoxon_signed_rank(first, second)
    assert isinstance(found.p, Missing)
    assert found.p.reason == reason
    assert found.table()["remark"].item() == reason
    assert reason in found.methods


def test_the_methods_name_the_variant_the_rule_of_zeros_and_the_interval():
    said = wilcoxon_signed_rank(range(8), [2, 2, 5, 3, 8, 6, 9, 9], zeros="pratt").methods
    assert "exact, with ties" in said
    assert "(Pratt)" in said
    assert "Hodges-Lehmann" in said
    assert "normal approximation, corrected" in wilcoxon_signed_rank([1, 2], [3, 5], method="normal").methods


def test_beyond_two_hundred_pairs_the_normal_approximation_is_close_to_the_exact_test():
    draw = np.random.default_rng(5)
    change = draw.normal(0.15, 1, 260)
    near = wilcoxon_signed_rank(np.zeros(260), change)
    exact = wilcoxon_signed_rank(np.zeros(260), change, method="exact")
    assert "normal" in near.name
    assert "exact" in exact.name
    assert near.p == pytest.approx(exact.p, rel=0.01)


@pytest.mark.parametrize(
    ("first", "second", "choices", "said"),
    [
        ([1], [1, 2], {}, "the same patients"),
        ([1, float("nan")], [1, 2], {}, "missing or infinite"),
        ([1], [2], {"zeros": "drop"}, "wilcox or pratt or split"),
        ([1], [2], {"method": "fast"}, "auto or exact or normal"),
    ],
)
def test_pairs_that_are_none_are_refused_with_what_to_do(first, second, choices, said):
    with pytest.raises(UserError, match=said):
        wilcoxon_signed_rank(first, second, **choices)
