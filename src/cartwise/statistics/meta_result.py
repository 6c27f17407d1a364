"""The meta-analysis result: studies, pooled effect, heterogeneity, prediction, leave-one-out, and its caption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import erfc, sqrt
from statistics import NormalDist

import pandas as pd

from cartwise.basis import Estimate, Missing
from cartwise.statistics.pooling import Pool
from cartwise.statistics.regression import exp


@dataclass(frozen=True, slots=True)
class Pooled:
    """An effect with its interval, of one study or pooled; `None` with a reason where there is none.

    Attributes:
        level: confidence level.
        reason: why a number is None.
        value: ratio or difference.
        effect: on the log scale for ratios.
        std_error: of `effect`.
        lower: lower confidence limit of `value`.
        upper: upper confidence limit of `value`.
        p: two-sided p value of no effect.
        tau2: variance between studies.
        q: Cochran's Q.
        q_df: its degrees of freedom.
        q_p: its p value.
        i2: percentage of variation between studies.
        prediction: limits of the effect in a new study; None for single studies and common effects.
    """

    level: float
    reason: str = ""
    value: float | None = None
    effect: float | None = None
    std_error: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    tau2: float = 0.0
    q: float | None = None
    q_df: int = 0
    q_p: float | None = None
    i2: float | None = None
    prediction: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class StudyEffect:
    """A study and its own effect."""

    study: str
    effect: Pooled


@dataclass(frozen=True, slots=True, eq=False)
class MetaAnalysis:
    """Studies and what they say together.

    Attributes:
        studies: each with its own effect (with the continuity correction, where one was made).
        pooled: the pooled effect.
        measure: what is pooled.
        ratio: whether it is a ratio.
        level: confidence level.
        methods: the sentence for a methods section.
        without: the pooled effect without the study of an index.
    """

    studies: tuple[StudyEffect, ...]
    pooled: Pooled
    measure: str
    ratio: bool
    level: float
    methods: str
    without: Callable[[int], Pooled]

    def table(self) -> pd.DataFrame:
        """One row per study, and the pooled effect."""
        rows = [(s.study, s.effect) for s in self.studies] + [("pooled", self.pooled)]
        return _rows(rows)

    def leave_one_out(self) -> pd.DataFrame:
        """The pooled effect without each study in turn; empty for a single study."""
        if len(self.studies) < 2:
            return _rows([])
        return _rows([(f"without {s.study}", self.without(i)) for i, s in enumerate(self.studies)])

    def estimate(self) -> Estimate | Missing:
        """The pooled effect as an Estimate; Missing, with the reason, where there is none."""
        pooled = self.pooled
        if pooled.value is None:
            return Missing(pooled.reason)
        return Estimate(
            pooled.value, pooled.lower, pooled.upper, self.level, "1", len(self.studies), self.methods
        )

    def caption(self, exposure: str = "the treatment") -> str:
        """What such a comparison cannot show, for the figure."""
        return (
            f"Studies that compare patients by {exposure} given during follow-up count those who had the event "
            f"before its day among the untreated (immortal time), and those chosen for it differ from the others. "
            f"The pooled {self.measure} carries both; it is not the effect of {exposure}. {self.methods}"
        )


def pooled_of(pool: Pool, level: float, *, ratio: bool) -> Pooled:
    """A pooled effect with limits, p value and prediction interval from its standard error.

    The prediction interval is effect +- quantile * sqrt(se^2 + tau2) with the quantile of the confidence interval
    (normal, or t with k - 1 degrees of freedom under Knapp-Hartung), as R `metafor` has it.
    """
    q_p = _chi_square_tail(pool.q_df, pool.q)
    found = Pooled(level, pool.reason, tau2=pool.tau2, q=pool.q, q_df=pool.q_df, q_p=q_p, i2=pool.i2)
    if pool.effect is None or pool.std_error is None:
        return found
    quantile, p = _reference(pool.effect / pool.std_error, pool.df, level)
    near, wide = (quantile * sqrt(pool.std_error**2 + tau2) for tau2 in (0.0, pool.tau2))
    lower, value, upper, low, high = (
        exp(pool.effect + shift) if ratio else pool.effect + shift
        for shift in (-near, 0.0, near, -wide, wide)
    )
    return replace(
        found,
        value=value,
        effect=pool.effect,
        std_error=pool.std_error,
        lower=lower,
        upper=upper,
        p=p,
        prediction=(low, high) if pool.random else None,
    )


def _reference(z: float, df: int | None, level: float) -> tuple[float, float]:
    """Quantile of the interval, and two-sided p value."""
    if df is None:
        return NormalDist().inv_cdf(0.5 + level / 2), erfc(abs(z) / sqrt(2))
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  # scipy is slow to import

    return float(stdtrit(df, 0.5 + level / 2)), float(2 * stdtr(df, -abs(z)))


def _chi_square_tail(df: int, q: float | None) -> float | None:
    if q is None or df < 1:
        return None
    from scipy.special import chdtrc  # noqa: PLC0415

    return float(chdtrc(df, q))


def _rows(rows: list[tuple[str, Pooled]]) -> pd.DataFrame:
    names = ("value", "lower", "upper", "effect", "std_error", "p", "tau2", "i2", "q", "q_p", "reason")
    table = pd.DataFrame(
        [(label, *(getattr(found, name) for name in names)) for label, found in rows],
        columns=["study", *names],
    )
    return table.astype(dict.fromkeys(names[:-1], "float64"))
