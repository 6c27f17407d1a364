"""A run: every file of a study from raw events to counts, in three passes, on any number of workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import Missing, UserError
from cartwise.cytometry.bias import Bias, RuleBias
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cleaning import CleaningSettings
from cartwise.cytometry.counting import Count, Counted, count
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.reference_cells import ReferenceCells, reference_cells
from cartwise.cytometry.rules import RULES
from cartwise.cytometry.sample import SampleFile, bead_intensities
from cartwise.cytometry.settings import Settings
from cartwise.cytometry.survey import Survey, Surveyed, car_controls, control_cells, cuts_by_batch, survey
from cartwise.execution import run as run_tasks

Progress = Callable[[int, int], None]

GROUPS = 8
"""The classifier's errors are found by leaving out groups of samples: one by one would take a fit a sample and rule."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be run; the others were.

    Attributes:
        sample: the file.
        stage: `control`, `survey` or `count`.
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
    """

    settings: Settings
    definition: Definition
    counted: tuple[Counted, ...]
    failures: tuple[Failure, ...]
    references: Mapping[str, Reference]
    bias: Bias | None
    cuts: Mapping[str, Mapping[str, Cut]]
    remarks: tuple[str, ...]


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
) -> Run:
    """Find what beads are brought to, survey, fit the reference, count.

    Args:
        samples: the files, controls among them.
        panels: by title.
        definition: the populations.
        settings: the choices.
        workers: who does the work; the numbers are the same whoever does.

    Raises:
        UserError: no file is a patient's sample, none could be read, or the reference cannot be made.
    """
    if not any(sample.measured for sample in samples):
        raise UserError("No file is a patient's sample: cytometry_files lists controls alone, or nothing.")
    return _Course(samples, panels, definition, settings, workers or Workers()).run()


class _Course:
    """The passes of one run; holds what has failed so far and how many steps are done."""

    def __init__(
        self,
        samples: Sequence[SampleFile],
        panels: Mapping[str, Panel],
        definition: Definition,
        settings: Settings,
        workers: Workers,
    ) -> None:
        self.samples, self.panels, self.definition = samples, panels, definition
        self.settings, self.workers = settings, workers
        self.failures: list[Failure] = []
        self.remarks: list[str] = []
        self.before = 0

    def run(self) -> Run:
        cleaning = CleaningSettings(baseline=self._baseline())
        controls = self._controls(cleaning)
        surveyed = self._surveyed(controls, cleaning)
        cuts = cuts_by_batch(surveyed)
        references, bias = self._references(surveyed, cuts)
        by = Count(
            panels=self.panels,
            definition=self.definition,
            cuts=cuts if self.settings.cuts == "batch" else {},
            controls=controls,
            references=references,
            calibrate=self.settings.calibrate,
            bias=_recorded(bias, self.settings.rule),
            cleaning=cleaning,
        )
        wanted = [item.sample for item in surveyed if item.sample.measured]
        counted = self._each(count, {"by": by}, wanted, "count")
        return Run(
            settings=self.settings,
            definition=self.definition,
            counted=tuple(counted),
            failures=tuple(self.failures),
            references=references,
            bias=bias,
            cuts=by.cuts,
            remarks=tuple(self.remarks),
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

    def _controls(self, cleaning: CleaningSettings) -> dict[str, Cells]:
        chosen = car_controls(self.samples)
        bound = {"panels": self.panels, "at_most": self.settings.survey_events, "cleaning": cleaning}
        batches = {sample.name: batch for batch, sample in chosen.items()}
        found = self._each_named(control_cells, bound, list(chosen.values()), "control")
        without = {sample.batch for sample in self.samples if sample.measured} - set(chosen)
        if without:
            told = ", ".join(sorted(batch or "(no batch)" for batch in without))
            self.remarks.append(
                f"No CAR-negative or FMO control in {told}: there CAR+ begins where the definition's fallback says."
            )
        return {batches[name]: cells for name, cells in found.items()}

    def _surveyed(self, controls: Mapping[str, Cells], cleaning: CleaningSettings) -> list[Surveyed]:
        by = Survey(self.panels, self.definition, self.settings.survey_events, controls, cleaning)
        wanted = [sample for sample in self.samples if sample.measured or self._may_serve(sample)]
        surveyed: list[Surveyed] = self._each(survey, {"by": by}, wanted, "survey")
        if not any(item.sample.measured for item in surveyed):
            told = "; ".join(f"{failure.sample.name}: {failure.reason}" for failure in self.failures[:3])
            raise UserError(f"None of the {len(wanted)} files could be run. {told}")
        return surveyed

    def _may_serve(self, sample: SampleFile) -> bool:
        """Whether a control's cells make the reference."""
        return self.settings.reference == "controls" and sample.control in {"CAR-negative", "batch anchor"}

    def _references(
        self, surveyed: Sequence[Surveyed], cuts: Mapping[str, Mapping[str, Cut]]
    ) -> tuple[dict[str, Reference], Bias | None]:
        if self.definition.classify is None:
            return {}, None
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
        return references, bias

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
            everything = len(self.samples) + len(car_controls(self.samples)) + 2 * measured
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


def _recorded(bias: Bias | None, rule: str) -> RuleBias | None:
    found = None if bias is None else bias.rules.get(rule)
    return None if isinstance(found, Missing) else found
