"""A linear mixed model with a random intercept a patient: repeated values at a few time points, by REML."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing
from cartwise.statistics.counting import Floats, Ints
from cartwise.statistics.observations import levels_of, numbers
from cartwise.statistics.survival import check_level

GRID = np.linspace(0.0, 0.999, 25)
"""Shares of variance between patients that are tried before the best one is refined."""


@dataclass(frozen=True, slots=True)
class Change:
    """The mean change from one time point to another, with its interval and two-sided p value."""

    first: str
    second: str
    estimate: Estimate
    p: float


@dataclass(frozen=True, slots=True)
class MixedModel:
    """The answer of a mixed model.

    Attributes:
        changes: between every two time points, in their order; Missing where there is no model.
        between: standard deviation between patients.
        within: standard deviation within a patient.
        n: values.
        patients: patients.
        methods: the sentence for a methods section.
    """

    changes: tuple[Change, ...] | Missing
    between: float | Missing
    within: float | Missing
    n: int
    patients: int
    methods: str

    def change(self, first: str, second: str) -> Change | Missing:
        """The change between two time points; Missing, with the reason, where the model has none."""
        if isinstance(self.changes, Missing):
            return self.changes
        found = [change for change in self.changes if (change.first, change.second) == (first, second)]
        return found[0] if found else Missing(f"the model has no values of both {first} and {second}")

    def table(self) -> pd.DataFrame:
        """One row a change: `first, second, change, lower, upper, p`."""
        changes = () if isinstance(self.changes, Missing) else self.changes
        rows = [
            (c.first, c.second, c.estimate.value, c.estimate.lower, c.estimate.upper, c.p) for c in changes
        ]
        columns = ["first", "second", "change", "lower", "upper", "p"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], "Float64"))


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Values (n,) less their mean, indicators of time (n, k), whose row (n,); of each patient the number and sums."""

    y: Floats
    x: Floats
    whose: Ints
    size: Floats
    sum_y: Floats
    sum_x: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Means of the k time points, their covariance (k, k), and the two standard deviations."""

    means: Floats
    covariance: Floats
    between: float
    within: float


def mixed_model(value: ArrayLike, time: ArrayLike, patient: ArrayLike, *, level: float = 0.95) -> MixedModel:
    """Repeated values: mean of their time point + intercept of its patient + residual, by restricted maximum likelihood.

    The likelihood is profiled over one number, the share of variance that lies between patients (Laird and Ware,
    Biometrics 1982;38:963). Changes are tested by t with n - patients - (time points - 1) degrees of freedom, those of R
    `nlme` for terms within patients. Patients without a value at some time point take part with the others.

    Args:
        value: (n,) values.
        time: (n,) time points, by name; a categorical keeps its order.
        patient: (n,) whose.
        level: of the intervals.

    Raises:
        UserError: lengths differ, a value is missing or not a number, a name is blank.
    """
    check_level(level)
    y = numbers("value", value)
    times, named = levels_of("time", time, y.size)
    whose, _ = levels_of("patient", patient, y.size)
    seen = np.unique(times)
    names = tuple(named[i] for i in seen)
    design = _design(y, np.searchsorted(seen, times), seen.size, np.unique(whose, return_inverse=True)[1])
    count = design.size.size
    df = y.size - count - (len(names) - 1)
    if reason := _why_not(design, df):
        why = Missing(reason)
        return MixedModel(why, why, why, y.size, count, f"No linear mixed model was fitted: {reason}.")
    fit = _fitted(design)
    changes = tuple(_change(fit, (i, j), names, df, level) for i, j in combinations(range(len(names)), 2))
    return MixedModel(changes, fit.between, fit.within, y.size, count, _methods(level))


def _design(y: Floats, times: Ints, k: int, whose: Ints) -> _Design:
    centred = y - y.mean() if y.size else y
    x = np.eye(k)[times] if y.size else np.empty((0, k))
    patients = int(whose.max(initial=-1)) + 1
    sum_x = np.zeros((patients, k))
    np.add.at(sum_x, whose, x)
    sum_y = np.bincount(whose, weights=centred, minlength=patients).astype(np.float64)
    return _Design(centred, x, whose, sum_x.sum(axis=1), sum_y, sum_x)


def _why_not(design: _Design, df: int) -> str:
    if design.x.shape[1] < 2:
        return "there are values of fewer than two time points"
    if df < 1 or design.size.max() < 2:
        return "too few patients have values at more than one time point"
    within = design.x - (design.sum_x / design.size[:, None])[design.whose]
    if np.linalg.matrix_rank(within) < design.x.shape[1] - 1:
        return "no patient links the time points"
    # With an intercept of its own for every patient nothing may be left; then no variance ratio is the likeliest.
    left = design.y - (design.sum_y / design.size)[design.whose]
    residual = left - within @ np.linalg.lstsq(within, left, rcond=None)[0]
    bound = df * (1e-10 * float(np.ptp(design.y))) ** 2
    return "nothing varies within patients" if float((residual**2).sum()) <= bound else ""


def _fitted(design: _Design) -> _Fit:
    best = min(range(GRID.size), key=lambda i: _deviance(design, float(GRID[i])))
    low, high = GRID[max(best - 1, 0)], GRID[best + 1] if best + 1 < GRID.size else 1 - 1e-9
    share = _lowest(design, float(low), float(high))
    if _deviance(design, 0.0) <= _deviance(design, share):
        share = 0.0
    information, means, rest = _solved(design, share)
    within = sqrt(rest / (design.y.size - means.size))
    ratio = share / (1 - share)
    covariance = np.asarray(within**2 * np.linalg.inv(information), dtype=np.float64)
    return _Fit(means, covariance, within * sqrt(ratio), within)


def _solved(design: _Design, share: float) -> tuple[Floats, Floats, float]:
    """X'V^-1 X, the generalised least squares means, and the weighted sum of squares; V = I + ratio J a patient."""
    ratio = share / (1 - share)
    weight = ratio / (1 + design.size * ratio)
    information = design.x.T @ design.x - (design.sum_x * weight[:, None]).T @ design.sum_x
    score = design.x.T @ design.y - design.sum_x.T @ (weight * design.sum_y)
    means = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
    total = float(design.y @ design.y - weight @ design.sum_y**2)
    return information, means, total - float(means @ score)


