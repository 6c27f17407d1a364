"""Where a cell is too far from its population to belong to it: limits fitted to the query, the reference, or published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from cartwise.basis import UserError
from cartwise.cytometry.columns import Values
from cartwise.cytometry.distances import squared_from, whitened
from cartwise.cytometry.events import Mask
from cartwise.cytometry.rules import Array, Codes
from cartwise.cytometry.side_by_side import side_by_side

CALIBRATIONS = ("query", "reference", "simple", "farthest", "neighbors", "none")
"""How a limit can come about; `simple`, `farthest` and `neighbors` as the published code of Good et al. 2018 sets them."""

OWN_CALIBRATION = {"gaussian": "query", "good2018": "simple", "tidytof": "none"}
"""What each rule does unless told otherwise: the published rules as published."""

LEVELS = {"query": 0.999, "reference": 0.95}
"""Part of a population's own cells within the limit. The law fitted to a query is that of the population's core,
without the stray cells that gates let in; the reference's empirical law has them, so its level is lower."""

CORE_PART, CORE_CELLS, CORE_STEPS = 0.5, 10_000, 10
SPREAD_AT = 0.25
FEWEST, ELLIPSOID, MOST_SPREAD = 50, 0.99, 3.0
"""What tells a population that is in the query from stray cells that are nearest to one that is not."""

