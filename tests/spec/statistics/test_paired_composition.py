"""Parts of a whole: log-ratios by hand, and zeros by their named rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cartwise.basis import UserError
from cartwise.statistics import centred_log_ratio

PARTS = arrays(float, (3, 4), elements=st.floats(0.01, 100))


def test_a_part_twice_the_geometric_mean_is_log_two():
    """Of 1, 2 and 4 the geometric mean is 2."""
    found = centred_log_ratio([[1, 2, 4]])
    assert found.values[0] == pytest.approx([-np.log(2), 0, np.log(2)])


@given(PARTS, st.floats(0.1, 50))
def test_neither_the_unit_nor_the_total_matters_and_a_row_sums_to_zero(parts, factor):
    found = centred_log_ratio(parts).values
    assert found == pytest.approx(centred_log_ratio(parts * factor).values, abs=1e-9)
    assert found.sum(axis=1) == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_subset_that_only_seems_to_rise_keeps_its_ratio_to_the_others():
    """The Tregs vanish from the whole; CD8 and CD4, each unchanged in number, both double in percent."""
    before, after = centred_log_ratio([[50, 25, 25], [0.5, 49.75, 49.75]]).values
    assert before[1] - before[2] == pytest.approx(after[1] - after[2])


def test_multiplicative_replacement_keeps_ratios_of_other_parts_and_the_sum():
    """One cell is 2 %; a zero becomes 1.3 %, and 40 and 60 shrink by the same factor to 98.7 together."""
    found = centred_log_ratio([[0, 40, 60]], zeros="multiplicative", limit=[2])
    by_hand = np.log([1.3, 40 * 0.987, 60 * 0.987])
    assert found.values[0] == pytest.approx(by_hand - by_hand.mean())
    assert found.replaced.tolist() == [[True, False, False]]
    assert "0.65" in found.methods
    assert "multiplicative" in found.methods
    assert "(1 of them)" in found.methods


def test_adding_touches_only_rows_with_a_zero():
    found = centred_log_ratio([[0, 40, 60], [1, 2, 4]], zeros="add", limit=2)
    by_hand = np.log([1.3, 41.3, 61.3])
    assert found.values[0] == pytest.approx(by_hand - by_hand.mean())
    assert found.values[1] == pytest.approx([-np.log(2), 0, np.log(2)])


@pytest.mark.parametrize(
    ("parts", "choices", "said"),
    [
        ([[0, 1]], {"zeros": "refuse"}, "rows hold a zero"),
        ([[0, 1]], {}, "not above zero where a part is zero"),
        ([[0, 1]], {"limit": [2]}, "nothing of the row would be left"),
        ([[0, 0]], {"limit": [1]}, "nothing but zeros"),
        ([[-1, 1]], {}, "negative"),
        ([[1, float("nan")]], {}, "missing"),
        ([[1]], {}, "two parts"),
        ([1, 2], {}, "two parts"),
        ([["a", "b"]], {}, "no table of numbers"),
        ([[1, 2]], {"zeros": "drop"}, "multiplicative or add or refuse"),
    ],
)
def test_what_is_no_composition_is_refused(parts, choices, said):
    with pytest.raises(UserError, match=said):
        centred_log_ratio(parts, **choices)
