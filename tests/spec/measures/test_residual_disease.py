"""MRD after infusion by method, and burden before lymphodepletion."""

import math

import pytest

from cartwise.basis import NO, UNKNOWN, YES, Interval
from cartwise.evidence import threshold
from cartwise.measures import Sheet, meets
from cartwise.measures.burden import mrd_before_ld_range
from tests.spec.measures.drawing import drawn, measured, reason, value


def after(rows: str, **more):
    return drawn(mrd=f"day | method | result | level\n{rows}", **more)


@pytest.mark.parametrize(
    ("rows", "name", "expected"),
    [
        ("28 | flow | negative |", "mrd_flow_day_28", "negative"),
        ("28 | fusion PCR | positive | 0.001", "mrd_pcr_day_28", "positive"),
        (
            "30 | IG/TR RQ-PCR | detected below quantification |",
            "mrd_pcr_day_28",
            "detected below quantification",
        ),
        ("28 | NGS | positive | 0.000001", "mrd_ngs_day_28", "positive"),
        ("21 | flow | positive | 0.1\n27 | flow | negative |", "mrd_flow_day_28", "negative"),
        ("26 | flow | positive | 0.1\n30 | flow | negative |", "mrd_flow_day_28", "negative"),
        ("28 | fusion PCR | negative |\n28 | IG/TR RQ-PCR | positive | 0.1", "mrd_pcr_day_28", "positive"),
        ("28 | flow | positive | 0.1\n100 | flow | negative |", "mrd_flow_month_3", "negative"),
        ("91 | NGS | detected below quantification |", "mrd_ngs_month_3", "detected below quantification"),
        ("91 | fusion PCR | negative |", "mrd_pcr_month_3", "negative"),
    ],
)
def test_the_state_about_a_day_is_that_of_the_nearest_test(rows, name, expected):
    assert value(after(rows), name) == expected


@pytest.mark.parametrize(
    "rows",
    [
        "20 | flow | negative |",
        "43 | flow | negative |",
        "28 | flow | not evaluable |",
        "28 | NGS | negative |",
    ],
)
def test_a_test_outside_the_window_or_not_evaluable_or_of_another_method_says_nothing(rows):
    assert reason(after(rows), "mrd_flow_day_28") == "no flow MRD test from day 21 to 42"


def test_clear_blood_does_not_clear_the_marrow_but_leukaemia_in_blood_counts():
    rows = "day | method | specimen | result\n28 | flow | blood | {}"
    assert "no flow MRD" in reason(drawn(mrd=rows.format("negative")), "mrd_flow_day_28")
    assert value(drawn(mrd=rows.format("positive")), "mrd_flow_day_28") == "positive"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("28 | flow | positive | 0.01\n91 | flow | negative |", False),
        ("28 | flow | negative |\n28 | fusion PCR | positive | 0.1", True),
        ("91 | flow | detected below quantification |", None),
    ],
)
def test_the_present_state_is_that_of_the_latest_test_of_each_method(rows, expected):
    found = measured(after(rows), "mrd_flow_or_pcr_positive")
    assert (found.value if found.known else None) is expected


def test_an_old_test_does_not_pass_as_the_present_state():
    patient = after("28 | flow | negative |\n28 | NGS | negative |", follow_up="day\n121")
    assert "more than 92 days ago" in reason(patient, "mrd_flow_or_pcr_positive")
    assert "more than 92 days ago" in reason(patient, "ngs_detected")
    assert value(patient.as_of(120), "mrd_flow_or_pcr_positive") is False


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("ngs_detected", "28 | NGS | positive | 0.1\n91 | NGS | negative |", False),
        ("ngs_detected", "91 | NGS | detected below quantification |", True),
        ("ngs_detected", "91 | flow | negative |", None),
        ("ngs_detected_day_28", "28 | NGS | detected below quantification |", True),
        ("ngs_detected_month_3", "91 | NGS | negative |", False),
        ("ngs_detected_month_3", "28 | NGS | positive | 0.1", None),
        ("mrd_flow_negative_pcr_or_ngs_detected", "60 | flow | negative |\n60 | NGS | positive | 0.1", True),
        ("mrd_flow_negative_pcr_or_ngs_detected", "60 | flow | positive | 0.1", False),
        (
            "mrd_flow_negative_pcr_or_ngs_detected",
            "60 | flow | negative |\n60 | fusion PCR | negative |",
            None,
        ),
        (
            "mrd_flow_negative_pcr_or_ngs_detected",
            "60 | flow | negative |\n60 | fusion PCR | negative |\n60 | NGS | negative |",
            False,
        ),
    ],
)
def test_what_tests_say_together(name, rows, expected):
    found = measured(after(rows), name)
    assert (found.value if found.known else None) is expected, found.reason


LD = "day | kind\n-5 | lymphodepletion\n-4 | lymphodepletion"


def test_burden_is_the_latest_marrow_before_lymphodepletion():
    patient = drawn(marrow="day | blasts\n-30 | 60\n-7 | 12\n-2 | 3", treatments=LD)
    assert value(patient, "marrow_blasts_before_ld") == 12
    assert measured(patient, "marrow_blasts_before_ld").note == "on day -7"


