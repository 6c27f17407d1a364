"""Commands on mass cytometry: from the FCS files that a study lists to records that the rest of cartwise sees."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cartwise.cli import cytometry_explore, cytometry_prepare
from cartwise.cli.cytometry_running import Scheduler, Until, WorkerCount, close, panels_of, ran, samples_of
from cartwise.cli.studying import StudyFolder, loaded_study

if TYPE_CHECKING:  # as for every command: --help does not wait for pandas and scipy
    from cartwise.cytometry import Events, Harmonisation, Panel, Run, SampleFile

Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Write every table of the run here.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace records of subsets that cartwise did not count.")
]

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
    app.command(epilog="Example: cartwise cytometry populations > my-study/populations.toml")(populations)
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
    _count_and_record(study, scheduler, workers, out, overwrite=overwrite, shown="samples")


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
    """Hold every file of a study against its panels; exit code 1 when a run could not use one of them."""
    from cartwise.basis import UserError
    from cartwise.cli.terminal import show_frame
    from cartwise.cytometry import harmonise, read_fcs

    samples = samples_of(loaded_study(study))
    headers, unread = {}, []
    for sample in samples:
        try:
            headers[sample.name] = read_fcs(sample.path)
        except UserError as error:
            unread.append(f"{sample.name}: {error}")
    if draft:
        _draft(headers, unread)
        return
    panels = panels_of(study)
    found = harmonise(headers, list(panels.values()))
    show_frame(found.files)
    unusable = _unusable(samples, headers, panels)
    for remark in (*found.remarks, *_untold(unusable, found), *unread):
        print(remark)
    raise typer.Exit(1 if unread or unusable else 0)


def _unusable(
    samples: list[SampleFile], headers: dict[str, Events], panels: dict[str, Panel]
) -> dict[str, str]:
    """Why a run could not use a file with the panel that the study gives it."""
    from cartwise.basis import UserError
    from cartwise.cytometry import match_panel, panel_of

    reasons = {}
    for sample in samples:
        if sample.name in headers:
            try:
                match_panel(panel_of(sample, panels), headers[sample.name])
            except UserError as error:
                reasons[sample.name] = str(error)
    return reasons


def _untold(unusable: dict[str, str], found: Harmonisation) -> list[str]:
    """Reasons for files that fit some panel: of one that fits none the remarks have told what it lacks."""
    fitting = set(found.files.loc[found.files["fits"].astype(bool), "file"])
    return [f"{name}: {reason}" for name, reason in unusable.items() if name in fitting]


def _draft(headers: dict[str, Events], unread: list[str]) -> None:
    """Print a panel for the files that have the channels of the first; say which others need one of their own."""
    from cartwise.basis import UserError
    from cartwise.cytometry import draft_panel

    if not headers:
        raise UserError(f"No file could be read, so no panel can be drafted. {' '.join(unread)}")
    groups: dict[frozenset[str], list[str]] = {}
    for name, events in headers.items():
        groups.setdefault(frozenset(events.channels), []).append(name)
    first, *others = groups.values()
    print(draft_panel([headers[name] for name in first]))
    for names in others:
        print(
            f"{', '.join(names)}: other channels than {first[0]}, so another panel. List these files alone in "
            "cytometry_files for a moment, and draft again.",
            file=sys.stderr,
        )
    for line in unread:
        print(line, file=sys.stderr)


def populations() -> None:
    """Print the shipped definition of populations: copy it, change it, and name it in cytometry.toml."""
    from importlib.resources import files

    shipped = files("cartwise.cytometry") / "definitions" / "populations_000.toml"
    print(shipped.read_text(encoding="utf-8"), end="")


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
    _count_and_record(study, scheduler, workers, out, overwrite=overwrite, shown="frequencies")


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
    from cartwise.cli.terminal import show_frame

    loaded, found = ran(study, scheduler, workers, until)
    tables = _written(found, out)
    for name in names:
        if name in tables:
            show_frame(tables[name])
    close(loaded, found)


def _count_and_record(
    study: Path, scheduler: str, workers: int | None, out: Path | None, *, overwrite: bool, shown: str
) -> None:
    """Run all files and write what was counted into the study; whether it may be is asked before the work."""
    from cartwise.cli.terminal import show_frame
    from cartwise.study import cytometry_records, refuse_to_replace, write_cytometry_records

    if not overwrite:
        refuse_to_replace(study)
    loaded, found = ran(study, scheduler, workers)
    for path in write_cytometry_records(study, cytometry_records(study, found), overwrite=overwrite):
        print(f"Wrote {path}")
    table = _written(found, out)[shown]
    show_frame(table)
    close(loaded, found)


def _written(found: Run, out: Path | None) -> dict[str, Any]:
    from cartwise.cytometry import run_tables

    tables = run_tables(found)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
        print(f"Wrote {len(tables)} tables to {out}")
    return tables
