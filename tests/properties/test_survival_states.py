"""What must hold for any competing risks, states, intervals and landmarks: sums, order, and obvious references."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartwise import statistics
from cartwise.basis import Missing

ROWS = st.lists(
    # entry, length of follow-up, cause, group, stratum, day of a switch
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 8),
        st.integers(0, 2),
        st.sampled_from("ab"),
        st.integers(0, 1),
        st.one_of(st.none(), st.integers(0, 12)),
    ),
    min_size=1,
    max_size=25,
)


def columns(rows):
    entry, length, cause, group, stratum, _ = (np.array(column) for column in zip(*rows, strict=True))
    return entry + length, cause, entry, group, stratum


def obvious_incidence(time, cause, entry, own, at):
    """Incidence of a cause at a time with both variances, time by time, from their printed sums."""
    times = sorted({t for t, c in zip(time, cause, strict=True) if c and t <= at})
    free, incidence, steps = 1.0, 0.0, []
    for t in times:
        n = sum((e < t or e == 0) and t <= end for e, end in zip(entry, time, strict=True))
        mine = sum(c == own and end == t for c, end in zip(cause, time, strict=True))
        other = sum(c not in {0, own} and end == t for c, end in zip(cause, time, strict=True))
        incidence += free * mine / n
        steps.append((n, mine, other, free, free * (1 - (mine + other) / n), incidence))
        free *= 1 - (mine + other) / n
    greenwood = aalen = 0.0
    for n, mine, other, before, after, there in steps:
        left, d = incidence - there, mine + other
        if n > d:
            greenwood += left**2 * d / (n * (n - d))
        greenwood += before**2 * mine * (n - mine) / n**3 - 2 * left * before * mine / n**2
        for events, moved in (
            (mine, 1 - left / after if after else 1.0),
            (other, -left / after if after else 0.0),
        ):
            tied = 1 - (events - 1) / (n - 1) if events > 1 else 1.0
            aalen += moved**2 * before**2 * tied * events / n**2
    return incidence, greenwood, aalen


@given(ROWS, st.integers(1, 11))
def test_incidence_and_both_variances_equal_the_obvious_reference(rows, at):
    time, cause, entry, *_ = columns(rows)
    for variance, place in (("greenwood", 1), ("aalen", 2)):
        found = statistics.cumulative_incidence(time, cause, entry=entry, variance=variance)
        for (_, name), curve in found.curves.items():
            step = np.searchsorted(curve.times, at, "right") - 1
            if step < 0:
                continue
            theirs = obvious_incidence(time, cause, entry, int(name) if cause.any() else 1, at)
            assert curve.incidence[step] == pytest.approx(theirs[0], abs=1e-12)
            expected = theirs[place] if theirs[0] > 0 else 0.0
            assert curve.std_error[step] ** 2 == pytest.approx(expected, abs=1e-12)


@given(ROWS)
def test_incidences_and_event_free_survival_add_up_to_one(rows):
    time, cause, entry, group, _ = columns(rows)
    found = statistics.cumulative_incidence(time, cause, entry=entry, group=group)
    km = statistics.kaplan_meier(time, cause > 0, entry=entry, group=group)
    for name in found.groups:
        own = [curve for (label, _), curve in found.curves.items() if label == name]
        if own:
            total = sum(curve.incidence for curve in own) + own[0].event_free
            np.testing.assert_allclose(total, 1)
            np.testing.assert_allclose(own[0].event_free, km.curves[name].survival, atol=1e-12)


@given(ROWS, st.sampled_from(["log-log", "log", "plain"]), st.sampled_from(["aalen", "greenwood"]))
def test_readings_hold_the_incidence_and_every_gap_has_its_reason(rows, ci, variance):
    time, cause, entry, group, _ = columns(rows)
    found = statistics.cumulative_incidence(time, cause, entry=entry, group=group, ci=ci, variance=variance)
    for reading in (r for rs in found.at([0, 2, 5, 99]).values() for r in rs):
        values = (reading.value, reading.lower, reading.upper)
        assert bool(reading.reason) == (None in values)
        if None not in values:
            assert 0 <= reading.lower <= reading.value <= reading.upper <= 1
    for row in found.table().itertuples():
        assert bool(row.reason) == np.isnan(row.lower)


@given(ROWS, st.randoms(use_true_random=False))
def test_grays_test_knows_neither_order_nor_names_nor_units(rows, random):
    shuffled = random.sample(rows, len(rows))
    answers = []
    for (time, cause, _, group, stratum), swap, unit in (
        (columns(rows), {}, 1),
        (columns(shuffled), {"a": "z"}, 0.3),
    ):
        named = [swap.get(str(g), str(g)) for g in group]
        if (cause == 1).any():
            answers.append(
                statistics.gray_test(time * unit, cause, named, strata=stratum, cause_of_interest=1)
            )
    if answers:
        one, other = answers
        assert one.df == other.df
        if isinstance(one.statistic, Missing):
            assert one.statistic == other.statistic
        else:
            assert one.statistic == pytest.approx(other.statistic, rel=1e-7, abs=1e-9)


HISTORY = {"patient": "patient", "start": "start", "stop": "stop", "state": "state", "to": "to"}


def stays(rows):
    """Patients who may recover (on their switch day) before the event."""
    table = []
    for who, (_, length, cause, _, _, switch) in enumerate(rows):
        last = {0: None, 1: "relapse", 2: "death"}[cause]
        if switch is not None and 0 < switch < length:
            table += [(who, 0, switch, "waiting", "recovered"), (who, switch, length, "recovered", last)]
        else:
            table.append((who, 0, length, "waiting", last))
    return pd.DataFrame(table, columns=["patient", "start", "stop", "state", "to"])


@given(ROWS)
def test_state_probabilities_are_the_product_of_matrices_and_add_up_to_one(rows):
    table = stays(rows)
    found = statistics.state_probabilities(table, **HISTORY)
    np.testing.assert_allclose(found.probability.sum(axis=1), 1)
    p = np.array([float(name == "waiting") for name in found.states])
    for step, t in enumerate(found.times):
        matrix = np.eye(len(found.states))
        for i, state in enumerate(found.states):
            here = table[(table["state"] == state) & (table["start"] < t) & (table["stop"] >= t)]
            for j, to in enumerate(found.states):
                moved = ((here["stop"] == t) & (here["to"] == to)).sum()
                if moved:
                    matrix[i, j] += moved / len(here)
                    matrix[i, i] -= moved / len(here)
        p = p @ matrix
        np.testing.assert_allclose(found.probability[step], p, atol=1e-12)
    for reading in (r for rs in found.at([0, 2, 5, 99]).values() for r in rs):
        assert bool(reading.reason) == (None in {reading.value, reading.lower, reading.upper})


@given(ROWS)
def test_without_a_state_between_state_probabilities_are_cumulative_incidence(rows):
    time, cause, *_ = columns([(0, *row[1:]) for row in rows])
    table = stays([(*row[:5], None) for row in rows])
    found = statistics.state_probabilities(table, **HISTORY)
    incidence = statistics.cumulative_incidence(time, cause)
    for (_, code), curve in incidence.curves.items() if cause.any() else ():
        k = found.states.index({"1": "relapse", "2": "death"}[code])
        at = np.searchsorted(curve.times, found.times)
        np.testing.assert_allclose(found.probability[:, k], curve.incidence[at], atol=1e-12)
        np.testing.assert_allclose(found.std_error[:, k], curve.std_error[at], atol=1e-7)


def switching(rows):
    table = pd.DataFrame(
        [(who, row[1], int(row[2] > 0), row[5]) for who, row in enumerate(rows)],
        columns=["patient", "time", "event", "switch"],
    )
    return table.astype({"switch": "float64"})


@given(ROWS)
def test_intervals_keep_time_and_events_and_never_look_ahead(rows):
    table = switching(rows)
    found = statistics.time_varying(
        table, patient="patient", time="time", event="event", starts={"switched": "switch"}
    )
    cut = found.data
    assert (cut["stop"] > cut["start"]).all()
    lengths = (cut["stop"] - cut["start"]).groupby(cut["patient"]).sum()
    assert lengths.tolist() == table["time"].tolist()
    assert cut.groupby("patient")["event"].sum().tolist() == table["event"].tolist()
    assert ((cut["switched"] == 1) == (cut["switch"] <= cut["start"])).all()
    assert found.ignored["switched"] == (table["switch"] >= table["time"]).sum()


@given(ROWS)
def test_the_last_value_holds_until_the_next(rows):
    table = switching(rows)
    values = pd.DataFrame(
        [
            (who, day, float(day + who))
            for who, row in enumerate(rows)
            for day in (row[5], row[0] + 20)
            if day is not None
        ],
        columns=["patient", "day", "value"],
    ).drop_duplicates(["patient", "day"])
    found = statistics.time_varying(
        table, patient="patient", time="time", event="event", values={"level": values}
    )
    for row in found.data.itertuples():
        known = values[(values["patient"] == row.patient) & (values["day"] <= row.start)]
        if known.empty:
            assert np.isnan(row.level)
        else:
            assert row.level == known.sort_values("day")["value"].iloc[-1]


@given(ROWS)
def test_mantel_byar_is_a_log_rank_test_of_split_rows(rows):
    table = switching(rows)
    found = statistics.mantel_byar(table["time"], table["event"], table["switch"])
    score = spread = 0.0
    for t in sorted(set(table["time"][table["event"] == 1])):
        there = table[table["time"] >= t]
        switched = (there["switch"] < t) | (there["switch"] <= 0)
        n, n1 = len(there), int(switched.sum())
        dead = (there["time"] == t) & (there["event"] == 1)
        d = int(dead.sum())
        score += int((dead & switched).sum()) - d * n1 / n
        if n > 1:
            spread += d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1)
    if spread > 1e-12:
        assert found.chi2 == pytest.approx(score**2 / spread, rel=1e-9, abs=1e-12)
    else:
        assert isinstance(found.chi2, Missing)


@given(ROWS, st.integers(0, 8))
def test_a_landmark_keeps_those_at_risk_and_counts_the_others(rows, at):
    table = switching(rows)
    found = statistics.landmark(table, at, time="time", event="event", known={"switched": "switch"})
    assert (found.data["time"] > at).all()
    assert len(found.data) + found.had_event[0] + found.censored[0] == found.n == len(rows)
    assert ((found.data["switched"] == 1) == (found.data["switch"] <= at)).all()
    several = statistics.dynamic_landmark(table, [0, 2, 4], time="time", event="event", horizon=3)
    assert (several.data["time"] <= several.data["landmark"] + 3).all()
    assert len(several.data) == several.table()["kept"].sum()


@given(ROWS, st.integers(1, 8))
def test_the_restricted_mean_is_the_area_under_the_curve(rows, tau):
    time, cause, _, group, _ = columns([(0, *row[1:]) for row in rows])
    found = statistics.rmst(time, cause > 0, tau=tau, group=group)
    curves = statistics.kaplan_meier(time, cause > 0, group=group).curves
    for name, mean in found.means.items():
        if mean.value is None:
            assert mean.reason
            continue
        fine = (np.arange(1000 * tau) + 0.5) / 1000
        curve = curves[name]
        height = np.r_[1.0, curve.survival][np.searchsorted(curve.times, fine, "right")]
        assert mean.value == pytest.approx(height.mean() * tau, rel=1e-9)
        assert bool(mean.reason) == (mean.std_error is None)
    assert len(found.table()) == 2 * len(found.means) - 1


COUNTS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)),
    min_size=1,
    max_size=6,
)
METHODS = ("inverse variance", "Mantel-Haenszel", "Peto", "exact conditional", "hypergeometric-normal")


@settings(deadline=None)
@given(COUNTS, st.sampled_from(METHODS), st.sampled_from(["odds ratio", "risk ratio", "risk difference"]))
def test_swapping_the_arms_turns_the_effect_round(counts, method, measure):
    if method not in METHODS[:2] and measure != "odds ratio":
        return
    table = pd.DataFrame(
        [(i, a, a + b + (a + b == 0), c, c + d + (c + d == 0)) for i, (a, b, c, d) in enumerate(counts)],
        columns=["study", "e1", "n1", "e2", "n2"],
    )
    one, other = (
        statistics.meta_analysis(
            rows, events=e, n=n, control_events=ce, control_n=cn, method=method, measure=measure, tau2="DL"
        ).pooled
        for rows, e, n, ce, cn in (
            (table, "e1", "n1", "e2", "n2"),
            (table.iloc[::-1], "e2", "n2", "e1", "n1"),
        )
    )
    assert (one.effect is None) == (other.effect is None)
    if one.effect is None:
        assert one.reason
    else:
        assert other.effect == pytest.approx(-one.effect, rel=1e-5, abs=1e-7)
        assert other.std_error == pytest.approx(one.std_error, rel=1e-5)
        assert one.p == pytest.approx(other.p, rel=1e-4, abs=1e-9)
        assert one.lower <= one.value <= one.upper
