"""What must hold for any follow-up: order, scale, repeats, splitting, and an obvious reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartwise import statistics
from cartwise.basis import Missing

ROWS = st.lists(
    # entry, length of follow-up, event, group, stratum, repeats
    st.tuples(
        st.integers(0, 4),
        st.integers(1, 8),
        st.booleans(),
        st.sampled_from("ab"),
        st.integers(0, 1),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=25,
)


def columns(rows):
    entry, length, event, group, stratum, repeats = (np.array(column) for column in zip(*rows, strict=True))
    return entry + length, event, entry, group, stratum, repeats


def obvious_curve(time, event, entry):
    """Survival and Greenwood's standard error, patient by patient and time by time."""
    survival, total, steps = 1.0, 0.0, {}
    for t in sorted(set(time) | {e for e in entry if e > 0}):
        at_risk = sum((e < t or e == 0) and t <= end for e, end in zip(entry, time, strict=True))
        events = sum(d and end == t for d, end in zip(event, time, strict=True))
        if events:
            survival *= 1 - events / at_risk
            total += events / (at_risk * (at_risk - events)) if at_risk > events else np.nan
        steps[t] = (at_risk, events, survival, survival * total**0.5)
    return steps


def same(one, other):
    """Whether two curves agree, NaN with NaN."""
    for name in ("times", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-12)


@given(ROWS)
def test_curves_equal_the_obvious_reference(rows):
    time, event, entry, *_ = columns(rows)
    curve = statistics.kaplan_meier(time, event, entry=entry).curves["all"]
    obvious = obvious_curve(time, event, entry)
    assert curve.times.tolist() == list(obvious)
    ours = np.stack([curve.at_risk, curve.events, curve.survival, curve.std_error], axis=1)
    np.testing.assert_allclose(ours, np.array(list(obvious.values())), rtol=1e-9, atol=1e-12)


@given(ROWS, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    for group in "ab":
        pair = [
            statistics.kaplan_meier(t, d, entry=e, group=g, weights=w / 2).curves.get(group)
            for t, d, e, g, _, w in map(columns, (rows, shuffled))
        ]
        if pair[0] is not None:
            same(*pair)
    first, second = (
        statistics.log_rank(t, d, g, entry=e, strata=s) for t, d, e, g, s, _ in map(columns, (rows, shuffled))
    )
    assert first.df == second.df
    if isinstance(first.chi2, Missing):
        assert first.chi2 == second.chi2
    else:
        assert first.chi2 == pytest.approx(second.chi2, abs=1e-9)


@given(ROWS, st.floats(0.01, 100))
def test_the_unit_of_time_changes_times_and_nothing_else(rows, scale):
    time, event, entry, group, *_ = columns(rows)
    days = statistics.kaplan_meier(time, event, entry=entry)
    other = statistics.kaplan_meier(time * scale, event, entry=entry * scale)
    np.testing.assert_array_equal(days.curves["all"].survival, other.curves["all"].survival)
    np.testing.assert_array_equal(days.curves["all"].lower, other.curves["all"].lower)
    one, two = days.median()["all"], other.median()["all"]
    assert (one.value is None) == (two.value is None)
    if one.value is not None:
        assert two.value == pytest.approx(one.value * scale)
    chi2 = [statistics.log_rank(time * s, event, group).chi2 for s in (1, scale)]
    assert chi2[0] == chi2[1]


@given(ROWS)
def test_whole_weights_are_repeats(rows):
    time, event, entry, _, _, repeats = columns(rows)
    weighted = statistics.kaplan_meier(time, event, entry=entry, weights=repeats)
    repeated = statistics.kaplan_meier(
        *(np.repeat(c, repeats) for c in (time, event)), entry=entry.repeat(repeats)
    )
    same(weighted.curves["all"], repeated.curves["all"])


@given(ROWS)
def test_equal_weights_that_are_not_whole_give_greenwoods_variance(rows):
    """The infinitesimal jackknife is blind to the scale of the weights, and without late entry is Greenwood's."""
    time, event, *_ = columns(rows)
    halves = statistics.kaplan_meier(time, event, weights=np.full(time.size, 0.5))
    plain = statistics.kaplan_meier(time, event)
    for name in ("survival", "std_error"):
        np.testing.assert_allclose(
            getattr(halves.curves["all"], name), getattr(plain.curves["all"], name), rtol=1e-7, atol=1e-7
        )


@given(ROWS, st.integers(1, 11))
def test_splitting_follow_up_at_a_day_changes_neither_curve_nor_test(rows, day):
    time, event, entry, group, *_ = columns(rows)
    cut = (entry < day) & (day < time)
    split = {
        "time": np.r_[np.where(cut, day, time), time[cut]],
        "event": np.r_[np.where(cut, False, event), event[cut]],
        "entry": np.r_[entry, np.full(cut.sum(), day)],
    }
    whole = statistics.kaplan_meier(time, event, entry=entry).curves["all"]
    parts = statistics.kaplan_meier(**split).curves["all"]
    at = np.searchsorted(parts.times, whole.times)
    for name in ("at_risk", "events", "survival", "std_error"):
        np.testing.assert_allclose(getattr(parts, name)[at], getattr(whole, name), rtol=1e-9)
    tests = [
        statistics.log_rank(time, event, group, entry=entry).chi2,
        statistics.log_rank(**split, group=np.r_[group, group[cut]]).chi2,
    ]
    if not isinstance(tests[0], Missing):
        assert tests[1] == pytest.approx(tests[0], abs=1e-9)


@given(ROWS)
def test_limits_hold_the_curve_and_every_gap_has_its_reason(rows):
    time, event, entry, group, *_ = columns(rows)
    for ci in ("log-log", "log", "plain"):
        km = statistics.kaplan_meier(time, event, entry=entry, group=group, ci=ci)
        for row in km.table().itertuples():
            if row.reason:
                assert np.isnan(row.lower)
                assert np.isnan(row.upper)
            else:
                assert 0 <= row.lower <= row.survival <= row.upper <= 1
        readings = [r for rs in km.at([0, 3, 6, 99]).values() for r in rs] + [*km.median().values()]
        for reading in readings:
            gap = None in {reading.value, reading.lower, reading.upper}
            assert bool(reading.reason) == gap


@given(ROWS)
def test_observed_and_expected_add_up_to_the_events(rows):
    time, event, entry, group, stratum, _ = columns(rows)
    test = statistics.log_rank(time, event, group, entry=entry, strata=stratum)
    assert sum(test.observed) == event.sum()
    assert sum(test.expected) == pytest.approx(event.sum())


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.5, 0.99))
def test_exact_limits_hold_the_proportion(events, others, level):
    n = events + others
    ours = statistics.proportion(events, n, level)
    if n == 0:
        assert isinstance(ours, Missing)
    else:
        assert 0 <= ours.lower <= ours.value <= ours.upper <= 1
