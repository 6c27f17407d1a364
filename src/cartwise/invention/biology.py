"""The hidden truth of one patient: CAR T cells, B cells and two leukaemic clones, day by day.

Sizes are solved in closed form on a daily grid: the logarithm of a size is the running sum of growth less kill,
so that a life of eight years costs a few array operations. The CAR T level kills by a saturating effect
E = C / (C + half), the same for B cells and for the CD19-positive clone; the escape clone is not killed by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cartwise.invention.expansion import Expansion
from cartwise.invention.parameters import Parameters
from cartwise.invention.person import Person

LIFETIME = 3000
"""Days that are simulated; longer than the longest follow-up of any design."""

DAYS = np.arange(LIFETIME + 1, dtype=np.float64)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leukaemia:
    """How the two clones grow and how far CAR T cells kill them.

    Attributes:
        positive, escape: cells of the CD19-positive clone and of the one that CAR T cells do not see, at infusion.
        growth, escape_growth: growth per day (natural logarithm).
        kill: largest kill per day of the CD19-positive clone.
        switches: whether the escape clone is a lineage switch rather than CD19-negative.
    """

    positive: float
    escape: float
    growth: float
    escape_growth: float
    kill: float
    switches: bool


@dataclass(frozen=True, slots=True)
class BCells:
    """How B cells fall and come back, in per cent of lymphocytes and per day."""

    baseline: float
    floor: float
    regrowth: float
    kill: float
    half_effect: float


@dataclass(frozen=True, slots=True)
class Transplant:
    """A transplant after CAR T cells and what it does."""

    day: int
    donor: str
    conditioning: str
    decades: float
    graft_kill: float


@dataclass(frozen=True, slots=True)
class Biology:
    """Everything drawn about one patient's body; the same with and without a transplant."""

    parameters: Parameters
    expansion: Expansion
    b_cells: BCells
    leukaemia: Leukaemia


@dataclass(frozen=True, slots=True)
class World:
    """What truly happens, by day from infusion: CAR T level (copies/ug), B cells (% of lymphocytes), cells of each clone."""

    level: Array
    b_cells: Array
    positive: Array
    escape: Array
    share: Array
    """Leukaemic share of marrow cells."""


def draw_leukaemia(p: Parameters, person: Person, rng: Generator) -> Leukaemia:
    """The two clones at infusion, after lymphodepletion."""
    cells = person.burden * p.fixed("leukaemia", "cells_at_full_marrow")
    cells *= 10 ** -p.draw("leukaemia", "lymphodepletion_decades", rng)
    has_escape = p.chance("leukaemia", "escape", rng)
    escape = min(10 ** p.draw("leukaemia", "escape_decades", rng), cells / 10)
    switches = p.chance("leukaemia", "lineage_switch", rng) and person.lesion == "KMT2Ar"
    doubling, kill = p.draw("leukaemia", "doubling", rng), p.draw("leukaemia", "kill", rng)
    if p.chance("leukaemia", "resistant", rng):
        doubling = p.draw("leukaemia", "resistant_doubling", rng)
        kill *= p.fixed("leukaemia", "resistant_kill")
    return Leukaemia(
        positive=cells,
        escape=escape if has_escape else 0.0,
        growth=float(np.log(2)) / doubling,
        escape_growth=float(np.log(2)) / p.draw("leukaemia", "escape_doubling", rng),
        kill=kill,
        switches=switches,
    )


def draw_b_cells(p: Parameters, rng: Generator) -> BCells:
    """How this patient's B cells answer."""
    return BCells(
        *(p.draw("b_cells", name, rng) for name in ("baseline", "floor", "regrowth", "kill", "half_effect"))
    )


def draw_transplant(p: Parameters, rng: Generator, day: int) -> Transplant:
    """A transplant on this day."""
    return Transplant(
        day,
        p.one_of("transplant", "donor", rng),
        p.one_of("transplant", "conditioning", rng),
        p.draw("transplant", "conditioning_decades", rng),
        p.draw("transplant", "graft_kill", rng),
    )


