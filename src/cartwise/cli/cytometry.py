"""Commands on mass cytometry: from the FCS files that a study lists to records that the rest of cartwise sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cartwise.cli import cytometry_explore, cytometry_prepare
from cartwise.cli.studying import StudyFolder

if TYPE_CHECKING:  # as for every command: --help does not wait for pandas and scipy
    from cartwise.cytometry import Run
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
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Write every table of the run here.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace records of subsets that cartwise did not count.")
]

Until = Literal["clean", "gate", "count"]

KEPT = ".cytometry-run"
"""Folder in the study where finished files are kept until the run is done, so that one that was interrupted goes on."""

app = typer.Typer(
    name="cytometry",
    help="Mass cytometry: read, match panels, clean, gate, classify, measure. `run` does it all.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise cytometry run build/invented")(run)
    app.command(epilog="Example: cartwise cytometry read build/invented/cytometry/*.fcs")(read)
    app.command(epilog="Example: cartwise cytometry panel build/invented")(panel)
    app.command(epilog="Example: cartwise cytometry clean build/invented")(clean)
    app.command(epilog="Example: cartwise cytometry gate build/invented")(gate)
    app.command(epilog="Example: cartwise cytometry classify build/invented")(classify)
    app.command(epilog="Example: cartwise cytometry measure build/invented")(measure)
    app.command(epilog="Example: cartwise cytometry report build/invented --out build/cytometry")(report)
    cytometry_prepare.add_to(app)
    cytometry_explore.add_to(app)
    parent.add_typer(app)


def run(
    study: StudyFolder,
    scheduler: Scheduler = "processes",
    workers: WorkerCount = None,
    out: Out = None,
    overwrite: Overwrite = False,
) -> None:
    """From every file to its counts: write subset_frequencies and subset_markers into the study, and show what was found."""
    from cartwise.cli.terminal import show_table

    loaded, found = ran(study, scheduler, workers)
    _record(loaded, found, overwrite=overwrite)
    tables = _written(found, out)
    show_table(tuple(tables["samples"].columns), tables["samples"].itertuples(index=False, name=None))
    close(loaded, found)


def read(files: Annotated[list[Path], typer.Argument(metavar="FILE.fcs ...")]) -> None:
    """Show what files hold: events, channels with their names, and everything that was odd about reading them."""
    from cartwise.basis import UserError
    from cartwise.cytometry import read_fcs

    unread = 0
    for path in files:
        try:
            events = read_fcs(path)
        except UserError as error:
            unread += 1
            print(f"{path}: cannot be read. {error}")
            continue
        print(f"{path}: {len(events)} events, {len(events.channels)} channels")
        for channel, marker in zip(events.channels, events.markers, strict=True):
            print(f"  {channel}\t{marker}")
        for warning in events.warnings:
            print(f"  note: {warning}")
    raise typer.Exit(1 if unread else 0)


def panel(
    study: StudyFolder,
    draft: Annotated[
        bool, typer.Option("--draft", help="Print a panel drafted from the files' headers.")
    ] = False,
) -> None:
    """Hold every file of a study against its panels: which matches which, and where their words differ."""
    from cartwise.basis import UserError
    from cartwise.cli.terminal import show_table
    from cartwise.cytometry import draft_panel, harmonise, read_fcs
    from cartwise.study import cytometry_samples

    loaded = _load(study)
    headers, unread = {}, []
    for sample in cytometry_samples(loaded):
        try:
            headers[sample.name] = read_fcs(sample.path)
        except UserError as error:
            unread.append(f"{sample.name}: {error}")
    if draft:
        print(draft_panel(list(headers.values())))
        return
    found = harmonise(headers, list(_panels(study).values()))
    show_table(tuple(found.files.columns), found.files.itertuples(index=False, name=None))
    for remark in (*found.remarks, *unread):
        print(remark)
    raise typer.Exit(1 if unread else 0)


def clean(
    study: StudyFolder, scheduler: Scheduler = "processes", workers: WorkerCount = None, out: Out = None
) -> None:
    """Show the events in and out of every step of cleaning, file by file; nothing is gated or recorded."""
    _show(study, scheduler, workers, out, "steps", "alignment", until="clean")


def gate(
    study: StudyFolder, scheduler: Scheduler = "processes", workers: WorkerCount = None, out: Out = None
) -> None:
    """Show the cuts of the gates, and how each came about; nothing is recorded."""
    _show(study, scheduler, workers, out, "cuts", until="gate")


def classify(
    study: StudyFolder, scheduler: Scheduler = "processes", workers: WorkerCount = None, out: Out = None
) -> None:
    """Show the subsets under the three rules side by side, and how each rule errs; nothing is recorded."""
    _show(study, scheduler, workers, out, "rules", "bias_summary")


def measure(
    study: StudyFolder,
    scheduler: Scheduler = "processes",
    workers: WorkerCount = None,
    out: Out = None,
    overwrite: Overwrite = False,
) -> None:
    """Write subset_frequencies and subset_markers into the study, and show the frequencies."""
    from cartwise.cli.terminal import show_table

    loaded, found = ran(study, scheduler, workers)
    _record(loaded, found, overwrite=overwrite)
    table = _written(found, out)["frequencies"]
    show_table(tuple(table.columns), table.itertuples(index=False, name=None))
    close(loaded, found)


def report(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the pages.")],
    scheduler: Scheduler = "processes",
    workers: WorkerCount = None,
) -> None:
    """Write a quality sheet for each sample and the page on the classifier's errors."""
    from cartwise import reports

    loaded, found = ran(study, scheduler, workers)
    print(f"Wrote {reports.write_cytometry_report(loaded, found, out)}.")
    close(loaded, found)


