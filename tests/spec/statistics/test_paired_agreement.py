"""Agreement of two methods by hand."""

import numpy as np
import pytest

from cartwise.basis import Missing, UserError
from cartwise.statistics import bland_altman

FIRST, SECOND = [1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 5.0, 5.0]


def test_bias_is_the_mean_difference_and_limits_lie_two_deviations_away():
    """Differences 1, 0, 2, 1: mean 1, SD 0.8165."""
    found = bland_altman(FIRST, SECOND)
    assert found.bias.value == 1
    assert found.lower_limit.value == pytest.approx(1 - 1.959964 * np.sqrt(2 / 3))
    assert found.upper_limit.value == pytest.approx(1 + 1.959964 * np.sqrt(2 / 3))
    assert found.bias.lower < 1 < found.bias.upper


def test_lins_concordance_is_less_than_the_correlation_where_there_is_a_bias():
    """Moments over n: variances 1.25 and 2.25, covariance 1.5, means 2.5 and 3.5: 3 / (1.25 + 2.25 + 1)."""
    found = bland_altman(FIRST, SECOND)
    assert found.concordance.value == pytest.approx(3 / 4.5)
    assert found.concordance.value < np.corrcoef(FIRST, SECOND)[0, 1]


def test_logarithms_turn_bias_and_limits_into_ratios():
    found = bland_altman([1, 10, 100], [2, 20, 200], logarithmic=True)
    assert (found.bias.value, found.lower_limit.value) == pytest.approx((2, 2))
    assert "ratios" in found.methods


def test_methods_that_always_agree_have_concordance_one():
    found = bland_altman([1, 2, 5], [1, 2, 5])
    assert found.concordance.value == pytest.approx(1)
    assert isinstance(found.trend, Missing)


def test_two_pairs_and_a_method_that_never_varies_have_reasons():
    few = bland_altman([1, 2], [1, 3])
    assert few.table()["remark"].str.contains("too few").all()
    flat = bland_altman([1, 1, 1], [1, 2, 3])
    assert "same value for every sample" in flat.concordance.reason
    assert flat.bias.value == 1


def test_a_value_below_the_limit_has_no_logarithm_and_is_refused():
    with pytest.raises(UserError, match="below the limit aside"):
        bland_altman([0, 1, 2], [1, 1, 2], logarithmic=True)
    with pytest.raises(UserError, match="same samples"):
        bland_altman([1], [1, 2])
