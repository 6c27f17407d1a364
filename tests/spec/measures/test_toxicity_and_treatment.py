"""CRS and ICANS from daily grades, and what was given against them."""

import pytest

from tests.spec.measures.drawing import drawn, measured, reason, value

GRADES = """
day | kind  | grade
2   | CRS   | 0
3   | CRS   | 1
4   | CRS   | 3
5   | CRS   | 0
7   | CRS   | 1
8   | CRS   | 0
6   | ICANS | 0
"""


def test_maximum_onset_and_duration_of_daily_grades():
    patient = drawn(toxicities=GRADES)
    assert value(patient, "crs_max_grade") == 3
    assert measured(patient, "crs_max_grade").note == "ASTCT 2019 scale"
    assert value(patient, "crs_onset") == 3
    assert value(patient, "crs_duration") == 5
    assert value(patient, "crs_grade_3_or_more") is True


def test_grade_zero_is_zero_and_no_grade_is_missing():
    patient = drawn(toxicities=GRADES)
    assert value(patient, "icans_max_grade") == 0
    assert reason(patient, "icans_onset") == "no ICANS: every recorded grade is 0"
    assert reason(patient, "icans_duration") == "no ICANS: every recorded grade is 0"
    assert reason(drawn(), "icans_max_grade") == "no grade of ICANS is recorded after infusion"
    assert reason(drawn(), "crs_grade_3_or_more") == "no grade of CRS is recorded after infusion"


def test_grades_of_two_scales_are_never_mixed():
    patient = drawn(toxicities="day | kind | grade | scale\n3 | CRS | 2 | ASTCT 2019\n3 | CRS | 3 | Penn")
    assert reason(patient, "crs_max_grade") == "CRS is graded by ASTCT 2019 and Penn, which do not compare"
    assert not measured(patient, "crs_grade_3_or_more").known
    assert value(patient, "crs_onset") == 3


def test_the_maximum_grows_with_the_days():
    patient = drawn(toxicities=GRADES)
    assert [value(patient.as_of(day), "crs_max_grade") for day in (2, 3, 4, 8)] == [0, 1, 3, 3]
    assert measured(patient.as_of(4), "crs_duration").note == "no grade of 0 is recorded after it"


def test_toxicity_of_the_next_course_is_not_this_one_s():
    patient = drawn(
        toxicities="day | kind | grade\n3 | CRS | 1\n103 | CRS | 4", infusions="day | course\n0 | 1\n100 | 2"
    )
    assert value(patient, "crs_max_grade") == 1


@pytest.mark.parametrize(
    ("name", "kind"), [("tocilizumab_given", "tocilizumab"), ("steroids_given", "steroid")]
)
def test_given_not_given_or_not_known(name, kind):
    given = drawn(treatments=f"day | kind\n4 | {kind}")
    assert value(given, name) is True
    assert measured(given, name).note == "begun on day 4"
    assert value(drawn(toxicities=GRADES), name) is False
    assert value(drawn(treatments="day | kind\n9 | G-CSF"), name) is False
    assert "neither a treatment nor a toxicity grade" in reason(drawn(), name)
    assert "neither a treatment nor a toxicity grade" in reason(
        drawn(treatments=f"day | kind\n-9 | {kind}\n60 | {kind}"), name
    )


def test_not_given_so_far_says_how_far():
    patient = drawn(toxicities=GRADES, treatments="day | kind\n6 | tocilizumab")
    assert measured(patient.as_of(4), "tocilizumab_given").note == "none recorded to day 4"
    assert value(patient.as_of(6), "tocilizumab_given") is True