def test_without_a_day_of_lymphodepletion_the_infusion_ends_the_time_before():
    assert value(drawn(marrow="day | blasts\n-7 | 12\n-2 | 3"), "marrow_blasts_before_ld") == 3


def test_an_old_marrow_is_no_burden_before_lymphodepletion():
    assert reason(drawn(marrow="day | blasts\n-48 | 60", treatments=LD), "marrow_blasts_before_ld") == (
        "no marrow with a blast count from day -47 to -5"
    )


def test_no_blasts_is_zero_and_no_marrow_is_missing():
    assert value(drawn(marrow="day | blasts\n-7 | 0"), "marrow_blasts_before_ld") == 0
    assert not measured(drawn(), "marrow_blasts_before_ld").known


def before(rows: str):
    return drawn(mrd=f"day | method | result | level | sensitivity\n{rows}", treatments=LD)


@pytest.mark.parametrize(
    ("rows", "state", "level", "bounds"),
    [
        ("-7 | flow | positive | 0.02 | 0.0001", "positive", 0.02, Interval(0.02, 0.02)),
        (
            "-7 | flow | positive | 0.02 |\n-7 | fusion PCR | positive | 0.05 |",
            "positive",
            0.02,
            Interval(0.02, 0.02),
        ),
        (
            "-40 | flow | positive | 0.02 |\n-7 | flow | negative | | 0.0001",
            "negative",
            None,
            Interval(0, math.nextafter(1e-4, 0)),
        ),
        ("-7 | flow | negative | |", "negative", None, None),
        (
            "-7 | fusion PCR | detected below quantification | | 0.00001",
            "detected below quantification",
            None,
            Interval(0, 1),
        ),
        (
            "-7 | fusion PCR | positive | 0.05 |\n-7 | flow | negative | | 0.001",
            "positive",
            0.05,
            Interval(0.05, 0.05),
        ),
        ("-7 | flow | positive | |\n-7 | fusion PCR | positive | 0.05 |", "positive", None, None),
        ("-7 | flow | positive | |", "positive", None, None),
        ("-7 | NGS | positive | 0.001 |", None, None, None),
        ("-3 | flow | positive | 0.001 |", None, None, None),
    ],
)
def test_a_negative_test_is_a_state_and_a_bound_but_never_a_level(rows, state, level, bounds):
    patient = before(rows)
    for name, expected in (
        ("mrd_state_before_ld", state),
        ("mrd_before_ld", level),
        ("mrd_before_ld_range", bounds),
    ):
        found = measured(patient, name)
        assert (found.value if found.known else None) == expected, name


def test_the_reason_names_the_negative_test_and_its_sensitivity():
    assert (
        reason(before("-7 | flow | negative | | 0.0001"), "mrd_before_ld")
        == "negative by flow, sensitivity 0.0001"
    )


@pytest.mark.parametrize(
    ("rows", "truth"),
    [
        ("-7 | flow | negative | | 0.0001", YES),
        ("-7 | flow | negative | | 0.001", UNKNOWN),
        ("-7 | flow | positive | 0.00005 |", YES),
        ("-7 | flow | positive | 0.0001 |", NO),
        ("-7 | flow | negative | |", UNKNOWN),
    ],
)
def test_negative_at_a_sensitivity_lies_below_that_cut_off(rows, truth):
    low = meets(mrd_before_ld_range, threshold("wang-2025/low-burden-mrd"))
    assert low.answer(Sheet(before(rows))).truth is truth


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        pytest.param(
            "28 | blood | positive | 0.00005", Interval(0.00005, 1.0), id="blood alone: at least that"
        ),
        pytest.param("28 | marrow | positive | 0.00005", Interval(0.00005, 0.00005), id="marrow"),
        pytest.param(
            "28 | blood | positive | 0.00005\n28 | marrow | positive | 0.0003",
            Interval(0.0003, 0.0003),
            id="marrow of the same day tells",
        ),
    ],
)
def test_a_level_in_blood_is_no_upper_bound_of_that_in_marrow(rows, level):
    mrd = f"day | specimen | result | level | method\n{rows}"
    mrd = "\n".join(f"{row} | IG/TR RQ-PCR" if n else row for n, row in enumerate(mrd.splitlines()))
    assert value(drawn(mrd=mrd).as_of(30), "pcr_mrd_level_now") == level


def test_a_level_in_blood_bounds_that_in_marrow_from_below_only():
    blood = "day | method | specimen | result | level\n{day} | IG/TR RQ-PCR | blood | positive | 0.00005"
    before = drawn(mrd=blood.format(day=-5))
    assert "marrow may hold more" in reason(before, "mrd_before_ld")
    assert value(before, "mrd_before_ld_range") == Interval(0.00005, 1.0)
    assert value(drawn(mrd=blood.format(day=28)), "rq_pcr_day_28_range") == Interval(0.00005, 1.0)
