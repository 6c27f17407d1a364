"""Turnbull's estimate: Kaplan-Meier where times are exact, and no more than the samples tell where they are not."""

import math

import numpy as np
import pytest

from cartwise.basis import Interval, Missing, UserError
from cartwise.statistics import kaplan_meier, turnbull


def test_exact_times_with_censoring_give_kaplan_meier():
    time, event = [1, 2, 3, 4, 5], [1, 1, 0, 1, 1]
    found = turnbull(time, [t if e else math.inf for t, e in zip(time, event, strict=True)])
    plain = kaplan_meier(time, event).at([1, 2, 3, 4, 4.5, 5])["all"]
    for reading in plain:
        assert found.survival(reading.at) == pytest.approx((reading.value, reading.value), abs=1e-6)


def test_within_an_interval_the_survival_is_only_bounded():
    found = turnbull([0, 0, 3], [2, 2, 5])
    assert found.survival(1) == pytest.approx((1 / 3, 1))
    assert found.survival(2.5) == pytest.approx((1 / 3, 1 / 3))
    assert found.median() == Interval(0, 2)


def test_an_event_on_the_last_clear_day_is_no_event_after_it():
    """One lost it on day 1 exactly; the other was still clear on day 1."""
    found = turnbull([1, 1], [1, 3])
    assert list(found.mass) == pytest.approx([0.5, 0.5])
    assert list(found.by) == [1, 3]


def test_what_nobody_lost_has_no_median():
    found = turnbull([4, 6], [math.inf, math.inf])
    assert found.survival(3) == (1.0, 1.0)
    assert isinstance(found.median(), Missing)


def test_no_other_place_of_the_probability_explains_the_samples_better():
    """Gentleman and Geyer 1994: at the maximum, no grid point's derivative of the mean log-likelihood exceeds 1."""
    random = np.random.default_rng(3)
    low = random.exponential(4, 60)
    high = low + random.uniform(0.5, 3, 60)
    high[random.random(60) < 0.3] = math.inf
    found = turnbull(low, high)
    inside = (low[:, None] <= found.after) & (found.by <= high[:, None])
    chance = inside @ found.mass
    for time in np.linspace(0.01, 25, 2000):
        gain = np.mean(((low < time) & (time <= high)) / chance)
        assert gain <= 1 + 1e-3
    assert np.mean(inside / chance[:, None], axis=0) == pytest.approx(np.ones(found.mass.size), abs=1e-2)


def test_nobody_is_a_reason_and_a_broken_interval_an_error():
    assert isinstance(turnbull([], []).survival(3), Missing)
    with pytest.raises(UserError, match="ends before it begins"):
        turnbull([3], [2])
