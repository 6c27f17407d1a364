"""A partial likelihood over strata: columns standardised, maximised by Newton, robust variance by cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cartwise.statistics.counting import Bools, Floats, Ints, risk_sets
from cartwise.statistics.design import Design
from cartwise.statistics.likelihood import (
    Exposure,
    Stratum,
    Ties,
    derivatives,
    evaluated,
    score_residuals,
    stratum,
)
from cartwise.statistics.newton import Maximum, maximise
from cartwise.statistics.observations import Observations

# The exposure of the rows of one stratum, given with their indices, on a grid of its event times.
ExposureOf = Callable[[Observations, Ints, Floats], Exposure]

_ROUNDING = 1e-18


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """n rows prepared for a partial likelihood in p standardised covariates.

    Attributes:
        strata: the strata in which an event happens.
        places: the rows, by index, of each of them.
        scale: (p,) standard deviations; a coefficient of a column is that of the standardised one over its scale.
        weight: (n,) case weights.
    """

    strata: tuple[Stratum, ...]
    places: tuple[Ints, ...]
    scale: Floats
    weight: Floats

    def likelihood(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Log partial likelihood, score (p,) and information (p, p) at standardised coefficients."""
        p = self.scale.size
        total, score, information = 0.0, np.zeros(p), np.zeros((p, p))
        for rows in self.strata:
            state = evaluated(rows, beta)
            first, second = derivatives(rows, state)
            total, score, information = total + state.loglik, score + first, information + second
        return total, score, information

    def maximum(self) -> Maximum:
        """The maximum on standardised columns."""
        return maximise(self.likelihood, self.scale.size)

    def residuals(self, beta: Floats) -> Floats:
        """Weighted score residuals of the rows, (n, p), at standardised coefficients."""
        found = np.zeros((self.weight.size, self.scale.size))
        for rows, place in zip(self.strata, self.places, strict=True):
            found[place] = rows.weight[:, None] * score_residuals(rows, evaluated(rows, beta))
        return found

    def unscaled(self, covariance: Floats) -> Floats:
        """A covariance, (p, p), of standardised coefficients as one of the columns' own."""
        return covariance / np.outer(self.scale, self.scale)


def partial(rows: Observations, design: Design, ties: Ties, exposure: ExposureOf | None = None) -> Partial:
    """Prepare rows and covariates; `exposure` says who is at risk, by default those in (entry, time]."""
    x, scale = standardised(design.matrix, rows.weight)
    strata, places = [], []
    for index in np.unique(rows.stratum):
        chosen = rows.stratum == index
        own = rows.where(chosen)
        if own.event.any():
            place = np.flatnonzero(chosen)
            sets = (exposure or _at_risk)(own, place, np.unique(own.time[own.event]))
            part = x if chosen.all() else np.asfortranarray(x[chosen])
            strata.append(stratum(sets, part, own.event, own.weight, ties))
            places.append(place)
    return Partial(tuple(strata), tuple(places), scale, rows.weight)


def sandwich(residuals: Floats, covariance: Floats, cluster: Ints | None) -> Floats:
    """Robust covariance, (p, p), from weighted score residuals, (n, p), summed within clusters.

    Lin and Wei, JASA 1989;84:1074, without a correction for few clusters (as R `coxph`).
    """
    if cluster is not None:
        size = int(cluster.max(initial=-1)) + 1
        residuals = np.stack([np.bincount(cluster, column, size) for column in residuals.T], axis=1)
    kept: Bools = np.isfinite(np.diag(covariance))
    influence = residuals[:, kept] @ covariance[np.ix_(kept, kept)]
    robust = np.full_like(covariance, np.nan)
    robust[np.ix_(kept, kept)] = influence.T @ influence
    # A single cluster's residuals sum to zero: what is left of its variance is rounding.
    empty = np.diag(robust) < _ROUNDING * np.diag(covariance)
    robust[empty, :], robust[:, empty] = 0.0, 0.0
    return robust


def _at_risk(rows: Observations, _: Ints, grid: Floats) -> Exposure:
    return risk_sets(rows.time, rows.entry, grid)


def standardised(matrix: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Columns, (n, p), with mean 0 and standard deviation 1, in Fortran order, and what they were divided by, (p,).

    So Newton's steps and their limits are the same whatever unit a covariate comes in. A constant column is 0.
    """
    if not len(matrix):
        return matrix, np.ones(matrix.shape[1])
    centred = np.asfortranarray(matrix) - np.average(matrix, axis=0, weights=weight)
    spread = np.sqrt(np.average(centred**2, axis=0, weights=weight))
    constant = np.ptp(matrix, axis=0) == 0
    scale = np.where(constant, 1.0, spread)
    return np.asfortranarray(np.where(constant, 0.0, centred / scale)), scale
