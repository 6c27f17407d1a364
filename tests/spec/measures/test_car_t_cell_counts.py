"""CAR T cells per microlitre: a share times a count of the same days, and otherwise what is missing to say it."""

from __future__ import annotations

import pytest

from cartwise.measures import Sheet, catalogue
from tests.drawing import patient_of

SHARE = "day | specimen | subset | parent | percent | parent_cells\n8 | blood | CAR+ T cells | T cells | {percent} | {cells}"


def counted(
    labs: str = "day | test | value | unit\n7 | CD3 | 400 | {cells}/uL",
    *,
    percent: str = "25",
    cells: int = 900,
):
    frequencies = SHARE.format(percent=percent, cells=cells)
    return Sheet(patient_of(infusions="day\n0", subset_frequencies=frequencies, labs=labs))[
        "car_t_cells_day_7"
    ]


def test_a_quarter_of_four_hundred_t_cells_is_a_hundred() -> None:
    assert counted().value == pytest.approx(100)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"labs": "day | test | value | unit\n3 | CD3 | 400 | {cells}/uL"},
            "no count of CD3+ cells within 1 day",
        ),
        ({"cells": 20}, "only 20 T cells"),
    ],
)
def test_what_does_not_tell_is_said(given, reason) -> None:
    found = counted(**given)
    assert reason in found.reason


def test_no_sample_says_so() -> None:
    found = Sheet(patient_of(infusions="day\n0"))["car_t_cells_day_28"]
    assert "from day 21 to 35" in found.reason
    assert catalogue()["car_t_cells_day_28"].research
