"""What weights must be for any data: repeats of a row where they are whole, influence where they are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartwise import statistics
from cartwise.basis import Missing, UserError

ROWS = st.lists(
    # entry, length of follow-up, cause, group, stratum, day of a switch, repeats
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 8),
        st.integers(0, 2),
        st.sampled_from("abc"),
        st.integers(0, 1),
        st.one_of(st.none(), st.integers(0, 12)),
        st.integers(1, 3),
    ),
    min_size=2,
    max_size=20,
)


def frame(rows) -> pd.DataFrame:
    names = ["entry", "length", "cause", "group", "stratum", "switch", "weight"]
    table = pd.DataFrame(rows, columns=names).astype({"switch": "float64"})
    return table.assign(
        time=table["entry"] + table["length"],
        event=(table["cause"] > 0).astype(int),
        group=pd.Categorical(table["group"], list("abc")),
        patient=range(len(table)),
        to=table["cause"].map({1: "relapse", 2: "death"}),
        state="well",
    )


LATE = {"patient": "patient", "start": "entry", "stop": "time", "state": "state", "to": "to"}
TESTS = {
    "log-rank": lambda t, w: statistics.log_rank(
        t["time"], t["event"], t["group"], strata=t["stratum"], entry=t["entry"], weights=w
    ),
    "Peto-Peto": lambda t, w: statistics.log_rank(t["time"], t["event"], t["group"], weights=w, rho=1),
    "trend": lambda t, w: statistics.log_rank(t["time"], t["event"], t["group"], weights=w, trend=[1, 2, 4]),
    "Mantel-Byar": lambda t, w: statistics.mantel_byar(
        t["time"], t["event"], t["switch"], strata=t["stratum"], entry=t["entry"], weights=w
    ),
}


def agree(one, other):
    assert isinstance(one, Missing) == isinstance(other, Missing)
    if isinstance(one, Missing):
        assert one == other
    else:
        assert one == pytest.approx(other, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("test", TESTS)
@given(rows=ROWS)
def test_in_tests_of_groups_weights_are_repeats(test, rows):
    table = frame(rows)
    repeated = table.loc[table.index.repeat(table["weight"])]
    weighted, plain = TESTS[test](table, table["weight"]), TESTS[test](repeated, None)
    agree(weighted.chi2, plain.chi2)
    assert weighted.df == plain.df
    np.testing.assert_allclose(weighted.observed, plain.observed)
    np.testing.assert_allclose(weighted.expected, plain.expected, atol=1e-12)


@given(ROWS)
def test_in_grays_test_weights_are_repeats(rows):
    table = frame(rows)
    repeated = table.loc[table.index.repeat(table["weight"])]
    assume((table["cause"] == 1).any())
    weighted, plain = (
        statistics.gray_test(
            t["time"], t["cause"], t["group"], strata=t["stratum"], weights=w, cause_of_interest=1
        )
        for t, w in ((table, table["weight"]), (repeated, None))
    )
    agree(weighted.statistic, plain.statistic)


@given(ROWS, st.sampled_from(["greenwood", "aalen"]))
def test_in_curves_and_means_weights_are_repeats(rows, variance):
    table = frame(rows)
    repeated = table.loc[table.index.repeat(table["weight"])]
    curves, means, states = [], [], []
    for t, w in ((table, "weight"), (repeated, None)):
        late = {"entry": t["entry"], "weights": None if w is None else t[w]}
        found = statistics.cumulative_incidence(
            t["time"], t["cause"], group=t["group"], variance=variance, **late
        )
        curves.append(found.table().drop(columns="reason"))
        means.append(statistics.rmst(t["time"], t["event"], tau=3, group=t["group"], **late).table())
        if (t["entry"] == 0).any():
            # The rows of a repeated patient would contradict each other: each is a patient of its own.
            states.append(
                statistics.state_probabilities(t.assign(patient=range(len(t))), **LATE, weights=w).table()
            )
    pd.testing.assert_frame_equal(*curves, check_dtype=False, atol=1e-9)
    pd.testing.assert_frame_equal(*(m.drop(columns="n") for m in means), atol=1e-9)
    if states:
        pd.testing.assert_frame_equal(*states, check_dtype=False, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_in_firths_and_cause_specific_models_weights_are_repeats(seed):
    draw = np.random.default_rng(seed)
    table = pd.DataFrame({"x": draw.normal(size=20).round(1), "weight": draw.integers(1, 4, 20)}).assign(
        time=draw.integers(1, 9, 20), cause=draw.integers(0, 3, 20), event=lambda d: (d["cause"] > 0) * 1
    )
    assume({0, 1, 2} <= set(table["cause"]))
    repeated = table.loc[table.index.repeat(table["weight"])]
    firth = [
        statistics.firth_cox(t, ["x"], time="time", event="event", weights=w).table().drop(columns="reason")
        for t, w in ((table, "weight"), (repeated, None))
    ]
    pd.testing.assert_frame_equal(*firth, rtol=1e-6, atol=1e-8)
    options = {"time": "time", "cause": "cause", "ties": "breslow"}
    models = [
        statistics.cause_specific_cox(t, ["x"], weights=w, **options).table()
        for t, w in ((table, "weight"), (repeated, None))
    ]
    pd.testing.assert_frame_equal(*models, rtol=1e-6, atol=1e-8)


@given(ROWS, st.integers(1, 10))
def test_late_entry_in_mantel_byar_is_that_of_its_split_rows(rows, scale):
    """Each patient's waiting and switched time as rows of their own, from entry on."""
    table = frame(rows)
    split = []
    for row in table.itertuples():
        day = min(max(row.switch, row.entry), row.time) if row.switch == row.switch else row.time
        split.append((row.entry, day, row.event * (day == row.time), "before"))
        split.append((day, row.time, row.event, "after"))
    parts = pd.DataFrame(split, columns=["start", "stop", "event", "group"]).query("stop > start")
    group = pd.Categorical(parts["group"], ["before", "after"])
    theirs = statistics.log_rank(parts["stop"] * scale, parts["event"], group, entry=parts["start"] * scale)
    ours = statistics.mantel_byar(table["time"], table["event"], table["switch"], entry=table["entry"])
    agree(ours.chi2, theirs.chi2)
    assert ours.n == theirs.n


