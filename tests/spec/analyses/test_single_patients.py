"""The course and the kinetics of single patients, as the swimmer plot and the individual curves take them."""

import pytest

from cartwise.analyses import Bar, Mark, run
from tests.drawing import study_of


@pytest.fixture(scope="module")
def study():
    return study_of(
        patients="patient_id\nA\nB\nC",
        infusions="patient_id | day | course\nA | 0 | 1\nA | 200 | 2\nB | 0 | 1",
        toxicities="patient_id | day | kind | grade | scale\n"
        "A | 1 | CRS | 0 | ASTCT 2019\nA | 2 | CRS | 1 | ASTCT 2019\nA | 3 | CRS | 3 | ASTCT 2019\n"
        "A | 4 | CRS | 0 | ASTCT 2019\nA | 6 | CRS | 1 | ASTCT 2019\nA | 3 | ICANS | 2 | ASTCT 2019",
        b_cells="patient_id | day | specimen | percent_of_lymphocytes\nA | 14 | blood | 0\nA | 90 | blood | 0\nA | 120 | blood | 9",
        transgene="patient_id | day | specimen | copies_per_ug | below_limit | lower_limit\n"
        "A | 0 | blood | | yes | 100\nA | 7 | blood | 5000 | no | 100\nA | 7 | CSF | 7 | no | 100\n"
        "A | 60 | blood | | yes | 100\nA | 207 | blood | 9000 | no | 100",
        treatments="patient_id | day | kind\nA | 150 | HCT\nA | -150 | HCT",
        relapses="patient_id | day\nA | 190\nB | -40",
        follow_up="patient_id | day | status\nA | 400 | alive\nB | 500 | lost",
    )


@pytest.fixture(scope="module")
def lanes(study):
    return {lane.patient: lane for lane in run(study, "swimmer").figures[""].lanes}


def test_a_toxicity_is_drawn_by_episode_with_its_highest_grade(lanes):
    graded = [bar for bar in lanes["A"].bars if bar.kind in {"CRS", "ICANS"}]
    assert graded == [Bar("CRS", 2, 3, 3), Bar("CRS", 6, 6, 1), Bar("ICANS", 3, 3, 2)]


def test_aplasia_runs_to_the_sample_that_shows_it_lost(lanes):
    assert Bar("B-cell aplasia", 14, 120) in lanes["A"].bars


def test_events_after_infusion_are_marked_and_those_before_are_not(lanes):
    assert set(lanes["A"].marks) == {
        Mark("Infusion", 0),
        Mark("Infusion", 200),
        Mark("HCT", 150),
        Mark("Relapse", 190),
    }
    assert set(lanes["B"].marks) == {Mark("Infusion", 0)}


def test_follow_up_goes_on_unless_it_ended(lanes):
    assert (lanes["A"].end, lanes["A"].ongoing) == (400, True)
    assert (lanes["B"].end, lanes["B"].ongoing) == (500, False)


def test_patients_never_infused_have_no_lane(study, lanes):
    assert set(lanes) == {"A", "B"}
    steps = run(study, "swimmer").attrition.set_index("step")["patients"]
    assert steps["Out: not infused"] == 1


def test_a_curve_holds_blood_of_the_first_course_and_keeps_below_limit_samples_apart(study):
    figure = run(study, "individual_kinetics").figures[""]
    profile = figure.profiles[0]
    assert (profile.days, profile.values) == ((7.0,), (5000.0,))
    assert (profile.below_days, profile.below_limits) == ((0.0, 60.0), (100.0, 100.0))
    assert figure.limits == (100.0,)


def test_results_on_single_patients_are_never_shared(study):
    assert not run(study, "swimmer").shareable
    assert not run(study, "individual_kinetics").shareable