def _show(
    study: Path, scheduler: str, workers: int | None, out: Path | None, *names: str, until: Until = "count"
) -> None:
    from cartwise.cli.terminal import show_table

    loaded, found = ran(study, scheduler, workers, until)
    tables = _written(found, out)
    for name in names:
        if name in tables:
            show_table(tuple(tables[name].columns), tables[name].itertuples(index=False, name=None))
    close(loaded, found)


def _load(folder: Path) -> Study:
    from cartwise import study as records

    return records.load(folder)


def _panels(folder: Path) -> dict[str, Any]:
    from cartwise.cytometry import read_panel, read_settings

    read = [read_panel(folder / name) for name in read_settings(folder).panels]
    return {panel.title: panel for panel in read}


def ran(folder: Path, scheduler: str, workers: int | None, until: Until = "count") -> tuple[Study, Run]:
    from cartwise.cli.terminal import progress
    from cartwise.cytometry import Workers, read_definition, read_settings, run_cytometry, shipped_definition
    from cartwise.study import cytometry_samples

    loaded = _load(folder)
    settings = read_settings(folder)
    named = settings.populations
    definition = read_definition(folder / named) if named.endswith(".toml") else shipped_definition(named)
    kept = folder / KEPT
    kept.mkdir(exist_ok=True)
    with progress("Running the cytometry") as step, executor_named(scheduler, workers) as executor:
        who = Workers(executor, workers, kept, step)
        found = run_cytometry(
            cytometry_samples(loaded), _panels(folder), definition, settings, who, until=until
        )
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


def _record(loaded: Study, found: Run, *, overwrite: bool) -> None:
    from cartwise.study import cytometry_records, write_cytometry_records

    folder = loaded.folder
    assert folder is not None, "a study that lists files was read from a folder"
    for path in write_cytometry_records(folder, cytometry_records(folder, found), overwrite=overwrite):
        print(f"Wrote {path}")


def _written(found: Run, out: Path | None) -> dict[str, Any]:
    from cartwise.cytometry import run_tables

    tables = run_tables(found)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
        print(f"Wrote {len(tables)} tables to {out}")
    return tables


def close(loaded: Study, found: Run) -> None:
    """What a reader must know at the end; exit code 1 where a file could not be run."""
    for remark in found.remarks:
        print(remark)
    for failure in found.failures:
        print(f"{failure.sample.name} was not run ({failure.stage}): {failure.reason}")
    if loaded.about.invented:
        print("These are invented data.")
    raise typer.Exit(1 if found.failures else 0)
