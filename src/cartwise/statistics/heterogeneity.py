"""Variance between studies: six estimators of tau squared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from cartwise.statistics.counting import Floats

TauEstimator = Literal["DL", "REML", "PM", "ML", "SJ", "HS"]

# Estimators by name, as a methods section gives them.
TAU_NAMES: dict[str, str] = {
    "DL": "DerSimonian-Laird",
    "REML": "restricted maximum likelihood",
    "PM": "Paule-Mandel",
    "ML": "maximum likelihood",
    "SJ": "Sidik-Jonkman",
    "HS": "Hunter-Schmidt",
}


def tau_squared(effect: Floats, variance: Floats, estimator: TauEstimator) -> float:
    """Variance between k studies from effects and variances, (k,); 0 for a single study (Veroniki et al. 2016)."""
    if effect.size < 2:
        return 0.0
    if estimator == "DL":
        return _dersimonian_laird(effect, variance)
    if estimator == "HS":
        return max((cochran_q(effect, variance) - effect.size) / float((1 / variance).sum()), 0.0)
    if estimator == "SJ":
        return _sidik_jonkman(effect, variance)
    if estimator == "PM":
        return _root(lambda tau2: cochran_q(effect, variance + tau2) - (effect.size - 1), effect)
    return _likelihood_root(effect, variance, restricted=estimator == "REML")


def cochran_q(effect: Floats, variance: Floats) -> float:
    """Weighted sum of squares around the weighted mean."""
    weight = 1 / variance
    mean = weight @ effect / weight.sum()
    return float(weight @ (effect - mean) ** 2)


def typical_variance(variance: Floats) -> float:
    """The variance within a typical study (Higgins and Thompson, Stat Med 2002;21:1539, eq. 9)."""
    weight = 1 / variance
    return float((weight.size - 1) * weight.sum() / (weight.sum() ** 2 - (weight**2).sum()))


def _dersimonian_laird(effect: Floats, variance: Floats) -> float:
    weight = 1 / variance
    spread = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max((cochran_q(effect, variance) - (effect.size - 1)) / spread, 0.0)


def _sidik_jonkman(effect: Floats, variance: Floats) -> float:
    start = float(effect.var())
    return start * cochran_q(effect, variance + start) / (effect.size - 1) if start > 0 else 0.0


def _likelihood_root(effect: Floats, variance: Floats, *, restricted: bool) -> float:
    """Where the slope of the (restricted) likelihood in tau squared is zero; the highest of several, or 0."""

    def slope(tau2: float) -> float:
        weight = 1 / (variance + tau2)
        mean = weight @ effect / weight.sum()
        gained = float(weight**2 @ (effect - mean) ** 2)
        leverage = float((weight**2).sum() / weight.sum()) if restricted else 0.0
        return gained - float(weight.sum()) + leverage

    return _root(slope, effect)


def _root(decreasing: Callable[[float], float], effect: Floats) -> float:
    """Zero of a function that falls through it, from 0 on; 0 where it starts below."""
    from scipy.optimize import brentq  # noqa: PLC0415  # scipy is slow to import

    if decreasing(0.0) <= 0:
        return 0.0
    upper = max(float(np.var(effect)), 1e-8)
    while decreasing(upper) > 0:
        upper *= 2
    return float(brentq(decreasing, 0.0, upper, xtol=1e-15, rtol=1e-14, maxiter=2000))
