"""How survival is modelled: small follow-up worked by hand, and what a model says when it cannot answer."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics
from cartwise.basis import Missing, UserError

# Four patients, all with the event, on days 1 to 4; x is 1 for the first and the third.
FOUR = pd.DataFrame({"day": [1, 2, 3, 4], "event": [1, 1, 1, 1], "x": [1, 0, 1, 0]})


def test_a_hazard_ratio_by_hand():
    """L(r) = r/(2r+2) * 1/(r+2) * r/(r+1): its slope in log r is zero where r^2 - r - 4 = 0."""
    model = statistics.cox(FOUR, ["x"], time="day", event="event")
    r = (1 + sqrt(17)) / 2
    c = model["x"]
    assert c.ratio == pytest.approx(r)
    assert model.loglik == pytest.approx(log(r / (2 * r + 2) / (r + 2) * r / (r + 1)))
    information = 2 * r / (r + 1) ** 2 + 2 * r / (r + 2) ** 2
    assert c.std_error == pytest.approx(information**-0.5)
    assert (c.lower, c.upper) == pytest.approx(
        tuple(r * exp(sign * 1.959963984540054 / sqrt(information)) for sign in (-1, 1))
    )


def test_the_tests_of_the_model_by_hand():
    """At zero the score is 1 - 1/2 - 1/3 + 1/2 = 2/3 and the information 1/4 + 2/9 + 1/4 = 13/18."""
    model = statistics.cox(FOUR, ["x"], time="day", event="event")
    ratio, wald, score = model.tests
    assert score.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18))
    assert ratio.statistic == pytest.approx(2 * (model.loglik - log(1 / 24)))
    assert wald.statistic == pytest.approx(model["x"].z ** 2)
    assert [test.df for test in model.tests] == [1, 1, 1]


def test_two_tied_events_by_efron_and_by_breslow():
    """Two of three die together: Breslow counts both against all three, Efron the second against one less a half."""
    table = pd.DataFrame({"day": [1, 1, 2], "event": [1, 1, 0], "x": [1, 0, 0]})
    null = {
        ties: statistics.cox(table, ["x"], time="day", event="event", ties=ties).loglik_null
        for ties in ("breslow", "efron")
    }
    assert null == pytest.approx({"breslow": -log(3 * 3), "efron": -log(3 * 2)})


def test_concordance_by_hand():
    """Of the 6 pairs 3 are right, 1 wrong, and 2 tied: (3 + 1) / 6."""
    assert statistics.cox(FOUR, ["x"], time="day", event="event").concordance() == pytest.approx(4 / 6)


def test_a_category_is_compared_with_its_first_level_unless_another_is_named():
    table = pd.DataFrame({"day": range(1, 10), "event": [1, 1, 0] * 3, "arm": list("abcbcacab")})
    plain = statistics.cox(table, ["arm"], time="day", event="event")
    assert [c.term.label for c in plain.coefficients] == ["arm: b v a", "arm: c v a"]
    named = statistics.cox(table, ["arm"], time="day", event="event", reference={"arm": "b"})
    assert named["arm: a v b"].coef == pytest.approx(-plain["arm: b v a"].coef)


def test_a_model_is_a_table_and_a_sentence():
    model = statistics.cox(FOUR, ["x"], time="day", event="event")
    columns = ["term", "coef", "std_error", "z", "p", "hazard_ratio", "lower", "upper", "reason"]
    assert list(model.table().columns) == columns
    assert model.methods == "Hazard ratios were estimated by Cox regression (Efron ties)."
    assert model["x"].estimate().value == model["x"].ratio
    assert model.notes == ("Only 4 events for 1 coefficients: fewer than 10 each.",)


SEPARATED = pd.DataFrame(
    {"day": range(1, 9), "event": [1] * 4 + [0] * 4, "arm": list("aaaabbbb"), "y": [1, 0] * 4}
)


def test_separation_is_named_and_spares_the_other_coefficients():
    model = statistics.cox(SEPARATED, ["arm", "y"], time="day", event="event")
    arm, y = model.coefficients
    assert "separation" in arm.reason
    assert arm.ratio is None
    assert isinstance(arm.estimate(), Missing)
    assert y.ratio is not None
    assert any("separation" in note for note in model.notes)
    # The others are estimated as if those without an event had never been at risk.
    alone = statistics.cox(SEPARATED[:4], ["y"], time="day", event="event")
    assert y.coef == pytest.approx(alone["y"].coef, abs=1e-4)


def test_firths_penalty_gives_a_number_where_there_is_separation():
    c = statistics.firth_cox(SEPARATED, ["arm"], time="day", event="event")["arm: b v a"]
    assert 0 < c.lower < c.ratio < c.upper < 1


def test_firth_logistic_of_one_table_adds_half_a_patient_to_each_cell():
    """For a saturated 2 x 2 table the penalty is exactly that."""
    table = pd.DataFrame({"exposed": [1] * 5 + [0] * 7, "sick": [1] * 7 + [0] * 5})
    c = statistics.firth_logistic(table, ["exposed"], outcome="sick")["exposed"]
    assert c.ratio == pytest.approx((5.5 * 5.5) / (0.5 * 2.5))
    plain = statistics.logistic(table, ["exposed"], outcome="sick")["exposed"]
    assert "separation" in plain.reason


def test_logistic_regression_of_one_table_is_its_odds_ratio_with_woolfs_error():
    table = pd.DataFrame({"exposed": [1] * 5 + [0] * 7, "sick": [1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]})
    c = statistics.logistic(table, ["exposed"], outcome="sick")["exposed"]
    assert c.ratio == pytest.approx(3 * 5 / (2 * 2))
    assert c.std_error == pytest.approx(sqrt(1 / 3 + 1 / 2 + 1 / 2 + 1 / 5))


UNANSWERED = {
    "all are censored": (FOUR.assign(event=0), "no event: all patients are censored"),
    "nothing varies": (FOUR.assign(x=1), "it does not vary among the patients that are compared"),
    "one patient": (FOUR[:1], "it does not vary among the patients that are compared"),
    "nobody": (FOUR[:0], "no event: all patients are censored"),
}


@pytest.mark.parametrize("case", UNANSWERED)
def test_where_there_is_no_answer_there_is_a_reason(case):
    table, reason = UNANSWERED[case]
    for model in (
        statistics.cox(table, ["x"], time="day", event="event"),
        statistics.firth_cox(table, ["x"], time="day", event="event"),
        statistics.fine_gray(table, ["x"], time="day", cause="event"),
    ):
        (c,) = model.coefficients
        assert (c.ratio, c.reason) == (None, reason)


def test_a_column_that_follows_from_others_is_named():
    table = FOUR.assign(double=2 * FOUR["x"] + 1)
    model = statistics.cox(table, ["x", "double"], time="day", event="event")
    assert model["double"].reason == "it is determined by the columns before it"
    assert model["x"].coef == statistics.cox(FOUR, ["x"], time="day", event="event")["x"].coef


def test_one_cluster_gives_no_error():
    model = statistics.cox(FOUR, ["x"], time="day", event="event", cluster=["one"] * 4)
    assert "variance is zero" in model["x"].reason


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["z"]}, "no column 'z'"),
        ({"columns": []}, "one or more columns"),
        ({"time": "night"}, "`time`: there is no column 'night'"),
        ({"time": [1, 2]}, "has 4 rows and `time` has 2"),
        ({"ties": "exact"}, "efron, breslow"),
        ({"level": 95}, "between 0 and 1"),
        ({"reference": {"x": "low"}}, "`x` has no level 'low'"),
        ({"entry": "day"}, "not before `time`"),
        (
            {"data": FOUR.assign(x=[1, None, 0, 1])},
            "`x`: 1 of 4 values is missing or infinite .first at row 2",
        ),
    ],
)
def test_unusable_input_is_refused_with_its_place(options, message):
    call = {"data": FOUR, "columns": ["x"], "time": "day", "event": "event"} | options
    with pytest.raises(UserError, match=message):
        statistics.cox(call.pop("data"), call.pop("columns"), **call)


def test_proportional_hazards_have_a_row_per_column_and_one_for_all():
    draw = np.random.default_rng(1)
    table = pd.DataFrame(
        {"day": draw.integers(1, 40, 80), "event": 1, "arm": list("abcd") * 20, "x": range(80)}
    )
    test = statistics.ph_test(statistics.cox(table, ["arm", "x"], time="day", event="event"))
    assert test.terms == ("arm", "x", "GLOBAL")
    assert test.df == (3, 1, 4)
    assert len(test.residuals) == 80
    with pytest.raises(UserError, match="km, rank, identity, log"):
        statistics.ph_test(statistics.cox(table, ["x"], time="day", event="event"), transform="cubic")
