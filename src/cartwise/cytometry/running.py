"""A run: every file of a study from raw events to counts, pass after pass, on any number of workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import Missing, UserError
from cartwise.cytometry.aligning import ANCHOR, BatchAlignment, align_batches
from cartwise.cytometry.bias import Bias
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cleaning import CleaningSettings
from cartwise.cytometry.correction import Correction, correction
from cartwise.cytometry.counting import Count, Counted, count, intact_cells
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.reference_cells import ReferenceCells, reference_cells
from cartwise.cytometry.rules import RULES
from cartwise.cytometry.sample import Preparation, SampleFile, bead_intensities
from cartwise.cytometry.settings import Settings
from cartwise.cytometry.survey import (
    KEPT_CELLS,
    Survey,
    Surveyed,
    car_controls,
    control_cells,
    cuts_by_batch,
    survey,
    thinned,
)
from cartwise.execution import run as run_tasks

Progress = Callable[[int, int], None]
Stage = Literal["clean", "gate", "count"]

GROUPS = 8
"""The classifier's errors are found by leaving out groups of samples: one by one would take a fit a sample and rule."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be run; the others were.

    Attributes:
        sample: the file.
        stage: `anchor`, `control`, `clean`, `survey`, `gate` or `count`.
        reason: why, and what to do.
    """

    sample: SampleFile
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found.

    Attributes:
        settings, definition: what it was made with.
        counted: each sample that could be run, in the order of the files; controls are not counted.
        failures: the files that could not.
        references: by rule, the recorded one first; empty where nothing is classified.
        bias: the three rules held against cells left out of their fit; None where nothing is classified.
        cuts: by batch; empty where each sample has its own.
        remarks: what a reader should know of the run as a whole.
        preparation: how each file became cells; with it a sample's cells can be made again as they were counted.
        aligned: what became of the batches' alignment; None where none was asked for.
    """

    settings: Settings
    definition: Definition
    counted: tuple[Counted, ...]
    failures: tuple[Failure, ...]
    references: Mapping[str, Reference]
    bias: Bias | None
    cuts: Mapping[str, Mapping[str, Cut]]
    remarks: tuple[str, ...]
    preparation: Preparation
    aligned: BatchAlignment | None = None


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work: see `execution.run`.

    Attributes:
        executor: `serial`, `processes` or the address of a Dask scheduler.
        workers: number of processes.
        folder: where finished parts are kept, so that a run that was interrupted goes on; None: nowhere.
        progress: told how many steps are done and how many there are.
    """

    executor: str = "serial"
    workers: int | None = None
    folder: Path | None = None
    progress: Progress | None = None


def run_cytometry(
    samples: Sequence[SampleFile],
    panels: Mapping[str, Panel],
    definition: Definition,
    settings: Settings,
    workers: Workers | None = None,
    *,
    until: Stage = "count",
) -> Run:
    """Find what beads are brought to, align batches where asked, survey, fit the reference, count.

    Args:
        samples: the files, controls among them.
        panels: by title.
        definition: the populations.
        settings: the choices.
        workers: who does the work; the numbers are the same whoever does.
        until: `clean` ends with each sample's intact cells; `gate` counts what the gates hold and classifies nothing.

    Raises:
        UserError: no file is a patient's sample, none could be read, or the reference cannot be made.
    """
    if not any(sample.measured for sample in samples):
        raise UserError("No file is a patient's sample: cytometry_files lists controls alone, or nothing.")
    return _Course(samples, panels, definition, settings, workers or Workers(), until=until).run()


class _Course:
    """The passes of one run; holds what has failed so far and how many steps are done."""

    def __init__(
        self,
        samples: Sequence[SampleFile],
        panels: Mapping[str, Panel],
        definition: Definition,
        settings: Settings,
        workers: Workers,
        *,
        until: Stage,
    ) -> None:
        self.samples, self.panels, self.definition = samples, panels, definition
        self.settings, self.workers, self.until = settings, workers, until
        self.failures: list[Failure] = []
        self.remarks: list[str] = []
        self.before = 0

    def run(self) -> Run:
        preparation = Preparation(
            self.panels, CleaningSettings(baseline=self._baseline()), self.settings.spillover
        )
        aligned = self._aligned(preparation) if self.settings.align else None
        if aligned is not None:
            preparation = replace(preparation, alignment=aligned.alignment)
        made = partial(self._made, preparation=preparation, aligned=aligned)
        if self.until == "clean":
            measured = [sample for sample in self.samples if sample.measured]
            return made(self._each(intact_cells, {"by": preparation}, measured, "clean"))
        controls = self._controls(preparation)
        surveyed = self._surveyed(controls, preparation)
        cuts = cuts_by_batch(surveyed)
        references, bias, correct = (
            self._references(surveyed, cuts) if self.until == "count" else ({}, None, None)
        )
        by = Count(
            preparation=preparation,
            definition=self.definition,
            cuts=cuts if self.settings.cuts == "batch" else {},
            controls=controls,
            references=references,
            calibrate=self.settings.calibrate,
            correction=correct,
        )
        wanted = [item.sample for item in surveyed if item.sample.measured]
        counted = self._each(count, {"by": by}, wanted, self.until)
        self.remarks += self.definition.holdings
        return made(counted, references=references, bias=bias, cuts=by.cuts)

    def _made(
        self,
        counted: list[Counted],
        *,
        preparation: Preparation,
        aligned: BatchAlignment | None,
        references: Mapping[str, Reference] | None = None,
        bias: Bias | None = None,
        cuts: Mapping[str, Mapping[str, Cut]] | None = None,
    ) -> Run:
        return Run(
            settings=self.settings,
            definition=self.definition,
            counted=tuple(counted),
            failures=tuple(self.failures),
            references=references or {},
            bias=bias,
            cuts=cuts or {},
            remarks=tuple(self.remarks),
            preparation=preparation,
            aligned=aligned,
        )

    def _baseline(self) -> dict[str, float]:
        """Mean intensity of the beads over all files, to which each is brought; empty where the study has no beads."""
        bound = {"panels": self.panels, "at_most": self.settings.survey_events}
        found = [item for item in self._each(bead_intensities, bound, list(self.samples), "beads") if item]
        # What is wrong with a file is told where it is surveyed, once.
        self.failures.clear()
        if len({tuple(sorted(item)) for item in found}) > 1:
            self.remarks.append(
                "The panels have other bead channels, so each file is normalised to its own beads."
            )
            return {}
        return {channel: float(np.mean([item[channel] for item in found])) for channel in (found or [{}])[0]}

    def _aligned(self, preparation: Preparation) -> BatchAlignment:
        """The batches' alignment by their anchors; an anchor that cannot be read is a failure, not the end."""
        bound = {"by": preparation, "at_most": self.settings.survey_events}
        found = self._each_named(control_cells, bound, self._anchors(), "anchor")
        anchors: dict[str, tuple[Cells, ...]] = {}
        for sample in self._anchors():
            if sample.name in found:
                cells = thinned(found[sample.name], KEPT_CELLS)
                anchors[sample.batch] = (*anchors.get(sample.batch, ()), cells)
        batches = dict.fromkeys(sample.batch for sample in self.samples if sample.measured)
        car = {channel.marker for panel in self.panels.values() for channel in panel.of_role("CAR")}
        aligned = align_batches(anchors, batches, leave=car)
        self.remarks += aligned.remarks
        return aligned

    def _anchors(self) -> list[SampleFile]:
        return [sample for sample in self.samples if sample.control == ANCHOR] if self.settings.align else []

    def _controls(self, preparation: Preparation) -> dict[str, Cells]:
        chosen = car_controls(self.samples)
        bound = {"by": preparation, "at_most": self.settings.survey_events}
        batches = {sample.name: batch for batch, sample in chosen.items()}
        found = self._each_named(control_cells, bound, list(chosen.values()), "control")
        without = {sample.batch for sample in self.samples if sample.measured} - set(chosen)
        if without:
            told = ", ".join(sorted(batch or "(no batch)" for batch in without))
            self.remarks.append(
                f"No CAR-negative or FMO control in {told}: there CAR+ begins where the definition's fallback says."
            )
        return {batches[name]: cells for name, cells in found.items()}

    def _surveyed(self, controls: Mapping[str, Cells], preparation: Preparation) -> list[Surveyed]:
        by = Survey(preparation, self.definition, self.settings.survey_events, controls)
        wanted = [sample for sample in self.samples if sample.measured or self._may_serve(sample)]
        surveyed: list[Surveyed] = self._each(survey, {"by": by}, wanted, "survey")
        if not any(item.sample.measured for item in surveyed):
            told = "; ".join(f"{failure.sample.name}: {failure.reason}" for failure in self.failures[:3])
            raise UserError(f"None of the {len(wanted)} files could be run. {told}")
        return surveyed

    def _may_serve(self, sample: SampleFile) -> bool:
        """Whether a control's cells make the reference."""
        return self.settings.reference == "controls" and sample.control in {"CAR-negative", ANCHOR}

    def _references(
        self, surveyed: Sequence[Surveyed], cuts: Mapping[str, Mapping[str, Cut]]
    ) -> tuple[dict[str, Reference], Bias | None, Correction | None]:
        if self.definition.classify is None:
            return {}, None, None
        serving = [item for item in surveyed if self._serves(item.sample)]
        found = reference_cells(
            serving,
            self.definition,
            {item.sample.name: self._cuts_of(item, cuts) for item in serving},
            at_most=self.settings.reference_cells,
        )
        self.remarks += found.remarks
        references = _fitted(found, self.settings.rule)
        recorded = references[self.settings.rule]
        bias = recorded.bias(found.values, found.labels, _in_groups(found.samples), markers=found.markers)
        return references, bias, self._correction(recorded, found, bias)

    def _correction(self, reference: Reference, found: ReferenceCells, bias: Bias) -> Correction | None:
        of_rule = bias.rules.get(self.settings.rule)
        made = (
            None
            if of_rule is None or isinstance(of_rule, Missing)
            else correction(reference, found, of_rule, self.settings.calibrate)
        )
        if made is None:
            self.remarks.append(
                "Subsets that look so much alike cannot be corrected for their confusion: raw percents alone."
            )
        return made

    def _serves(self, sample: SampleFile) -> bool:
        return self._may_serve(sample) if self.settings.reference == "controls" else sample.measured

    def _cuts_of(self, item: Surveyed, cuts: Mapping[str, Mapping[str, Cut]]) -> Mapping[str, Cut]:
        own = self.settings.cuts == "sample"
        return item.gated.cuts if own else cuts.get(item.sample.batch, item.gated.cuts)

    def _each(
        self, function: Callable[..., Any], bound: dict[str, Any], samples: list[SampleFile], stage: str
    ) -> list[Any]:
        return list(self._each_named(function, bound, samples, stage).values())

    def _each_named(
        self, function: Callable[..., Any], bound: dict[str, Any], samples: list[SampleFile], stage: str
    ) -> dict[str, Any]:
        """The function's value for each file that it could take; the others are kept as failures."""
        outcomes = run_tasks(
            partial(function, **bound),
            samples,
            executor=self.workers.executor,
            workers=self.workers.workers,
            progress=self._progress,
            checkpoint=None if self.workers.folder is None else self.workers.folder / f"{stage}.checkpoint",
        )
        self.before += len(samples)
        found = {}
        for sample, outcome in zip(samples, outcomes, strict=True):
            if outcome.failure is not None:
                self.failures.append(Failure(sample, stage, outcome.failure))
            else:
                found[sample.name] = outcome.value
        return found

    def _progress(self, done: int, total: int) -> None:
        if self.workers.progress is not None:
            measured = sum(sample.measured for sample in self.samples)
            later = measured if self.until == "clean" else 2 * measured + len(car_controls(self.samples))
            everything = len(self.samples) + len(self._anchors()) + later
            self.workers.progress(self.before + done, max(everything, self.before + total))


def _fitted(found: ReferenceCells, recorded: str) -> dict[str, Reference]:
    """The reference under each rule, the recorded one first; a rule that cannot be fitted is left out."""
    references = {}
    for rule in (recorded, *(rule for rule in RULES if rule != recorded)):
        try:
            references[rule] = Reference.fit(
                found.values, found.labels, rule=rule, markers=found.markers, samples=found.samples
            )
        except UserError:
            if rule == recorded:
                raise
    return references


def _in_groups(samples: NDArray[np.object_]) -> NDArray[np.object_]:
    """(n,) which of at most GROUPS groups of whole samples each cell belongs to; samples are dealt out in turn."""
    _, codes = np.unique(samples.astype(str), return_inverse=True)
    return np.array([f"group {code % GROUPS + 1}" for code in codes], dtype=object)
