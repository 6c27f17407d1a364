"""The grade of the day, and whether what is recorded agrees with what was observed."""

import pytest

from cartwise.measures import Sheet
from tests.spec.measures.drawing import drawn, measured, reason, value

OBSERVED = """
day | kind                 | value | unit  | text
3   | temperature          | 39    | Cel   |
3   | other cause of fever |       |       | absent
3   | oxygen device        |       |       | room air
3   | hypotension          |       |       | {hypotension}
3   | vasopressors         | {n}   | 1     |
"""
CALM = OBSERVED.format(hypotension="absent", n=0)
SHOCK = OBSERVED.format(hypotension="present", n=1)


def graded(grade, scale="ASTCT 2019", day=3):
    return f"day | kind | grade | scale\n{day} | CRS | {grade} | {scale}"


def test_the_recorded_grade_counts_and_the_observed_one_stands_beside_it():
    patient = drawn(observations=CALM, toxicities=graded(1)).as_of(3)
    assert value(patient, "crs_grade_1_now") is True
    assert measured(patient, "crs_grade_1_now").note == "grade 1 recorded on day 3; the observations give 1"
    assert value(patient, "crs_grades_agree") is True


def test_where_they_disagree_the_record_contradicts_itself():
    patient = drawn(observations=SHOCK, toxicities=graded(1)).as_of(3)
    found = Sheet(patient).value("crs_grade_1_now")
    assert found.cause == "conflict"
    assert found.reason == "grade 1 is recorded on day 3, but the observations give 3"
    assert value(patient, "crs_now") is True
    assert value(patient, "crs_grades_agree") is False
    assert measured(patient, "crs_grades_agree").note == "day 3: 1 recorded, 3 observed"
    assert value(patient, "crs_max_grade") == 1


def test_without_a_recorded_grade_the_observed_one_answers_and_says_so():
    patient = drawn(observations=CALM).as_of(3)
    assert value(patient, "crs_grade_1_now") is True
    assert measured(patient, "crs_grade_1_now").note.startswith("derived, not recorded")


def test_a_grade_on_another_scale_is_not_converted():
    patient = drawn(toxicities=graded(1, scale="Penn")).as_of(3)
    assert "no ASTCT grade" in reason(patient, "crs_grade_1_now")
    assert "no day has an ASTCT grade" in reason(patient, "crs_grades_agree")


def test_a_range_that_does_not_decide_is_missing():
    vague = "day | kind | value | unit\n3 | temperature | 39 | Cel"
    assert "0 to 4" in reason(drawn(observations=vague).as_of(3), "crs_now")


@pytest.mark.parametrize(
    ("grade", "day", "known"),
    [
        (1, 4, True),
        (1, 5, False),
        (0, 4, True),
        (0, 5, False),
        (0, 28, False),
        (0, 29, False),
        (0, 40, False),
    ],
)
def test_a_grade_of_the_days_in_which_crs_may_begin_tells_the_present_for_two_days(grade, day, known):
    assert measured(drawn(toxicities=graded(grade)).as_of(day), "crs_now").known is known


def test_a_0_after_an_episode_stands_until_the_next_grade():
    resolved = drawn(toxicities=f"{graded(1)}\n6 | CRS | 0 | ASTCT 2019")
    assert value(resolved.as_of(20), "crs_now") is False


def test_a_0_stands_once_toxicity_begins_no_more():
    early, late = ("".join(f"\n{day} | CRS | 0 | ASTCT 2019" for day in range(last)) for last in (3, 15))
    head = "day | kind | grade | scale"
    assert not measured(drawn(toxicities=head + early).as_of(40), "crs_now").known
    assert value(drawn(toxicities=head + late).as_of(24), "crs_now") is False


@pytest.mark.parametrize(("ice", "severe"), [(2, True), (3, False)])
def test_icans_of_grade_3_from_the_observations(ice, severe):
    rows = f"day | kind | value | unit | text\n5 | ICE | {ice} | 1 |\n5 | arousal | | | awakens spontaneously"
    patient = drawn(patients="disease | age_at_index_years\nB-ALL | 15", observations=rows).as_of(5)
    assert value(patient, "icans_grade_3_or_more_now") is severe
    assert value(patient, "icans_now") is True
