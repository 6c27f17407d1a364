"""Correlation of two measures, and p values of a family of tests controlled for false discoveries."""

from __future__ import annotations

from collections import Counter
from math import atanh, sqrt, tanh
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.comparisons import TestResult
from cartwise.statistics.counting import Floats
from cartwise.statistics.observations import numbers, refuse
from cartwise.statistics.survival import check_level

EXACT_BELOW = 10
"""Patients from which on Spearman's p value is approximated, as R's cor.test does: at three the approximation says 0."""


def spearman(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> TestResult:
    """Spearman's rank correlation of two measures of the same patients, (n,) each; ties share their mean rank.

    Below ten patients the p value is exact, over all orders of the ranks as they are, ties included; else it is that of
    t with n - 2 degrees of freedom. The interval is Fisher's z with the standard error of Bonett and Wright (Psychometrika
    2000;65:23).

    Raises:
        UserError: lengths differ, or a value is missing or not a number.
    """
    from scipy.stats import rankdata, spearmanr  # noqa: PLC0415  # scipy.stats takes over a second to import

    one, other = _pairs(first, second)
    name = "Spearman's rank correlation"
    if reason := _why_not(one, other):
        return _unanswered(name, reason, one.size)
    answer = spearmanr(one, other)
    rho = float(answer.statistic)
    se = sqrt((1 + rho**2 / 2) / max(one.size - 3, 1))
    if one.size >= EXACT_BELOW:
        return _answered(name, (rho, float(answer.pvalue)), se, one.size, level)
    p = _share_of_orders(rankdata(one), rankdata(other))
    return _answered(f"{name} with exact p values", (rho, p), se, one.size, level)


def _share_of_orders(one: Floats, other: Floats) -> float:
    """The share of all orders of the second ranks, (n,), that correlate with the first at least as strongly as theirs."""
    first, second = (np.rint(2 * ranks).astype(int) for ranks in (one, other))  # whole numbers, also of ties
    sums = {0: Counter({0: 1})}
    for rank in first:
        longer: dict[int, Counter[int]] = {}
        for taken, known in sums.items():
            for place, paired in enumerate(second):
                if not taken >> place & 1:
                    found = longer.setdefault(taken | 1 << place, Counter())
                    for total, ways in known.items():
                        found[total + int(rank * paired)] += ways
        sums = longer
    (ways_of,) = sums.values()
    expected = first.sum() * second.sum() / one.size
    seen = abs(int(first @ second) - expected)
    extreme = sum(ways for total, ways in ways_of.items() if abs(total - expected) >= seen - 1e-9)
    return extreme / ways_of.total()


def pearson(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> TestResult:
    """Pearson's correlation of two measures of the same patients, (n,) each, with Fisher's z interval.

    Raises:
        UserError: lengths differ, or a value is missing or not a number.
    """
    from scipy.stats import pearsonr  # noqa: PLC0415  # scipy.stats takes over a second to import

    one, other = _pairs(first, second)
    name = "Pearson's correlation"
    if reason := _why_not(one, other):
        return _unanswered(name, reason, one.size)
    answer = pearsonr(one, other)
    se = 1 / sqrt(max(one.size - 3, 1))
    return _answered(name, (float(answer.statistic), float(answer.pvalue)), se, one.size, level)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjusted p values, (m,), in the order given (Benjamini and Hochberg, J R Stat Soc B 1995;57:289).

    The m tests are the whole declared family; a test without an answer has no place in it.

    Raises:
        UserError: a p value is missing or not between 0 and 1.
    """
    values = numbers("p", p)
    refuse("p", (values < 0) | (values > 1), "not between 0 and 1", "Give the p values as they are")
    if not values.size:
        return values
    from scipy.stats import false_discovery_control  # noqa: PLC0415  # over a second to import

    return np.asarray(false_discovery_control(values, method="bh"), dtype=np.float64)


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    one, other = numbers("first", first), numbers("second", second)
    if one.size != other.size:
        raise UserError(
            f"`first` has {one.size} rows and `second` has {other.size}. Give both for the same patients."
        )
    return one, other


def _why_not(one: Floats, other: Floats) -> str:
    if one.size < 3:
        return f"{one.size} patients are too few; a correlation needs three"
    constant = [name for name, values in (("first", one), ("second", other)) if np.ptp(values) == 0]
    return f"all values of the {constant[0]} measure are equal" if constant else ""


def _answered(name: str, answer: tuple[float, float], se: float, n: int, level: float) -> TestResult:
    """The result of a correlation and its p value; `se` is that of Fisher's z."""
    check_level(level)
    r, p = answer
    methods = f"Measures were compared by {name} with {100 * level:g} % confidence intervals by Fisher's z."
    width = NormalDist().inv_cdf(0.5 + level / 2) * se
    inside = n > 3 and abs(r) < 1
    lower, upper = (tanh(atanh(r) - width), tanh(atanh(r) + width)) if inside else (None, None)
    return TestResult(name, r, p, n, methods, Estimate(r, lower, upper, level, "1", n, methods))


def _unanswered(name: str, reason: str, n: int) -> TestResult:
    why = Missing(reason)
    return TestResult(name, why, why, n, f"No {name} was made: {reason}.")
