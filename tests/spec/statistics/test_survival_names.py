"""The names and keywords that others rely on, and what each of them gives back: a frozen result, a table, a sentence."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from cartwise import statistics

N = 24
DATA = pd.DataFrame(
    {
        "patient": range(N),
        "time": [1 + i * 7 % 23 for i in range(N)],
        "event": [1, 0, 1] * 8,
        "cause": [1, 0, 2] * 8,
        "group": list("abba") * 6,
        "entry": 0,
        "age": [i * i % 13 for i in range(N)],
        "outcome": [0, 1, 1, 0, 1, 0] * 4,
        "centre": [0, 0, 1] * 8,
        "events": 2,
        "n": 9,
        "others": [3 + i % 3 for i in range(N)],
    }
)
TIME, EVENT, CAUSE, GROUP, ENTRY = (DATA[name] for name in ("time", "event", "cause", "group", "entry"))
COX = {"time": "time", "event": "event", "entry": "entry", "strata": "centre", "cluster": "patient"}
CALLS = {
    "kaplan_meier": lambda: statistics.kaplan_meier(TIME, EVENT, group=GROUP, entry=ENTRY, ci="log"),
    "log_rank": lambda: statistics.log_rank(TIME, EVENT, GROUP),
    "cox": lambda: statistics.cox(DATA, ["age", "group"], ties="efron", **COX),
    "cox by formula": lambda: statistics.cox(DATA, "Surv(time, event) ~ age + group"),
    "cumulative_incidence": lambda: statistics.cumulative_incidence(
        TIME, CAUSE, group=GROUP, variance="aalen"
    ),
    "gray_test": lambda: statistics.gray_test(TIME, CAUSE, GROUP),
    "fine_gray": lambda: statistics.fine_gray(DATA, ["age"], time="time", cause="cause"),
    "cause_specific_cox": lambda: statistics.cause_specific_cox(DATA, ["age"], time="time", cause="cause"),
    "firth_cox": lambda: statistics.firth_cox(DATA, ["age"], time="time", event="event"),
    "firth_logistic": lambda: statistics.firth_logistic(DATA, ["age"], outcome="outcome"),
    "rmst": lambda: statistics.rmst(TIME, EVENT, tau=10, group=GROUP),
    "landmark": lambda: statistics.landmark(DATA, 5, time="time", event="event"),
    "ph_test": lambda: statistics.ph_test(statistics.cox(DATA, ["age", "group"], time="time", event="event")),
    "meta_analysis": lambda: statistics.meta_analysis(
        DATA, events="events", n="n", control_events="others", control_n="n", study="patient"
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_result_is_frozen_and_has_its_table_and_its_sentence(name):
    found = CALLS[name]()
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.methods = ""
    assert len(found.table())
    assert isinstance(found.table(), pd.DataFrame)
    assert found.methods.endswith(".")


def test_the_table_of_a_test_holds_its_numbers_or_the_reason():
    answered = statistics.gray_test(TIME, CAUSE, GROUP).table().iloc[0]
    assert (answered["df"], answered["n"], answered["reason"]) == (1, N, "")
    assert 0 < answered["p"] < 1
    unanswered = statistics.gray_test(TIME, [0] * N, GROUP).table().iloc[0]
    assert pd.isna(unanswered["p"])
    assert unanswered["reason"] == "no event: all patients are censored"
