"""Samples of cytometry as measures: counted where there are any, and missing with what would settle it."""

import pytest

from cartwise.measures import Sheet, catalogue
from tests.drawing import patient_of

FREQUENCIES = """
day | specimen | subset      | parent       | percent | file_hash
0   | product  | Treg memory | CAR+ T cells | 60      | a
0   | product  | CD8 naive   | CAR+ T cells | 2       | a
7   | blood    | Treg memory | CAR+ T cells | 1       | b
7   | marrow   | Treg memory | CAR+ T cells | 1       | c
"""


def test_a_sample_is_counted_once_whatever_was_measured_in_it_and_marrow_is_not_followed():
    assert Sheet(patient_of(infusions="day\n0", subset_frequencies=FREQUENCIES)).value("subset_samples") == 2


@pytest.mark.parametrize("measure", ["subset_samples", "marker_samples"])
def test_without_cytometry_the_measure_says_what_is_not_recorded(measure):
    found = Sheet(patient_of(infusions="day\n0"))[measure]
    assert "by cytometry are recorded" in found.reason
    assert catalogue()[measure].research
