"""Where one marker is cut: between two modes, at a quantile, or nowhere, and how sure that is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartwise.cytometry.cuts import FEWEST, mixture, quantile, valley
from cartwise.cytometry.density import histogram


def drawn(*modes, seed=1):
    """Values of modes (cells, mean, sd)."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(mean, sd, n) for n, mean, sd in modes]).astype(np.float32)


@pytest.mark.parametrize(
    ("what", "modes", "between"),
    [
        ("half and half", [(5000, 0.5, 0.5), (5000, 4, 0.5)], (1.7, 2.8)),
        ("three in a hundred", [(9700, 0.5, 0.5), (300, 4, 0.5)], (1.7, 3.3)),
        ("few negative cells", [(300, 0.5, 0.5), (9700, 4, 0.5)], (1.2, 2.8)),
        ("few cells", [(150, 0.5, 0.5), (150, 4, 0.5)], (1.2, 3.3)),
    ],
)
def test_a_valley_lies_between_two_modes(what, modes, between):
    found = valley(histogram(drawn(*modes)))
    assert found is not None, what
    assert between[0] <= found.lower <= found.value <= found.upper <= between[1]


def test_a_pile_of_zeros_beside_a_hump_of_background_is_no_second_mode():
    values = np.concatenate([np.zeros(4000, np.float32), drawn((6000, 0.8, 0.3))])
    assert valley(histogram(values)) is None


def test_a_pile_of_zeros_does_not_hide_the_positive_cells():
    values = np.concatenate(
        [np.zeros(4000, np.float32), np.abs(drawn((4000, 0.7, 0.4))), drawn((2000, 4, 0.5))]
    )
    found = valley(histogram(values))
    assert found is not None
    assert 1.5 < found.value < 3.2


@pytest.mark.parametrize("seed", range(8))
def test_one_mode_has_no_valley_and_is_no_mixture_of_two(seed):
    counts = histogram(drawn((3000, 2, 0.7), seed=seed))
    assert valley(counts) is None
    assert mixture(counts) is None


def test_too_few_cells_have_no_modes():
    values = drawn((FEWEST // 2 - 1, 0.5, 0.5), (FEWEST // 2, 4, 0.5))
    assert valley(histogram(values)) is None
    assert mixture(histogram(values)) is None


def test_two_modes_too_close_for_a_valley_are_parted_by_the_mixture_where_both_are_as_likely():
    found = mixture(histogram(drawn((20000, 1, 0.5), (20000, 2.6, 0.5))))
    assert found is not None
    assert found.value == pytest.approx(1.8, abs=0.05)
    # at log-odds of 3 to 1: ln(3) sd^2 / (distance of the means), to either side
    assert found.upper - found.value == pytest.approx(math.log(3) * 0.25 / 1.6, rel=0.2)


def test_values_that_are_all_one_have_no_histogram():
    assert histogram(np.full(500, 2, np.float32)) is None
    assert histogram(np.empty(0, np.float32)) is None


def test_a_histogram_keeps_every_cell_and_so_does_its_picture():
    values = drawn((1234, 1, 1))
    counts = histogram(values)
    assert counts is not None
    picture = counts.picture("", "", ())
    assert sum(picture.counts) == counts.total == 1234
    assert picture.edges[0] == pytest.approx(values.min())
    assert picture.edges[-1] == pytest.approx(values.max(), rel=1e-5)
    assert (
        np.abs(np.array(picture.counts) - np.histogram(values, picture.edges)[0]).sum() <= 4
    )  # on the borders


def test_a_quantile_and_the_ranks_that_bound_it():
    """Binomial (1000, 0.9): ranks 881 and 919 hold the quantile with at least 95 %."""
    found = quantile(np.arange(1, 1001, dtype=np.float32), 90)
    assert found is not None
    assert (found.lower, found.value, found.upper) == (881, 900, 919)


def test_a_sample_too_small_for_an_upper_rank_leaves_the_quantile_open():
    found = quantile(np.arange(500, dtype=np.float32), 99.9)
    assert found is not None
    assert found.upper == math.inf


def test_the_interval_of_a_quantile_covers_it_as_often_as_it_says():
    rng = np.random.default_rng(4)
    truth = 3.0902323  # the 99.9 % quantile of the standard normal law
    held = 0
    for _ in range(400):
        found = quantile(rng.normal(size=8000).astype(np.float32), 99.9)
        assert found is not None
        held += found.lower <= truth <= found.upper
    assert held / 400 >= 0.93


@settings(max_examples=30, deadline=None)
@given(
    shift=st.floats(-0.5, 3),
    part=st.floats(0.1, 0.9),
    seed=st.integers(0, 10_000),
)
def test_a_cut_moves_with_its_cells(shift, part, seed):
    n = 4000
    values = drawn((int(n * part), 0.5, 0.4), (n - int(n * part), 4, 0.4), seed=seed)
    one, other = valley(histogram(values)), valley(histogram(values + np.float32(shift)))
    assert one is not None
    assert other is not None
    assert other.value - one.value == pytest.approx(shift, abs=0.05)
