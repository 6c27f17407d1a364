"""What is due, and what is overdue, by the schedule of 001."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.monitoring import MRD_DAYS
from tests.drawing import patient_of

INFUSED = "day | course\n0 | 1"


def due(name: str, day: float, **tables: str) -> float | None:
    """The day on which something is due, as seen on a day; None where nothing is."""
    found = Sheet(patient_of(infusions=INFUSED, **tables).as_of(day)).value(name)
    return None if isinstance(found, Missing) else round(float(found), 1)  # type: ignore[arg-type]


def mrd(*days: float) -> str:
    return "\n".join(
        ["day | method | specimen | result", *(f"{day} | flow | marrow | negative" for day in days)]
    )


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        pytest.param((-8,), 28, id="a test before infusion is not one after it"),
        pytest.param((28,), 91.3, id="2 months after day 28"),
        pytest.param((30, 95), 152.2, id="late tests stand for the nearest day"),
        pytest.param((335,), 426.1, id="month 11, then month 14: every 3 months in years 2 and 3"),
        pytest.param((1065.3,), 1247.9, id="month 35, then month 41: every 6 months to year 5"),
        pytest.param((1826,), None, id="after five years nothing is due"),
    ],
)
def test_the_next_mrd_test(tested: tuple[float, ...], expected: float | None) -> None:
    assert due("mrd_due", 2000, mrd=mrd(*tested)) == expected


@pytest.mark.parametrize(
    ("tested", "expected"),
    [((28,), 100), ((28, 101), 130.4), ((28, 101, 131, 162, 190), 237.0), ((28, 480), 647.9)],
)
def test_after_hct_the_schedule_starts_again(tested: tuple[float, ...], expected: float) -> None:
    treatments = "day | kind\n100 | HCT"
    assert due("mrd_due", 2000, mrd=mrd(*tested), treatments=treatments) == expected


@pytest.mark.parametrize(("day", "overdue"), [(91, False), (92, True)])
def test_a_test_is_overdue_from_the_day_after(day: float, overdue: bool) -> None:
    patient = patient_of(infusions=INFUSED, mrd=mrd(28)).as_of(day)
    assert Sheet(patient).value("mrd_overdue") is overdue


def transgene(*rows: tuple[float, bool]) -> str:
    cells = (f"{day} | blood | {'' if below else 5000} | {'yes' if below else ''}" for day, below in rows)
    return "\n".join(["day | specimen | copies_per_ug | below_limit", *cells])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (((0, True),), 7),
        (((7, False),), 14),
        (((7, False), (14, False), (28, False)), 84),
        (((28, False), (84, True)), 182),
        (((28, False), (84, True), (182, True)), None),
        (((728, False),), 913.1),
    ],
)
def test_the_next_transgene_test(rows: tuple[tuple[float, bool], ...], expected: float | None) -> None:
    assert due("transgene_due", 2000, transgene=transgene(*rows)) == expected


def test_before_infusion_nothing_is_due() -> None:
    patient = patient_of(treatments="day | kind\n-20 | chemotherapy")
    assert isinstance(Sheet(patient).value("mrd_due"), Missing)


def test_no_gap_of_the_schedule_is_longer_than_the_interval_printed_for_its_years() -> None:
    month = 30.4375
    for one, other in pairwise(MRD_DAYS):
        longest = 2 if other <= 12 * month else 3 if other <= 36 * month else 6
        assert other - one <= max(longest * month, 91.3125 - 28) + 0.01, (one, other)
