"""Newton's method for a concave log-likelihood: aliased columns and coefficients without bound are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cartwise.statistics.counting import Bools, Floats

# Log-likelihood, score (p,), information (p, p) at given coefficients of standardised columns.
Likelihood = Callable[[Floats], tuple[float, Floats, Floats]]

_STEPS, _HALVINGS = 60, 30
_CONVERGED = 1e-9  # largest step, in standard deviations of a column; the step itself is still taken
_FLAT = 1e-9  # gain of log-likelihood below which a step that is still large runs along a ridge without end
_LARGE = 0.01
_ALIASED = 1e-9  # part of a column's information that the columns before it leave


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where a likelihood is highest.

    Attributes:
        beta: (p,) coefficients; 0 where aliased.
        loglik: at `beta`.
        null: log-likelihood at zero.
        score: (p,) at zero.
        start: (p, p) information at zero.
        information: (p, p) at `beta`.
        aliased: (p,) columns that the columns before them, or their constancy, leave without information.
        unbounded: (p,) coefficients that grow without end as the likelihood rises to its limit.
        converged: whether the maximum, or the ridge, was reached.
    """

    beta: Floats
    loglik: float
    null: float
    score: Floats
    start: Floats
    information: Floats
    aliased: Bools
    unbounded: Bools
    converged: bool

    def covariance(self) -> Floats:
        """Inverse information, (p, p); NaN for aliased and unbounded coefficients."""
        return inverse(self.information, ~(self.aliased | self.unbounded))

    def without_last(self) -> Maximum:
        """The same maximum, as seen without the last coefficient (an intercept profiled out of the start)."""
        cross = self.start[:-1, -1]
        start = self.start[:-1, :-1] - np.outer(cross, cross) / self.start[-1, -1]
        return replace(
            self,
            beta=self.beta[:-1],
            score=self.score[:-1],
            start=start,
            information=self.information[:-1, :-1],
            aliased=self.aliased[:-1],
            unbounded=self.unbounded[:-1],
        )


def inverse(information: Floats, kept: Bools) -> Floats:
    """Inverse over the columns kept, NaN elsewhere."""
    covariance = np.full_like(information, np.nan)
    covariance[np.ix_(kept, kept)] = np.linalg.inv(information[np.ix_(kept, kept)])
    return covariance


def maximise(likelihood: Likelihood, p: int) -> Maximum:
    """Maximise from zero by Newton's method with step halving."""
    beta = np.zeros(p)
    null, first_score, start = likelihood(beta)
    aliased = aliased_columns(start)
    free = ~aliased
    loglik, score, information = null, first_score, start
    unbounded, converged = np.zeros(p, dtype=np.bool_), not free.any()
    for _ in range(_STEPS if free.any() else 0):
        step = np.zeros(p)
        step[free] = solved(information[np.ix_(free, free)], score[free])
        large = np.abs(step) > _LARGE
        flat = float(step @ score) < _FLAT
        ahead = None if flat and large.any() else _uphill(likelihood, beta, step, loglik)
        if ahead is None:  # a ridge, so far out that the likelihood is flat or lost in rounding
            unbounded, converged = large, bool(large.any())
            break
        beta, (loglik, score, information) = ahead
        if np.abs(step).max() < _CONVERGED * max(1.0, float(np.abs(beta).max())):
            converged = True
            break
    return Maximum(beta, loglik, null, first_score, start, information, aliased, unbounded, converged)


def solved(information: Floats, score: Floats) -> Floats:
    """Newton's step, (p,); the shortest of those that fit where the information is singular."""
    try:
        return np.asarray(np.linalg.solve(information, score), dtype=np.float64)
    except np.linalg.LinAlgError:  # a ridge so flat that its information vanished in rounding
        return np.asarray(np.linalg.lstsq(information, score, rcond=None)[0], dtype=np.float64)


def _uphill(
    likelihood: Likelihood, beta: Floats, step: Floats, loglik: float
) -> tuple[Floats, tuple[float, Floats, Floats]] | None:
    """The step, halved until it does not lose likelihood beyond rounding; None where no part of it can be taken."""
    for halving in range(_HALVINGS):
        ahead = beta + step / 2**halving
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            there = likelihood(ahead)
        if there[0] >= loglik - 1e-10 * (1 + abs(loglik)) and np.isfinite(there[2]).all():
            return ahead, there
    return None


def aliased_columns(information: Floats) -> Bools:
    """Columns, (p,), without information of their own: constant, or combinations of columns before them."""
    kept: list[int] = []
    aliased = np.zeros(len(information), dtype=np.bool_)
    for j, own in enumerate(np.diag(information)):
        left = own
        if kept and own > _ALIASED:
            cross = information[kept, j]
            left = own - cross @ np.linalg.solve(information[np.ix_(kept, kept)], cross)
        aliased[j] = not left > _ALIASED * max(own, 1.0)
        if not aliased[j]:
            kept.append(j)
    return aliased
