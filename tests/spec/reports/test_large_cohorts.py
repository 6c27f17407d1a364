"""Of a large cohort some patients are drawn, the number drawn is said, and median and quartiles are those of all."""

import re

import numpy as np
import pytest

from cartwise.analyses import Bar, KineticsFigure, Lane, Profile, SwimmerFigure
from cartwise.reports import svg
from cartwise.reports.cohort_charts import chart_of
from cartwise.reports.figures.thinning import CURVES, MOST_CURVES, MOST_LANES, band, curves_drawn, evenly


def levels(patients, *, late=()):
    """One sample a patient on day 10, of 100, 200, 300 ...; those in `late` have one on day 200 as well."""
    profiles = tuple(
        Profile(f"P{place}", (10.0, 200.0), (100.0 * place, 5.0))
        if place in late
        else Profile(f"P{place}", (10.0,), (100.0 * place,))
        for place in range(1, patients + 1)
    )
    return KineticsFigure(profiles, (), "Days", "Copies")


def swimmers(patients):
    return SwimmerFigure(tuple(Lane(f"P{place}", 900.0 - place, ongoing=True) for place in range(patients)))


@pytest.mark.parametrize("many", [1, 2, 7, 120, 121, 1000])
def test_those_drawn_are_evenly_spaced_from_the_first_to_the_last(many):
    drawn = evenly(range(many), MOST_LANES)
    assert len(drawn) == min(many, MOST_LANES)
    assert (drawn[0], drawn[-1]) == (0, many - 1)
    gaps = np.diff(drawn)
    assert many == 1 or gaps.max() - gaps.min() <= 1


def test_a_small_cohort_is_drawn_whole_and_without_a_band():
    figure = levels(MOST_CURVES)
    assert curves_drawn(figure) == figure.profiles
    assert band(figure, 1.0) is None
    assert "evenly spaced" not in svg(figure)
    assert chart_of("k", "k", figure).key == ""


def test_the_band_is_that_of_all_patients_and_the_curves_reach_from_lowest_to_highest():
    figure = levels(101)
    highest = [max(profile.values) for profile in curves_drawn(figure)]
    assert len(highest) == CURVES
    assert (highest[0], highest[-1]) == (100.0, 10100.0)
    of_all = band(figure, 1.0)
    assert of_all.days == (10.0,)
    assert np.allclose([of_all.lower[0], of_all.median[0], of_all.upper[0]], [2600, 5100, 7600])


def test_no_band_is_drawn_where_too_few_were_sampled():
    """Late samples are those of patients in whom CAR T cells persist: their median is not the cohort's."""
    assert band(levels(100, late=range(1, 20)), 1.0).days == (10.0,)
    assert band(levels(100, late=range(1, 21)), 1.0).days == (10.0, 200.0)


def test_a_sample_below_its_limit_counts_as_at_the_limit():
    low = tuple(Profile(f"P{place}", (), (), (10.0,), (50.0,)) for place in range(100))
    of_all = band(KineticsFigure(low, (50.0,), "Days", "Copies"), 50.0)
    assert np.allclose([of_all.lower[0], of_all.upper[0]], 50)


def test_figure_and_chart_say_how_many_are_drawn():
    kinetics, lanes = levels(200), swimmers(200)
    assert f"{CURVES} of 200 patients" in svg(kinetics)
    assert f"{CURVES} of 200 patients" in chart_of("k", "k", kinetics).key
    assert f"{MOST_LANES} of 200 patients" in svg(lanes)
    chart = chart_of("s", "s", lanes)
    assert f"{MOST_LANES} of 200 patients" in chart.key
    assert len(chart.layout["yaxis"]["categoryarray"]) == MOST_LANES


def test_the_chart_of_states_draws_every_state_and_its_key_names_them():
    bars = (Bar("RD", 0, 30), Bar("CR", 30, 60), Bar("CR/CRi + B Cell Recovery", 60, 90))
    chart = chart_of("states", "States", SwimmerFigure((Lane("P1", 90.0, ongoing=True, bars=bars),)))
    drawn = {trace["name"]: trace["base"] for trace in chart.traces if trace["type"] == "bar"}
    assert list(drawn) == [bar.kind for bar in bars]
    assert all(words in chart.key for words in ("disease, RD", "remission, CR", "after B cells came back"))
    assert "(green)" not in chart.key


def test_coordinates_are_cut_to_a_hundredth_of_a_point_and_words_are_not():
    text = svg(
        KineticsFigure((Profile("P1", (1.0, 2.0), (123.0, 456.0)),), (0.12345,), "Days 1.23456", "Copies")
    )
    drawn = re.findall(r'^(?:M|L) .*|<path d="M .*|<use .*', text, re.MULTILINE)
    assert drawn
    assert not [line for line in drawn if re.search(r"\.\d{3}", line)]
    assert "limit 0.12345" in text
    assert "Days 1.23456" in text
