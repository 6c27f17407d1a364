"""How competing risks, switches and landmarks are handled: follow-up of a handful of patients, worked by hand."""

from __future__ import annotations

from math import nan, sqrt

import pandas as pd
import pytest

from cartwise import statistics
from cartwise.basis import Missing, UserError

# Six patients: relapse on day 2, death on 3, censored on 4, relapse on 5 and death on 5, censored on 7.
TIME = [2, 3, 4, 5, 5, 7]
CAUSE = ["relapse", "death", "censored", "relapse", "death", "censored"]


def incidence_at(day, cause, **options):
    return statistics.cumulative_incidence(TIME, CAUSE, **options).at([day])["all", cause][0]


def test_incidence_by_hand():
    """Relapse: 1/6, then 4/6 of the patients are free before day 5 and 1 of 3 relapses: 1/6 + 4/6/3."""
    assert incidence_at(2, "relapse").value == pytest.approx(1 / 6)
    assert incidence_at(6, "relapse").value == pytest.approx(1 / 6 + 4 / 18)
    assert incidence_at(6, "death").value == pytest.approx(1 / 6 + 4 / 18)


def test_one_minus_kaplan_meier_would_be_too_high():
    relapse = [cause == "relapse" for cause in CAUSE]
    (naive,) = statistics.kaplan_meier(TIME, relapse).at([6])["all"]
    assert 1 - naive.value > incidence_at(6, "relapse").value


def test_before_any_censoring_the_greenwood_variance_is_that_of_a_proportion_and_aalens_is_larger():
    """Relapse on day 2: p(1-p)/n by Greenwood, and 1/n^2 (one event, free weight 1) by Aalen."""
    curve = {
        variance: statistics.cumulative_incidence(TIME, CAUSE, variance=variance).curves["all", "relapse"]
        for variance in ("greenwood", "aalen")
    }
    assert curve["greenwood"].std_error[0] == pytest.approx(sqrt(1 / 6 * 5 / 6 / 6))
    assert curve["aalen"].std_error[0] == pytest.approx(1 / 6)
    assert "Aalen's variance" in statistics.cumulative_incidence(TIME, CAUSE, variance="aalen").methods


def test_incidence_gives_its_reasons():
    assert "no event of this cause yet" in incidence_at(1, "relapse").reason
    assert incidence_at(8, "relapse").reason == "beyond the last observation, at 7"
    nobody = statistics.cumulative_incidence([1, 2], ["censored", "censored"]).at([1])
    assert "no event" in nobody["all", "any event"][0].reason


def test_a_category_that_nobody_met_has_a_curve_at_zero():
    causes = pd.Categorical(CAUSE, ["censored", "relapse", "death", "second cancer"])
    found = statistics.cumulative_incidence(TIME, causes)
    assert found.causes == ("relapse", "death", "second cancer")
    assert found.curves["all", "second cancer"].incidence.max() == 0


def test_grays_test_of_two_equal_groups_sees_nothing_and_without_a_competing_risk_is_near_the_log_rank_test():
    both = statistics.gray_test(TIME * 2, CAUSE * 2, ["a"] * 6 + ["b"] * 6, cause_of_interest="relapse")
    assert (both.statistic, both.p, both.df) == (pytest.approx(0), pytest.approx(1), 1)
    time, group = list(range(1, 41)), ["a", "b", "b", "a", "b"] * 8
    event = [1, 1, 0, 1] * 10
    gray = statistics.gray_test(time, event, group)
    assert gray.statistic == pytest.approx(statistics.log_rank(time, event, group).chi2, rel=0.05)


@pytest.mark.parametrize(
    ("cause", "group", "reason"),
    [
        ([0] * 6, list("aabbab"), "no event: all patients are censored"),
        ([1, 2, 0, 1, 2, 0], ["a"] * 6, "fewer than two groups have patients"),
    ],
)
def test_grays_test_gives_its_reason(cause, group, reason):
    assert statistics.gray_test(TIME, cause, group).p == Missing(reason)


def test_where_everybody_had_the_event_the_incidence_is_one_and_has_no_limits():
    """Summed step by step it would miss one by rounding, and its limits would run from 0 to 1."""
    found = statistics.cumulative_incidence([10, 8, 4, 1, 8, 4, 10, 4, 8, 3], [1] * 10)
    curve = found.curves["all", "1"]
    assert curve.incidence[-1] == 1
    assert curve.std_error[-1] == pytest.approx(0, abs=1e-7)
    (reading,) = found.at([10])["all", "1"]
    assert (reading.value, reading.lower, reading.upper) == (1, None, None)
    assert "everybody had the event" in reading.reason


