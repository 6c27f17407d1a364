"""The three rules that hold a cell against reference populations, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

RULES = ("gaussian", "good2018", "tidytof")

VARIANCE_FLOOR = 0.19
"""Least variance of a marker under `good2018`, on the scale asinh(x/5)."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What is kept of the cells of k reference populations.

    Attributes:
        counts: (k,) cells.
        means: (k, m).
        covariances: (k, m, m) with divisor n - 1; zero for a population of one cell.
    """

    counts: NDArray[np.int64]
    means: Array
    covariances: Array

    @property
    def pooled(self) -> Array:
        """(m, m) covariance within populations, each weighted by its degrees of freedom."""
        freedom = self.counts - 1
        return np.asarray(np.einsum("k,kij->ij", freedom, self.covariances) / max(freedom.sum(), 1))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A fitted rule: a cell's score in population k is its squared distance plus `offsets[k]`, the least wins.

    Attributes:
        means: (k, m).
        covariances: (k, m, m) as the rule uses them.
        whitening: (k, m, m); the squared length of (z - mean) @ whitening is the squared distance.
        offsets: (k,); log-determinant and prior under `gaussian`, zero under the published rules.
    """

    means: Array
    covariances: Array
    whitening: Array
    offsets: Array


def moments(values: NDArray[np.floating], codes: Codes, count: int) -> Moments:
    """Counts, means and covariances of `count` populations; `codes` (n,) says whose each cell is."""
    width = values.shape[1]
    counts = np.bincount(codes, minlength=count)
    means, covariances = np.zeros((count, width)), np.zeros((count, width, width))
    for k in np.flatnonzero(counts):
        cells = values[codes == k].astype(np.float64)
        means[k] = cells.mean(axis=0)
        covariances[k] = (cells - means[k]).T @ (cells - means[k]) / max(len(cells) - 1, 1)
    return Moments(counts, means, covariances)


def build(rule: str, of: Moments, *, shrinkage: float = 0.0, prior: Array | None = None) -> Model:
    """The model of a rule.

    - `good2018`: diagonal covariance, variances at least 0.19, no prior.
      Source: the published code of the developmental classifier of Good et al., Nat Med 2018.
    - `tidytof`: full covariance, no prior, no determinant. Source: tidytof, `tof_classify_cells`.
    - `gaussian`: the normal log-likelihood (times -2) with prior; covariances shrunk toward the pooled one
      by the weight `shrinkage`. Source: Friedman, J Am Stat Assoc 1989;84:165, equation 14.

    Args:
        rule: one of `RULES`.
        of: moments of the reference cells.
        shrinkage: weight of the pooled covariance, 0 to 1.
        prior: (k,) of `gaussian`, to a factor; by default the populations' counts.

    Raises:
        numpy.linalg.LinAlgError: a covariance is singular (the reference checks before).
    """
    if rule == "good2018":
        used = np.array([np.diag(np.maximum(np.diag(one), VARIANCE_FLOOR)) for one in of.covariances])
    else:
        used = (1 - shrinkage) * of.covariances + shrinkage * of.pooled
    factors = np.linalg.cholesky(used)
    whitening = np.linalg.inv(factors).transpose(0, 2, 1)
    offsets = np.zeros(len(used))
    if rule == "gaussian":
        parts = of.counts if prior is None else prior
        offsets = 2 * np.log(np.einsum("kii->ki", factors)).sum(axis=1) - 2 * np.log(parts / parts.sum())
    return Model(of.means, used, whitening, offsets)
