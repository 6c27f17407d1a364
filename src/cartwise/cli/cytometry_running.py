"""Running a study's cytometry from a command: who does the work, how far, and what is said at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cartwise.cli.studying import loaded_study

if TYPE_CHECKING:  # as for every command: --help does not wait for pandas and scipy
    from cartwise.cytometry import Run, SampleFile
    from cartwise.study import Study

Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler",
        metavar="WHO",
        help="serial, processes, dask (a cluster on this machine), or the address of a Dask scheduler.",
    ),
]
WorkerCount = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; default: one a processor.")
]
Until = Literal["clean", "gate", "count"]

KEPT = ".cytometry-run"
"""Folder in the study where finished files are kept until the run is done, so that one that was interrupted goes on."""


def panels_of(folder: Path) -> dict[str, Any]:
    """The panels that the study's settings name, by title."""
    from cartwise.cytometry import read_panel, read_settings

    read = [read_panel(folder / name) for name in read_settings(folder).panels]
    return {panel.title: panel for panel in read}


def samples_of(loaded: Study) -> list[SampleFile]:
    """The files that a study lists.

    Raises:
        UserError: it lists none, or every row that does was set aside.
    """
    from cartwise.basis import Severity, UserError
    from cartwise.study import cytometry_samples

    table = loaded.tables.get("cytometry_files")
    aside = [
        issue
        for issue in loaded.issues
        if issue.file.startswith("cytometry_files.") and issue.severity is Severity.QUARANTINED
    ]
    if aside and (table is None or table.empty):
        reasons = dict.fromkeys(f"{issue.message} {issue.mend}" for issue in aside)
        raise UserError(
            f"{aside[0].file} lists files, and each of its {len({issue.row for issue in aside})} rows was set aside: "
            f"{' '.join([*reasons][:3])} `cartwise check` shows every row and why."
        )
    return cytometry_samples(loaded)


def ran(folder: Path, scheduler: str, workers: int | None, until: Until = "count") -> tuple[Study, Run]:
    """Load the study and run its files, with progress; what was done is kept until all is."""
    from cartwise.cli.terminal import progress
    from cartwise.cytometry import Workers, read_definition, read_settings, run_cytometry, shipped_definition

    loaded = loaded_study(folder)
    settings = read_settings(folder)
    samples = samples_of(loaded)
    named = settings.populations
    definition = read_definition(folder / named) if named.endswith(".toml") else shipped_definition(named)
    kept = folder / KEPT
    kept.mkdir(exist_ok=True)
    with progress("Running the cytometry") as step, executor_named(scheduler, workers) as executor:
        who = Workers(executor, workers, kept, step)
        found = run_cytometry(samples, panels_of(folder), definition, settings, who, until=until)
    rmtree(kept)
    return loaded, found


@contextmanager
def executor_named(scheduler: str, workers: int | None) -> Iterator[str]:
    """The executor's name; `dask` starts a cluster on this machine for as long as the run lasts."""
    if scheduler != "dask":
        yield scheduler
        return
    from cartwise.basis import UserError

    try:
        distributed: Any = import_module("distributed")  # an extra, untyped
    except ImportError:
        raise UserError(
            "--scheduler dask needs Dask, which is not installed. Install cartwise[dask]."
        ) from None
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def close(loaded: Study, found: Run) -> None:
    """What a reader must know at the end; exit code 1 where a file could not be run."""
    for remark in found.remarks:
        print(remark)
    for failure in found.failures:
        print(f"{failure.sample.name} was not run ({failure.stage}): {failure.reason}")
    if loaded.about.invented:
        print("These are invented data.")
    raise typer.Exit(1 if found.failures else 0)
