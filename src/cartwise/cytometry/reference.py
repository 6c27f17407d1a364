"""A reference of labelled populations: fitted once under a named rule, then every cell is held against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.cytometry.bias import Bias, diagnose
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.classification import Classification
from cartwise.cytometry.columns import matched, named
from cartwise.cytometry.crossvalidation import Labelled, best_shrinkage, own_distances
from cartwise.cytometry.distances import nearest
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.rejection import (
    OWN_CALIBRATION,
    Population,
    between_strangers,
    checked_level,
    described,
    reject,
)
from cartwise.cytometry.rules import RULES, Array, Codes, Model, build
from cartwise.cytometry.sorted_populations import sorted_populations
from cartwise.cytometry.soundness import check, rank_and_condition

FEWEST_CELLS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Populations of labelled cells, and the rule that compares cells with them.

    Attributes:
        rule: `gaussian`, `good2018` or `tidytof`.
        populations: (k,) names, sorted; a tie goes to the first.
        markers: (m,) names of the columns.
        counts: (k,) cells each population was fitted on.
        shrinkage: weight of the pooled covariance under `gaussian` (chosen by cross-validation unless given); else 0.
        model: means, covariances and offsets.
        own: how far each population's own cells lie from it.
        remarks: what was left out of the fit, as sentences.
    """

    rule: str
    populations: tuple[str, ...]
    markers: tuple[str, ...]
    counts: tuple[int, ...]
    shrinkage: float
    model: Model
    own: tuple[Population, ...]
    remarks: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        values: ArrayLike | Cells,
        labels: ArrayLike,
        *,
        rule: str = "gaussian",
        markers: Sequence[str] | None = None,
        min_cells: int = FEWEST_CELLS,
        samples: ArrayLike | None = None,
        shrinkage: float | None = None,
        prior: str = "reference",
    ) -> Reference:
        """Fit a reference.

        Args:
            values: (n, m) on a transformed scale (asinh(x/5) for mass cytometry: the floor of `good2018` is on it),
                or `Cells`.
            labels: (n,) population of each cell; None, NaN or "" leaves a cell out.
            rule: `gaussian` (shrunk covariance, log-determinant, prior), `good2018` or `tidytof`.
            markers: names of an array's columns, or which markers of `Cells` to use.
            min_cells: fewest cells of a population.
            samples: (n,) sample of each cell; cross-validation then leaves out whole samples.
            shrinkage: of `gaussian`, 0 to 1; by default chosen by cross-validated log-loss.
            prior: of `gaussian`: `reference` (parts the populations have of it) or `equal` (sorted populations,
                whose numbers mean nothing).

        Raises:
            UserError: lengths differ, an unknown rule, or populations that cannot carry it (all faults at once).
        """
        cells, populations, names, remarks = _labelled(values, labels, samples, markers)
        _checked(rule, populations, shrinkage, prior)
        of = cells.moments
        check(rule, populations, names, of, min_cells)
        parts = (
            np.full(len(populations), 1 / len(populations))
            if prior == "equal"
            else of.counts / of.counts.sum()
        )
        weight = 0.0
        if rule == "gaussian":
            weight = best_shrinkage(cells, parts) if shrinkage is None else shrinkage
        model = build(rule, of, shrinkage=weight, prior=parts)
        own = _own(cells, populations, model, own_distances(cells, rule, weight))
        return cls(rule, populations, names, tuple(map(int, of.counts)), weight, model, own, remarks)

    @classmethod
    def from_folder(
        cls,
        folder: Path | str,
        panel: Panel,
        *,
        rule: str = "gaussian",
        markers: Sequence[str] | None = None,
        min_cells: int = FEWEST_CELLS,
    ) -> Reference:
        """Fit a reference on sorted populations: one FCS file a population, named after it.

        How many cells were sorted says nothing of how many there are: the prior of `gaussian` is equal.

        Args:
            folder: where the files are.
            panel: of the files.
            rule: as in `fit`.
            markers: to use; by default those of the panel's lineage channels.
            min_cells: fewest cells of a population.

        Raises:
            UserError: files that cannot be read or lack the panel, or populations that cannot carry the rule.
        """
        cells, labels = sorted_populations(folder, panel)
        chosen = markers or tuple(channel.marker for channel in panel.of_role("lineage"))
        return cls.fit(cells, labels, rule=rule, markers=chosen, min_cells=min_cells, prior="equal")

    def classify(
        self,
        values: ArrayLike | Cells,
        *,
        markers: Sequence[str] | None = None,
        calibrate: str | None = None,
        level: float | None = None,
    ) -> Classification:
        """Hold every cell against the reference.

        Args:
            values: (n, m) on the reference's scale, or `Cells`; one sample, where the limits are fitted to the query.
            markers: names of an array's columns; they are matched with the reference's in any order.
            calibrate: where limits come from: `query` (fitted to the core of this sample's own cells), `reference`
                (own cells left out of the fit), `simple`, `farthest` or `neighbors` (as published for `good2018`; the
                last needs populations numbered in the order of development), `none`. By default the rule's own:
                `query` for `gaussian`, `simple` for `good2018`, `none` for `tidytof`.
            level: part of a population's own cells within the limit; 0.999 (`query`) or 0.95 (`reference`).

        Raises:
            UserError: markers are missing (named), no such calibration, or populations it cannot be used with.
        """
        calibrate = calibrate or OWN_CALIBRATION[self.rule]
        checked_level(calibrate, level)
        matrix = matched(values, markers, self.markers)
        found = nearest(matrix, self.model)
        rejected, threshold = reject(matrix, found.codes, self.own, calibrate=calibrate, level=level)
        if calibrate == "neighbors":
            rejected |= between_strangers(found.squared + self.model.offsets, self.populations)
        return Classification(self.rule, self.populations, found, self.model.offsets, rejected, threshold)

    def table(self) -> pd.DataFrame:
        """One row a population: `population, cells, condition` (of its correlation matrix as the rule uses it)."""
        condition = [rank_and_condition(covariance)[1] for covariance in self.model.covariances]
        return pd.DataFrame({"population": self.populations, "cells": self.counts, "condition": condition})

    def bias(
        self,
        values: ArrayLike | Cells,
        labels: ArrayLike,
        samples: ArrayLike | None = None,
        *,
        markers: Sequence[str] | None = None,
    ) -> Bias:
        """How far labels and frequencies go wrong on cells left out of the fit, under all three rules side by side.

        Args:
            values: (n, m) labelled cells, usually those of the fit.
            labels: (n,) population of each cell, among the reference's.
            samples: (n,) sample of each cell: whole samples are left out in turn; else stratified fifths.
            markers: names of an array's columns.

        Raises:
            UserError: a label that is not among the reference's populations.
        """
        matrix = matched(values, markers, self.markers)
        cells, populations, *_ = _labelled(matrix, labels, samples, self.markers)
        foreign = [name for name in populations if name not in self.populations]
        if foreign:
            raise UserError(
                f"Labels that the reference does not know: {', '.join(foreign)}. It has: {', '.join(self.populations)}."
            )
        return diagnose(cells, populations)


