"""Multiple imputation: chained predictive mean matching, and Rubin's rules that pool what each completed table gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Missing, UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.observations import numbers
from cartwise.statistics.survival import check_level

DONORS, CYCLES = 5, 10
"""Observed patients among whom a donor is drawn, and rounds through the columns: the defaults of R's mice from 5 to 10."""
RIDGE = 1e-5
"""Share of the diagonal added where covariates explain each other, as mice does."""


@dataclass(frozen=True, slots=True)
class RubinEstimate:
    """An estimate pooled over m completed tables.

    Attributes:
        value: the mean of the estimates.
        std_error: root of the total variance, within and between tables.
        lower, upper: confidence limits by Student's t.
        p: two-sided p value of a value of 0.
        df: degrees of freedom; infinite where the tables do not differ and no sample size is given.
        missing_information: share of the total variance that comes from what was missing.
        m: tables.
    """

    value: float
    std_error: float
    lower: float
    upper: float
    p: float
    df: float
    missing_information: float
    m: int


def rubin(
    estimates: ArrayLike, std_errors: ArrayLike, *, complete_df: float | None = None, level: float = 0.95
) -> RubinEstimate | Missing:
    """Pool estimates of completed tables (Rubin 1987; degrees of freedom of Barnard and Rubin, Biometrika 1999;86:948).

    Args:
        estimates: (m,) on a scale on which they are about normal (log ratios).
        std_errors: (m,) of each.
        complete_df: degrees of freedom had nothing been missing; None: many.
        level: confidence level.

    Raises:
        UserError: a number is missing, or the two differ in length.
    """
    check_level(level)
    found, errors = numbers("estimates", estimates), numbers("std_errors", std_errors)
    if found.size != errors.size:
        raise UserError("Rubin's rules need a standard error for each estimate.")
    m = found.size
    if m < 2:
        return Missing("fewer than two completed tables gave an estimate")
    within, between = float((errors**2).mean()), float(found.var(ddof=1))
    total = within + (1 + 1 / m) * between
    if not total > 0:
        return Missing("the estimates have no variance")
    share = (1 + 1 / m) * between / total
    df = _degrees(share, m, complete_df)
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  # scipy is slow to import

    value, se = float(found.mean()), sqrt(total)
    # Beyond a million degrees of freedom Student's t is the normal distribution to all digits shown.
    finite = min(df, 1e6)
    width = float(stdtrit(finite, 0.5 + level / 2)) * se
    p = 2 * float(stdtr(finite, -abs(value) / se))
    return RubinEstimate(value, se, value - width, value + width, p, df, share, m)


def _degrees(share: float, m: int, complete: float | None) -> float:
    old = (m - 1) / share**2 if share**2 > 0 else float("inf")
    if complete is None:
        return old
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    return 1 / (1 / old + 1 / observed) if observed > 0 else old


def completed_tables(
    data: pd.DataFrame, m: int, *, seed: int, cycles: int = CYCLES, donors: int = DONORS
) -> Iterator[pd.DataFrame]:
    """Fill what is missing m times by chained equations with predictive mean matching (van Buuren 2018, 3.4 and 4.5).

    In turn, each column with gaps is regressed on all others; for each gap a donor is drawn among the observed
    patients whose predictions lie nearest to its own, where those of the gaps come from a draw of the regression's
    coefficients. Only observed values are ever filled in. A category is regressed as one 0/1 column a level, and
    the distance is taken over all of them (mice fits a multinomial model there).

    Args:
        data: one row per patient; numbers, or text and categories. It should hold the outcome, too: without it the
            associations of what is filled in are drawn towards none.
        m: tables wanted, 1 or more.
        seed: the same seed gives the same tables.
        cycles: rounds through the columns for each table.
        donors: observed patients among whom one is drawn.

    Yields:
        Tables like `data`, without gaps.

    Raises:
        UserError: a column has fewer than two observed values, or m, cycles or donors is below 1.
    """
    if min(m, cycles, donors) < 1:
        raise UserError("Imputations, cycles and donors are whole numbers from 1 up.")
    empty = [str(name) for name in data if data[name].notna().sum() < 2]
    if empty:
        raise UserError(
            f"{empty[0]} is known for fewer than two patients: nothing can be filled in from it. Leave it out."
        )
    for table in range(m):
        yield _completed(data, np.random.default_rng([seed, table]), cycles, donors)


def _completed(data: pd.DataFrame, random: np.random.Generator, cycles: int, donors: int) -> pd.DataFrame:
    gaps = {str(name): data[name].isna().to_numpy() for name in data if data[name].isna().any()}
    # To begin with, each gap holds a value drawn from those observed.
    filled = data.copy()
    for name, gap in gaps.items():
        observed = data.loc[~gap, name].to_numpy()
        filled.loc[gap, name] = random.choice(observed, int(gap.sum()))
    for _ in range(cycles if len(data.columns) > 1 else 0):
        for name, gap in gaps.items():
            others = np.column_stack([np.ones(len(data)), *(_coded(filled[o]) for o in filled if o != name)])
            donor = _donors(others, _coded(filled[name]), gap, random, donors)
            filled.loc[gap, name] = filled.loc[~gap, name].to_numpy()[donor]
    return filled


def _coded(values: pd.Series) -> Floats:
    """A column as numbers of mean 0 and variance 1, (n, 1), or its levels but the first as 0/1, (n, k - 1)."""
    if isinstance(values.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(values):
        return pd.get_dummies(values.astype("object"), drop_first=True).to_numpy(dtype=np.float64)
    array = values.to_numpy(dtype=np.float64)[:, None]
    spread = array.std()
    coded: Floats = (array - array.mean()) / (spread if spread > 0 else 1.0)
    return coded


def _donors(x: Floats, y: Floats, gap: np.ndarray, random: np.random.Generator, donors: int) -> np.ndarray:
    """For each gap, the place of its donor among the observed rows."""
    observed = x[~gap]
    cross = observed.T @ observed
    inverse = np.linalg.inv(cross + RIDGE * np.diag(np.maximum(np.diag(cross), 1e-8)))
    fitted = inverse @ observed.T @ y[~gap]
    residual = y[~gap] - observed @ fitted
    freedom = max(len(observed) - x.shape[1], 1)
    # A draw of variance and coefficients from their posterior, one for each column of y.
    sigma = np.sqrt((residual**2).sum(axis=0) / random.chisquare(freedom, y.shape[1]))
    root = np.linalg.cholesky((inverse + inverse.T) / 2)
    drawn = fitted + root @ random.standard_normal(fitted.shape) * sigma
    distance = np.linalg.norm((x[gap] @ drawn)[:, None, :] - (observed @ fitted)[None, :, :], axis=2)
    near = min(donors, len(observed))
    nearest = np.argpartition(distance, near - 1, axis=1)[:, :near]
    found: np.ndarray = nearest[np.arange(len(nearest)), random.integers(0, near, len(nearest))]
    return found