def test_a_patient_in_several_rows_is_censored_only_in_the_last():
    """Cut on day 4, the patient of day 7 is still one patient; its first row is no censoring."""
    whole = pd.DataFrame(
        {"patient": range(6), "from": 0, "day": TIME, "cause": CAUSE, "x": [1, 2, 0, 3, 1, 2]}
    )
    cut = pd.concat([whole.assign(day=[*TIME[:5], 4], cause=CAUSE), whole[5:].assign(**{"from": 4})])
    options = {"time": "day", "cause": "cause", "cause_of_interest": "relapse", "entry": "from"}
    one, other, naive = (
        statistics.fine_gray(table, ["x"], **options, **more)["x"].std_error
        for table, more in ((whole, {}), (cut, {"patient": "patient"}), (cut, {}))
    )
    assert other == pytest.approx(one)
    assert naive != pytest.approx(one)
    gap = cut.assign(**{"from": [*cut["from"][:6], 5]})
    with pytest.raises(UserError, match="not the end of the patient's row before"):
        statistics.fine_gray(gap, ["x"], **options, patient="patient")
    after_death = cut.assign(cause=[*CAUSE[:5], "death", "censored"])
    with pytest.raises(UserError, match="an event before the patient's last row"):
        statistics.fine_gray(after_death, ["x"], **options, patient="patient")


def test_a_gap_in_observation_leaves_fine_and_grays_weights_without_a_value():
    """On day 3 all at risk are censored, before the others enter: nobody tells how long the death of day 2 would be seen."""
    table = pd.DataFrame(
        {"from": [0, 0, 3, 3, 3], "day": [2, 3, 5, 6, 8], "cause": [2, 0, 1, 1, 0], "x": [1, 0, 1, 0, 1]}
    )
    options = {"time": "day", "cause": "cause", "entry": "from"}
    model = statistics.fine_gray(table, ["x"], cause_of_interest=1, **options)
    assert model["x"].ratio is None
    assert "everybody at risk was censored" in model["x"].reason
    assert statistics.fine_gray(table[1:], ["x"], cause_of_interest=1, **options)["x"].ratio is not None


def test_the_methods_of_fine_and_gray_say_what_was_counted():
    table = pd.DataFrame({"day": TIME * 2, "cause": CAUSE * 2, "x": range(12), "half": [0.5] * 6 + [1] * 6})
    options = {
        "time": "day",
        "cause": "cause",
        "strata": [0, 1] * 6,
        "weights": "half",
        "censoring": "common",
    }
    said = statistics.fine_gray(table, ["x"], **options, entry=[0, 1] * 6).methods
    for part in ("2 strata, a common censoring distribution", "late entry", "case weights", "sandwich"):
        assert part in said
    with pytest.raises(UserError, match="per stratum, common"):
        statistics.fine_gray(table, ["x"], time="day", cause="cause", censoring="none")


def test_an_unknown_cause_is_refused():
    with pytest.raises(UserError, match=r"no cause 'toxicity'\. The causes are death, relapse"):
        statistics.gray_test(TIME, CAUSE, list("aabbab"), cause_of_interest="toxicity")


def test_models_of_each_cause_stand_by_its_name():
    table = pd.DataFrame({"day": TIME * 2, "cause": CAUSE * 2, "x": [1, 2, 3, 4, 5, 6, 3, 1, 2, 6, 4, 5]})
    models = statistics.cause_specific_cox(table, ["x"], time="day", cause="cause")
    assert list(models) == ["death", "relapse"]
    assert models["relapse"].events == 4
    assert "Causes other than relapse censor" in models["relapse"].methods
    assert models.table()["cause"].tolist() == ["death", "relapse"]
    assert (
        statistics.fine_gray(table, ["x"], time="day", cause="cause", cause_of_interest="relapse").events == 4
    )


# Transplantation: A on day 2, B never, C on day 9, after the end of its follow-up.
SWITCH = pd.DataFrame(
    {"patient": list("ABC"), "day": [5, 4, 6], "event": [1, 0, 1], "hct_day": [2, nan, 9], "age": [8, 12, 3]}
)


def test_time_before_a_switch_counts_as_before():
    found = statistics.time_varying(
        SWITCH, patient="patient", time="day", event="event", starts={"hct": "hct_day"}
    )
    rows = found.data[["patient", "start", "stop", "event", "hct", "age"]].to_numpy().tolist()
    assert rows == [
        ["A", 0, 2, 0, 0, 8],
        ["A", 2, 5, 1, 1, 8],
        ["B", 0, 4, 0, 0, 12],
        ["C", 0, 6, 1, 0, 3],
    ]
    assert found.ignored == {"hct": 1}


