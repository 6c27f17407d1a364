"""How survival is described and compared: drawn follow-up of a handful of patients, worked by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cartwise import statistics
from cartwise.basis import Estimate, Missing, UserError

# Eight patients. Day 3: one event among 8. Day 5: two events and one censored among 7. Day 8: censored.
# Day 9: one event among 3. Day 12: two censored.
TIME = [3, 5, 5, 5, 8, 9, 12, 12]
EVENT = [1, 1, 1, 0, 0, 1, 0, 0]


def test_a_tied_censored_patient_is_still_at_risk_at_the_event():
    table = statistics.kaplan_meier(TIME, EVENT).table().set_index("time")
    assert table["at_risk"].to_dict() == {3: 8, 5: 7, 8: 4, 9: 3, 12: 2}
    assert table["events"].to_dict() == {3: 1, 5: 2, 8: 0, 9: 1, 12: 0}
    assert table["censored"].to_dict() == {3: 0, 5: 1, 8: 1, 9: 0, 12: 2}
    assert table["survival"].tolist() == pytest.approx([7 / 8, 5 / 8, 5 / 8, 5 / 12, 5 / 12])


def test_greenwood_error_by_hand():
    """At day 5: S^2 (1/(8*7) + 2/(7*5)), which without censoring is S(1-S)/n."""
    error = statistics.kaplan_meier(TIME, EVENT).table().set_index("time")["std_error"]
    assert error[5] == pytest.approx((5 / 8 * 3 / 8 / 8) ** 0.5)
    assert error[9] == pytest.approx(5 / 12 * (1 / 56 + 2 / 35 + 1 / 6) ** 0.5)


def test_three_kinds_of_interval_at_day_5():
    """S = 5/8 with the error above; symmetric on the scale of S, of log S and of log(-log S)."""
    s, z = 5 / 8, 1.959963984540054
    error = (s * (1 - s) / 8) ** 0.5
    log_s, relative = math.log(s), error / s
    limits = {
        "plain": (s - z * error, s + z * error),
        "log": (math.exp(log_s - z * relative), 1.0),  # the upper one would be 1.07
        "log-log": tuple(
            math.exp(-math.exp(math.log(-log_s) + sign * z * relative / log_s)) for sign in (-1, 1)
        ),
    }
    for ci, expected in limits.items():
        (reading,) = statistics.kaplan_meier(TIME, EVENT, ci=ci).at([5])["all"]
        assert (reading.lower, reading.upper) == pytest.approx(expected, rel=1e-12)


def test_a_curve_is_not_read_beyond_its_last_observation():
    (reading,) = statistics.kaplan_meier(TIME, EVENT).at([13])["all"]
    assert reading.value is None
    assert reading.reason == "beyond the last observation, at 12"
    assert reading.estimate() == Missing(reading.reason, settled_by="longer follow-up")


def test_before_the_first_event_survival_is_one_without_an_interval():
    (reading,) = statistics.kaplan_meier(TIME, EVENT).at([2])["all"]
    assert (reading.value, reading.lower, reading.upper) == (1.0, None, None)
    assert "no event yet" in reading.reason


def test_a_curve_that_reaches_zero_stays_there():
    (reading,) = statistics.kaplan_meier([1, 2], [1, 1]).at([5])["all"]
    assert reading.value == 0.0
    assert reading.lower is None
    assert "reached zero" in reading.reason


def test_the_median_is_the_first_day_at_or_below_half():
    median = statistics.kaplan_meier(TIME, EVENT, unit="d").median()["all"]
    assert (median.value, median.lower, median.upper) == (9.0, 3.0, None)
    assert median.reason == "upper limit not seen at 0.5 or below by the last observation, at 12"
    assert median.estimate() == Estimate(9.0, 3.0, None, 0.95, "d", 8, median.method)


def test_a_curve_that_runs_on_half_has_its_median_in_the_middle_of_the_step():
    assert statistics.kaplan_meier([2, 4, 7, 9], [1, 1, 1, 1]).median()["all"].value == 5.5


def test_a_median_not_reached_says_so():
    median = statistics.kaplan_meier([2, 4, 7, 9], [1, 0, 0, 0]).median()["all"]
    assert (median.value, median.lower, median.upper) == (None, 2.0, None)
    assert median.reason == "curve and upper limit not seen at 0.5 or below by the last observation, at 9"


def test_the_risk_table_counts_at_the_tick_and_up_to_it():
    ticks = statistics.kaplan_meier(TIME, EVENT).risk_table([0, 5, 10, 20])
    assert ticks["at_risk"].tolist() == [8, 7, 2, 0]
    assert ticks["events"].tolist() == [0, 3, 4, 4]
    assert ticks["censored"].tolist() == [0, 1, 2, 4]


def test_a_late_patient_is_at_risk_only_after_entry():
    """Three from day 0; a fourth enters on day 4, so not at risk at the event of that very day."""
    km = statistics.kaplan_meier([2, 4, 9, 9], [1, 1, 0, 1], entry=[0, 0, 0, 4])
    table = km.table().set_index("time")
    assert table["at_risk"].to_dict() == {2: 3, 4: 2, 9: 2}
    assert table["survival"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 6])
    assert km.risk_table([0, 5])["at_risk"].tolist() == [3, 2]
    assert "left truncation" in km.methods


def test_a_curve_emptied_before_late_patients_came_is_not_read_from_there_on():
    km = statistics.kaplan_meier([2, 9, 9], [1, 1, 0], entry=[0, 4, 4])
    (reading,) = km.at([9])["all"]
    assert reading.value is None
    assert "before later patients entered" in reading.reason
    assert km.median()["all"].value is None


def test_reversed_the_end_of_observation_is_the_event():
    follow_up = statistics.reverse_kaplan_meier(TIME, EVENT)
    assert follow_up.median()["all"].value == 12.0
    assert "reverse Kaplan-Meier" in follow_up.methods


# Worked by hand: a has events on days 1 and 4, b on days 2 and 5; b's last is censored on day 6.
PAIR = {"time": [1, 4, 2, 5, 6], "event": [1, 1, 1, 1, 0], "group": list("aabbb")}


def test_log_rank_by_hand():
    """Expected in a: 2/5 + 1/4 + 1/3 + 0; variance: 6/25 + 3/16 + 2/9 + 0."""
    test = statistics.log_rank(**PAIR)
    expected = 2 / 5 + 1 / 4 + 1 / 3
    assert test.table()["expected"].tolist() == pytest.approx([expected, 4 - expected])
    assert test.table()["observed"].tolist() == [2, 2]
    assert test.df == 1
    assert test.chi2 == pytest.approx((2 - expected) ** 2 / (6 / 25 + 3 / 16 + 2 / 9))


def test_peto_peto_weighs_by_the_curve_just_before():
    """Weights 1, 4/5, 3/5, 2/5 at the four event days."""
    test = statistics.log_rank(**PAIR, rho=1)
    expected = 2 / 5 + 4 / 5 * 1 / 4 + 3 / 5 * 1 / 3
    variance = 6 / 25 + (4 / 5) ** 2 * 3 / 16 + (3 / 5) ** 2 * 2 / 9
    assert test.observed[0] == pytest.approx(1 + 3 / 5)
    assert test.chi2 == pytest.approx((8 / 5 - expected) ** 2 / variance)
    assert "Peto-Peto" in test.methods


def test_a_stratum_compares_only_within_itself():
    """The same patients twice, as two strata: observed and expected double, and so does the statistic."""
    doubled = {name: column * 2 for name, column in PAIR.items()}
    test = statistics.log_rank(**doubled, strata=["x"] * 5 + ["y"] * 5)
    assert test.chi2 == pytest.approx(2 * statistics.log_rank(**PAIR).chi2)
    assert "stratified (2 strata)" in test.methods


@pytest.mark.parametrize(
    ("time", "event", "group", "reason"),
    [
        ([], [], [], "fewer than two groups have patients"),
        ([4], [1], ["a"], "fewer than two groups have patients"),
        ([1, 2, 3], [0, 0, 0], ["a", "b", "a"], "no event in any group: all patients are censored"),
        (
            [1, 5],
            [0, 1],
            ["a", "b"],
            "at no event time were two groups at risk with somebody left to compare",
        ),
    ],
)
def test_where_nothing_can_be_compared_the_test_says_why(time, event, group, reason):
    test = statistics.log_rank(time, event, group)
    assert (test.chi2, test.df, test.p) == (Missing(reason), 0, Missing(reason))


def test_a_category_without_patients_keeps_its_place_and_costs_no_degree_of_freedom():
    group = pd.Categorical(PAIR["group"], categories=["c", "b", "a"])
    test = statistics.log_rank(PAIR["time"], PAIR["event"], group)
    assert (test.groups, test.n, test.df) == (("c", "b", "a"), (0, 3, 2), 1)
    assert test.chi2 == pytest.approx(statistics.log_rank(**PAIR).chi2)
    km = statistics.kaplan_meier(PAIR["time"], PAIR["event"], group=group)
    assert km.median()["c"].reason == "no patient in this group"
    assert set(km.table()["group"]) == {"a", "b"}
    assert km.risk_table([0]).set_index("group")["at_risk"].to_dict() == {"c": 0, "b": 3, "a": 2}


@pytest.mark.parametrize("group", [None, []])
def test_no_patients_are_answered_with_a_reason_and_empty_tables(group):
    km = statistics.kaplan_meier([], [], group=group)
    assert km.at([1])["all"][0].reason == "no patient in this group"
    assert km.table().empty
    assert km.risk_table([0])["at_risk"].tolist() == [0]


def test_one_patient_is_answered_with_a_reason():
    alone = statistics.kaplan_meier([7], [0]).median()["all"]
    assert alone.estimate() == Missing(alone.reason, settled_by="longer follow-up")


BAD = {
    "time": ([1, -2, 3], [1, 0, 1], {}, "`time`: 1 of 3 values is negative (first at row 2)"),
    "missing time": ([1, None, None], [1, 0, 1], {}, "`time`: 2 of 3 values are missing"),
    "text": (["1", "2", "3"], [1, 0, 1], {}, "`time` holds something other than numbers"),
    "event": ([1, 2, 3], [1, 0, 2], {}, "`event`: 1 of 3 values is neither 0 nor 1"),
    "length": ([1, 2, 3], [1, 0], {}, "`event` has 2 rows and `time` has 3"),
    "entry": ([1, 2, 3], [1, 0, 1], {"entry": [0, 2, 1]}, "`entry`: 1 of 3 values is not before `time`"),
    "weights": ([1, 2, 3], [1, 0, 1], {"weights": [1, 0, 1]}, "`weights`: 1 of 3 values is not positive"),
    "group": ([1, 2, 3], [1, 0, 1], {"group": ["a", None, "b"]}, "`group`: 1 of 3 values is blank"),
    "alike": ([1, 2], [1, 0], {"group": ["1", 1]}, "`group` has different levels that are written alike"),
    "lists": ([1, 2], [1, 0], {"group": [["a"], ["b"]]}, "`group` holds something other than names"),
    "ci": ([1, 2], [1, 0], {"ci": "normal"}, "no interval type 'normal'"),
    "level": ([1, 2], [1, 0], {"level": 95}, "between 0 and 1"),
}


@pytest.mark.parametrize(("time", "event", "options", "message"), BAD.values(), ids=BAD)
def test_unusable_data_are_refused_with_what_where_and_how_many(time, event, options, message):
    with pytest.raises(UserError) as refusal:
        statistics.kaplan_meier(time, event, **options)
    assert message in str(refusal.value)