def _labelled(
    values: ArrayLike | Cells, labels: ArrayLike, samples: ArrayLike | None, markers: Sequence[str] | None
) -> tuple[Labelled, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Usable cells, names of populations and of markers, and what was left out."""
    matrix, names = named(values, markers)
    codes, populations = _coded(labels, len(matrix), "labels")
    groups = _coded(samples, len(matrix), "samples")[0] if samples is not None else None
    if groups is not None and (groups < 0).any():
        raise UserError(
            f"{int((groups < 0).sum())} cells have no sample. Give each its sample, or give no samples."
        )
    finite = np.isfinite(matrix).all(axis=1)
    said = {
        "without a label": int((codes < 0).sum()),
        "with a marker that is missing or not a finite number": int(((codes >= 0) & ~finite).sum()),
    }
    remarks = tuple(
        f"{number:,} cells {why} were left out of the fit" for why, number in said.items() if number
    )
    every = Labelled(matrix, codes, groups, len(populations))
    return every.only(finite & (codes >= 0)), populations, names, remarks


def _coded(labels: ArrayLike, count: int, what: str) -> tuple[Codes, tuple[str, ...]]:
    """Places in the sorted names, -1 where there is none."""
    given = pd.Series(np.asarray(labels, dtype=object).ravel())
    if len(given) != count:
        raise UserError(f"There are {len(given)} {what} for {count} cells. Give one a cell.")
    codes, names = pd.factorize(given.mask(given == ""), sort=True)
    return codes.astype(np.intp), tuple(str(name) for name in names)


def _checked(rule: str, populations: Sequence[str], shrinkage: float | None, prior: str) -> None:
    if rule not in RULES:
        raise UserError(f'There is no rule "{rule}". Ask for one of: {", ".join(RULES)}.')
    if not populations:
        raise UserError("No cell has a label: a reference needs labelled cells.")
    if shrinkage is not None and not (0 <= shrinkage <= 1 and rule == "gaussian"):
        raise UserError(
            f"A shrinkage of {shrinkage:g} under {rule}: it lies from 0 to 1 and belongs to gaussian."
        )
    if prior not in ("reference", "equal"):
        raise UserError(f'There is no prior "{prior}". Ask for reference or equal.')


def _own(
    cells: Labelled, populations: Sequence[str], model: Model, quantiles: Array
) -> tuple[Population, ...]:
    return tuple(
        described(name, cells.matrix[cells.codes == k], model.means[k], model.whitening[k], quantiles[k])
        for k, name in enumerate(populations)
    )
