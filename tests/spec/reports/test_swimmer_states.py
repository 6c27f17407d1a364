"""A swimmer plot of states of disease: each is told apart by its pattern, and the key names what the lanes hold."""

from cartwise.analyses import Bar, Lane, Mark, SwimmerFigure
from cartwise.reports import svg
from cartwise.reports.figures.swimmer import STATES

LANE = Lane(
    "P1",
    700.0,
    ongoing=True,
    bars=tuple(Bar(state, 100.0 * place, 100.0 * place + 100) for place, state in enumerate(STATES)),
    marks=(Mark("First reinfusion", 300.0), Mark("End of study", 690.0)),
)


def test_states_and_rare_marks_stand_in_the_key_where_a_lane_has_them():
    drawn = svg(SwimmerFigure((LANE,)))
    plain = svg(SwimmerFigure((Lane("P1", 700.0, ongoing=True),)))
    for name in (*STATES, "First reinfusion", "End of study"):
        assert f">{name}<" in drawn
        assert f">{name}<" not in plain


def test_no_two_states_have_one_pattern():
    patterns = [pattern for _, pattern in STATES.values()]
    assert len(set(patterns)) == len(patterns) == 5
