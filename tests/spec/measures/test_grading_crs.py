"""CRS graded from bedside observations: every boundary of the ASTCT 2019 table, and what the record leaves open."""

import pytest

from cartwise.basis import Interval, Missing
from cartwise.measures.bedside import bedside_days
from cartwise.measures.grade_range import GradeRange
from cartwise.measures.grading_crs import DEVICES, crs_on
from cartwise.measures.grading_icans import AROUSAL, OEDEMA, SEIZURE, WEAKNESS
from cartwise.measures.grading_penn import penn_on
from cartwise.study.tables.clinical import OBSERVED
from tests.spec.measures.drawing import drawn, measured, reason, value

HEAD = "day | kind | value | unit | text"
CALM = "3 | oxygen device | | | room air\n3 | hypotension | | | absent"
CRS = "3 | other cause of fever | | | absent"
FEVER = "3 | temperature | 39.5 | Cel |"
PRESSOR = "3 | vasopressors | 1 | 1 |"
CANNULA = "3 | oxygen device | | | nasal cannula"
LOW_FLOW = "3 | oxygen flow | 2 | L/min |"


def on_day_3(*rows, **tables):
    patient = drawn(observations="\n".join([HEAD, *rows]), **tables)
    found = crs_on(patient, 3, bedside_days(patient))
    return (found.lowest, found.highest) if isinstance(found, GradeRange) else found


@pytest.mark.parametrize(
    ("temperature", "grade"),
    [("37.9 | Cel", 0), ("38.0 | Cel", 1), ("100.2 | [degF]", 0), ("100.5 | [degF]", 1)],
)
def test_fever_begins_at_38_degrees(temperature, grade):
    assert on_day_3(f"3 | temperature | {temperature} |", CALM, CRS) == (grade, grade)


@pytest.mark.parametrize(
    ("rows", "grade"),
    [
        (["3 | oxygen flow | 6 | L/min |", CANNULA], 2),
        (["3 | oxygen flow | 6.1 | L/min |", CANNULA], 3),
        (["3 | oxygen device | | | blow-by"], 2),
        (["3 | oxygen device | | | high-flow nasal cannula"], 3),
        (["3 | oxygen device | | | facemask"], 3),
        (["3 | oxygen device | | | nonrebreather mask"], 3),
        (["3 | oxygen device | | | Venturi mask"], 3),
        (["3 | oxygen device | | | CPAP"], 4),
        (["3 | oxygen device | | | BiPAP"], 4),
        (["3 | oxygen device | | | mechanical ventilation"], 4),
        (["3 | oxygen device | | | room air"], 1),
        (["3 | oxygen flow | 0 | L/min |"], 1),
    ],
)
def test_oxygen_by_device_and_flow(rows, grade):
    assert on_day_3(FEVER, CRS, "3 | hypotension | | | absent", *rows) == (grade, grade)


@pytest.mark.parametrize(
    ("rows", "span"),
    [
        (["3 | hypotension | | | absent"], (1, 1)),
        (["3 | hypotension | | | present", "3 | vasopressors | 0 | 1 |"], (2, 2)),
        (["3 | hypotension | | | present"], (2, 4)),
        (["3 | vasopressors | 1 | 1 |"], (3, 3)),
        (["3 | vasopressors | 1 | 1 |", "3 | vasopressin | | | given"], (3, 3)),
        (["3 | vasopressors | 2 | 1 |"], (4, 4)),
        (["3 | vasopressors | 0 | 1 |", "3 | vasopressin | | | given"], (2, 3)),
        (["3 | systolic pressure | 70 | mm[Hg] |"], (1, 4)),
    ],
)
def test_hypotension_by_vasopressors_vasopressin_not_counted(rows, span):
    assert on_day_3(FEVER, CRS, "3 | oxygen device | | | room air", *rows) == span


def test_the_worse_of_hypotension_and_hypoxia_decides():
    """The example that the authority's reprint of the table gives."""
    assert on_day_3(FEVER, CRS, PRESSOR, CANNULA, LOW_FLOW) == (3, 3)


@pytest.mark.parametrize(
    ("rows", "span"),
    [
        pytest.param([FEVER, CRS], (1, 4), id="neither oxygen nor pressure"),
        pytest.param([CRS, CANNULA, LOW_FLOW, "3 | hypotension | | | absent"], (0, 2), id="no temperature"),
        pytest.param([FEVER, CRS, CANNULA, "3 | hypotension | | | absent"], (2, 3), id="no flow"),
        pytest.param(
            [FEVER, CRS, "3 | oxygen flow | 8 | L/min |", "3 | hypotension | | | absent"],
            (3, 4),
            id="no device",
        ),
        pytest.param([FEVER, CALM], (0, 1), id="the cause of the fever is not judged"),
        pytest.param(
            [FEVER, PRESSOR, CALM], (0, 3), id="the cause is not judged, and a vasopressor is given"
        ),
    ],
)
def test_what_is_not_settled_is_a_range(rows, span):
    assert on_day_3(*rows) == span