def test_values_hold_until_the_next_and_are_missing_before_the_first():
    mrd = pd.DataFrame({"patient": ["A", "A", "B"], "day": [1, 3, 0], "value": [0.1, 0.5, 0.2]})
    found = statistics.time_varying(SWITCH, patient="patient", time="day", event="event", values={"mrd": mrd})
    rows = found.data.query("patient == 'A'")[["start", "stop", "mrd"]].to_numpy().tolist()
    assert rows[1:] == [[1, 3, 0.1], [3, 5, 0.5]]
    assert found.data.query("patient == 'C'")["mrd"].isna().all()


def test_immortal_time_makes_a_useless_switch_look_good():
    """Nobody's hazard changes at the switch; who lives longer is switched more often."""
    time = [*range(1, 41)]
    switch = [20.5] * 40
    ever = [day > 20.5 for day in time]
    naive = statistics.log_rank(time, [1] * 40, ever)
    honest = statistics.mantel_byar(time, [1] * 40, switch)
    assert naive.p < 0.001
    assert isinstance(honest.p, Missing)  # at no time are switched and unswitched patients at risk together
    assert honest.observed == (20, 20)
    assert honest.expected == (20, 20)


def test_a_landmark_leaves_out_who_is_no_longer_there_and_looks_no_further():
    found = statistics.landmark(SWITCH, 4, time="day", event="event", known={"hct": "hct_day"})
    assert found.data["patient"].tolist() == ["A", "C"]
    assert found.data["hct"].tolist() == [1, 0]
    assert (found.had_event, found.censored) == ((0,), (1,))


def test_several_landmarks_stand_one_under_the_other():
    found = statistics.dynamic_landmark(SWITCH, [0, 3, 5], time="day", event="event", horizon=2)
    assert found.data[["landmark", "patient", "day", "event"]].to_numpy().tolist() == [
        [0, "A", 2, 0],
        [0, "B", 2, 0],
        [0, "C", 2, 0],
        [3, "A", 5, 1],
        [3, "B", 4, 0],
        [3, "C", 5, 0],
        [5, "C", 6, 1],
    ]


def test_a_trend_is_the_cochran_armitage_of_the_log_rank_scores():
    time, event, group = [1, 2, 3, 4, 5, 6], [1] * 6, ["low", "mid", "high"] * 2
    order = pd.Categorical(group, ["low", "mid", "high"])
    trend = statistics.log_rank(time, event, order, trend=[0, 1, 2])
    assert trend.df == 1
    assert trend.chi2 <= statistics.log_rank(time, event, order).chi2
    assert statistics.log_rank(time, event, order, trend=[5, 7, 9]).chi2 == pytest.approx(trend.chi2)
    with pytest.raises(UserError, match="1 scores for 3 groups"):
        statistics.log_rank(time, event, order, trend=[1])


def test_the_restricted_mean_by_hand():
    """S is 1 to day 2, 1/2 to day 4: 2 + 1 by day 4; its error is (area 1 after day 2) * sqrt(1/(2 * 1))."""
    found = statistics.rmst([2, 6], [1, 0], tau=4)
    mean = found.means["all"]
    assert (mean.value, mean.std_error) == (pytest.approx(3), pytest.approx(sqrt(1 / 2)))
    late = statistics.rmst([2, 6], [1, 0], tau=7).means["all"]
    assert late.reason == "tau lies beyond the last observation, at 6"
    assert isinstance(late.estimate(), Missing)


def test_states_by_hand():
    """Of four waiting, one recovers on day 1 and one dies on day 2; the recovered one dies on day 3."""
    stays = pd.DataFrame(
        {
            "patient": [1, 1, 2, 3, 4],
            "start": [0, 1, 0, 0, 0],
            "stop": [1, 3, 2, 5, 5],
            "state": ["waiting", "recovered", "waiting", "waiting", "waiting"],
            "to": ["recovered", "dead", "dead", None, None],
        }
    )
    names = {"patient": "patient", "start": "start", "stop": "stop", "state": "state", "to": "to"}
    found = statistics.state_probabilities(stays, **names)
    by_day = found.at([0, 1, 2, 3])
    assert [r.value for r in by_day["waiting"]] == pytest.approx([1, 3 / 4, 1 / 2, 1 / 2])
    assert [r.value for r in by_day["recovered"]] == pytest.approx([0, 1 / 4, 1 / 4, 0])
    assert [r.value for r in by_day["dead"]] == pytest.approx([0, 0, 1 / 4, 1 / 2])
    with pytest.raises(UserError, match="other than the state entered"):
        statistics.state_probabilities(stays.assign(to=["dead", "dead", "dead", None, None]), **names)
