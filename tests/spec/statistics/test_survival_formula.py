"""How a Cox model is written as a formula: what it names, and what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest

from cartwise import statistics
from cartwise.basis import UserError

PATIENTS = pd.DataFrame(
    {
        "day": range(1, 41),
        "died": [1, 1, 0, 1] * 10,
        "start": 0,
        "age at infusion": [i * i % 11 for i in range(40)],
        "group": list("abbab") * 8,
        "centre": [0, 1] * 20,
    }
)
NAMED = {"time": "day", "event": "died"}
COLUMNS = ["age at infusion", "group"]


@pytest.mark.parametrize(
    ("formula", "options"),
    [
        ("Surv(day, died) ~ `age at infusion` + group", {}),
        ("Surv(start, day, died)~`age at infusion`+group", {"entry": "start"}),
        ("Surv(day, died) ~ `age at infusion` + strata(centre) + group", {"strata": "centre"}),
        ("Surv(day, died) ~ `age at infusion` + group + cluster(centre)", {"cluster": "centre"}),
    ],
)
def test_a_formula_says_what_the_arguments_say(formula, options):
    said, given = statistics.cox(PATIENTS, formula), statistics.cox(PATIENTS, COLUMNS, **NAMED, **options)
    pd.testing.assert_frame_equal(said.table(), given.table())
    assert said.methods == given.methods


def test_the_right_hand_side_alone_names_the_covariates_of_any_model():
    for model, outcome in (
        (statistics.cox, NAMED),
        (statistics.firth_cox, NAMED),
        (statistics.fine_gray, {"time": "day", "cause": "died"}),
        (statistics.logistic, {"outcome": "died"}),
    ):
        said = model(PATIENTS, "`age at infusion` + group", **outcome)
        assert said.table()["term"].tolist() == ["age at infusion", "group: b v a"]


def test_a_text_that_is_a_column_is_that_column():
    table = PATIENTS.rename(columns={"group": "a + b"})
    assert statistics.cox(table, "a + b", **NAMED).table()["term"].tolist() == ["a + b: b v a"]


def test_firths_model_takes_the_same_formula_but_no_clusters():
    said = statistics.firth_cox(PATIENTS, "Surv(day, died) ~ group + strata(centre)")
    given = statistics.firth_cox(PATIENTS, ["group"], **NAMED, strata="centre")
    pd.testing.assert_frame_equal(said.table(), given.table())
    with pytest.raises(UserError, match="independent rows"):
        statistics.firth_cox(PATIENTS, "Surv(day, died) ~ group + cluster(centre)")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("Surv(day, died) ~ group * centre", r"'\*' has no meaning"),
        ("Surv(day, died) ~ log(day)", r"log\(\) has no meaning"),
        ("Surv(day) ~ group", "left-hand side is Surv"),
        ("day ~ group", "left-hand side is Surv"),
        ("Surv(day, died) ~ group ~ centre", "more than one ~"),
        ("Surv(day, died) ~", "a name is missing"),
        ("Surv(day, died) ~ group centre", "one too many"),
        ("Surv(day, died) ~ strata(centre) + strata(group)", "may stand once"),
        ("Surv(day, died) ~ strata(centre)", "one or more columns"),
        ("Surv(day, died) ~ sex", "no column 'sex'"),
        ("group + centre", "Say which columns hold the time"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_to_write(formula, message):
    with pytest.raises(UserError, match=message):
        statistics.cox(PATIENTS, formula)


def test_nothing_is_said_twice():
    with pytest.raises(UserError, match="both say it"):
        statistics.cox(PATIENTS, "Surv(day, died) ~ group", time="day")
    with pytest.raises(UserError, match="Only `cox` and `firth_cox`"):
        statistics.logistic(PATIENTS, "Surv(day, died) ~ group", outcome="died")