def test_the_range_says_what_is_missing():
    patient = drawn(observations=f"{HEAD}\n{FEVER}\n{CALM}")
    assert "whether another cause explains the fever" in measured(patient, "crs_max_grade_derived").note
    patient = drawn(observations=f"{HEAD}\n{FEVER}\n{CRS}\n{CANNULA}\n3 | hypotension | | | absent")
    assert value(patient, "crs_max_grade_derived") == Interval(2, 3)
    assert "the oxygen flow" in measured(patient, "crs_max_grade_derived").note


def test_a_fever_with_another_cause_is_no_crs():
    assert on_day_3(FEVER, PRESSOR, "3 | other cause of fever | | | present") == (0, 0)


def test_a_recorded_grade_says_whose_the_fever_is_on_any_scale():
    for scale in ("ASTCT 2019", "Penn"):
        toxicities = f"day | kind | grade | scale\n3 | CRS | 1 | {scale}"
        assert on_day_3(FEVER, PRESSOR, CALM, toxicities=toxicities) == (3, 3)


EARLIER = "2 | temperature | 39 | Cel |"
COOL = "3 | temperature | 37 | Cel |"


@pytest.mark.parametrize(
    ("rows", "treatments", "span"),
    [
        pytest.param([EARLIER], "2 | tocilizumab", (3, 3), id="tocilizumab was given"),
        pytest.param([EARLIER, "3 | antipyretic | | | given"], "", (3, 3), id="an antipyretic was given"),
        pytest.param([EARLIER, "3 | antipyretic | | | not given"], "", (0, 0), id="none was given"),
        pytest.param([EARLIER], "", (0, 3), id="nothing is recorded of it"),
        pytest.param([], "2 | tocilizumab", (0, 0), id="there never was a fever"),
    ],
)
def test_after_treatment_fever_is_no_longer_asked_for(rows, treatments, span):
    tables = {"treatments": f"day | kind\n{treatments}"} if treatments else {}
    assert on_day_3(COOL, CRS, PRESSOR, "3 | oxygen device | | | room air", *rows, **tables) == span


def test_without_observations_it_is_ungraded_and_not_0():
    assert isinstance(on_day_3("3 | weight | 30 | kg |"), Missing)
    assert "no temperature" in reason(drawn(), "crs_max_grade_derived")


def test_the_highest_day_counts_and_open_days_are_named():
    rows = [FEVER, CRS, CALM, "4 | temperature | 39 | Cel |", "4 | other cause of fever | | | absent"]
    patient = drawn(observations="\n".join([HEAD, *rows]))
    assert value(patient, "crs_max_grade_derived") == Interval(1, 4)
    assert "not settled on day 4" in measured(patient, "crs_max_grade_derived").note
    assert value(patient.as_of(3), "crs_max_grade_derived") == 1


@pytest.mark.parametrize(
    ("device", "astct", "penn"), [("nasal cannula", (2, 2), (3, 3)), ("CPAP", (4, 4), (3, 3))]
)
def test_the_two_scales_are_graded_apart(device, astct, penn):
    rows = [HEAD, FEVER, CRS, LOW_FLOW, f"3 | oxygen device | | | {device}", "3 | hypotension | | | absent"]
    patient = drawn(observations="\n".join(rows))
    days = bedside_days(patient)
    for grade, span in ((crs_on(patient, 3, days), astct), (penn_on(patient, 3, days), penn)):
        assert (grade.lowest, grade.highest) == span


def test_penn_stays_open_where_the_dose_of_a_vasopressor_decides():
    patient = drawn(observations=f"{HEAD}\n{FEVER}\n{CRS}\n{PRESSOR}")
    assert value(patient, "crs_max_grade_penn_derived") == Interval(3, 4)


@pytest.mark.parametrize(
    ("age", "systolic", "low"),
    [
        (1, 71, True),
        (1, 72, False),
        (9, 87, True),
        (9, 88, False),
        (10, 89, True),
        (10, 90, False),
        (17, 90, False),
    ],
)
def test_low_pressure_for_age_stands_beside_the_grade(age, systolic, low):
    patients = f"disease | age_at_index_years\nB-ALL | {age}"
    patient = drawn(
        patients=patients, observations=f"{HEAD}\n3 | systolic pressure | {systolic} | mm[Hg] |"
    ).as_of(3)
    assert value(patient, "systolic_low_for_age") is low
    assert not measured(patient, "crs_max_grade_derived").known


def test_no_infant_is_judged_by_the_rule_for_age():
    patients = "disease | age_at_index_years\nB-ALL | 0.9"
    patient = drawn(patients=patients, observations=f"{HEAD}\n3 | systolic pressure | 50 | mm[Hg] |").as_of(3)
    assert "infants" in reason(patient, "systolic_low_for_age")


def test_the_grading_knows_every_word_that_the_record_offers():
    known = {
        "oxygen device": {*DEVICES, "nasal cannula"},
        "arousal": AROUSAL.keys(),
        "seizure": SEIZURE.keys(),
        "motor weakness": WEAKNESS.keys(),
        "cerebral oedema": OEDEMA.keys(),
    }
    for kind, grades in known.items():
        assert {word.lower() for word in OBSERVED[kind]} == set(grades)
