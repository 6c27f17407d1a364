"""The cells of a counted sample one by one: where each stands in the file, its population, its subset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.classification import UNCLASSIFIED
from cartwise.cytometry.counting import Counted
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.events import Mask
from cartwise.cytometry.gates import masks_by_cuts
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.running import Run, Workers
from cartwise.cytometry.sample import Preparation, SampleFile, panel_of, prepare
from cartwise.execution import run as run_tasks

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Labelling:
    """What every sample of a run is labelled with.

    Attributes:
        preparation: how files became cells.
        definition: the populations.
        reference: of the recorded rule; None where nothing is classified.
        calibrate: what the rejection threshold is fitted to.
    """

    preparation: Preparation
    definition: Definition
    reference: Reference | None
    calibrate: str

    @classmethod
    def of(cls, run: Run) -> Labelling:
        """As a run counted."""
        return cls(
            run.preparation, run.definition, run.references.get(run.settings.rule), run.settings.calibrate
        )

    @property
    def populations(self) -> tuple[str, ...]:
        """Names of the gates, in the definition's order."""
        return self.definition.names

    @property
    def subsets(self) -> tuple[str, ...]:
        """Names of the classifier's subsets, in the definition's order, `unclassified` last."""
        return (*self.definition.reference, UNCLASSIFIED) if self.reference else ()


@dataclass(frozen=True, slots=True, eq=False)
class LabelledCells:
    """The intact, live, single cells of one sample with their labels.

    Attributes:
        sample: the file.
        panel: it was matched with.
        cells: (n, m) transformed.
        places: (n,) which event of the file each cell is, from 0.
        events: events in the file.
        population: (n,) the smallest gate that holds each cell: the deepest in the tree, and of several that are as
            deep the first of the definition.
        subset: (n,) subset by the classifier, `unclassified` where it was rejected; none where it was not classified.
    """

    sample: SampleFile
    panel: Panel
    cells: Cells
    places: Codes
    events: int
    population: pd.Categorical
    subset: pd.Categorical

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.cells)

    @property
    def rejected(self) -> Mask:
        """(n,) True where the classifier was asked and gave no subset."""
        return np.asarray(self.subset == UNCLASSIFIED, dtype=np.bool_)

    def only(self, keep: Mask) -> LabelledCells:
        """The cells for which `keep` holds."""
        return replace(
            self,
            cells=self.cells.only(keep),
            places=self.places[keep],
            population=self.population[keep],
            subset=self.subset[keep],
        )


def label_cells(counted: Counted, *, by: Labelling, at_most: int | None = None) -> LabelledCells:
    """Label the cells of a sample exactly as they were counted.

    Args:
        counted: the sample with the cuts that were used.
        by: preparation, populations and reference of the run.
        at_most: keep so many cells alone, evenly spread over the file; all are labelled first, because the limits of
            the classifier are fitted to all of them.

    Raises:
        UserError: the file cannot be read any more, or has changed.
    """
    prepared = prepare(counted.sample, by.preparation)
    cells = prepared.cells
    if len(cells) != counted.cells:
        raise UserError(
            f"{counted.sample.name} has {len(cells)} intact cells and had {counted.cells} when it was counted. "
            "Run the cytometry again."
        )
    masks = masks_by_cuts(cells, by.definition, counted.cuts, by.populations)
    found = LabelledCells(
        sample=counted.sample,
        panel=panel_of(counted.sample, by.preparation.panels),
        cells=cells,
        places=prepared.places,
        events=prepared.events,
        population=_smallest(masks, by.definition, len(cells)),
        subset=_subsets(cells, masks, by),
    )
    return found if at_most is None else found.only(_spread(len(cells), at_most))


def label_samples(
    run: Run, *, at_most: int | None = None, workers: Workers | None = None
) -> tuple[LabelledCells, ...]:
    """`label_cells` for every sample that a run counted.

    Args:
        run: what was counted.
        at_most: cells of one sample.
        workers: who does the work.

    Raises:
        UserError: a file that could be counted cannot be read any more.
    """
    who = workers or Workers()

    def told(done: int, total: int) -> None:
        if who.progress is not None:
            who.progress(done, total)

    function = partial(label_cells, by=Labelling.of(run), at_most=at_most)
    outcomes = run_tasks(function, run.counted, executor=who.executor, workers=who.workers, progress=told)
    for item, outcome in zip(run.counted, outcomes, strict=True):
        if outcome.failure is not None:
            raise UserError(f"{item.sample.name} could be counted and cannot be labelled: {outcome.failure}")
    return tuple(outcome.get() for outcome in outcomes)


def _smallest(masks: Mapping[str, Mask], definition: Definition, count: int) -> pd.Categorical:
    names = definition.names
    codes = np.full(count, -1, dtype=np.int16)
    # The deepest is written last and, of those that are as deep, the first of the definition.
    for name in sorted(names, key=lambda name: (len(list(definition.ancestors(name))), -names.index(name))):
        codes[masks[name]] = names.index(name)
    return pd.Categorical.from_codes(codes.tolist(), pd.Index(names))


def _subsets(cells: Cells, masks: Mapping[str, Mask], by: Labelling) -> pd.Categorical:
    codes = np.full(len(cells), -1, dtype=np.int16)
    if by.reference is not None and by.definition.classify is not None:
        chosen = masks[by.definition.classify.cells]
        found = by.reference.classify(cells.only(chosen), calibrate=by.calibrate)
        codes[chosen] = _codes(found.labels, by.subsets)
    return pd.Categorical.from_codes(codes.tolist(), pd.Index(by.subsets, dtype=object))


def _codes(labels: NDArray[np.object_], names: Sequence[str]) -> NDArray[np.int16]:
    return np.asarray(pd.Categorical(labels, categories=list(names)).codes, dtype=np.int16)


def _spread(count: int, at_most: int) -> Mask:
    keep = np.zeros(count, dtype=np.bool_)
    keep[np.linspace(0, count - 1, min(count, at_most)).astype(np.intp)] = True
    return keep
