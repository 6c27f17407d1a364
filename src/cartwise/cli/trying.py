"""The demonstration: the whole way from records to a report, on an invented study."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise demo --out build/demo")(demo)


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write.")] = Path(
        "build/demo"
    ),
) -> None:
    """Invent a study, validate it, measure, advise, analyse and report: the main job from end to end."""
    from cartwise import guidelines, invention, measures, reports, study
    from cartwise.cli.inventing import write_invention
    from cartwise.cli.terminal import progress

    started = perf_counter()
    folder = out / "study"
    print("1/5  Inventing a study of 50 patients (design peking) ...", flush=True)
    write_invention(invention.invent("peking", seed=invention.DEMO_SEED), folder, overwrite=True)
    print("2/5  Reading and validating it ...", flush=True)
    loaded = study.load(folder)
    print("3/5  Deriving the measures ...", flush=True)
    table = measures.measure_table(loaded)
    table.to_csv(out / "measures.csv", index=False, lineterminator="\n")
    print("4/5  Asking every source about every patient ...", flush=True)
    statements = sum(len(guidelines.advise(patient)) for patient in loaded.patients.values())
    print("5/5  Analysing the cohort and writing the report ...", flush=True)
    with progress("Report") as step:
        page = reports.write_report(loaded, out / "report", progress=step)
    known = int((table["value"] != "").sum())
    print(
        f"\nMade in {perf_counter() - started:.0f} s, from invented data (no patient is real):\n"
        f"  study     {folder}  ({len(loaded.patients)} patients, {loaded.quarantined} rows set aside)\n"
        f"  measures  {out / 'measures.csv'}  ({known} values, {len(table) - known} missing with their reason)\n"
        f"  advice    {statements} statements of {len(guidelines.catalogue())} guidelines weighed\n"
        f"  report    {page}\n"
        "\nTry next (with .venv/bin/ before the command where it is not on your path):\n"
        f"  open {page} in a browser\n"
        f"  cartwise advise {folder} INV-001 --as-of 60\n"
        f"  cartwise analyse {folder} overall_survival\n"
        '  cartwise template --out my-study      (your own records: README, "Your own data")'
    )
