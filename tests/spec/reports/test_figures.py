"""Print figures: the same bytes each time, readable without colour, and saying what they must."""

import re

import pytest

from cartwise.analyses import (
    Bar,
    IncidenceFigure,
    IncidenceLine,
    IncidencePanel,
    IntervalFigure,
    IntervalRow,
    KaplanMeierFigure,
    KineticsFigure,
    Lane,
    Mark,
    Profile,
    RiskCell,
    ScatterFigure,
    ScatterPanel,
    StepCurve,
    SwimmerFigure,
)
from cartwise.reports import svg


def curve(group, survival):
    return StepCurve(group, 30.0, (3.0, 9.0), survival, (0.5, None), (0.99, None), (20, 9), (1, 8), (1, 0))


def incidence(label):
    return IncidenceLine(label, 30.0, (3.0, 9.0), (0.1, 0.25), (0.02, None), (0.3, None))


def panel(title, labels, at_risk=(("At risk", (20, 9)),), note=""):
    return IncidencePanel(title, tuple(incidence(label) for label in labels), at_risk, note)


AXES = ((0.0, 12.0), "Months since infusion", "Cumulative incidence")

FIGURES = {
    "stacked causes": IncidenceFigure((panel("All", ("CD19+ relapse", "Death")),), *AXES, stacked=True),
    "causes by group": IncidenceFigure(
        tuple(
            panel(
                cause,
                ("with HCT", "without"),
                (("with HCT", (20, 9)), ("without", (10, 4))),
                "Gray's test p = 0.02",
            )
            for cause in ("Relapse", "Death")
        ),
        *AXES,
        legend="HCT",
    ),
    "three groups of causes": IncidenceFigure(
        tuple(panel(name, ("a",)) for name in "ABC"), *AXES, stacked=True
    ),
    "pairs": ScatterFigure((ScatterPanel("Cmax", "Tlast", ((100, 9), (2000, 0)), "n = 2 (1 drawn)"),)),
    "no pairs": ScatterFigure((ScatterPanel("Cmax", "Tlast", ()),)),
    "forest": IntervalFigure(
        (IntervalRow("", "Sex", 2, 0.5, 1e7),), "t", "Hazard ratio", logarithmic=True, reference=1.0
    ),
    "curves": KaplanMeierFigure(
        (curve("with HCT", (0.9, 0.4)), curve("without", (0.8, 0.0))),
        tuple(
            RiskCell(group, t, 9, "suppressed (<5)", "suppressed")
            for group in ("with HCT", "without")
            for t in (0.0, 12.0)
        ),
        "Months since infusion",
        "Overall survival",
        "HCT",
        "log-rank p = 0.031",
    ),
    "lanes": SwimmerFigure(
        (
            Lane(
                "P1",
                400,
                ongoing=True,
                bars=(Bar("CRS", 2, 6, 3), Bar("ICANS", 5, 8, 4), Bar("B-cell aplasia", 9, 90)),
            ),
            Lane(
                "P2",
                90,
                ongoing=False,
                marks=(Mark("Infusion", 0), Mark("HCT", 60), Mark("Relapse", 80), Mark("Death", 90)),
            ),
        )
    ),
    "levels": KineticsFigure((Profile("P1", (3, 9), (900, 70000), (40,), (100,)),), (100,), "Days", "Copies"),
    "levels without a limit": KineticsFigure((Profile("P1", (), (), (4,), (None,)),), (), "Days", "Copies"),
    "intervals": IntervalFigure(
        (IntervalRow("Sex", "female", 40, 20, 90), IntervalRow("", "all", 5, None, None)),
        "t",
        "x",
        logarithmic=True,
    ),
    "shares": IntervalFigure((IntervalRow("", "Prior HCT", 10, 3, 22),), "t", "Percent", percent=True),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_bytes_each_time(name):
    first = svg(FIGURES[name])
    assert first == svg(FIGURES[name])
    assert first.startswith("<?xml")
    assert not re.search(r"<dc:date>|20\d\d-\d\d-\d\d", first)


def texts(drawing):
    return re.findall(r"<text [^>]*>([^<]*)</text>", drawing)


def test_curves_differ_by_dash_and_not_by_colour_alone():
    dashes = re.findall(r"stroke-dasharray: ([\d., ]+)", svg(FIGURES["curves"]))
    assert dashes, "the second group has a dash pattern; the first is solid"


def test_stacked_areas_differ_by_pattern_and_not_by_colour_alone():
    drawing = svg(FIGURES["stacked causes"])
    assert "<pattern" in drawing
    assert {"CD19+ relapse", "Death", "At risk", "20", "9"} <= set(texts(drawing))


def test_causes_are_compared_a_panel_each_with_the_number_at_risk_of_every_group():
    written = texts(svg(FIGURES["causes by group"]))
    assert written.count("Gray's test p = 0.02") == 2
    assert written.count("At risk") == 2
    assert {"Relapse", "Death", "with HCT", "without", "10", "4"} <= set(written)
    assert re.findall(r"stroke-dasharray: ([\d., ]+)", svg(FIGURES["causes by group"]))


def test_a_forest_plot_ends_where_a_reader_has_seen_enough():
    assert {"0.5", "1", "2", "4", "10", "100"} <= set(texts(svg(FIGURES["forest"])))


def test_withheld_counts_are_signs_in_the_risk_table_and_never_zero():
    written = texts(svg(FIGURES["curves"]))
    assert written.count("&lt;5") == 4
    assert written.count("–") == 4
    assert "log-rank p = 0.031" in written
    assert {"At risk", "Censored", "Events"} <= set(written)


def test_grades_are_written_beside_their_bars():
    written = texts(svg(FIGURES["lanes"]))
    assert {"3", "4"} <= set(written)
    assert {"P1", "P2"} <= set(written)


def test_the_limit_is_drawn_and_named():
    drawing = svg(FIGURES["levels"])
    assert "limit 100" in texts(drawing)
    assert "below the limit" in texts(drawing)


def test_drawing_leaves_no_figure_open():
    import matplotlib.pyplot as plt  # noqa: PLC0415 - only to see that nobody used it

    svg(FIGURES["curves"])
    assert plt.get_fignums() == []
