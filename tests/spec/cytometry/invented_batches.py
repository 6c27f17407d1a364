"""Some files of an invented study of two batches, with a batch anchor and a CAR-negative control in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cartwise.cytometry import (
    Panel,
    Run,
    SampleFile,
    Settings,
    Workers,
    run_cytometry,
    shipped_definition,
    shipped_panel,
    write_fcs,
)
from cartwise.invention import (
    CytometrySample,
    draw_events,
    invent,
    plan_cytometry,
    true_frequencies,
)

EVENTS = 5_000
PANEL: Panel = shipped_panel("demo")
SETTINGS = Settings(panels=("panel.toml",), reference_cells=80)
Spoilt = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Batches:
    """The files, what is truly in each, and what they were drawn from."""

    samples: tuple[SampleFile, ...]
    truth: pd.DataFrame
    planned: tuple[CytometrySample, ...]

    def run(self, settings: Settings = SETTINGS, workers: Workers | None = None, **more: object) -> Run:
        samples = more.pop("samples", self.samples)
        return run_cytometry(
            samples,  # type: ignore[arg-type]
            {PANEL.title: PANEL},
            shipped_definition("000"),
            settings,
            workers,
            **more,  # type: ignore[arg-type]
        )

    def anchors(self) -> tuple[CytometrySample, ...]:
        return tuple(one for one in self.planned if one.control_role == "batch anchor")


def two_batches(folder: Path, *, spoilt: Spoilt = lambda raw: raw, patients: int = 2) -> Batches:
    """Draw and write products and day 7 of some patients of each batch, with the controls.

    Args:
        folder: where to.
        spoilt: what is done to the raw values before they are written.
        patients: of each batch.
    """
    planned = plan_cytometry(invent("lodz", patients=9, seed=11))
    chosen: list[CytometrySample] = []
    for batch in ("batch-1", "batch-2"):
        own = [one for one in planned if one.batch == batch]
        names = list(dict.fromkeys(one.patient_id for one in own if one.control_role == "none"))[:patients]
        chosen += [one for one in own if one.control_role != "none"]
        chosen += [
            one
            for one in own
            if one.control_role == "none"
            and one.patient_id in names
            and ("product" in one.file or "day_7" in one.file)
        ]
    files = []
    truth = []
    for number, one in enumerate(chosen):
        file, true = _written(one, folder, number, spoilt)
        files.append(file)
        truth.append(true)
    return Batches(tuple(files), pd.concat(truth), tuple(chosen))


def written_again(one: CytometrySample, folder: Path, seed: int) -> SampleFile:
    """Another aliquot of the same material: drawn anew from the same populations on the same day."""
    there = replace(one, file=one.file.replace(".fcs", "_again.fcs"))
    return _written(there, folder, seed, lambda raw: raw)[0]


def _written(
    one: CytometrySample, folder: Path, seed: int, spoilt: Spoilt
) -> tuple[SampleFile, pd.DataFrame]:
    drawn = draw_events(one, EVENTS, seed=np.random.SeedSequence([7, seed]))
    path = folder / Path(one.file).name
    channels = PANEL.channels
    write_fcs(
        path,
        spoilt(drawn.raw),
        [channel.channel for channel in channels],
        [channel.marker for channel in channels],
        {"INVENTED": "yes"},
    )
    file = SampleFile(one.file, path, one.specimen, PANEL.title, one.batch, one.control_role, "")
    return file, true_frequencies(one, drawn)
