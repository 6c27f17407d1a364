"""The pictures and words of the report on cytometry: every mark stands where its number lies."""

from math import inf, nan
from xml.etree import ElementTree as ET

import pytest

from cartwise.cytometry import Density
from cartwise.reports import cytometry_wording as wording
from cartwise.reports.figures import confusion, densities, frequency_errors, recovery, steps
from cartwise.reports.figures.frequency_errors import ErrorRow
from cartwise.reports.figures.recovery import RecoveryPoint
from cartwise.reports.figures.steps import StepBar
from cartwise.reports.figures.ticks import ticks_to

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn):
    return [element.text for element in ET.fromstring(drawn).iter(f"{SVG}text")]


def density(counts, edges, *cuts):
    return Density("CD3 of cells", "CD3, asinh(x/5)", tuple(edges), tuple(counts), cuts)


def lines(drawn):
    """The x of every dashed upright line."""
    found = ET.fromstring(drawn).iter(f"{SVG}line")
    return [float(line.get("x1")) for line in found if line.get("stroke-dasharray")]


class TestPictures:
    @pytest.mark.parametrize(
        ("cut", "place"),
        [(0.0, 0.0), (1.0, 250.0), (4.0, 1000.0)],
        ids=["at the left end", "inside", "at the right"],
    )
    def test_a_cut_stands_where_its_value_lies(self, cut, place):
        assert lines(densities.draw_one(density([1, 2, 3, 1], range(5), cut), limits=None, title="t")) == [
            place
        ]

    def test_a_cut_beyond_the_events_still_has_its_place(self):
        assert lines(densities.draw_one(density([1, 1], range(3), 4.0), limits=None, title="t")) == [1000.0]

    def test_a_limit_that_is_not_known_ends_with_the_axis(self):
        drawn = densities.draw_one(density([1, 2, 1, 0], range(5), 2.0), limits=(1.0, inf), title="t")
        band = next(ET.fromstring(drawn).iter(f"{SVG}rect"))
        assert (float(band.get("x")), float(band.get("width"))) == (250.0, 750.0)

    def test_a_histogram_without_events_says_so(self):
        assert "no events" in texts(densities.draw([density([0], (0.0, 1.0), 0.5)], title="t"))

    def test_a_pile_at_the_end_is_cut_off_and_marked(self):
        marks = [
            len(
                list(
                    ET.fromstring(densities.draw([density(counts, range(5), 2.0)], title="t")).iter(
                        f"{SVG}path"
                    )
                )
            )
            for counts in ([900, 4, 9, 1], [9, 4, 9, 1])
        ]
        assert marks == [2, 1]

    def test_bars_are_as_long_as_their_events(self):
        drawn = steps.draw([StepBar("singlets", 80, 60, 100)], title="t", x_label="x")
        entered, stayed = (float(box.get("width")) for box in ET.fromstring(drawn).iter(f"{SVG}rect"))
        assert stayed / entered == pytest.approx(60 / 80, abs=0.001)
        assert "60 of 80 (75.0 %)" in texts(drawn)

    def test_a_step_without_events_has_no_share(self):
        assert "0 of 0" in texts(steps.draw([StepBar("x", 0, 0, 0)], title="t", x_label="x"))

    def test_every_cell_of_the_confusion_holds_its_number(self):
        drawn = confusion.draw(
            ["a", "b", "c"], [[0.9996, 0.0004, 0.0], [0.2, 0.8, 0.0], [nan] * 3], title="t"
        )
        assert texts(drawn)[-9:] == ["100.0", "<0.1", "·", "20.0", "80.0", "·", "–", "–", "–"]

    def test_raw_and_corrected_errors_are_marked_by_rule(self):
        drawn = frequency_errors.draw(
            [ErrorRow("naive", "r1", 2.0, 1.0), ErrorRow("naive", "r2", 0, 0)], title="t"
        )
        said = [element.text for element in ET.fromstring(drawn).iter(f"{SVG}title")]
        assert sorted(said) == [
            "naive, r1, corrected: 1.00 points",
            "naive, r1, raw: 2.00 points",
            "naive, r2, corrected: 0.00 points",
            "naive, r2, raw: 0.00 points",
        ]

    def test_a_perfect_recovery_stands_on_the_diagonal(self):
        points = [RecoveryPoint(value, value, False, "") for value in (0.0, 0.5, 30.0, 100.0)]
        root = ET.fromstring(recovery.draw([("% of T", points)], title="t"))
        line = next(line for line in root.iter(f"{SVG}line") if line.get("stroke-dasharray"))
        total = float(line.get("x1")) + float(line.get("y1"))
        for circle in root.iter(f"{SVG}circle"):
            assert float(circle.get("cx")) + float(circle.get("cy")) == pytest.approx(total, abs=0.2)

    def test_small_denominators_are_hollow(self):
        points = [RecoveryPoint(1, 1, small, "") for small in (True, False)]
        root = ET.fromstring(recovery.draw([("% of T", points)], title="t"))
        assert [circle.get("fill") == "white" for circle in root.iter(f"{SVG}circle")] == [True, False]

    @pytest.mark.parametrize(
        ("highest", "last", "steps_taken"),
        [(0, 1, 1), (0.07, 0.07, 7), (1.3, 1.4, 7), (9.5, 10, 5), (100, 100, 5)],
    )
    def test_ticks_are_round(self, highest, last, steps_taken):
        ticks = ticks_to(highest)
        assert (ticks[0], ticks[-1], len(ticks) - 1) == (0, pytest.approx(last), steps_taken)


class TestWords:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (None, "–"),
            (nan, "–"),
            (0, "0"),
            (1e-16, "0"),
            (0.0234, "0.023"),
            (0.1, "0.10"),
            (7, "7.00"),
            (99.996, "100.00"),
        ],
    )
    def test_percentages(self, value, told):
        assert wording.percent(value) == told

    def test_a_cut_that_was_given_has_no_limits(self):
        assert wording.cut(2.0, 2.0, 2.0) == ("2.00", "as given")
        assert wording.cut(2.0, 1.5, inf) == ("2.00", "1.50 to no limit")
