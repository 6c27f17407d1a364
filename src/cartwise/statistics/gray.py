"""Gray's test: whether groups share the cumulative incidence of a cause in the presence of the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import Missing, UserError
from cartwise.statistics.causes import cause_index, causes_of
from cartwise.statistics.comparisons import TestResult
from cartwise.statistics.counting import Floats, Ints, risk_sets
from cartwise.statistics.observations import Observations, observations, refuse_shares
from cartwise.statistics.regression import chi_square_test

_SINGULAR = 1e-10


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cause_of_interest: object = None,
    rho: float = 0.0,
) -> TestResult:
    """Test of equal subdistribution hazards of one cause in k groups (Gray, Ann Stat 1988;16:1141).

    Gray's variance supposes that everybody is followed from the origin and stands alone: with late entry, sampling
    weights or clusters `fine_gray` of the group answers the same question.

    Args:
        time: (n,) end of follow-up.
        cause: (n,) what ended it: numbers with 0 for censored, or names with "censored".
        group: (n,) group of each row.
        strata: (n,) stratum of each row; scores and variances are summed over the strata.
        weights: (n,) repeats of each row.
        cause_of_interest: the cause to test; by default the first.
        rho: weight (1 - F)^rho of early events; 0 is the usual test.

    Raises:
        UserError: the data are unusable, or there is no such cause.
    """
    if not (np.isfinite(rho) and rho >= 0):
        raise UserError("`rho` is 0 or more; 0 is the usual test.")
    codes, causes = causes_of(cause, np.size(time))
    rows = observations(time, codes > 0, group=group, strata=strata, weights=weights)
    refuse_shares(rows.weight, "Compare by `fine_gray` with these weights, whose errors are robust")
    name = "Gray's test" if strata is None else "Gray's test, stratified"
    if not causes and cause_of_interest is None:
        why = Missing("no event: all patients are censored")
        return TestResult(name, why, why, rows.time.size, f"No {name} was made: {why.reason}.")
    wanted = cause_index(causes, cause_of_interest)
    k = len(rows.labels)
    score, variance = np.zeros(k), np.zeros((k, k))
    for index in np.unique(rows.stratum):
        own = rows.stratum == index
        part = _steps(rows.where(own), codes[own], wanted)
        score, variance = score + _score(part, rho), variance + _variance(part, rho)
    largest = float(np.diag(variance).max(initial=0.0))
    df = int(np.linalg.matrix_rank(variance, _SINGULAR * largest, hermitian=True)) if largest > 0 else 0
    if df == 0:
        why = Missing(_why_not(rows, codes == wanted))
        return TestResult(name, why, why, rows.time.size, f"No {name} was made: {why.reason}.")
    chi2 = float(score @ np.linalg.pinv(variance, rcond=_SINGULAR, hermitian=True) @ score)
    return chi_square_test(f"{name} (Gray 1988) of {causes[wanted - 1]}", chi2, df, rows.time.size)


class _Steps(NamedTuple):
    """Counts and curves of k groups on m event times; `before` is just before each time, `after` from it on."""

    at_risk: Floats  # (m, k)
    own: Floats  # (m, k), events of the cause of interest
    other: Floats  # (m, k), events of the others
    free_before: Floats  # (m, k), event-free
    free_after: Floats  # (m, k)
    incidence_before: Floats  # (m, k)


def _steps(rows: Observations, codes: Ints, wanted: int) -> _Steps:
    grid = np.unique(rows.time[rows.event])
    sets = risk_sets(rows.time, rows.entry, grid)
    member = rows.weight[:, None] * (rows.group[:, None] == np.arange(len(rows.labels)))
    at_risk = sets.at_risk(member)
    own = sets.ending(member * (codes == wanted)[:, None])
    other = sets.ending(member * (rows.event & (codes != wanted))[:, None])
    after: Floats = np.cumprod(1 - _share(own + other, at_risk), axis=0, dtype=np.float64)
    before = np.vstack([np.ones(len(rows.labels)), after[:-1]]) if grid.size else after
    incidence = np.cumsum(before * _share(own, at_risk), axis=0)
    late = np.vstack([np.zeros(len(rows.labels)), incidence[:-1]]) if grid.size else incidence
    return _Steps(at_risk, own, other, before, after, late)


def _pooled(part: _Steps) -> tuple[Floats, Floats, Floats, Floats]:
    """Adjusted numbers at risk R = n/S(t-), (m, k), their sum, and the pooled incidence before and after."""
    adjusted = _share(part.at_risk, part.free_before)
    total = adjusted.sum(axis=1)
    after = np.cumsum(_share(part.own.sum(axis=1), total))
    return adjusted, total, np.r_[0.0, after[:-1]] if after.size else after, after


def _score(part: _Steps, rho: float) -> Floats:
    """Observed minus expected events of the cause in each group, (k,) (Gray 1988, eq. 2.3)."""
    adjusted, _, before, _ = _pooled(part)
    risk = adjusted * (1 - part.incidence_before)
    share = _share(risk, risk.sum(axis=1)[:, None])
    weight = (1 - before) ** rho
    score: Floats = weight @ (part.own - part.own.sum(axis=1)[:, None] * share)
    return score


def _variance(part: _Steps, rho: float) -> Floats:
    """Covariance of the scores, (k, k) (Gray 1988, section 3)."""
    adjusted, total, before, after = _pooled(part)
    k = adjusted.shape[1]
    share = _share(adjusted, total[:, None])
    weight = ((1 - before) ** rho)[:, None, None]
    here = weight * adjusted[:, :, None] * (np.eye(k) - share[:, None, :])
    hazard = _share(part.own.sum(axis=1), total * (1 - before))
    to_come = np.cumsum((here * hazard[:, None, None])[::-1], axis=0)[::-1] - here * hazard[:, None, None]
    gone = np.where(part.free_after > 0, 1 - _share((1 - after)[:, None], part.free_after), 1.0)
    moved = here + gone[:, None, :] * to_come
    d = part.own.sum(axis=1)[:, None]
    tied = np.where(d > 1, 1 - _share(d - 1, total[:, None] * part.free_before - 1), 1.0)
    own = np.where(part.at_risk > 0, tied * part.free_before * _share(d, total[:, None] * part.at_risk), 0.0)
    moved_by_other = np.where(part.free_after > 0, _share((1 - after)[:, None], part.free_after), 0.0)
    other = (
        _without_replacement(part.other, part.at_risk)
        * part.free_before**2
        * _share(part.other, part.at_risk**2)
    )
    of_other = moved_by_other[:, None, :] * to_come
    variance: Floats = np.einsum("mik,mjk,mk->ij", moved, moved, own)
    variance += np.einsum("mik,mjk,mk->ij", of_other, of_other, other)
    return variance


def _without_replacement(events: Floats, at_risk: Floats) -> Floats:
    return np.where(events > 1, 1 - _share(events - 1, at_risk - 1), 1.0)


def _share(top: Floats, bottom: Floats) -> Floats:
    top, bottom = np.broadcast_arrays(top, bottom)
    return np.divide(top, bottom, out=np.zeros(bottom.shape), where=bottom > 0)


def _why_not(rows: Observations, own: np.ndarray) -> str:
    if np.unique(rows.group).size < 2:
        return "fewer than two groups have patients"
    if not own.any():
        return "no event of this cause in any group"
    return "at no event time were two groups at risk with somebody left to compare"
