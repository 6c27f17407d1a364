"""T-ICAHT, early and late: every boundary, and what missing counts leave open."""

import pytest

from cartwise.basis import Interval
from tests.spec.measures.drawing import drawn, measured, reason, value

HEAD = "day | test | value | unit"


def counts(values, first=0, **more):
    """One platelet count a day from day `first` on."""
    rows = [f"{first + number} | platelets | {count} | 10*9/L" for number, count in enumerate(values)]
    more.setdefault("follow_up", "day | status\n200 | alive")
    return drawn(labs="\n".join([HEAD, *rows]), **more)


@pytest.mark.parametrize(
    ("low", "days", "grade"),
    [
        (50, 31, 0),
        (49.9, 1, 1),
        (49.9, 6, 1),
        (49.9, 7, 2),
        (20, 31, 2),
        (19.9, 1, 3),
        (19.9, 13, 3),
        (19.9, 14, 4),
    ],
)
def test_early_grade_by_depth_and_days(low, days, grade):
    assert value(counts([low] * days + [150] * (31 - days)), "early_t_icaht") == grade


def test_days_apart_are_counted_together():
    apart = counts([40] * 4 + [150] * 10 + [40] * 3 + [150] * 14)
    assert value(apart, "early_t_icaht") == 2


def test_days_that_no_count_tells_of_leave_a_range():
    labs = f"{HEAD}\n0 | platelets | 150 | 10*9/L\n1 | platelets | 40 | 10*9/L\n30 | platelets | 150 | 10*9/L"
    found = drawn(labs=labs, follow_up="day | status\n200 | alive")
    assert value(found, "early_t_icaht") == Interval(1, 4)
    assert "platelets of 28 days between day 2 and 29" in measured(found, "early_t_icaht").note


@pytest.mark.parametrize(
    ("lowest", "days", "grade"),
    [
        (100, 1, 0),
        (99.9, 1, 1),
        (50, 1, 1),
        (49.9, 1, 2),
        (20, 20, 2),
        (19.9, 1, 3),
        (19.9, 13, 3),
        (19.9, 14, 4),
    ],
)
def test_late_grade_by_the_lowest_count_and_its_days(lowest, days, grade):
    assert value(counts([lowest] * days, first=40), "late_t_icaht") == grade


def test_no_late_count_is_missing_and_not_0():
    assert "day 31 to 100" in reason(counts([40, 40]), "late_t_icaht")


def test_what_comes_after_hct_is_not_told_of_the_cells():
    treated = counts([90] * 5 + [10] * 10, first=40, treatments="day | kind\n45 | HCT")
    assert value(treated, "late_t_icaht") == 1
    assert "so far, to day 44" in measured(treated, "late_t_icaht").note
