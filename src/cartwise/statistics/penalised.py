"""Firth's penalised likelihood: its maximum, and intervals and p values from its profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import copysign, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from cartwise.basis import Missing
from cartwise.statistics.comparisons import TestResult
from cartwise.statistics.counting import Bools, Floats
from cartwise.statistics.design import Design, Term
from cartwise.statistics.newton import solved
from cartwise.statistics.regression import (
    ALIASED,
    NOT_CONVERGED,
    NOT_VARYING,
    Coefficient,
    Regression,
    Setting,
    blank,
    chi_square_test,
    exp,
    notes_of,
)

# Penalised log-likelihood, its score (p,), and the information (p, p) at given coefficients.
PenalisedLikelihood = Callable[[Floats], tuple[float, Floats, Floats]]

_STEPS, _HALVINGS = 500, 40
_LONGEST = 5.0  # of a step, in standard deviations of a column
_CONVERGED = 1e-10
_DEEP = 1e3  # fall of the likelihood that is deep enough for any level
_WIDEST = 100.0  # standardised coefficient beyond which no limit is looked for


class Peak(NamedTuple):
    """The highest point of a penalised likelihood, some coefficients held."""

    beta: Floats
    loglik: float
    information: Floats
    converged: bool


def climbed(likelihood: PenalisedLikelihood, start: Floats, free: Bools) -> Peak:
    """Maximise over the free coefficients, (p,), from a start, by scoring with step halving.

    With an event or two the penalty bends the likelihood twice as much as the information says, so that full steps go
    from side to side of the maximum for ever: where a step goes too far, those after it are shorter.
    """
    beta, length = start.copy(), 1.0
    loglik, score, information = likelihood(beta)
    for _ in range(_STEPS if free.any() else 0):
        step = np.zeros_like(beta)
        step[free] = length * solved(information[np.ix_(free, free)], score[free])
        longest = float(np.abs(step).max())
        if longest < _CONVERGED:
            return Peak(beta, loglik, information, True)
        step *= min(1.0, _LONGEST / longest)
        rise = float(step @ score)
        for halving in range(_HALVINGS):
            ahead = likelihood(beta + step / 2**halving)
            if ahead[0] >= loglik - 1e-12 * (1 + abs(loglik)):
                beta, (loglik, score, information) = beta + step / 2**halving, ahead
                break
        else:
            break
        if (fall := -float(step @ score)) > rise / 2:
            length *= rise / (rise + fall)
    return Peak(beta, loglik, information, not free.any())


@dataclass(frozen=True, slots=True, eq=False)
class PenalisedFit:
    """A penalised likelihood at its maximum, in p standardised columns with information of their own.

    Attributes:
        likelihood: what was maximised.
        peak: where.
        null: the penalised log-likelihood with all coefficients but the intercepts at zero.
        intercepts: how many columns, the first ones, no test concerns.
    """

    likelihood: PenalisedLikelihood
    peak: Peak
    null: float
    intercepts: int

    def test(self) -> TestResult:
        """Penalised likelihood ratio test that all coefficients are zero."""
        name, df = "penalised likelihood ratio test", self.peak.beta.size - self.intercepts
        if df == 0:
            why = Missing("no covariate can be estimated")
            return TestResult(name, why, why, 0, f"No {name} was made: {why.reason}.")
        return chi_square_test(name, 2 * (self.peak.loglik - self.null), df)

    def covariance(self) -> Floats:
        """Inverse information, (p, p)."""
        return np.asarray(np.linalg.inv(self.peak.information), dtype=np.float64)

    def profiled(self, j: int, value: float) -> Peak:
        """The maximum with coefficient j held at a value."""
        covariance = self.covariance()
        start = self.peak.beta + (value - self.peak.beta[j]) * covariance[:, j] / covariance[j, j]
        if not np.isfinite(self.likelihood(start)[0]):  # too far along the tangent: the information vanished
            start = self.peak.beta.copy()
        start[j] = value
        return climbed(self.likelihood, start, np.arange(start.size) != j)

    def limit(self, j: int, level: float, side: int, se: float) -> float | None:
        """Where the profile of coefficient j falls below the level's drop, below (-1) or above (1) the peak."""
        from scipy.optimize import brentq  # noqa: PLC0415  # scipy is slow to import

        drop = NormalDist().inv_cdf(0.5 + level / 2) ** 2 / 2
        centre = float(self.peak.beta[j])

        def above(distance: float) -> float:
            if distance == 0:
                return drop
            fallen = self.profiled(j, centre + side * distance).loglik - self.peak.loglik
            return max(fallen + drop, -_DEEP)

        far = 2 * se
        while above(far) > 0:
            far *= 1.5
            if far > _WIDEST:
                return None
        return centre + side * float(brentq(above, 0.0, far, xtol=1e-10, rtol=1e-10))