def unfold(biology: Biology, hct: Transplant | None = None) -> World:
    """The course of one patient, with or without a transplant."""
    level = biology.expansion.level(DAYS)
    if hct is not None:
        level[hct.day :] *= np.exp(
            -biology.parameters.fixed("transplant", "car_clearance") * DAYS[: len(DAYS) - hct.day]
        )
    positive, escape = _clones(biology, level, hct)
    full = biology.parameters.fixed("leukaemia", "cells_at_full_marrow")
    return World(
        level, _b_cells(biology, level, hct), positive, escape, np.minimum((positive + escape) / full, 0.98)
    )


def _clones(biology: Biology, level: Array, hct: Transplant | None) -> tuple[Array, Array]:
    p, clone = biology.parameters, biology.leukaemia
    effect = biology.expansion.potency * level / (level + p.fixed("leukaemia", "half_effect"))
    loss = _transplant_kill(p, hct)
    full = p.fixed("leukaemia", "cells_at_full_marrow")
    return (
        _clone(clone.positive, clone.growth - clone.kill * effect - loss, full),
        _clone(clone.escape, clone.escape_growth - loss, full),
    )


def _transplant_kill(p: Parameters, hct: Transplant | None) -> Array:
    loss = np.zeros_like(DAYS)
    if hct is not None:
        loss[hct.day : hct.day + int(p.fixed("transplant", "graft_kill_days"))] = hct.graft_kill
        loss[hct.day] += hct.decades * np.log(10)
    return loss


def _clone(start: float, rate: Array, full: float) -> Array:
    """Cells by day; fewer than one cell is none, for ever."""
    if start < 1:
        return np.zeros_like(rate)
    size = np.log(start) + np.concatenate(([0.0], np.cumsum(rate[:-1])))
    gone = np.maximum.accumulate(size < 0)
    return np.where(gone, 0.0, np.exp(np.clip(size, 0, np.log(full))))


def _b_cells(biology: Biology, level: Array, hct: Transplant | None) -> Array:
    cells = biology.b_cells
    effect = biology.expansion.potency * level / (level + cells.half_effect)
    course = _regrowing(cells.baseline, cells.regrowth - cells.kill * effect, cells)
    if hct is None:
        return course
    silence = int(biology.parameters.fixed("b_cells", "graft_silence"))
    regrowth = np.full(len(DAYS) - hct.day, biology.parameters.fixed("b_cells", "graft_regrowth"))
    regrowth[:silence] = 0.0
    return np.concatenate((course[: hct.day], _regrowing(cells.floor, regrowth, cells)))


def _regrowing(start: float, rate: Array, cells: BCells) -> Array:
    """Per cent by day, held above the floor (the marrow goes on supplying) and below the patient's own baseline."""
    free = np.log(start) + np.concatenate(
        ([0.0], np.cumsum(np.where(np.arange(len(rate)) < 1, 0, rate)[:-1]))
    )
    pushed = free + np.maximum(np.maximum.accumulate(np.log(cells.floor) - free), 0)
    percent: Array = np.exp(np.minimum(pushed, np.log(cells.baseline)))
    return percent


def first_day(condition: NDArray[np.bool_], start: int = 0) -> int | None:
    """The first day from `start` on which a condition holds."""
    days = np.flatnonzero(condition[start:])
    return int(days[0]) + start if len(days) else None


def relapse_day(world: World, p: Parameters) -> int | None:
    """The true day of morphological relapse: blasts reach the threshold after they had been below it."""
    overt = world.share >= p.fixed("leukaemia", "relapse_share")
    remission = first_day(~overt)
    return None if remission is None else first_day(overt, remission)


def phenotype(world: World, leukaemia: Leukaemia, day: int) -> str:
    """The immunophenotype of what dominates on a day."""
    if world.positive[day] >= world.escape[day]:
        return "CD19+"
    return "lineage switch" if leukaemia.switches else "CD19-"


def b_cell_return_day(world: World) -> int | None:
    """The first day on which B cells, once at or below 3 % of lymphocytes, are above it again."""
    gone = first_day(world.b_cells <= 3)
    return None if gone is None else first_day(world.b_cells > 3, gone)
