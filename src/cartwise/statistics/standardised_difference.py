"""Standardised differences between two groups: how far apart they are, whatever their size."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import Missing, UserError
from cartwise.statistics.observations import numbers


def standardised_difference(first: ArrayLike, second: ArrayLike) -> float | Missing:
    """Difference of two means by the root of the mean of their variances (Austin, Stat Med 2009;28:3083).

    Args:
        first: (n1,) values; Missing where there are fewer than two.
        second: (n2,) values, likewise.

    Raises:
        UserError: a value is missing or not a number.
    """
    one, other = numbers("first", first), numbers("second", second)
    if min(one.size, other.size) < 2:
        return Missing("a group has fewer than two values")
    spread = sqrt((float(one.var(ddof=1)) + float(other.var(ddof=1))) / 2)
    difference = float(one.mean() - other.mean())
    if spread == 0:
        return (
            0.0
            if difference == 0
            else Missing("all values of each group are equal, so nothing standardises it")
        )
    return difference / spread


def standardised_difference_of_levels(counts: ArrayLike) -> float | Missing:
    """Distance between two sets of shares (Yang and Dalton, SAS Global Forum 2012:335); 0 or more.

    With two levels it is the absolute difference of the shares by the root of the mean of their variances.

    Args:
        counts: (2, k) patients of each group at each level; Missing where a group is empty.

    Raises:
        UserError: the table is no table of two groups, or a count is negative or missing.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != 2 or not (table >= 0).all():
        raise UserError("Standardised differences of levels need a table of two rows of counts.")
    sizes = table.sum(axis=1)
    if (sizes == 0).any():
        return Missing("a group has no patients")
    # One level is told by the others; a level that nobody has tells nothing.
    kept = table[:, table.sum(axis=0) > 0]
    shares = (kept / sizes[:, None])[:, 1:]
    if not shares.size:
        return 0.0
    difference = shares[0] - shares[1]
    covariance = sum(np.diag(p) - np.outer(p, p) for p in shares) / 2
    if np.linalg.matrix_rank(covariance) < len(difference):
        same = bool(np.allclose(difference, 0))
        return 0.0 if same else Missing("the groups share no level, so nothing standardises the difference")
    return sqrt(max(0.0, float(difference @ np.linalg.solve(covariance, difference))))
