"""Agreement of two methods that measure the same: bias, limits of agreement, and Lin's concordance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atanh, exp, sqrt, tanh
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.observations import numbers, refuse
from cartwise.statistics.survival import check_level

_NO_LIMITS = "no limits: the correlation is 0, 1 or -1"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two methods agree; on a logarithmic scale bias and limits are ratios, second over first.

    Attributes:
        bias: mean difference, second less first, or geometric mean ratio; with its interval.
        lower_limit, upper_limit: between which 95 % of the differences or ratios lie; with their intervals.
        concordance: Lin's coefficient, of the logarithms where the scale is logarithmic; with its interval.
        trend: Pearson's correlation of difference and mean: whether the bias changes with the level.
        n: pairs.
        logarithmic: whether values were compared as logarithms.
        methods: the sentence for a methods section.
    """

    bias: Estimate | Missing
    lower_limit: Estimate | Missing
    upper_limit: Estimate | Missing
    concordance: Estimate | Missing
    trend: float | Missing
    n: int
    logarithmic: bool
    methods: str

    def table(self) -> pd.DataFrame:
        """One row a number: `number, value, lower, upper, remark`."""
        named = {
            "bias": self.bias,
            "lower limit of agreement": self.lower_limit,
            "upper limit of agreement": self.upper_limit,
            "Lin's concordance": self.concordance,
        }
        rows = [
            (name, None, None, None, found.reason)
            if isinstance(found, Missing)
            else (name, found.value, found.lower, found.upper, "" if found.upper is not None else _NO_LIMITS)
            for name, found in named.items()
        ]
        columns = ["number", "value", "lower", "upper", "remark"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:4], "Float64"))


def bland_altman(
    first: ArrayLike, second: ArrayLike, *, logarithmic: bool = False, level: float = 0.95
) -> Agreement:
    """Agreement of two methods on n pairs, (n,) each (Bland and Altman, Stat Methods Med Res 1999;8:135).

    Limits of agreement are bias -+ 1.96 SD; the intervals of bias and limits are by t with n - 1 degrees of freedom and
    standard errors s / sqrt(n) and s sqrt(1/n + 1.96^2 / (2 (n - 1))). Lin's concordance (Biometrics 1989;45:255, variance
    as corrected in 2000;56:324) has an interval by the inverse hyperbolic tangent.

    Args:
        first: values by one method.
        second: values by the other, of the same samples in the same order.
        logarithmic: whether to compare logarithms; bias and limits are then ratios.
        level: of the intervals.

    Raises:
        UserError: lengths differ, a value is missing or not a number, or not above zero on a logarithmic scale.
    """
    check_level(level)
    one, other = _pairs(first, second, logarithmic)
    n = one.size
    if n < 3:
        why = Missing(f"{n} pairs are too few; agreement needs three")
        said = f"Agreement was not described: {why.reason}."
        return Agreement(why, why, why, why, why, n, logarithmic, said)
    difference = other - one
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    z = NormalDist().inv_cdf(0.975)
    width = sqrt(1 / n + z**2 / (2 * (n - 1)))
    found = [
        _limits(value, spread * error, n, level)
        for value, error in ((bias, sqrt(1 / n)), (bias - z * spread, width), (bias + z * spread, width))
    ]
    if logarithmic:
        found = [_ratio(estimate) for estimate in found]
    lin = _concordance(one, other, level)
    trend = _correlation(difference, (one + other) / 2, "either the difference or the mean does not vary")
    return Agreement(found[0], found[1], found[2], lin, trend, n, logarithmic, _methods(logarithmic, level))


def _pairs(first: ArrayLike, second: ArrayLike, logarithmic: bool) -> tuple[Floats, Floats]:
    one, other = numbers("first", first), numbers("second", second)
    if one.size != other.size:
        raise UserError(
            f"`first` has {one.size} rows and `second` has {other.size}. Give both for the same samples."
        )
    if not logarithmic:
        return one, other
    for name, values in (("first", one), ("second", other)):
        refuse(name, values <= 0, "not above zero", "Set samples below the limit aside, and count them")
    return np.log(one), np.log(other)


def _limits(value: float, error: float, n: int, level: float) -> Estimate:
    from scipy.special import stdtrit  # noqa: PLC0415  # scipy is slow to import

    width = float(stdtrit(n - 1, 0.5 + level / 2)) * error
    return Estimate(value, value - width, value + width, level, "1", n)


def _ratio(estimate: Estimate) -> Estimate:
    value, low, high = (exp(limit or 0.0) for limit in (estimate.value, estimate.lower, estimate.upper))
    return replace(estimate, value=value, lower=low, upper=high)


def _correlation(one: Floats, other: Floats, reason: str) -> float | Missing:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return Missing(reason)
    return float(np.corrcoef(one, other)[0, 1])


def _concordance(one: Floats, other: Floats, level: float) -> Estimate | Missing:
    """2 s12 / (s1^2 + s2^2 + (m1 - m2)^2) with moments over n."""
    n = one.size
    r = _correlation(one, other, "one of the methods gives the same value for every sample")
    if isinstance(r, Missing):
        return r
    s1, s2 = float(one.std()), float(other.std())
    shift = float(one.mean() - other.mean()) / sqrt(s1 * s2)
    rho = 2 * r / (s1 / s2 + s2 / s1 + shift**2)
    if abs(r) >= 1 or abs(rho) >= 1 or rho == 0:
        return Estimate(rho, None, None, level, "1", n)
    variance = (
        (1 - r**2) * rho**2 * (1 - rho**2) / r**2
        + 2 * rho**3 * (1 - rho) * shift**2 / r
        - rho**4 * shift**4 / (2 * r**2)
    ) / ((n - 2) * (1 - rho**2) ** 2)
    width = NormalDist().inv_cdf(0.5 + level / 2) * sqrt(max(variance, 0.0))
    return Estimate(rho, tanh(atanh(rho) - width), tanh(atanh(rho) + width), level, "1", n)


def _methods(logarithmic: bool, level: float) -> str:
    scale = " of logarithms, so that bias and limits are ratios" if logarithmic else ""
    return (
        f"Agreement was described by bias and 95 % limits of agreement (Bland-Altman){scale}, and by Lin's concordance "
        f"correlation coefficient, with {100 * level:g} % confidence intervals."
    )
