"""ICANS graded from bedside observations: every boundary of the ASTCT 2019 table, and what the record leaves open."""

import pytest

from cartwise.basis import Interval
from tests.spec.measures.drawing import drawn, measured, reason, value

HEAD = "day | kind | value | unit | text"
AWAKE = "5 | arousal | | | awakens spontaneously"


def grade(*rows, age="15"):
    patient = drawn(
        patients=f"disease | age_at_index_years\nB-ALL | {age}", observations="\n".join([HEAD, *rows])
    )
    return value(patient, "icans_max_grade_derived")


@pytest.mark.parametrize(
    ("score", "expected"), [(10, 0), (9, 1), (7, 1), (6, 2), (3, 2), (2, 3), (1, 3), (0, 3)]
)
def test_ice_in_somebody_awake(score, expected):
    assert grade(f"5 | ICE | {score} | 1 |", AWAKE) == expected


def test_an_ice_of_0_in_somebody_unarousable_is_grade_4():
    assert grade("5 | ICE | 0 | 1 |", "5 | arousal | | | unarousable") == 4
    assert grade("5 | ICE | 0 | 1 |") == Interval(3, 4)


@pytest.mark.parametrize(
    ("score", "arousal", "expected"),
    [
        (8, "awakens spontaneously", 1),
        (8, "awakens to voice", 2),
        (8, "awakens to touch", 3),
        (9, "awakens spontaneously", 3),
        (9, "unarousable", 4),
        (1, "awakens spontaneously", 1),
        (0, "awakens spontaneously", Interval(0, 1)),
        (0, "awakens to voice", 2),
    ],
)
def test_capd_below_12_years(score, arousal, expected):
    assert grade(f"5 | CAPD | {score} | 1 |", f"5 | arousal | | | {arousal}", age=6) == expected


def test_below_a_capd_of_9_only_arousal_parts_grade_1_from_2():
    assert grade("5 | CAPD | 8 | 1 |", age=6) == Interval(1, 2)
    assert grade("5 | CAPD | 9 | 1 |", age=6) == 3
    assert grade("5 | CAPD | | | unable to perform", age=6) == 4


@pytest.mark.parametrize(("age", "expected"), [("11.99", 3), ("12", 1), ("", Interval(0, 4))])
def test_the_age_decides_which_score_counts_and_exactly_12_goes_with_ice(age, expected):
    assert grade("5 | ICE | 8 | 1 |", "5 | CAPD | 10 | 1 |", AWAKE, age=age) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("5 | seizure | | | none", 0),
        ("5 | seizure | | | resolved", 3),
        ("5 | seizure | | | prolonged or repetitive", 4),
        ("5 | seizure | 1 | 1 |", Interval(3, 4)),
        ("5 | motor weakness | | | deep focal", 4),
        ("5 | cerebral oedema | | | focal", 3),
        ("5 | cerebral oedema | | | diffuse", 4),
    ],
)
def test_the_worst_domain_decides(row, expected):
    assert grade("5 | ICE | 10 | 1 |", AWAKE, row) == expected


def test_a_score_that_is_missing_leaves_a_range_and_is_asked_for():
    assert grade(AWAKE) == Interval(0, 3)
    patient = drawn(patients="disease | age_at_index_years\nB-ALL | 15", observations=f"{HEAD}\n{AWAKE}")
    assert "the ICE score" in measured(patient, "icans_max_grade_derived").note


def test_without_observations_it_is_ungraded_and_not_0():
    assert "no ICE, CAPD or arousal" in reason(drawn(), "icans_max_grade_derived")
