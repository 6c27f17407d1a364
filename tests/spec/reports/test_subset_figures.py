"""Figures of cytometry: the same bytes each time, readable without colour, and saying what they must."""

import re

import pytest

from cartwise.analyses import (
    Bracket,
    CompositionBar,
    CompositionFigure,
    CompositionPanel,
    FitFigure,
    FitPanel,
    HeatMapFigure,
    HeatPanel,
    PairedFigure,
    PairedLine,
    PairedPanel,
)
from cartwise.reports import svg
from cartwise.reports.figures.composition import look

PARTS = ("Treg memory", "CD8 naive", "gd")
MARKERS = HeatPanel("product to day 7", ("CD8 naive",), ("CD127", "PD-1"), ((1.45, None),), (("*", ""),))

FIGURES = {
    "pairs": PairedFigure(
        (
            PairedPanel(
                "Treg memory",
                (PairedLine("P1", ((60, False), (1, False))), PairedLine("P2", ((70, False), (9, True)))),
                (Bracket(0, 1, "< 0.001"),),
            ),
            PairedPanel("gd", (PairedLine("P1", (None, (0, False))),)),
            PairedPanel("nobody", ()),
        ),
        ("product", "day 7"),
        "% of CAR+ T cells",
    ),
    "composition": CompositionFigure(
        PARTS,
        (
            CompositionPanel("Mean", (CompositionBar("product, n = 2", (60, 30, None)),)),
            CompositionPanel("day 28", ()),
        ),
        "%",
    ),
    "map": HeatMapFigure((MARKERS, MARKERS), "Change of the median"),
    "map of chances": HeatMapFigure(
        (HeatPanel("day 0", ("a",), ("b",), ((0.5,),), (("",),)),), "Chance", 0.5
    ),
    "fit": FitFigure(
        (
            FitPanel("day 7", ((1, 900), (4, 5000)), ((0, 0),), ((0, 0), (4, 5000)), "R² = 0.99"),
            FitPanel("28", ()),
        ),
        "% CAR+",
        "copies",
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_bytes_each_time(name):
    assert svg(FIGURES[name]) == svg(FIGURES[name])


def texts(name, **options):
    return re.findall(r"<text [^>]*>([^<]*)</text>", svg(FIGURES[name], **options))


def test_brackets_carry_their_p_value():
    assert {"p &lt; 0.001", "Treg memory", "product", "day 7"} <= set(texts("pairs"))


def test_parts_of_a_bar_differ_by_pattern_and_not_by_colour_alone():
    drawn = svg(FIGURES["composition"])
    assert "<pattern" in drawn
    assert set(PARTS) <= set(texts("composition"))


def test_no_two_of_nineteen_parts_look_alike():
    looks = {(str(look(part)["facecolor"]), look(part)["hatch"]) for part in range(19)}
    assert len(looks) == 19
    assert all(look(part)["hatch"] != look(part + 1)["hatch"] for part in range(6))


def test_every_cell_of_a_map_holds_its_number_and_names_stand_once():
    written = texts("map")
    assert written.count("+1.45*") == 2
    assert written.count("CD127") == 1
    assert ".50" in texts("map of chances")


def test_a_sample_below_a_limit_has_its_own_sign():
    assert "below a limit" in texts("fit")


def test_invented_data_say_so_on_the_figure():
    assert "Invented data" in texts("map", invented=True)