def followed(n=40):
    draw = np.random.default_rng(11)
    entry = draw.integers(0, 4, n)
    return entry + draw.integers(1, 20, n), draw.integers(0, 3, n), entry, draw.uniform(0.3, 2, n)


@pytest.mark.parametrize("late", [False, True])
def test_sampling_weights_give_the_sum_of_squared_numerical_influences(late):
    time, cause, entry, weights = followed()
    options = {"entry": entry} if late else {}

    def found(w):
        curve = statistics.cumulative_incidence(time, cause, weights=w, **options).curves["all", "1"]
        mean = statistics.rmst(time, cause > 0, tau=12, weights=w, **options).means["all"]
        places = np.searchsorted(curve.times, [4, 9, 15], "right") - 1
        return np.r_[curve.incidence[places], mean.value], np.r_[curve.std_error[places], mean.std_error]

    step = 1e-5
    influence = [
        w * (found(weights + step * one)[0] - found(weights - step * one)[0]) / (2 * step)
        for w, one in zip(weights, np.eye(time.size), strict=True)
    ]
    np.testing.assert_allclose(found(weights)[1], np.sqrt(np.sum(np.square(influence), axis=0)), rtol=1e-5)
    named = statistics.cumulative_incidence(time, cause, weights=weights)
    assert named.variance == "robust"
    assert "infinitesimal jackknife" in named.methods


def test_where_a_sampling_weight_has_no_variance_it_is_refused_with_what_to_do_instead():
    time, cause, _, weights = followed()
    group = np.arange(time.size) % 2
    with pytest.raises(UserError, match="Compare by `cox`"):
        statistics.log_rank(time, cause > 0, group, weights=weights)
    with pytest.raises(UserError, match="Compare by `fine_gray`"):
        statistics.gray_test(time, cause, group, weights=weights)
    with pytest.raises(UserError, match="Use `cox`"):
        statistics.firth_cox(pd.DataFrame({"x": group}), ["x"], time=time, event=cause > 0, weights=weights)


@given(ROWS, st.integers(1, 10**6))
def test_limits_stay_in_order_however_near_the_incidence_comes_to_one(rows, size):
    """A crowd with the event beside a handful: the incidence is one but for rounding, or nearly so."""
    table = frame(rows)
    for weight in (size, 1e9 * size, 1e-9 * size):
        w = np.where(table["cause"] == 1, weight, 1.0)
        for ci in ("log-log", "log", "plain"):
            found = statistics.cumulative_incidence(table["time"], table["cause"], weights=w, ci=ci)
            for curve in found.curves.values():
                known = ~np.isnan(curve.lower)
                assert (curve.incidence <= 1).all()
                assert (curve.lower[known] >= 0).all()
                assert (curve.lower[known] <= curve.incidence[known]).all()
                assert (curve.incidence[known] <= curve.upper[known]).all()
                assert (curve.upper[known] <= 1).all()
            assert ((found.table()["reason"] == "") == found.table()["lower"].notna()).all()