def _deviance(design: _Design, share: float) -> float:
    """Minus twice the profiled restricted log-likelihood, up to a constant."""
    information, means, rest = _solved(design, share)
    spread = np.log1p(design.size * share / (1 - share)).sum() + np.linalg.slogdet(information)[1]
    return float((design.y.size - means.size) * np.log(rest) + spread)


def _lowest(design: _Design, low: float, high: float) -> float:
    """The share of lowest deviance between two, by golden section."""
    golden = (sqrt(5) - 1) / 2
    while high - low > 1e-10:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if _deviance(design, left) <= _deviance(design, right):
            high = right
        else:
            low = left
    return (low + high) / 2


def _change(fit: _Fit, pair: tuple[int, int], names: tuple[str, ...], df: int, level: float) -> Change:
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  # scipy is slow to import

    i, j = pair
    value = float(fit.means[j] - fit.means[i])
    error = sqrt(float(fit.covariance[i, i] + fit.covariance[j, j] - 2 * fit.covariance[i, j]))
    width = float(stdtrit(df, 0.5 + level / 2)) * error
    p = float(2 * stdtr(df, -abs(value / error)))
    return Change(
        names[i],
        names[j],
        Estimate(value, value - width, value + width, level, "1", None, _methods(level)),
        p,
    )


def _methods(level: float) -> str:
    return (
        "A linear mixed model with time point as a fixed effect and a random intercept a patient was fitted by restricted "
        f"maximum likelihood; changes have {100 * level:g} % limits by t with as many degrees of freedom as values, less "
        "patients, less time points but one."
    )
