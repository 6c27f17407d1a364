"""The first pass: what a part of each sample's cells says about cuts, and cells that may serve as reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.gates import Gated, batch_cuts, gate
from cartwise.cytometry.sample import Preparation, SampleFile, prepare

KEPT_CELLS = 20_000
"""Cells of a sample that are kept for the reference: 77 samples of 35 markers are then about 200 MB."""

CAR_CONTROLS = ("CAR-negative", "FMO")
"""Controls that say where CAR+ begins; the first kind that a batch has is used."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What every sample of a run is surveyed with.

    Attributes:
        preparation: how files become cells.
        definition: the populations.
        at_most: events of a file that are looked at.
        controls: cells of the control that says where CAR+ begins, by batch.
    """

    preparation: Preparation
    definition: Definition
    at_most: int
    controls: Mapping[str, Cells]


@dataclass(frozen=True, slots=True, eq=False)
class Surveyed:
    """One sample after the first pass.

    Attributes:
        sample: the file.
        cells: some of its intact, live, single cells, evenly spread over the file.
        gated: its own cuts, without the populations (which are found again by the cuts that are used).
    """

    sample: SampleFile
    cells: Cells
    gated: Gated


def control_cells(sample: SampleFile, *, by: Preparation, at_most: int) -> Cells:
    """The cells of a control sample."""
    return prepare(sample, by, at_most=at_most).cells


def survey(sample: SampleFile, *, by: Survey) -> Surveyed:
    """Read, clean and gate a part of a sample by its own cuts."""
    cells = prepare(sample, by.preparation, at_most=by.at_most).cells
    gated = gate(cells, by.definition, control=by.controls.get(sample.batch))
    return Surveyed(sample, thinned(cells, KEPT_CELLS), replace(gated, populations={}, parents={}, steps=()))


def thinned(cells: Cells, at_most: int) -> Cells:
    """At most so many cells, evenly spread."""
    if len(cells) <= at_most:
        return cells
    keep = np.zeros(len(cells), dtype=np.bool_)
    keep[np.linspace(0, len(cells) - 1, at_most).astype(np.intp)] = True
    return cells.only(keep)


def car_controls(samples: Iterable[SampleFile]) -> dict[str, SampleFile]:
    """By batch the control that says where CAR+ begins: a CAR-negative sample before an FMO, then the first listed."""
    found: dict[str, SampleFile] = {}
    for kind in CAR_CONTROLS:
        for sample in samples:
            if sample.control == kind:
                found.setdefault(sample.batch, sample)
    return found


def cuts_by_batch(surveyed: Iterable[Surveyed]) -> dict[str, dict[str, Cut]]:
    """One set of cuts for each batch; the controls of a batch do not decide with its samples."""
    batches: dict[str, list[Gated]] = {}
    for item in surveyed:
        if item.sample.measured:
            batches.setdefault(item.sample.batch, []).append(item.gated)
    return {batch: batch_cuts(gated) for batch, gated in batches.items()}
