"""Commands that make a study: template, import, invent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Out = Annotated[Path, typer.Option("--out", metavar="STUDY", help="Folder for the study.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the study that stands there.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise template --out build/my-study")(template)
    app.command(
        "import",
        epilog="Example: cartwise import examples/penn-ctl019/mapping.toml --source ../shared/data --out build/penn",
    )(import_)
    app.command(
        epilog="Example: cartwise invent --design peking --patients 50 --seed 7 --out build/invented"
    )(invent)


def template(out: Out) -> None:
    """Write an empty study: study.toml with every choice explained, and each table with its header."""
    from cartwise.study import write_template

    print(
        f"Wrote {write_template(out)}. Fill in the tables you have and remove the others; then `cartwise check {out}`."
    )


def import_(
    mapping: Annotated[
        Path, typer.Argument(metavar="MAPPING.toml", help="Which file and column goes where.")
    ],
    out: Out,
    source: Annotated[
        Path | None,
        typer.Option("--source", metavar="FOLDER", help="Where the files are, if not beside the mapping."),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Turn a centre's CSV files into a study; what is not mapped is listed, never guessed."""
    from cartwise import study as records
    from cartwise.cli.terminal import counted, show_table

    made = records.import_study(mapping, source=source)
    records.write_study(out, made.about, made.tables, overwrite=overwrite)
    if made.issues:
        issues = [
            (i.severity, i.file, "" if i.row is None else i.row, i.column, i.rule, i.message, i.mend)
            for i in made.issues
        ]
        show_table(("severity", "file", "row", "column", "rule", "what and why", "what to do"), issues)
    rows = ", ".join(f"{name} ({counted(len(frame), 'row')})" for name, frame in made.tables.items())
    told = f"{counted(len(made.issues), 'issue')} above." if made.issues else "No issue was met."
    print(f"Wrote {out}: {rows}. {told} Next: `cartwise check {out}`.")


def invent(
    out: Out,
    *,
    design: Annotated[str, typer.Option("--design", help="peking, lodz or no-hct.")] = "peking",
    patients: Annotated[
        int | None, typer.Option("--patients", min=0, help="Number of patients; default: the design's.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same study.")] = 1,
    with_cytometry: Annotated[
        bool,
        typer.Option("--cytometry", help="Also an FCS file for every sample, with the truth of every cell."),
    ] = False,
    cells: Annotated[
        int, typer.Option("--cells", min=1, metavar="N", help="With --cytometry: events in each file.")
    ] = 20_000,
    overwrite: Overwrite = False,
) -> None:
    """Invent a study by mechanism, with its truth beside it for tests and back-tests."""
    from cartwise import invention
    from cartwise.cli.inventing import write_invention, write_with_cytometry
    from cartwise.cli.terminal import counted, progress

    made = invention.invent(design, patients=patients, seed=seed)
    extra = ""
    if with_cytometry:
        with progress("Drawing FCS files") as told:
            count = write_with_cytometry(made, out, events=cells, overwrite=overwrite, progress=told)
        extra = f" {counted(count, 'FCS file')} of {counted(cells, 'event')} in {out / 'cytometry'}."
    else:
        write_invention(made, out, overwrite=overwrite)
    many = counted(len(made.tables["patients"]), "invented patient")
    print(f"Wrote {out}: {many}, design {design}, seed {seed}.{extra} Invented data.")
