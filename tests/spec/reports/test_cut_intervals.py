"""Intervals of a forest plot that go on beyond its axis end in an arrow head, and the caption says what that is."""

import math
from xml.etree.ElementTree import Element, fromstring

import pytest

from cartwise.analyses import IntervalFigure, IntervalRow, run
from cartwise.reports import svg
from cartwise.reports.figures.forest import ForestFigure, ForestRow, draw
from tests.spec.analyses.courses import courses_study, rows

SVG = "{http://www.w3.org/2000/svg}"
SENTENCE = "An arrow head marks an interval that goes on beyond the axis (0.01 to 100)."


def forest(value, lower, upper):
    rows = (IntervalRow("", "Sex", value, lower, upper),)
    return IntervalFigure(rows, "t", "Hazard ratio", logarithmic=True, reference=1.0)


def marks(figure):
    """How many marks a drawing has: one for the value, one for each arrow head."""
    root: Element = fromstring(svg(figure))
    inside = [group for group in root.iter(f"{SVG}g") if group.get("id", "").startswith("line2d")]
    return sum(len(list(group.iter(f"{SVG}use"))) for group in inside if "ytick" not in group.get("id", ""))


@pytest.mark.parametrize(
    ("lower", "upper", "heads"),
    [(0.5, 4, 0), (None, None, 0), (0.5, 1309, 1), (1e-6, 4, 1), (0.0, math.inf, 2), (1e-9, 1e9, 2)],
)
def test_an_end_beyond_the_axis_is_an_arrow_head(lower, upper, heads):
    figure = forest(2, lower, upper)
    assert figure.cut == bool(heads)
    within = (None if end is None else min(max(end, 0.0101), 99.9) for end in (lower, upper))
    assert marks(figure) - marks(forest(2, *within)) == heads


def test_levels_without_a_line_of_no_difference_are_never_cut():
    rows = (IntervalRow("", "Cmax", 900, 3, 1e6),)
    assert not IntervalFigure(rows, "t", "Copies", logarithmic=True).cut


def test_a_limit_that_is_not_there_is_no_end_of_an_interval_of_the_evidence():
    def heads(lower, upper):
        row = ForestRow("", "Some", "", 1.0, lower, upper, "")
        return draw(ForestFigure((row,), "t", "x", logarithmic=True)).count("<path")

    assert (heads(0.5, 2.0), heads(0.5, None), heads(None, 2.0), heads(None, None)) == (0, 1, 1, 0)


@pytest.mark.parametrize(("hct", "cut"), [(1, True), (None, False)])
def test_the_caption_says_so_where_an_interval_is_cut(hct, cut):
    """Whoever is transplanted dies early, and nobody else: the hazard ratio has hardly an upper limit."""
    courses = {name: (hct, None, 2 + i, 9) for i, name in enumerate("ABCDE")}
    courses |= dict.fromkeys("FGHIJKLM", (None, None, None, 40))
    mrd = rows(
        "patient_id | day | method | specimen | result | level",
        [f"{n} | -9 | flow | marrow | positive | 0.02" for n in courses],
    )
    result = run(courses_study(courses, mrd=mrd), "hct_within_mrd_strata")
    assert (SENTENCE in result.caption) == cut
