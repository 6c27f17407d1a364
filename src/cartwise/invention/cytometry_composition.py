"""What cells a sample truly holds: Dirichlet shares about the means of 000, CAR T cells by the patient's own course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

import numpy as np
import pandas as pd
from numpy.random import Generator

from cartwise.invention.cytometry_parameters import (
    ANY_T_CELL,
    Array,
    fixed,
    mean_shares,
    populations,
    t_populations,
)
from cartwise.invention.parameters import design_named
from cartwise.invention.study import Invention


@dataclass(frozen=True, slots=True)
class Today:
    """What is true of a patient's blood on a day: level (copies/ug), B cells (of lymphocytes), blasts (of marrow cells)."""

    level: float
    b_cells: float
    blasts: float


@dataclass(frozen=True, slots=True, eq=False)
class Donor:
    """What the world knows of one patient that shows in the blood.

    Attributes:
        crs: whether the patient had CRS of any grade.
        product_car: CAR-positive share of the product's T cells.
        last_day: last day of observation.
        visits: days on which blood was taken for the transgene.
        course: true state by day.
    """

    crs: bool
    product_car: float
    last_day: int
    visits: tuple[int, ...]
    course: Mapping[int, Today]


def donor_of(made: Invention, patient_id: str) -> Donor:
    """What is true of one patient of the study."""

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["patient_id"] == patient_id]

    toxicities = own(made.tables["toxicities"])
    return Donor(
        crs=bool((toxicities["grade"][toxicities["kind"] == "CRS"] > 0).any()),
        product_car=own(made.tables["infusions"])["transduction"].tolist()[0] / 100,
        last_day=own(made.truth["patients"])["end_of_observation_day"].tolist()[0],
        visits=tuple(own(made.tables["transgene"])["day"].tolist()),
        course=_course(own(made.truth["courses"]), made.design),
    )


def _course(truth: pd.DataFrame, design: str) -> dict[int, Today]:
    full = design_named(design).parameters.fixed("leukaemia", "cells_at_full_marrow")
    levels, b_cells = truth["car_t_copies_per_ug"], truth["b_cells_percent_of_lymphocytes"] / 100
    blasts = ((truth["cd19_positive_cells"] + truth["escape_cells"]) / full).clip(upper=1)
    days = truth["day"].astype(int)
    return {day: Today(*true) for day, *true in zip(days, levels, b_cells, blasts, strict=True)}


def patient_weights(donor: Donor, timepoint: str, day: int, rng: Generator) -> Array:
    """(2, populations) expected shares of a patient's sample; the first row without CAR, the second with it."""
    t_cells = _drawn("t", timepoint, rng, crs=donor.crs)
    others = _drawn("leukocytes", timepoint, rng, crs=donor.crs)
    if timepoint == "product":
        car = donor.product_car * others[ANY_T_CELL]
        return _assembled(others, t_cells, _drawn("car", timepoint, rng, crs=donor.crs), car)
    others = _with_true_b_cells(others, donor.course[day])
    if day == 0:
        # The sample of day 0 is taken before the infusion.
        return _assembled(others, t_cells, None, 0.0)
    car = car_share(donor.course[day].level, float(rng.standard_normal()))
    return _assembled(others, t_cells, _drawn("car", timepoint, rng, crs=donor.crs), car)


def healthy_weights(rng: Generator) -> Array:
    """(2, populations) expected shares of a healthy donor's blood mononuclear cells."""
    return _assembled(
        _drawn("leukocytes", "healthy", rng, crs=None), _drawn("t", "healthy", rng, crs=None), None, 0.0
    )


def car_share(level: float, standing: float = 0.0) -> float:
    """CAR-positive share of blood mononuclear cells whose DNA carries so many copies per ug.

    Args:
        level: copies/ug.
        standing: how far this sample stands from what the level says, in standard deviations.
    """
    said = level * fixed("follows", "dna_per_cell") / fixed("follows", "copies_per_car_cell")
    return min(said * exp(fixed("follows", "car_noise") * standing), fixed("follows", "highest_car_share"))


def _drawn(cells: str, timepoint: str, rng: Generator, *, crs: bool | None) -> dict[str, float]:
    """Shares about their means, by a Dirichlet law."""
    name = {"car": "car", "t": "t", "leukocytes": "leukocyte"}[cells]
    means = mean_shares(cells, timepoint, crs=crs)
    concentration = fixed("composition", f"{name}_concentration")
    shares = rng.dirichlet([concentration * share for share in means.values()])
    return dict(zip(means, shares.tolist(), strict=True))


def _with_true_b_cells(others: dict[str, float], today: Today) -> dict[str, float]:
    """Shares with the B cells and blasts that the patient truly has."""
    lymphocytes = others[ANY_T_CELL] + others["early NK"] + others["late NK"]
    with_b = {**others, "B cells": lymphocytes * today.b_cells / (1 - today.b_cells)}
    blasts = today.blasts * fixed("follows", "blasts_of_marrow")
    total = sum(with_b.values())
    return {**{name: (1 - blasts) * share / total for name, share in with_b.items()}, "blasts": blasts}


def _assembled(
    others: dict[str, float], t_cells: dict[str, float], car_cells: dict[str, float] | None, car: float
) -> Array:
    """One sample from its parts, `car` being the share of all cells that carries a CAR."""
    shares = {**others, **{name: others[ANY_T_CELL] * share for name, share in t_cells.items()}}
    without = (1 - car) * np.array([shares.get(name, 0.0) for name in populations()])
    carriers = np.zeros(len(populations()))
    if car_cells is not None:
        carriers[: len(t_populations())] = [car * car_cells[name] for name in t_populations()]
    return np.stack((without, carriers))
