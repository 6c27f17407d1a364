"""The command that puts the published rules to the test on a study's own courses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cartwise.cli.studying import StudyFolder, loaded_study

Source = Annotated[
    str | None,
    typer.Option("--guideline", metavar="NAME", help="Only this source (westhafen-2025), or this title."),
]
Decision = Annotated[
    str | None, typer.Option("--decision", metavar="NAME", help="Only this decision (consolidative-hct).")
]
Horizons = Annotated[
    list[float] | None,
    typer.Option("--horizon", metavar="MONTHS", help="Read incidences of relapse here; may be repeated."),
]
AsRecorded = Annotated[
    bool, typer.Option("--as-recorded-only", help="Without the runs with later and with fewer results.")
]
Executor = Annotated[
    str, typer.Option("--executor", help="serial, processes, or a Dask scheduler (tcp://host:port).")
]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes; default: one a processor.")]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="FILE", help="Keep finished patients here and take them up again."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Write the page, figures and tables here.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(
        epilog="Example: cartwise backtest build/demo/study --decision consolidative-hct --out build/backtest"
    )(backtest)


def backtest(
    study: StudyFolder,
    *,
    guideline: Source = None,
    decision: Decision = None,
    horizon: Horizons = None,
    as_recorded_only: AsRecorded = False,
    executor: Executor = "serial",
    workers: Workers = None,
    resume: Resume = None,
    out: Out = None,
) -> None:
    """Replay the published statements over every patient's days and hold them against what happened."""
    from cartwise import backtest as testing
    from cartwise import reports
    from cartwise.basis import UserError
    from cartwise.cli import backtest_shown
    from cartwise.cli.terminal import progress

    loaded = loaded_study(study)
    if not any(patient.infusions for patient in loaded.patients.values()):
        raise UserError(
            "No patient of this study was infused, so there is no course to hold a statement against. Write infusions.csv."
        )
    with progress("Replaying") as step:
        means = testing.Means(executor, workers, step, resume)
        found = testing.backtest(
            loaded,
            guideline=guideline,
            decision=decision,
            horizons=horizon or (),
            sampling=not as_recorded_only,
            means=means,
        )
    backtest_shown.show(found)
    if out is not None:
        for path in reports.write_backtest(found, out):
            print(f"Wrote {path}")
