"""What the MRD tests since infusion say together."""

import pytest

from tests.spec.measures.drawing import drawn, measured, reason, value


def after(rows: str, **more):
    return drawn(mrd=f"day | method | result | level\n{rows}", **more)


@pytest.mark.parametrize(
    ("rows", "positive", "low_level_only"),
    [
        ("28 | flow | positive | 0.01", True, False),
        ("28 | fusion PCR | positive | 0.0001", True, False),
        ("28 | flow | positive | 0.01\n91 | flow | negative |", True, False),
        ("28 | flow | negative |", False, False),
        ("28 | flow | negative |\n28 | NGS | positive | 0.00001", False, True),
        ("28 | flow | negative |\n28 | NGS | detected below quantification |", False, True),
        ("28 | fusion PCR | detected below quantification |", False, True),
        ("28 | NGS | positive | 0.00001", None, True),
        ("14 | flow | positive | 0.01", None, None),
        ("-7 | flow | positive | 0.01", None, None),
    ],
)
def test_positive_at_any_level_and_found_by_ngs_or_below_quantification_are_kept_apart(
    rows, positive, low_level_only
):
    patient = after(rows)
    for name, expected in (
        ("mrd_positive_after_infusion", positive),
        ("mrd_low_level_only_after_infusion", low_level_only),
    ):
        found = measured(patient, name)
        assert (found.value if found.known else None) is expected, name


def test_the_days_of_positive_tests_are_named():
    note = measured(
        after("28 | flow | positive | 0.01\n91 | flow | negative |"), "mrd_positive_after_infusion"
    ).note
    assert note == "by flow on day 28; latest test on day 91"


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("mrd_rising", "28 | flow | positive | 0.001\n60 | flow | positive | 0.01", True),
        ("mrd_rising", "28 | flow | positive | 0.01\n60 | flow | positive | 0.001", False),
        ("mrd_rising", "28 | flow | positive | 0.001\n60 | NGS | positive | 0.01", None),
        ("mrd_rising", "28 | NGS | detected below quantification |\n60 | NGS | positive | 0.01", True),
        ("mrd_rising", "28 | flow | negative |\n60 | flow | positive | 0.01", None),
        ("mrd_rising", "28 | flow | positive |\n60 | flow | positive | 0.01", None),
        (
            "mrd_rising",
            "28 | flow | positive |\n60 | flow | positive |\n28 | NGS | negative |\n60 | NGS | negative |",
            None,
        ),
        (
            "mrd_rising",
            "28 | flow | negative |\n60 | flow | negative |\n28 | NGS | positive | 0.001\n60 | NGS | positive | 0.01",
            True,
        ),
        ("ngs_persistent_or_rising", "28 | NGS | positive | 0.01\n60 | NGS | positive | 0.001", True),
        ("ngs_persistent_or_rising", "28 | NGS | positive | 0.01\n60 | NGS | negative |", False),
        ("ngs_persistent_or_rising", "28 | NGS | negative |\n60 | NGS | positive | 0.01", None),
        ("ngs_persistent_or_rising", "28 | NGS | positive | 0.01", None),
        ("ngs_persistent_or_rising", "28 | flow | positive | 0.01", None),
        (
            "mrd_detected_after_infusion",
            "28 | flow | negative |\n28 | NGS | detected below quantification |",
            True,
        ),
        ("mrd_detected_after_infusion", "28 | flow | negative |", False),
        ("mrd_detected_after_infusion", "14 | flow | positive | 0.1", None),
        ("ngs_detected_from_month_3", "28 | NGS | positive | 0.1\n91 | NGS | negative |", False),
        ("ngs_detected_from_month_3", "180 | NGS | positive | 0.000001", True),
        ("ngs_detected_from_month_3", "28 | NGS | positive | 0.1", None),
        ("ngs_repeated_after_day_28", "28 | NGS | positive | 0.1", False),
        ("ngs_repeated_after_day_28", "28 | NGS | positive | 0.1\n42 | NGS | negative |", True),
        ("ngs_repeated_after_day_28", "28 | flow | positive | 0.1", None),
    ],
)
def test_what_tests_since_infusion_say_together(name, rows, expected):
    found = measured(after(rows), name)
    assert (found.value if found.known else None) is expected, found.reason


@pytest.mark.parametrize(
    "name",
    ["mrd_positive_after_infusion", "mrd_detected_after_infusion", "mrd_low_level_only_after_infusion"],
)
def test_a_finding_stays_and_its_absence_grows_old(name):
    clear = after("28 | flow | negative |", follow_up="day\n121")
    assert value(clear.as_of(120), name) is False
    assert "more than 92 days ago" in reason(clear, name)
    rows = "28 | NGS | positive | 0.001" if "low_level" in name else "28 | flow | positive | 0.001"
    assert value(after(rows, follow_up="day\n500"), name) is True


def test_mrd_stops_at_the_next_course():
    patient = after(
        "28 | flow | negative |\n110 | flow | positive | 0.1", infusions="day | course\n0 | 1\n100 | 2"
    )
    assert value(patient, "mrd_positive_after_infusion") is False
