"""AUC, Brier score and incidence by weights, against slow references, identities, and a truth that is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from cartwise.basis import Missing, UserError
from cartwise.statistics import (
    CENSORED,
    EVENT,
    STAYS,
    Known,
    brier_score,
    chance_uncensored,
    cumulative_incidence,
    incidence_at,
    outcomes_at,
    spells,
    time_dependent_auc,
)

ROWS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2), st.integers(0, 3)), min_size=2, max_size=40)


def _slow_chance(times: list[int], causes: list[int], at: float, *, through: bool) -> float:
    """G by its definition: of those at risk after the events of a day, the share not censored on it."""
    chance = 1.0
    for day in sorted(set(times)):
        if day > at or (day == at and not through):
            break
        at_risk = sum(t > day or (t == day and c == 0) for t, c in zip(times, causes, strict=True))
        gone = sum(t == day and c == 0 for t, c in zip(times, causes, strict=True))
        chance *= 1 - gone / at_risk if at_risk else 1.0
    return chance


def _slow_auc(known: Known, marker: np.ndarray) -> float:
    top = bottom = 0.0
    for i in range(marker.size):
        for j in range(marker.size):
            if known.case[i] and not known.case[j]:
                weight = known.weight[i] * known.weight[j]
                top += weight * (1.0 if marker[i] > marker[j] else 0.5 if marker[i] == marker[j] else 0.0)
                bottom += weight
    return top / bottom


@given(ROWS, st.integers(1, 11))
def test_weights_are_those_of_the_definition(rows: list[tuple[int, int, int]], horizon: int) -> None:
    times, causes, _ = (list(column) for column in zip(*rows, strict=True))
    known = outcomes_at(times, causes, horizon)
    if isinstance(known, Missing):
        return
    for i, (time, cause) in enumerate(zip(times, causes, strict=True)):
        if time <= horizon and cause:
            assert known.weight[i] == pytest.approx(1 / _slow_chance(times, causes, time, through=False))
        elif time > horizon:
            assert known.weight[i] == pytest.approx(1 / _slow_chance(times, causes, horizon, through=True))
        else:
            assert known.weight[i] == 0


@given(ROWS, st.integers(1, 11))
def test_auc_is_that_of_all_pairs(rows: list[tuple[int, int, int]], horizon: int) -> None:
    times, causes, marks = (np.array(column) for column in zip(*rows, strict=True))
    known = outcomes_at(times, causes, horizon)
    if isinstance(known, Missing) or isinstance(found := time_dependent_auc(known, marks), Missing):
        return
    assert found.value == pytest.approx(_slow_auc(known, marks))


@given(ROWS)
def test_in_one_stratum_the_weighted_incidence_is_that_of_aalen_and_johansen(
    rows: list[tuple[int, int, int]],
) -> None:
    times, causes, _ = (np.array(column) for column in zip(*rows, strict=True))
    horizon = float(times.max()) - 0.5
    known = outcomes_at(times, causes, horizon) if horizon > 0 and (causes == 1).any() else Missing("none")
    if isinstance(known, Missing):
        return
    names = np.array(["censored", "event", "other"])[causes]
    read = next(
        r[0] for (_, k), r in cumulative_incidence(times, names).at([horizon]).items() if k == "event"
    )
    assert incidence_at(known) == pytest.approx(read.value, abs=1e-12)


@given(ROWS)
def test_where_the_last_had_an_outcome_the_others_stand_for_those_censored_before(
    rows: list[tuple[int, int, int]],
) -> None:
    """Nobody is followed beyond the horizon, and nobody need be: the last observed had an event, so G is above 0."""
    times, causes, _ = (np.array(column) for column in zip(*rows, (13, 1, 0), strict=True))
    known = outcomes_at(times, causes, 20.0)
    assert isinstance(known, Known)
    names = np.array(["censored", "event", "other"])[causes]
    read = next(r[0] for (_, k), r in cumulative_incidence(times, names).at([13]).items() if k == "event")
    assert incidence_at(known) == pytest.approx(read.value, abs=1e-12)


def test_where_the_last_was_censored_before_the_horizon_nobody_stands_for_them() -> None:
    found = outcomes_at([1, 2, 5], [1, 0, 0], 8)
    assert isinstance(found, Missing)
    assert found.reason == "nobody is followed beyond 8"


def test_without_censoring_auc_is_mann_whitney_and_brier_a_mean_square() -> None:
    rng = np.random.default_rng(4)
    times, marks = rng.exponential(10, 80), rng.normal(size=80).round(1)
    known = outcomes_at(times, np.ones(80), 8.0)
    assert isinstance(known, Known)
    early = times <= 8
    u = mannwhitneyu(marks[early], marks[~early]).statistic / (early.sum() * (~early).sum())
    assert time_dependent_auc(known, marks).value == pytest.approx(u)
    predicted = rng.uniform(size=80)
    assert brier_score(known, predicted).value == pytest.approx(np.mean((early - predicted) ** 2))


def test_four_patients_by_hand() -> None:
    # Event on day 1, censored on day 2 (three at risk), event on day 3, followed to day 5; asked at day 4.
    known = outcomes_at([1, 2, 3, 5], [1, 0, 1, 0], 4)
    assert isinstance(known, Known)
    assert known.weight.tolist() == pytest.approx([1, 0, 1.5, 1.5])
    assert incidence_at(known) == pytest.approx(2.5 / 4)
    assert time_dependent_auc(known, [1, 0, 0, 0]).value == pytest.approx((1 + 1.5 / 2) / 2.5)


def test_weights_by_what_was_seen_undo_treatment_that_was_steered_by_it() -> None:
    """Those who show a sign are treated more, and relapse more: dropping the treated hides relapses."""
    rng = np.random.default_rng(11)
    n = 20_000
    sign = np.where(rng.random(n) < 0.5, rng.uniform(10, 60, n), np.inf)
    relapse = np.where(np.isfinite(sign), sign + rng.exponential(40, n), rng.exponential(600, n))
    offered = np.where(np.isfinite(sign), sign + rng.exponential(30, n), np.inf)
    treated = offered < np.minimum(relapse, 100.0)
    stop = np.where(treated, offered, np.minimum(relapse, 100.0))
    cause = np.where(treated, 0, (relapse < 100.0).astype(int))
    last = np.where(treated, CENSORED, np.where(cause, EVENT, STAYS))
    shown = sign < stop
    who = np.arange(n)
    rows = spells(
        np.r_[who, who[shown]],
        np.r_[np.zeros(n), sign[shown]],
        np.r_[np.where(shown, sign, stop), stop[shown]],
        np.r_[np.zeros(n), np.ones(shown.sum())],
        np.r_[np.where(shown, STAYS, last), last[shown]],
    )
    up_to = np.full(n, 99.0)
    chances = (chance_uncensored(rows, stop), chance_uncensored(rows, up_to, through=True))
    truth = float((relapse <= 99).mean())
    weighted = outcomes_at(stop, cause, 99.0, uncensored=chances)
    naive = outcomes_at(stop, cause, 99.0)
    assert isinstance(weighted, Known)
    assert isinstance(naive, Known)
    assert incidence_at(weighted) == pytest.approx(truth, abs=0.02)
    assert abs(incidence_at(naive) - truth) > 0.05


def test_where_everybody_of_a_kind_was_censored_nobody_stands_for_them() -> None:
    """Patients 0 and 1 are of a kind and both treated on day 3; 2 and 3 stay."""
    rows = spells([0, 1, 2, 3], [0] * 4, [3, 3, 5, 9], [0, 0, 1, 1], [CENSORED, CENSORED, EVENT, STAYS])
    up_to = chance_uncensored(rows, [8] * 4, through=True)
    assert up_to.tolist() == [0, 0, 1, 1]
    before = chance_uncensored(rows, [3, 3, 5, 9])
    found = outcomes_at([3, 3, 5, 9], [0, 0, 1, 0], 8, uncensored=(before, up_to))
    assert isinstance(found, Missing)
    assert found.reason.startswith("for 2 of the censored")


@pytest.mark.parametrize(
    ("times", "horizon"), [([0, 1], 2), ([-1, 1], 2), ([1, np.nan], 2), ([1, 2], 0), ([1, 2], np.nan)]
)
def test_impossible_follow_up_gives_a_reason(times: list[float], horizon: float) -> None:
    with pytest.raises(UserError):
        outcomes_at(times, [1, 0], horizon)


def test_spells_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(UserError, match="1 spells end"):
        spells([0], [3], [3], [0], [EVENT])
