"""lifelines, and worked definitions, vouch where the R values do not reach: strata, late entry, weights, odds."""

from __future__ import annotations

import warnings
from math import comb

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics

with warnings.catch_warnings():  # lifelines warns about its own dependencies at import
    warnings.simplefilter("ignore")
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test


def invented(n=300, seed=7):
    """Days with many ties, late entry before them, two groups; drawn at random."""
    draw = np.random.default_rng(seed)
    entry = draw.integers(0, 30, n).astype(float)
    time = entry + np.ceil(draw.exponential(90, n))
    return time, draw.integers(0, 2, n), entry, draw.integers(0, 2, n)


def fitted(time, event, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KaplanMeierFitter().fit(time, event, **options)


@pytest.mark.parametrize("late", [False, True])
def test_curves_and_log_log_limits_are_those_of_lifelines(late):
    time, event, entry, _ = invented()
    theirs = fitted(time, event, entry=entry if late else None)
    ours = statistics.kaplan_meier(time, event, entry=entry if late else None)
    days = np.arange(40.0, 300.0, 20)
    limits = theirs.confidence_interval_survival_function_
    rows = limits.index.searchsorted(days, side="right") - 1
    for i, reading in enumerate(ours.at(days)["all"]):
        assert reading.value == pytest.approx(theirs.predict(days[i]), rel=1e-9)
        assert [reading.lower, reading.upper] == pytest.approx(limits.iloc[rows[i]].tolist(), rel=1e-9)


def test_log_rank_of_three_groups_is_that_of_lifelines():
    time, event, _, _ = invented()
    group = np.arange(time.size) % 3
    theirs = multivariate_logrank_test(time, group, event)
    ours = statistics.log_rank(time, event, group)
    assert (ours.chi2, ours.p) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-9)


@pytest.mark.parametrize("stratified", [False, True])
def test_late_entry_and_strata_agree_with_the_score_test_of_cox_regression(stratified):
    """Without ties the log-rank statistic is the score test at zero, here by an obvious double loop."""
    time, event, entry, group = invented()
    time = time + np.arange(time.size) / 1000
    strata = np.arange(time.size) % 3 if stratified else np.zeros(time.size, int)
    score = information = 0.0
    for i in np.flatnonzero(event):
        there = (entry < time[i]) & (time >= time[i]) & (strata == strata[i])
        share = group[there].mean()
        score += group[i] - share
        information += share * (1 - share)
    ours = statistics.log_rank(time, event, group, entry=entry, strata=strata)
    assert ours.chi2 == pytest.approx(score**2 / information, rel=1e-9)
    assert ours.observed[1] - ours.expected[1] == pytest.approx(score, rel=1e-9)


def test_robust_variance_is_the_sum_of_squared_numerical_influences():
    time, event, entry, _ = invented(60)
    weights = np.random.default_rng(3).uniform(0.5, 2, time.size)
    days = np.array([50.0, 100.0, 150.0])

    def survival(w):
        curve = statistics.kaplan_meier(time, event, entry=entry, weights=w).curves["all"]
        return curve.survival[np.searchsorted(curve.times, days, "right") - 1]

    step = 1e-5
    influence = [
        (survival(weights + step * one) - survival(weights - step * one)) / (2 * step)
        for one in np.eye(time.size)
    ]
    expected = np.sqrt(((weights[:, None] * influence) ** 2).sum(axis=0))
    curve = statistics.kaplan_meier(time, event, entry=entry, weights=weights).curves["all"]
    at = np.searchsorted(curve.times, days, "right") - 1
    assert curve.std_error[at] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("table", [[[5, 18], [19, 8]], [[8, 17], [4, 1]], [[3, 1], [2, 9]]])
def test_conditional_odds_ratio_solves_its_equation(table):
    """At the odds ratio the mean of the first cell, given the margins, is the count observed."""
    (a, b), (c, d) = table
    odds = statistics.fisher(table).effect.value
    cells = range(max(0, a - d), min(a + b, a + c) + 1)
    mass = [comb(a + b, k) * comb(c + d, a + c - k) * odds**k for k in cells]
    assert sum(k * m for k, m in zip(cells, mass, strict=True)) / sum(mass) == pytest.approx(a, rel=1e-6)


@pytest.mark.parametrize("stratified", [False, True])
def test_cox_with_late_entry_and_strata_is_that_of_lifelines(stratified):
    """lifelines stops in the seventh digit even when asked for more (R agrees with ours in the fourteenth)."""
    time, event, entry, group = invented()
    table = pd.DataFrame({"time": time, "event": event, "entry": entry, "group": group})
    table = table.assign(x=np.arange(len(table)) % 7 / 7, stratum=np.arange(len(table)) % 3)
    strata = "stratum" if stratified else None
    ours = statistics.cox(table, ["group", "x"], time="time", event="event", entry="entry", strata=strata)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        columns = ["time", "event", "entry", "group", "x", *(["stratum"] if stratified else [])]
        theirs = CoxPHFitter().fit(
            table[columns],
            "time",
            "event",
            entry_col="entry",
            strata=strata,
            fit_options={"precision": 1e-12},
        )
    assert [c.coef for c in ours.coefficients] == pytest.approx(theirs.params_.tolist(), rel=1e-5)
    assert [c.std_error for c in ours.coefficients] == pytest.approx(
        theirs.standard_errors_.tolist(), rel=1e-5
    )
    assert ours.loglik == pytest.approx(theirs.log_likelihood_, rel=1e-10)
