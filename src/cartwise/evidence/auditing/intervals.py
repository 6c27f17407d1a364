"""Checks of a confidence interval: against its estimate, its P value, and the patients it rests on."""

from __future__ import annotations

import math
from itertools import product
from statistics import NormalDist

from cartwise.evidence.auditing.row import (
    AuditRow,
    half_unit,
    overlap,
    printed,
    printed_p,
    rounding,
    row,
    shown,
    spread,
)
from cartwise.evidence.kinds import Finding

RATIOS = frozenset({"HR", "OR", "RR", "SHR"})
ON_LOG_SCALE = 0.01  # relative slack beyond rounding, for limits that are not exactly symmetrical
ON_Z = 0.05  # the same for a P value of a likelihood-ratio or score test
SMALLEST = 1e-9  # limits that may be equal before rounding
SHORT_OF_MINIMUM = (
    0.97  # a standard error this much under the least possible one is still put down to rounding
)

Limits = tuple[float, float, float]


def estimate_in_the_middle(fact: Finding) -> AuditRow | None:
    """A ratio is the geometric mean of its Wald limits; another estimate lies between its limits."""
    if (limits := _limits(fact)) is None:
        return None
    value, lower, upper = limits
    text = f"{shown(value)} ({shown(lower)} to {shown(upper)})"
    if fact.measure not in RATIOS or min(limits) <= 0:
        between = f"between {shown(lower)} and {shown(upper)}"
        return row(fact, "estimate against interval", lower <= value <= upper, text, between)
    means = spread([math.sqrt(a * b) for a, b in product(_positive(lower), _positive(upper))])
    allowed = (means[0] * (1 - ON_LOG_SCALE), means[1] * (1 + ON_LOG_SCALE))
    middle = f"geometric mean of the limits {shown(math.sqrt(lower * upper))}"
    fits = f"with this estimate and lower limit the upper would be {shown(value**2 / lower)}"
    return row(fact, "estimate against interval", overlap(allowed, rounding(value)), text, middle, note=fits)


def p_from_interval(fact: Finding) -> AuditRow | None:
    """The P value of a ratio, by Wald from its interval."""
    limits, said = _limits(fact), printed_p(fact.p)
    if limits is None or said is None or fact.measure not in RATIOS:
        return None
    value, lower, upper = limits
    if not (value > 0 and 0 < lower < upper):
        return None
    nearest, farthest = _distances(value)
    errors = [
        (math.log(b) - math.log(a)) / (2 * _critical(fact))
        for a, b in product(_positive(lower), _positive(upper))
    ]
    narrowest, widest = max(min(errors), SMALLEST), max(errors)
    possible = (_two_sided(farthest / narrowest * (1 + ON_Z)), _two_sided(nearest / widest * (1 - ON_Z)))
    text = f"P {fact.p} with {shown(value)} ({shown(lower)} to {shown(upper)})"
    middle = abs(math.log(value)) * 2 * _critical(fact) / (math.log(upper) - math.log(lower))
    return row(fact, "P against interval", overlap(possible, said), text, f"P {shown(_two_sided(middle))}")


def width_from_n(fact: Finding) -> AuditRow | None:
    """Greenwood's variance of a survival probability is least without censoring: S(1-S)/n."""
    limits = _limits(fact)
    if limits is None or fact.measure != "survival probability" or not fact.n:
        return None
    share, lower, upper = (number * (0.01 if fact.unit == "%" else 1.0) for number in limits)
    if not 0 < share < 1:
        return None
    least = math.sqrt(share * (1 - share) / fact.n)
    implied = (upper - lower) / (2 * _critical(fact))
    level = 2 * NormalDist().cdf((upper - lower) / (2 * least)) - 1
    return row(
        fact,
        "interval width against n",
        implied >= SHORT_OF_MINIMUM * least,
        f"{shown(limits[1])} to {shown(limits[2])} of {fact.n}, a standard error of {shown(implied)}",
        f"a standard error of at least {shown(least)}",
        note=f"the width fits a level of {100 * level:.0f} %",
    )


def standard_error_from_n(fact: Finding) -> AuditRow | None:
    """A printed standard error of a share of n patients is not below the binomial one."""
    error, value = printed(fact, "standard_error"), printed(fact, "value")
    if error is None or value is None or not fact.n:
        return None
    scale = 0.01 if fact.unit == "%" else 1.0
    if not 0 < value * scale < 1:
        return None
    variance = value * scale * (1 - value * scale) / fact.n
    least = math.sqrt(variance) / scale
    like_variance = math.isclose(error, variance / scale, rel_tol=0.2)
    return row(
        fact,
        "standard error against n",
        error + half_unit(error) >= SHORT_OF_MINIMUM * least,
        f"{shown(value)} ± {shown(error)} {fact.unit} of {fact.n}",
        f"at least ± {shown(least)}",
        note=f"the variance, in the same unit, is {shown(variance / scale)}" if like_variance else "",
    )


def _limits(fact: Finding) -> Limits | None:
    """Estimate, lower and upper limit as printed, of a confidence interval."""
    if fact.interval != "confidence interval":
        return None
    value, lower, upper = (printed(fact, name) for name in ("value", "lower", "upper"))
    return None if value is None or lower is None or upper is None else (value, lower, upper)


def _distances(ratio: float) -> tuple[float, float]:
    """How near to and how far from no effect, on the log scale, the unrounded ratio may lie."""
    low, high = (math.log(end) for end in _positive(ratio))
    return 0.0 if low < 0.0 < high else min(abs(low), abs(high)), max(abs(low), abs(high))


def _critical(fact: Finding) -> float:
    return NormalDist().inv_cdf(0.5 + (fact.level or 0.95) / 2)


def _two_sided(z: float) -> float:
    return 2 * NormalDist().cdf(-z)


def _positive(number: float) -> tuple[float, float]:
    low, high = rounding(number)
    return max(low, number / 10), high
