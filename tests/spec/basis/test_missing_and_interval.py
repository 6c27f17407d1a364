"""A missing value is neither true nor false; an event between two samples is known as far as they reach."""

import math

import pytest

from cartwise.basis import NO, UNKNOWN, YES, Interval, Missing


def test_a_missing_value_cannot_stand_in_an_if():
    with pytest.raises(TypeError, match="isinstance"):
        bool(Missing("no sample"))
    with pytest.raises(TypeError):
        _ = Missing("no sample") or 0.0


def test_a_missing_value_says_why():
    assert str(Missing("no sample")) == "missing: no sample"


@pytest.mark.parametrize(
    ("after", "by", "limit", "answer"),
    [
        (90, 120, 183, YES),
        (90, 183, 183, YES),
        (90, 184, 183, UNKNOWN),
        (182, 400, 183, UNKNOWN),
        (183, 400, 183, NO),
        (200, 400, 183, NO),
        (90, math.inf, 183, UNKNOWN),
        (200, math.inf, 183, NO),
        (183, 183, 183, YES),
    ],
)
def test_whether_it_happened_within_a_limit(after, by, limit, answer):
    assert Interval(after, by).within(limit) is answer


def test_an_event_not_yet_seen():
    assert not Interval(90).seen
    assert str(Interval(90)) == "not seen by day 90"
    assert str(Interval(90, 120)) == "after day 90, by day 120"
    assert str(Interval(90, 90)) == "day 90"


@pytest.mark.parametrize(("after", "by"), [(2, 1), (math.nan, 1), (1, math.nan)])
def test_an_interval_runs_forward(after, by):
    with pytest.raises(ValueError, match="earlier to its later day"):
        Interval(after, by)
