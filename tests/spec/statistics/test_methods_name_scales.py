"""Methods sentences name what a reader needs to repeat a number: the scale of an interval, the unit of a landmark."""

import pandas as pd
import pytest

from cartwise import statistics

TIME, CAUSE = [1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 1, 0]
DATA = pd.DataFrame({"time": TIME, "event": [1, 1, 0, 1, 1, 0]})


@pytest.mark.parametrize(
    ("ci", "scale"), [("log-log", "log(-log(1 - F))"), ("log", "log(F)"), ("plain", "about F")]
)
def test_the_scale_of_the_limits_of_an_incidence_is_named(ci, scale):
    assert scale in statistics.cumulative_incidence(TIME, CAUSE, ci=ci).methods


def test_one_cause_alone_has_the_limits_of_one_minus_kaplan_meier():
    """Both are on the scale of log(-log) of what is left, which is what the sentence says."""
    alone = [int(cause > 0) for cause in CAUSE]
    incidence = statistics.cumulative_incidence(TIME, alone).at([3.5])[("all", "1")][0]
    survival = statistics.kaplan_meier(TIME, alone).at([3.5])["all"][0]
    assert (incidence.lower, incidence.upper) == pytest.approx((1 - survival.upper, 1 - survival.lower))


@pytest.mark.parametrize(
    ("unit", "said"), [("d", "at day 3:"), ("mo", "at month 3:"), ("a", "at year 3:"), ("", "at time 3:")]
)
def test_a_landmark_has_its_unit(unit, said):
    found = statistics.landmark(DATA, 3, time="time", event="event", unit=unit)
    assert said in found.methods


def test_landmarks_that_are_no_whole_number_are_rounded_in_words():
    found = statistics.dynamic_landmark(DATA, [2.069815, 3], time="time", event="event", unit="mo")
    assert "at months 2.07, 3:" in found.methods
