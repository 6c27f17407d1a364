"""Odds ratios that vary between studies: binomial-normal and hypergeometric-normal models, by exact integration."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np

from cartwise.statistics.counting import Floats
from cartwise.statistics.effects import TwoArms
from cartwise.statistics.exact_odds import hypergeometric
from cartwise.statistics.pooling import Pool, nothing


class Likelihood(NamedTuple):
    """Log-likelihood of k studies at q deviations u each, (k, q), and its derivatives."""

    value: Floats
    by_u: Floats
    curve: Floats  # second derivative by u
    by_odds: Floats  # by the log odds ratio
    by_base: Floats | None  # by the study's own intercept, where it has one


# The likelihood of the studies at the log odds ratio and their intercepts, (1 + k,) or (1,), and deviations.
Study = Callable[[Floats, Floats], Likelihood]

_NODES = 41  # of the quadrature; seven leave an error in the fifth digit
_NO_TAU = 1e-4


def mixed_odds(arms: TwoArms, *, conditional: bool, random: bool) -> Pool:
    """Maximum likelihood of the log odds ratio and of its variance between studies, tau squared.

    Not conditional: binomial counts with a fixed intercept per study and the deviation split between both arms
    (Turner et al., Stat Med 2000;19:3417; R `rma.glmm` model "UM.FS"). Conditional: noncentral hypergeometric
    counts given the margins (Stijnen et al., Stat Med 2010;29:3046; model "CM.EL"). Without `random`, tau is 0.
    Studies in which nobody or everybody had the event tell nothing and have no part.
    """
    informative = (arms.a + arms.c > 0) & (arms.b + arms.d > 0)
    own = arms.where(informative)
    if not informative.any() or _separated(own):
        return nothing(
            "all events fall into one arm: the odds ratio has no finite value; see the exact method"
        )
    study = _hypergeometric(own) if conditional else _binomial(own)
    start = np.r_[0.0, np.zeros(0 if conditional else own.a.size)]
    if not conditional:
        start[1:] = np.log((own.a + own.c + 0.5) / (own.b + own.d + 0.5))
    common = _maximum(lambda at: _marginal(study, np.r_[0.0, at], tau=False), start)
    if random and own.a.size > 1:
        whole = _maximum(lambda at: _marginal(study, at, tau=True), np.r_[0.5, common.at])
        if abs(whole.at[0]) > _NO_TAU and whole.loglik > common.loglik + 1e-9:
            return Pool(
                float(whole.at[1]), sqrt(whole.variance[1]), tau2=float(whole.at[0] ** 2), random=True
            )
    return Pool(float(common.at[0]), sqrt(common.variance[0]), random=random)


def _separated(arms: TwoArms) -> bool:
    """Whether every study has the fewest, or every study the most, events in the first arm that its margins allow."""
    lowest = np.maximum(0, arms.a + arms.c - arms.n2)
    highest = np.minimum(arms.n1, arms.a + arms.c)
    return bool((arms.a == lowest).all() or (arms.a == highest).all())


def _binomial(arms: TwoArms) -> Study:
    from scipy.special import expit  # noqa: PLC0415  # scipy is slow to import

    a, c, n1, n2 = (cells[:, None] for cells in (arms.a, arms.c, arms.n1, arms.n2))

    def study(at: Floats, u: Floats) -> Likelihood:
        base = at[1:, None]
        first, second = base + at[0] + u / 2, base - u / 2
        p1, p2 = expit(first), expit(second)
        value = a * first - n1 * np.logaddexp(0, first) + c * second - n2 * np.logaddexp(0, second)
        one, two = a - n1 * p1, c - n2 * p2
        curve = -(n1 * p1 * (1 - p1) + n2 * p2 * (1 - p2)) / 4
        return Likelihood(value, (one - two) / 2, curve, one, one + two)

    return study


def _hypergeometric(arms: TwoArms) -> Study:
    tables = [hypergeometric(*row) for row in zip(arms.n1, arms.n2, arms.a + arms.c, strict=True)]
    widest = max(support.size for support, _ in tables)
    support, ways = np.zeros((len(tables), 1, widest)), np.full((len(tables), 1, widest), -np.inf)
    for i, (values, mass) in enumerate(tables):
        support[i, 0, : values.size], ways[i, 0, : values.size] = values, mass

    def study(at: Floats, u: Floats) -> Likelihood:
        log_odds = at[0] + u
        tilted = ways + log_odds[:, :, None] * support
        highest = tilted.max(axis=2, keepdims=True)
        mass = np.exp(tilted - highest)
        total = mass.sum(axis=2)
        mean = (mass * support).sum(axis=2) / total
        spread = (mass * support**2).sum(axis=2) / total - mean**2
        value = arms.a[:, None] * log_odds - highest[:, :, 0] - np.log(total)
        slope = arms.a[:, None] - mean
        return Likelihood(value, slope, -spread, slope, None)

    return study


def _marginal(study: Study, at: Floats, *, tau: bool) -> tuple[float, Floats]:
    """Log-likelihood with the deviations integrated out by adaptive quadrature, and its gradient.

    `at` is the standard deviation between studies, the log odds ratio, and intercepts; the gradient leaves the
    first out unless `tau`. Its parts are expectations, given the counts, of the parts of the likelihood.
    """
    z, weight = _quadrature(study, at) if tau else (np.zeros((1, 1)), np.zeros((1, 1)))
    found = study(at[1:], at[0] * z)
    inside = found.value + weight
    highest = inside.max(axis=1, keepdims=True)
    share = np.exp(inside - highest)
    total = share.sum(axis=1, keepdims=True)
    share = share / total
    loglik = float((highest + np.log(total)).sum())
    by_base = [] if found.by_base is None else (share * found.by_base).sum(axis=1)
    by_tau = [float((share * z * found.by_u).sum())] if tau else []
    return loglik, np.r_[by_tau, float((share * found.by_odds).sum()), by_base]


def _quadrature(study: Study, at: Floats) -> tuple[Floats, Floats]:
    """Standard normal deviations around each study's mode, (k, q), and the logarithms of their weights."""
    tau = at[0]
    mode = np.zeros_like(study(at[1:], np.zeros((1, 1))).value)
    for _ in range(200):
        found = study(at[1:], tau * mode)
        step = (tau * found.by_u - mode) / (1 - tau**2 * found.curve)
        mode = mode + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < 1e-11:
            break
    width = (1 - tau**2 * study(at[1:], tau * mode).curve) ** -0.5
    nodes, weights = np.polynomial.hermite.hermgauss(_NODES)
    z = mode + sqrt(2) * width * nodes
    return z, nodes**2 + np.log(weights) + np.log(width) - np.log(np.pi) / 2 - z**2 / 2


class _Maximum(NamedTuple):
    at: Floats
    loglik: float
    variance: Floats  # diagonal of the inverse information


def _maximum(likelihood: Callable[[Floats], tuple[float, Floats]], start: Floats) -> _Maximum:
    from scipy.optimize import minimize  # noqa: PLC0415  # scipy is slow to import

    def fallen(at: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(at)
        return -value, -gradient

    at: Floats = minimize(fallen, start, method="BFGS", jac=True).x
    for _ in range(20):  # BFGS stops at a gradient of 1e-5
        step = np.linalg.solve(_information(likelihood, at), likelihood(at)[1])
        at = at + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return _Maximum(at, likelihood(at)[0], np.diag(np.linalg.inv(_information(likelihood, at))))


def _information(likelihood: Callable[[Floats], tuple[float, Floats]], at: Floats) -> Floats:
    def central(h: float) -> Floats:
        steps = h * np.eye(at.size)
        slopes = [(likelihood(at - step)[1] - likelihood(at + step)[1]) / (2 * h) for step in steps]
        return np.stack(slopes)

    twice = (4 * central(5e-4) - central(1e-3)) / 3  # Richardson: the error is of fourth order
    return (twice + twice.T) / 2
