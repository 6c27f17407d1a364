"""Expansion and persistence in blood: what each measure makes of drawn samples."""

import pytest

from cartwise.basis import Interval
from cartwise.kinetics import nca_arrays
from tests.spec.measures.drawing import drawn, measured, reason, value

PROFILE = """
day | copies_per_ug | below_limit
0   |               | yes
4   | 850           | no
7   | 14200         | no
10  | 52000         | no
14  | 30860         | no
21  | 9100          | no
28  | 3200          | no
60  | 1450          | no
91  |               | yes
182 |               | yes
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cmax", 52000),
        ("tmax", 10),
        ("tlast", 60),
        ("clast", 1450),
        ("time_to_undetectable", Interval(60, 91)),
        ("below_limit_samples", 3),
    ],
)
def test_a_full_profile(name, expected):
    assert value(drawn(transgene=PROFILE), name) == expected


def test_areas_and_terminal_slope_are_those_of_the_kinetic_core():
    time = [0, 4, 7, 10, 14, 21, 28, 60, 91, 182]
    level = [0, 850, 14200, 52000, 30860, 9100, 3200, 1450, 0, 0]
    expected = nca_arrays(time, level).quantities
    patient = drawn(transgene=PROFILE)
    assert value(patient, "auc_0_28d") == pytest.approx(expected["auclast_0_28"][0], rel=1e-12)
    assert value(patient, "auc_last") == pytest.approx(expected["auclast"][0], rel=1e-12)
    assert value(patient, "half_life") == pytest.approx(expected["half_life"][0], rel=1e-12)
    assert value(patient, "auc_last") > value(patient, "auc_0_28d")


def test_the_rule_for_the_area_is_the_study_s_and_is_said():
    linear = drawn(transgene=PROFILE, definitions={"auc_rule": "linear"})
    assert value(linear, "auc_0_28d") > value(drawn(transgene=PROFILE), "auc_0_28d")
    assert "linear trapezoids" in measured(linear, "auc_0_28d").method


def test_a_half_life_comes_with_its_fit_and_its_flags():
    note = measured(drawn(transgene=PROFILE), "half_life").note
    assert note == "4 points from day 14 to 60, r2 0.779, span ratio 3.82; r2 below 0.9"


def test_no_sample_is_missing_with_its_reason_and_never_zero():
    patient = drawn()
    assert reason(patient, "cmax") == "no transgene level in blood from day 0 to 28"
    assert reason(patient, "below_limit_samples") == "no transgene level in blood after infusion"


def test_every_level_below_the_limit_is_a_peak_of_zero_without_a_day():
    patient = drawn(transgene="day | below_limit\n0 | yes\n14 | yes\n28 | yes")
    assert value(patient, "cmax") == 0
    assert "below the limit" in measured(patient, "cmax").note
    assert "below the limit" in reason(patient, "tmax")
    assert "below the limit" in reason(patient, "tlast")
    assert value(patient, "auc_0_28d") == 0


def test_a_peak_after_day_28_is_not_the_peak_of_expansion():
    patient = drawn(transgene="day | copies_per_ug\n7 | 900\n28 | 400\n29 | 5000")
    assert value(patient, "cmax") == 900
    assert value(patient, "tlast") == 29


def test_of_equal_peaks_the_first_counts():
    assert value(drawn(transgene="day | copies_per_ug\n7 | 900\n10 | 900\n28 | 4"), "tmax") == 7


def test_samples_of_one_day_are_averaged_and_half_days_are_days_of_their_own():
    patient = drawn(
        transgene="day | copies_per_ug | below_limit\n0 | | yes\n0.5 | 800 | no\n10 | 100 | no\n10 | 300 | no"
    )
    assert value(patient, "cmax") == 800
    assert value(patient, "tmax") == 0.5
    assert value(patient, "clast") == 200


def test_one_of_two_repeats_below_the_limit_counts_as_zero_in_their_mean():
    patient = drawn(transgene="day | copies_per_ug | below_limit\n7 | 300 | no\n7 | | yes")
    assert value(patient, "cmax") == 150
    assert value(patient, "below_limit_samples") == 0


def test_only_blood_from_infusion_on_counts():
    patient = drawn(
        transgene="day | specimen | copies_per_ug\n-7 | blood | 9000\n10 | marrow | 8000\n10 | blood | 50"
    )
    assert value(patient, "cmax") == 50


def test_a_level_under_the_limit_of_its_own_assay_is_below_the_limit():
    patient = drawn(transgene="day | copies_per_ug | lower_limit\n7 | 5000 | 100\n28 | 80 | 100")
    assert value(patient, "below_limit_samples") == 1
    assert value(patient, "tlast") == 7


def test_a_row_in_copies_per_cell_alone_gives_no_copies_per_microgram():
    patient = drawn(transgene="day | copies_per_cell\n7 | 0.4")
    assert reason(patient, "cmax").startswith("no transgene level")


def test_an_area_begins_at_zero_on_day_0_unless_cells_were_given_before():
    samples = "day | copies_per_ug\n7 | 1000\n28 | 1000"
    assert value(drawn(transgene=samples), "auc_0_28d") == 7 * 1000 / 2 + 21 * 1000
    earlier = drawn(transgene=samples, treatments="day | kind\n-200 | CAR T")
    assert "sampling starts after day 0" in reason(earlier, "auc_0_28d")


def test_persistence_stops_at_the_next_course():
    infusions = "day | course\n0 | 1\n1 | 1\n100 | 2"
    patient = drawn(infusions=infusions, transgene="day | copies_per_ug\n7 | 900\n90 | 40\n107 | 7000")
    assert value(patient, "tlast") == 90
    assert not value(patient, "time_to_undetectable").seen


def test_persistence_stops_at_transplant():
    patient = drawn(
        transgene="day | copies_per_ug | below_limit\n7 | 900 | no\n60 | 40 | no\n120 | | yes",
        treatments="day | kind\n79 | HCT",
    )
    assert value(patient, "time_to_undetectable") == Interval(60)


def test_undetectable_once_and_found_again_is_not_yet_undetectable():
    samples = "day | copies_per_ug | below_limit\n7 | 900 | no\n60 | | yes\n91 | 30 | no\n120 | | yes"
    patient = drawn(transgene=samples)
    assert value(patient, "time_to_undetectable") == Interval(91, 120)
    assert measured(patient, "time_to_undetectable").note == "rests on one sample below the limit"


def test_as_of_a_day_only_the_results_known_by_then_count():
    samples = "day | available_day | copies_per_ug\n7 | 9 | 900\n10 | 12 | 5000"
    patient = drawn(transgene=samples)
    assert value(patient.as_of(11), "cmax") == 900
    assert measured(patient.as_of(11), "cmax").note == "sampled to day 7"
    assert value(patient.as_of(12), "cmax") == 5000
    assert reason(patient.as_of(-1), "cmax") == "no infusion is recorded"
