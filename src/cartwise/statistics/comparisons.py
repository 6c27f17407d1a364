"""Tests that compare groups of patients by one measure: scipy's, with a reason where a test has no answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.observations import numbers
from cartwise.statistics.survival import check_level

# R's wilcox.test computes exact p values below this size; above it the normal approximation is as good.
_EXACT_BELOW = 50


@dataclass(frozen=True, slots=True)
class TestResult:
    """The answer of a test.

    Attributes:
        name: name of the test, with the variant used.
        statistic: the test's statistic; Missing where the test has no answer.
        p: two-sided p value; Missing where the test has no answer.
        n: patients compared.
        methods: the sentence for a methods section.
        effect: the effect the test estimates with its interval, where it has one.
        df: degrees of freedom of a chi-square statistic, where it is one.
    """

    __test__ = False  # the name is the field's; it is no test case for pytest

    name: str
    statistic: float | Missing
    p: float | Missing
    n: int
    methods: str
    effect: Estimate | None = None
    df: int | None = None

    def table(self) -> pd.DataFrame:
        """One row: the test, its numbers, and the reason where there are none."""
        missing = self.statistic if isinstance(self.statistic, Missing) else self.p
        row = {
            "test": self.name,
            "statistic": np.nan if isinstance(self.statistic, Missing) else self.statistic,
            "df": np.nan if self.df is None else self.df,
            "p": np.nan if isinstance(self.p, Missing) else self.p,
            "n": self.n,
            "reason": missing.reason if isinstance(missing, Missing) else "",
        }
        return pd.DataFrame([row])


def mann_whitney(first: ArrayLike, second: ArrayLike) -> TestResult:
    """Mann-Whitney U test of two samples, (n1,) and (n2,); the statistic is U of the first.

    Exact where both samples are below 50 and no values are tied, else by the normal approximation with
    correction for ties and continuity: the rule of R `wilcox.test`.

    Raises:
        UserError: a value is missing or not a number.
    """
    samples = [numbers("first", first), numbers("second", second)]
    pooled = np.concatenate(samples)
    exact = max(s.size for s in samples) < _EXACT_BELOW and np.unique(pooled).size == pooled.size
    name = f"Mann-Whitney U test ({'exact' if exact else 'normal approximation, corrected for ties'})"
    if reason := _incomparable(samples):
        return _unanswered(name, reason, pooled.size)
    from scipy.stats import mannwhitneyu  # noqa: PLC0415  # scipy.stats takes over a second to import

    method: Literal["exact", "asymptotic"] = "exact" if exact else "asymptotic"
    answer = mannwhitneyu(samples[0], samples[1], alternative="two-sided", method=method)
    return _answered(name, float(answer.statistic), float(answer.pvalue), pooled.size)


def kruskal(*samples: ArrayLike) -> TestResult:
    """Kruskal-Wallis test of k samples, (n_i,) each, with correction for ties.

    Raises:
        UserError: fewer than two samples are given, or a value is missing or not a number.
    """
    if len(samples) < 2:
        raise UserError("A Kruskal-Wallis test compares two or more samples.")
    checked = [numbers(f"sample {i}", sample) for i, sample in enumerate(samples, start=1)]
    n = sum(sample.size for sample in checked)
    if reason := _incomparable(checked):
        return _unanswered("Kruskal-Wallis test", reason, n)
    from scipy.stats import kruskal as scipy_kruskal  # noqa: PLC0415  # over a second to import

    h, p = scipy_kruskal(*checked)
    return _answered("Kruskal-Wallis test", h, p, n)


def fisher(table: ArrayLike, *, level: float = 0.95) -> TestResult:
    """Fisher's exact test of a 2 x 2 table of counts; statistic and effect are the conditional odds ratio.

    The odds ratio is infinite, without upper limit, where a zero cell makes it so.

    Raises:
        UserError: the table is not 2 x 2, or holds something other than counts.
    """
    check_level(level)
    counts = _counts(table)
    if counts.shape != (2, 2):
        raise UserError("Fisher's exact test needs a table of 2 x 2 counts.")
    n = int(counts.sum())
    if reason := _empty_margin(counts):
        return _unanswered("Fisher's exact test", reason, n)
    from scipy.stats import fisher_exact  # noqa: PLC0415  # over a second to import
    from scipy.stats.contingency import odds_ratio  # noqa: PLC0415

    ratio = odds_ratio(counts, kind="conditional")
    limits = ratio.confidence_interval(level)
    upper = float(limits.high) if np.isfinite(limits.high) else None
    method = f"conditional odds ratio with exact {100 * level:g} % confidence interval"
    effect = Estimate(float(ratio.statistic), float(limits.low), upper, level, "1", n, method)
    return replace(
        _answered("Fisher's exact test", effect.value, fisher_exact(counts).pvalue, n), effect=effect
    )


def chi_square(table: ArrayLike, *, continuity: bool = False) -> TestResult:
    """Pearson's chi-square test of an r x c table of counts.

    Args:
        table: (r, c) counts, two or more rows and columns.
        continuity: Yates' correction of a 2 x 2 table (R's default; SPSS prints the uncorrected one first).

    Raises:
        UserError: the table is smaller, or holds something other than counts.
    """
    counts = _counts(table)
    if min(counts.shape) < 2:
        raise UserError("A chi-square test needs a table of at least 2 x 2 counts.")
    corrected = continuity and counts.shape == (2, 2)
    name = f"chi-square test ({'with' if corrected else 'without'} continuity correction)"
    n = int(counts.sum())
    if reason := _empty_margin(counts):
        return _unanswered(name, reason, n)
    from scipy.stats import chi2_contingency  # noqa: PLC0415  # over a second to import

    answer = chi2_contingency(counts, correction=continuity)
    few = int((answer.expected_freq < 5).sum())
    note = f" Of {counts.size} expected counts {few} were below 5: prefer an exact test." if few else ""
    result = _answered(name, answer.statistic, answer.pvalue, n)
    return replace(result, methods=result.methods + note)


def _answered(name: str, statistic: float, p: float, n: int) -> TestResult:
    methods = f"Groups were compared by the two-sided {name}."
    return TestResult(name, float(statistic), float(p), n, methods)


def _unanswered(name: str, reason: str, n: int) -> TestResult:
    why = Missing(reason)
    return TestResult(name, why, why, n, f"No {name} was made: {reason}.")


def _incomparable(samples: list[Floats]) -> str:
    empty = sum(sample.size == 0 for sample in samples)
    if empty:
        return f"{empty} of {len(samples)} groups {'has' if empty == 1 else 'have'} no patients"
    return "all values are equal" if np.unique(np.concatenate(samples)).size == 1 else ""


def _empty_margin(counts: NDArray[np.int64]) -> str:
    empty = any((counts.sum(axis=axis) == 0).any() for axis in (0, 1))
    return "a row or a column of the table has no patients" if empty else ""


def _counts(table: ArrayLike) -> NDArray[np.int64]:
    try:
        cells = np.asarray(table)
    except ValueError:
        raise UserError("A table of counts has rows of one length.") from None
    if cells.ndim != 2 or cells.dtype.kind not in "iuf":
        raise UserError("A table of counts has rows and columns of whole numbers.")
    if not ((cells >= 0) & (cells % 1 == 0)).all():
        raise UserError(
            "A table of counts holds whole numbers from 0 up; a cell is negative, broken or missing."
        )
    return cells.astype(np.int64)
