"""The common odds ratio of several two-arm studies, exactly, given the margins of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cartwise.statistics.counting import Floats
from cartwise.statistics.effects import TwoArms


class ExactOdds(NamedTuple):
    """Conditional estimate, limits and p value; an estimate or limit is 0 or infinite where all events fall so."""

    estimate: float
    std_error: float | None  # of the log odds ratio
    lower: float
    upper: float
    p: float


class _Distribution(NamedTuple):
    """Log weights of the sum of the first arms' events under an odds ratio of one."""

    support: Floats
    log_mass: Floats

    def probabilities(self, log_odds: float) -> Floats:
        tilted = self.log_mass + log_odds * self.support
        mass = np.exp(tilted - tilted.max())
        found: Floats = mass / mass.sum()
        return found


def exact_odds(arms: TwoArms, level: float) -> ExactOdds | None:
    """Conditional maximum likelihood with exact limits (Gart 1970; as R `mantelhaen.test(exact = TRUE)`).

    The p value is two-sided: the probability, without effect, of tables no more probable than the one seen.
    None where the margins leave no choice in any study.
    """
    every = _distribution(arms)
    if every.support.size == 1:
        return None
    seen = float(arms.a.sum())
    lowest, highest = every.support[0], every.support[-1]
    null = every.probabilities(0.0)
    p = float(null[null <= null[every.support == seen][0] * (1 + 1e-7)].sum())
    tail = (1 - level) / 2
    inside = lowest < seen < highest
    estimate = _solved(lambda t: float(every.probabilities(t) @ every.support) - seen) if inside else None
    se = None
    if estimate is not None:
        mass = every.probabilities(estimate)
        se = float((mass @ (every.support - mass @ every.support) ** 2) ** -0.5)
    lower = (
        _solved(lambda t: float(every.probabilities(t)[every.support >= seen].sum()) - tail)
        if seen > lowest
        else None
    )
    upper = (
        _solved(lambda t: tail - float(every.probabilities(t)[every.support <= seen].sum()))
        if seen < highest
        else None
    )
    return ExactOdds(
        float(np.exp(estimate)) if estimate is not None else (0.0 if seen == lowest else np.inf),
        se,
        0.0 if lower is None else float(np.exp(lower)),
        np.inf if upper is None else float(np.exp(upper)),
        min(p, 1.0),
    )


def _distribution(arms: TwoArms) -> _Distribution:
    support, mass = np.zeros(1), np.zeros(1)
    for n1, n2, events in zip(arms.n1, arms.n2, arms.a + arms.c, strict=True):
        own = hypergeometric(n1, n2, events)
        low = support[0] + own[0][0]
        mass = _convolved(mass, own[1])
        support = low + np.arange(mass.size)
    return _Distribution(support, mass)


def hypergeometric(n1: float, n2: float, events: float) -> tuple[Floats, Floats]:
    """Possible events of the first arm given the margins, and the logarithm of the number of ways to each."""
    from scipy.special import gammaln  # noqa: PLC0415  # scipy is slow to import

    def choose(n: float, k: Floats) -> Floats:
        ways: Floats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        return ways

    support = np.arange(max(0.0, events - n2), min(n1, events) + 1)
    return support, choose(n1, support) + choose(n2, events - support)


def _convolved(first: Floats, second: Floats) -> Floats:
    """Convolution of two distributions held as logarithms."""
    size = first.size + second.size - 1
    table = np.full((first.size, size), -np.inf)
    for i, value in enumerate(first):
        table[i, i : i + second.size] = value + second
    found: Floats = np.logaddexp.reduce(table, axis=0)
    return found


def _solved(increasing: Callable[[float], float]) -> float:
    """Zero of a function of the log odds ratio that rises through it."""
    from scipy.optimize import brentq  # noqa: PLC0415

    reach = 5.0
    while increasing(-reach) > 0 or increasing(reach) < 0:
        reach *= 2
    return float(brentq(increasing, -reach, reach, xtol=1e-13, rtol=1e-13))