FARTHEST_FACTOR = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """What a reference knows of one population's own cells.

    Attributes:
        name: its name.
        mean: (m,).
        whitening: (m, m); the squared length of (z - mean) @ whitening is the squared distance.
        core: (m,) centre of the half of the cells that lie closest together.
        spread: lower quartile of squared distances of own cells left out of the fit, over that of chi-square.
        reach: largest squared distance of an own cell.
        quantiles: squared distances of own cells left out of the fit, at even steps from 0 to 1; NaN where no
            part of the population could be left out.
    """

    name: str
    mean: Array
    whitening: Array
    core: Array
    spread: float
    reach: float
    quantiles: Array


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a cell may be from one population.

    Attributes:
        population: its name.
        squared: greatest squared distance; infinite where none is set.
        cells: cells of the query that were nearest to it.
        moved: Mahalanobis distance by which the query's centre stands off the reference's (0 where not fitted).
        spread: scale of the null law of squared distances (chi-square times this); NaN where none is fitted.
        how: how the limit came about, as a sentence.
    """

    population: str
    squared: float
    cells: int
    moved: float
    spread: float
    how: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """The limits of one classification.

    Attributes:
        calibrate: one of `CALIBRATIONS`.
        level: part of a population's own cells within the limit; None under a published or no threshold.
        limits: one a population, in the reference's order.
    """

    calibrate: str
    level: float | None
    limits: tuple[Limit, ...]


def core(values: Values, start: Array, whitening: Array) -> Array:
    """(m,) centre of the half of the cells that lie closest together, by concentration steps from `start`.

    Cells that do not belong stay without weight until they are half. Source: the C-step of Rousseeuw and
    Van Driessen, Technometrics 1999;41:212, with the scatter held as the reference has it.
    """
    cells = values[:: max(1, len(values) // CORE_CELLS)].astype(np.float64)
    placed, centre = whitened(cells, start, whitening), start
    for _ in range(CORE_STEPS):
        off = placed - (centre - start) @ whitening
        squared = np.einsum("nm,nm->n", off, off)
        moved = cells[squared <= np.quantile(squared, CORE_PART)].mean(axis=0)
        if np.array_equal(moved, centre):
            break
        centre = moved
    return centre


def spread(squared: Array, markers: int) -> float:
    """Scale of chi-square whose lower quartile is that of the squared distances: the tail has no say in it."""
    return float(np.quantile(squared, SPREAD_AT) / chi2.ppf(SPREAD_AT, markers))


def described(name: str, cells: Values, mean: Array, whitening: Array, quantiles: Array) -> Population:
    """A population by the measures that are later taken of a query's cells."""
    reach = float(squared_from(cells, mean, whitening).max())
    wide = float(quantiles[len(quantiles) // 4] / chi2.ppf(SPREAD_AT, len(mean)))
    # Of a population too small to leave cells out, chi-square itself is the best guess.
    return Population(
        name, mean, whitening, core(cells, mean, whitening), wide if wide > 0 else 1.0, reach, quantiles
    )


def reject(
    values: Values, codes: Codes, populations: Sequence[Population], *, calibrate: str, level: float | None
) -> tuple[Mask, Threshold]:
    """Cells beyond the limit of the population they are nearest to, and the limits.

    Under `query`, each population's centre and spread are fitted to the core of the query's own cells and the
    limit is the chi-square quantile at `level` times the spread. A centre that has left the reference's 99 %
    ellipsoid, a spread more than three times the reference's, or fewer than 50 cells speak of a population
    that is not in the query: the reference's own centre and spread then stand, and the limit says so.
    """
    level = checked_level(calibrate, level)
    rejected = codes < 0

    def limited(k: int) -> Limit:
        population, mine = populations[k], np.flatnonzero(codes == k)
        if calibrate == "query" and level is not None:
            squared, limit = _query_limit(population, values[mine], level)
            rejected[mine] = squared > limit.squared
            return limit
        limit = _fixed_limit(population, len(mine), calibrate, level)
        if np.isfinite(limit.squared):
            squared = squared_from(values[mine], population.mean, population.whitening)
            rejected[mine] = squared > limit.squared
        return limit

    limits = side_by_side(limited, range(len(populations)))
    return rejected, Threshold(calibrate, level, tuple(limits))


def between_strangers(scores: Array, populations: Sequence[str]) -> Mask:
    """Cells whose two nearest populations do not follow each other in the order of development.

    Source: `neighbors` of the published code of Good et al., Nat Med 2018, which takes the order from the numbers
    of the populations' files.

    Args:
        scores: (n, k) of each cell in each population, the least is the nearest; NaN where a cell has none.
        populations: (k,) names, each with its number in front (`03 pre-B`).

    Raises:
        UserError: a population has no number, or two have the same.
    """
    numbers = [int(found[0]) for name in populations if (found := re.match(r"\d+", name))]
    if len(set(numbers)) < len(populations) or len(populations) < 2:
        raise UserError(
            'The calibration "neighbors" needs at least two populations in the order of their development: begin '
            "each name with a number of its own, e.g. 01 HSC, 02 pro-B."
        )
    place = np.argsort(np.argsort(numbers))
    first, second = np.argpartition(scores, 1, axis=1)[:, :2].T
    return np.asarray(np.abs(place[first] - place[second]) != 1)


def checked_level(calibrate: str, level: float | None) -> float | None:
    """The level to use, or the one error about it.

    Raises:
        UserError: no such calibration, or a level that is not a part of one or that the calibration has no use for.
    """
    if calibrate not in CALIBRATIONS:
        raise UserError(f'There is no calibration "{calibrate}". Ask for one of: {", ".join(CALIBRATIONS)}.')
    if level is None:
        return LEVELS.get(calibrate)
    if calibrate not in LEVELS:
        raise UserError(
            f'The calibration "{calibrate}" has no level: leave it out, or ask for query or reference.'
        )
    if not 0 < level < 1:
        raise UserError(
            f"The level {level:g} is not between 0 and 1. It is the part of own cells to keep, e.g. 0.999."
        )
    return level


def _fixed_limit(population: Population, cells: int, calibrate: str, level: float | None) -> Limit:
    """A limit that the query has no say in."""
    at, how = np.inf, "no limit is set"
    if calibrate == "reference" and level is not None:
        steps = np.linspace(0, 1, len(population.quantiles))
        at, how = (
            float(np.interp(level, steps, population.quantiles)),
            f"{level:.1%} of own cells left out of the fit",
        )
        if np.isnan(at):
            at, how = np.inf, "no limit is set: too few reference cells to leave some out of the fit"
    elif calibrate == "simple":
        markers = len(population.mean)
        at, how = float(markers**2), f"distance at most the number of markers, {markers}"
    elif calibrate == "farthest":
        at = FARTHEST_FACTOR**2 * population.reach
        how = f"{FARTHEST_FACTOR:g} times the farthest own cell of the reference"
    elif calibrate == "neighbors":
        how = "no distance: the two nearest populations follow each other in the order of development"
    return Limit(population.name, at, cells, 0.0, float("nan"), how)


def _query_limit(population: Population, cells: Values, level: float) -> tuple[Array, Limit]:
    """Squared distances and limit by the query's own core, or the reference's where that is not the population."""
    mean, whitening, markers = population.mean, population.whitening, len(population.mean)
    quantile = float(chi2.ppf(level, markers))

    def reference_stands(reason: str, moved: float) -> tuple[Array, Limit]:
        how = f"{reason}: centre and spread of the reference stand"
        at = population.spread * quantile
        limit = Limit(population.name, at, len(cells), moved, population.spread, how)
        return squared_from(cells, mean, whitening), limit

    if len(cells) < FEWEST:
        return reference_stands(f"fewer than {FEWEST} cells", 0.0)
    shift = core(cells, mean, whitening) - population.core
    moved = float(np.linalg.norm(shift @ whitening))
    if moved**2 > chi2.ppf(ELLIPSOID, markers):
        return reference_stands(
            f"the nearest cells lie outside the reference's {ELLIPSOID:.0%} ellipsoid", moved
        )
    squared = squared_from(cells, mean + shift, whitening)
    wide = spread(squared, markers) or population.spread
    if wide > MOST_SPREAD * population.spread:
        return reference_stands(f"the nearest cells spread over {MOST_SPREAD:g} times as wide", moved)
    how = "centre and spread fitted to the core of the query's cells"
    return squared, Limit(population.name, wide * quantile, len(cells), moved, wide, how)
