"""Schoenfeld residuals: the smooth line by a slow reference, and a figure of a fitted model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartwise.analyses import ResidualFigure, ResidualPanel, run
from cartwise.invention import invent
from cartwise.reports import svg
from cartwise.reports.figures.residuals import smooth
from cartwise.study import load, write_study

PANEL = ResidualPanel("Prior HCT", (1.0, 2.0, 4.0, 7.0, 9.0), (0.1, -0.4, 0.8, 0.2, 0.5), 0.3, "p = 0.410")
FIGURE = ResidualFigure((PANEL,) * 3, "Months since infusion", "Log hazard ratio as it changes")


def test_the_same_bytes_each_time():
    assert svg(FIGURE) == svg(FIGURE)


def test_each_panel_names_its_term_and_its_test():
    assert svg(FIGURE).count("Prior HCT") == 3
    assert svg(FIGURE).count("p = 0.410") == 3


values = st.lists(st.floats(-5, 5), min_size=4, max_size=20)


@given(values, st.floats(-3, 3))
def test_the_line_lies_among_the_residuals_and_moves_with_them(heights, shift):
    times = np.arange(len(heights), dtype=float)
    line = smooth(times, np.array(heights), times)
    assert (line >= min(heights) - 1e-9).all()
    assert (line <= max(heights) + 1e-9).all()
    assert smooth(times, np.array(heights) + shift, times) == pytest.approx(line + shift, abs=1e-9)


def test_events_at_one_time_have_one_height():
    assert smooth(np.ones(4), np.array([1.0, 2, 3, 6]), np.ones(1)) == pytest.approx([3.0])


def test_the_model_of_leukaemia_free_survival_shows_a_panel_a_coefficient(tmp_path):
    made = invent("peking", patients=50, seed=1)
    write_study(tmp_path, made.about, made.tables)
    result = run(load(tmp_path), "leukaemia_free_survival_model")
    panels = result.figures["schoenfeld"].panels
    events = int(result.tables["models"]["events"].iloc[0])
    assert len(panels) == len(result.tables["multivariable_cox"])
    assert {len(panel.times) for panel in panels} == {events}
