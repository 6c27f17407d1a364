"""Folds of reference cells, the shrinkage they choose, and how far own cells lie that were left out of the fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.columns import Values
from cartwise.cytometry.distances import nearest, squared_from
from cartwise.cytometry.rules import Array, Codes, Moments, build, moments

FOLDS = 5
MOST_CELLS = 5_000
"""Cells of a population that cross-validation looks at, evenly taken; the fit itself uses all."""

SHRINKAGES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
STEPS = 1_001


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Labelled cells: all finite, each with a population.

    Attributes:
        matrix: (n, m) values.
        codes: (n,) population, 0 to count - 1.
        samples: (n,) sample from 0 on, or None where that is not known.
        count: populations.
    """

    matrix: Values
    codes: Codes
    samples: Codes | None
    count: int

    def only(self, cells: NDArray[Any]) -> Labelled:
        """Some of the cells; samples are numbered anew."""
        samples = None if self.samples is None else np.unique(self.samples[cells], return_inverse=True)[1]
        return Labelled(self.matrix[cells], self.codes[cells], samples, self.count)

    def of_populations(self, present: Codes) -> Labelled:
        """The cells of some populations (sorted), which are numbered anew."""
        cells = self.only(np.isin(self.codes, present))
        return Labelled(cells.matrix, np.searchsorted(present, cells.codes), cells.samples, len(present))

    @property
    def counts(self) -> NDArray[np.int64]:
        """(k,) cells by population."""
        return np.bincount(self.codes, minlength=self.count)

    @property
    def moments(self) -> Moments:
        """Counts, means and covariances."""
        return moments(self.matrix, self.codes, self.count)


def folds(cells: Labelled) -> Codes:
    """(n,) fold of each cell: whole samples stay together where there are at least two, else stratified by population.

    With more samples than five, samples share folds in turn. Stratified folds are drawn with a fixed seed.
    """
    if cells.samples is not None and cells.samples.max(initial=0) > 0:
        return cells.samples % FOLDS
    drawn = np.empty(len(cells.codes), np.intp)
    generator = np.random.default_rng(0)
    for k in range(cells.count):
        mine = generator.permutation(np.flatnonzero(cells.codes == k))
        drawn[mine] = np.arange(len(mine)) % FOLDS
    return drawn


def thinned(cells: Labelled) -> Labelled:
    """What cross-validation looks at: at most `MOST_CELLS` a population, evenly along the file."""
    places = [np.flatnonzero(cells.codes == k) for k in range(cells.count)]
    return cells.only(
        np.sort(np.concatenate([mine[:: max(1, -(-len(mine) // MOST_CELLS))] for mine in places]))
    )


def splits(cells: Labelled) -> Iterator[tuple[Moments, Codes, Codes]]:
    """For each fold: moments of the cells outside it, the populations those have, and the cells within it to score.

    A population with fewer than two cells outside a fold cannot be fitted there: its cells in it are not scored.
    """
    fold = folds(cells)
    for one in np.unique(fold):
        outside = cells.only(fold != one)
        present = np.flatnonzero(outside.counts > 1)
        held = np.flatnonzero((fold == one) & np.isin(cells.codes, present))
        if len(held):
            yield outside.of_populations(present).moments, present, held


def best_shrinkage(cells: Labelled, prior: Array) -> float:
    """The weight of the pooled covariance with the least cross-validated log-loss of the posterior.

    The log-loss is a proper score: it is least where posteriors are true, so the choice serves frequencies as well
    as labels. Source: Friedman 1989 (cross-validated choice); Gneiting and Raftery, JASA 2007;102:359 (the score).
    """
    seen = thinned(cells)
    weights = (cells.counts / seen.counts)[seen.codes]
    loss = np.zeros(len(SHRINKAGES))
    for of, present, held in splits(seen):
        truth = np.searchsorted(present, seen.codes[held])
        values = seen.matrix[held].astype(np.float64)
        for at, shrinkage in enumerate(SHRINKAGES):
            try:
                model = build("gaussian", of, shrinkage=shrinkage, prior=prior[present])
            except np.linalg.LinAlgError:  # a fold of few cells, whose covariance is singular
                loss[at] = np.inf
                continue
            score = nearest(values, model).squared + model.offsets
            loss[at] += float(weights[held] @ _log_loss(score, truth))
    return SHRINKAGES[int(loss.argmin())]


def _log_loss(score: Array, truth: Codes) -> Array:
    """(n,) minus the log posterior of the true population."""
    half = -score / 2
    most = half.max(axis=1)
    total = most + np.log(np.exp(half - most[:, None]).sum(axis=1))
    return np.asarray(total - half[np.arange(len(score)), truth])


def own_distances(cells: Labelled, rule: str, shrinkage: float) -> Array:
    """(k, STEPS) quantiles of the squared distance of own cells to populations fitted without their fold.

    NaN for a population that no fold could fit.
    """
    seen = thinned(cells)
    found = np.full(len(seen.codes), np.nan)
    for of, present, held in splits(seen):
        try:
            model = build(rule, of, shrinkage=shrinkage)
        except np.linalg.LinAlgError:
            continue
        for place, k in enumerate(present):
            mine = held[seen.codes[held] == k]
            found[mine] = squared_from(seen.matrix[mine], model.means[place], model.whitening[place])
    quantiles = np.full((cells.count, STEPS), np.nan)
    for k in range(cells.count):
        known = found[(seen.codes == k) & np.isfinite(found)]
        if len(known):
            quantiles[k] = np.quantile(known, np.linspace(0, 1, STEPS))
    return quantiles
