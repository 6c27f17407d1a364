"""Write an invented study to disk, its truth apart from its records."""

from __future__ import annotations

import csv
from functools import partial
from importlib.resources import files
from pathlib import Path

import pandas as pd
from numpy.random import SeedSequence

from cartwise import cytometry, execution, invention
from cartwise.basis import UserError
from cartwise.cli.terminal import Progress
from cartwise.invention import NOTE, CytometrySample, Invention
from cartwise.study import write_study

TRUTH = "truth"
"""Folder of the truth inside the study's: nothing that reads a study looks into it; tests and back-tests do."""


def write_invention(made: Invention, folder: Path, *, overwrite: bool = False) -> Path:
    """Write the records as a study, and what really happened as CSV files in a folder of their own."""
    former = _invented_files(folder) if overwrite else ()
    target = write_study(folder, made.about, made.tables, overwrite=overwrite)
    for path in former:
        path.unlink()
    (target / TRUTH).mkdir(exist_ok=True)
    for name, frame in made.truth.items():
        _write_table(frame, target / TRUTH / f"{name}.csv")
    return target


def _invented_files(folder: Path) -> tuple[Path, ...]:
    """What an earlier invention drew there: FCS files that its table names, that say so themselves and have a sidecar.

    Anything else in the folder is somebody's own and stays.
    """
    found: dict[Path, None] = {}
    for name in _files_named(folder / "cytometry_files.csv"):
        path, sidecar = folder / name, _sidecar(folder, name)
        if sidecar.is_file() and _is_invented(path) and path.resolve().is_relative_to(folder.resolve()):
            found |= {path: None, sidecar: None}
    truth = folder / TRUTH / "cytometry_frequencies.csv"
    return (*found, truth) if found and truth.is_file() else tuple(found)


def _files_named(table: Path) -> list[str]:
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", errors="replace", newline="") as rows:
        return [name for row in csv.DictReader(rows) if (name := row.get("file"))]


def _is_invented(path: Path) -> bool:
    try:
        return "invented" in cytometry.read_fcs(path).keywords
    except UserError:
        return False


def _sidecar(folder: Path, file: str) -> Path:
    """Where the true label of each event of a file stands."""
    return folder / TRUTH / "cytometry_cells" / f"{Path(file).stem}.csv.gz"


def write_with_cytometry(
    made: Invention,
    folder: Path,
    *,
    events: int,
    overwrite: bool = False,
    progress: Progress,
) -> int:
    """Write the study with an FCS file for every sample, the panel, the settings of a run, and the true cells.

    Args:
        made: the study.
        folder: where to.
        events: how many each file holds.
        overwrite: whether a study that stands there may be replaced.
        progress: told after every file.

    Returns:
        How many files there are.
    """
    samples = invention.plan_cytometry(made)
    target = write_invention(invention.with_cytometry(made, samples), folder, overwrite=overwrite)
    for place in (target / "cytometry", target / TRUTH / "cytometry_cells"):
        place.mkdir(exist_ok=True)
    panel = files("cartwise.cytometry") / "definitions" / "panel_demo.toml"
    (target / "cytometry" / "panel.toml").write_bytes(panel.read_bytes())
    (target / "cytometry.toml").write_text('panels = ["cytometry/panel.toml"]\n', encoding="utf-8")

    def told(done: int, total: int) -> None:
        progress(done, total)

    write = partial(_write_sample, target=target, events=events)
    outcomes = execution.run(write, samples, seed=made.seed, progress=told)
    truth = pd.concat([outcome.get() for outcome in outcomes])
    _write_table(truth, target / TRUTH / "cytometry_frequencies.csv")
    return len(samples)


def _write_sample(sample: CytometrySample, *, target: Path, events: int, seed: SeedSequence) -> pd.DataFrame:
    """Write one file and its labels; the true frequencies are handed back."""
    drawn, channels = (
        invention.draw_events(sample, events, seed=seed),
        cytometry.shipped_panel("demo").channels,
    )
    cytometry.write_fcs(
        target / sample.file,
        drawn.raw,
        [channel.channel for channel in channels],
        [channel.marker for channel in channels],
        {"$COM": NOTE, "INVENTED": "yes"},
    )
    labels = _sidecar(target, sample.file)
    # A time of writing inside the file would make two equal inventions differ.
    invention.event_labels(drawn).to_csv(
        labels, index=False, lineterminator="\n", compression={"method": "gzip", "mtime": 0}
    )
    return invention.true_frequencies(sample, drawn)


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")
