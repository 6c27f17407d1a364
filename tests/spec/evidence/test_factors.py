"""What the sources say of one factor stands side by side, with those that found nothing or the opposite."""

import pytest

from cartwise import evidence
from cartwise.basis import UserError

SIDES = """
factor                    | worse                                    | none                       | better
--------------------------+------------------------------------------+----------------------------+---------
blinatumomab exposure     | chop, robert-debre-saint-louis           | car-ma                     |
blinatumomab non-response | car-ma, talleur-2023, westhafen-2025     |                            |
extramedullary disease    | car-ma                                   | prwcc                      |
low cell dose             | prwcc                                    | wang-2025                  | wang-2025
low fludarabine exposure  | princess-maxima, prwcc                   |                            |
sex                       |                                          | myers-2023                 | wang-2025
TP53                      | lu-daopei, myers-2023                    |                            |
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in SIDES.strip().splitlines()[2:]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_sources_on_each_side_of_a_factor(row):
    for effect, expected in zip(("worse", "none", "better"), row[1:], strict=True):
        said = {fact.source for fact in evidence.about(row[0]) if fact.effect == effect}
        assert ", ".join(sorted(said)) == expected


def test_a_factor_brings_the_ratios_of_its_studies_with_n_and_definition():
    ratios = [
        f for f in evidence.about("marrow burden") if isinstance(f, evidence.Finding) and f.measure == "HR"
    ]
    told = {(f.source, f.endpoint, f.value, f.n) for f in ratios}
    assert told == {
        ("car-ma", "event-free survival", 2.5, 420),
        ("car-ma", "CD19-negative relapse", 5.2, 420),
        ("prwcc", "overall survival", 5.1, 185),
        ("st-jude-jhu", "event-free survival", 6.0, 30),
        ("st-jude-jhu", "overall survival", 4.2, 30),
    }
    assert {f.comparison for f in ratios} == {"at least 5 % marrow blasts v fewer"}


@pytest.mark.parametrize("factor", evidence.FACTORS)
def test_of_every_factor_something_is_reported(factor):
    assert evidence.about(factor)


def test_an_unknown_factor_is_answered_with_those_there_are():
    with pytest.raises(UserError, match=r"There are: .*marrow burden"):
        evidence.about("weather")
