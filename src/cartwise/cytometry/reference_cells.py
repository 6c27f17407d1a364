"""The cells that make the reference of the classifier: gated cells of the samples, none of which may dominate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.gates import masks_by_cuts
from cartwise.cytometry.reference import FEWEST_CELLS
from cartwise.cytometry.survey import Surveyed

_SEED = 20
"""Which of too many gated cells are taken is drawn, from a fixed seed, so that a run gives the same twice."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceCells:
    """Labelled cells.

    Attributes:
        values: (n, m) float32 by `markers`.
        labels: (n,) population of each.
        samples: (n,) name of the sample each comes from.
        markers: that the classifier sees.
        remarks: populations that too few cells were found of, as sentences.
    """

    values: FloatArray
    labels: NDArray[np.object_]
    samples: NDArray[np.object_]
    markers: tuple[str, ...]
    remarks: tuple[str, ...]


def reference_cells(
    surveyed: Iterable[Surveyed],
    definition: Definition,
    cuts: Mapping[str, Mapping[str, Cut]],
    *,
    at_most: int,
) -> ReferenceCells:
    """Gate the surveyed cells and take some of each reference population.

    Args:
        surveyed: the samples whose cells may serve.
        definition: which populations make the reference.
        cuts: by sample's name, the cuts to gate it with.
        at_most: cells of one population that one sample may give.

    Raises:
        UserError: fewer than two populations have cells enough.
    """
    if definition.classify is None:
        raise UserError(
            f"{definition.title} has no [classify] part, so nothing says which cells to classify."
        )
    markers = definition.classify.markers
    rng = np.random.default_rng(_SEED)
    values, labels, samples = [], [], []
    for item in surveyed:
        masks = masks_by_cuts(item.cells, definition, cuts[item.sample.name], definition.reference)
        for population, mask in masks.items():
            places = np.flatnonzero(mask)
            if len(places) > at_most:
                places = np.sort(rng.choice(places, at_most, replace=False))
            values.append(item.cells.of(markers)[places])
            labels += [population] * len(places)
            samples += [item.sample.name] * len(places)
    return _enough(values, np.array(labels, object), np.array(samples, object), definition)


def _enough(
    values: list[FloatArray],
    labels: NDArray[np.object_],
    samples: NDArray[np.object_],
    definition: Definition,
) -> ReferenceCells:
    """Without the populations that cannot carry a covariance."""
    classify = definition.classify
    markers = () if classify is None else classify.markers
    fewest = max(FEWEST_CELLS, len(markers) + 1)
    counts = {population: int((labels == population).sum()) for population in definition.reference}
    small = [population for population, count in counts.items() if count < fewest]
    if len(counts) - len(small) < 2:
        told = ", ".join(f"{population} {count}" for population, count in counts.items())
        raise UserError(
            f"A reference needs two populations of {fewest} cells; the gates found: {told}. "
            "Look at the cuts (`cartwise cytometry gate`), or take the reference from more samples."
        )
    keep = ~np.isin(labels, small)
    remarks = tuple(
        f"{population}: {counts[population]} reference cells are too few (it needs {fewest}), so no cell can be "
        "given to it; its cells stand among the others or are unclassified."
        for population in small
    )
    return ReferenceCells(np.concatenate(values)[keep], labels[keep], samples[keep], markers, remarks)
