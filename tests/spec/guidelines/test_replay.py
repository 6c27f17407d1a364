"""Advice over the course: the days on which an answer changed, and what changed it."""

from __future__ import annotations

from cartwise.guidelines import advise, replay
from tests.drawing import patient_of

COURSE = {
    "patients": "disease | disease_indication\nB-ALL | second relapse",
    "infusions": "day | course | product | costimulation\n0 | 1 | tisagenlecleucel | 4-1BB",
    "treatments": "day | kind | end_day | response_day | response\n-200 | chemotherapy | -100 | -90 | CR",
    "assessments": "day | kind | value\n28 | response | CR\n30 | HCT eligibility | eligible",
    "mrd": (
        "day | available_day | method | specimen | result | level | sensitivity\n"
        "28 | 31 | flow | marrow | negative | | 0.0001\n60 | 66 | flow | marrow | positive | 0.001 | 0.0001"
    ),
    "relapses": "day | site | immunophenotype\n90 | marrow | CD19+",
}
TIER_1 = "westhafen-2025/hct-tier-1"


def test_a_statement_changes_on_the_day_its_result_was_available() -> None:
    changes = [
        (c.day, c.before, c.advice.standing)
        for c in replay(patient_of(**COURSE))
        if c.advice.because == TIER_1
    ]
    assert changes[1:] == [
        (0, "out-of-scope", "unknown"),
        (66, "unknown", "met"),
        (90, "met", "out-of-scope"),
    ]


def test_each_change_names_what_changed_it() -> None:
    (change,) = [c for c in replay(patient_of(**COURSE)) if c.advice.because == TIER_1 and c.day == 66]
    assert any("mrd positive after infusion: yes" in words for words in change.because)


def test_the_last_word_of_a_replay_is_the_advice_of_the_last_day() -> None:
    patient = patient_of(**COURSE)
    last = {change.advice.because: change.advice.standing for change in replay(patient)}
    assert last == {item.because: item.standing for item in advise(patient.as_of(90))}


def test_a_replay_to_a_day_does_not_know_what_came_after() -> None:
    patient = patient_of(**COURSE)
    to_65 = [(c.day, c.advice.because, c.advice.standing) for c in replay(patient, last=65)]
    without = {**COURSE, "relapses": "day | site\n300 | CNS", "mrd": COURSE["mrd"].rpartition("\n")[0]}
    assert to_65 == [
        (c.day, c.advice.because, c.advice.standing) for c in replay(patient_of(**without), last=65)
    ]