def penalised_fit(likelihood: PenalisedLikelihood, p: int, intercepts: int = 0) -> PenalisedFit:
    """Maximise a penalised likelihood of p columns."""
    null = climbed(likelihood, np.zeros(p), np.arange(p) < intercepts)
    return PenalisedFit(
        likelihood, climbed(likelihood, null.beta, np.ones(p, dtype=np.bool_)), null.loglik, intercepts
    )


def penalised_regression(
    covariates: Design,
    fit: PenalisedFit,
    usable: Bools,
    scale: Floats,
    setting: Setting,
) -> Regression:
    """The regression of a fit that holds the usable columns, (p,), of a design behind its intercepts.

    `scale`, (usable,), is what the columns were divided by.
    """
    places = iter(range(fit.intercepts, fit.peak.beta.size))
    factors = dict(zip(np.flatnonzero(usable).tolist(), zip(places, scale, strict=True), strict=True))
    coefficients = tuple(
        _profiled(fit, *factors[index], term, setting)
        if index in factors and fit.peak.converged
        else blank(term, setting, _why(covariates, usable, index))
        for index, term in enumerate(covariates.terms)
    )
    covariance = np.full((usable.size, usable.size), np.nan)
    own = fit.covariance()[fit.intercepts :, fit.intercepts :]
    covariance[np.ix_(usable, usable)] = own / np.outer(scale, scale)
    # The penalty on the columns' own scale differs from that on standardised ones by a constant.
    shift = float(np.log(scale).sum())
    return Regression(
        coefficients,
        covariance,
        covariance,
        fit.null + shift,
        fit.peak.loglik + shift,
        (fit.test(),),
        setting.n,
        setting.events,
        setting.ratio,
        setting.level,
        setting.methods,
        notes_of(coefficients, setting.events),
    )


def without_estimates(covariates: Design, setting: Setting, reason: str = "") -> Regression:
    """A regression in which no column has a coefficient, each with its reason."""
    unusable = np.zeros(len(covariates.terms), dtype=np.bool_)
    coefficients = tuple(
        blank(term, setting, reason or _why(covariates, unusable, index))
        for index, term in enumerate(covariates.terms)
    )
    nothing = np.full((unusable.size, unusable.size), np.nan)
    return Regression(
        coefficients,
        nothing,
        nothing,
        np.nan,
        np.nan,
        (),
        setting.n,
        setting.events,
        setting.ratio,
        setting.level,
        setting.methods,
        notes_of(coefficients, setting.events),
    )


def _why(covariates: Design, usable: Bools, index: int) -> str:
    if usable[index]:
        return NOT_CONVERGED
    column = covariates.matrix[:, index]
    return ALIASED if column.size and np.ptp(column) > 0 else NOT_VARYING


def _profiled(fit: PenalisedFit, j: int, scale: float, term: Term, setting: Setting) -> Coefficient:
    """One coefficient; its z is the signed root of the likelihood ratio statistic, as its p and limits are."""
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy is slow to import

    se, beta = sqrt(float(fit.covariance()[j, j])), float(fit.peak.beta[j])
    statistic = max(2 * (fit.peak.loglik - fit.profiled(j, 0.0).loglik), 0.0)
    limits = [fit.limit(j, setting.level, side, se) for side in (-1, 1)]
    lower, upper = (None if limit is None else exp(limit / scale) for limit in limits)
    return Coefficient(
        term,
        setting.level,
        setting.n,
        setting.methods,
        "" if None not in limits else "the profile of the likelihood stays flat: a limit was not found",
        coef=beta / scale,
        std_error=se / scale,
        z=copysign(sqrt(statistic), beta),
        p=float(chdtrc(1, statistic)),
        ratio=exp(beta / scale),
        lower=lower,
        upper=upper,
    )
