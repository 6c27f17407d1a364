"""Commands on a study: check, measure, advise, analyse, report."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # a study is loaded with pandas, which --help must not wait for
    from cartwise.study import Study

StudyFolder = Annotated[
    Path, typer.Argument(metavar="STUDY", help="Folder that holds study.toml and the tables.")
]


def _a_day(day: float | None) -> float | None:
    if day is not None and not math.isfinite(day):
        raise typer.BadParameter("A day is a number, for example 60.")
    return day


AsOf = Annotated[
    float | None,
    typer.Option(
        "--as-of", metavar="DAY", callback=_a_day, help="See the record as it stood at the end of this day."
    ),
]


def _a_date(text: str | None) -> str | None:
    import datetime as dt

    try:
        return None if text is None else dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter("A date is year-month-day, for example 2025-06-30.") from None


KnownOn = Annotated[
    str | None,
    typer.Option(
        "--known-on",
        metavar="DATE",
        callback=_a_date,
        help="As known on this calendar day: an earlier data cut, for studies that give dates.",
    ),
]
Form = Annotated[str, typer.Option("--format", help="text, or json for machines.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise check build/demo/study")(check)
    app.command(epilog="Example: cartwise measure build/demo/study --as-of 28 --out build/measures.csv")(
        measure
    )
    app.command(epilog="Example: cartwise advise build/demo/study INV-001 --as-of 60")(advise)
    app.command(epilog="Example: cartwise timeline build/demo/study INV-001")(timeline)
    app.command(epilog="Example: cartwise analyse build/demo/study overall_survival --out build/survival")(
        analyse
    )
    app.command(epilog="Example: cartwise report build/demo/study --out build/report")(report)


def check(study: StudyFolder, form: Form = "text") -> None:
    """Show every problem of a study's records; exit code 1 when a row was set aside."""
    from dataclasses import replace

    from cartwise.cli import issues_shown
    from cartwise.study import files_wanting

    read = loaded_study(study, checking=True)
    loaded = replace(read, issues=(*read.issues, *files_wanting(read)))
    issues_shown.show(loaded, as_json=_is_json(form))
    raise typer.Exit(1 if issues_shown.anything_lost(loaded) else 0)


def measure(
    study: StudyFolder,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Where to write; default: the screen.")
    ] = None,
    as_of: AsOf = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="MEASURE", help="This measure only; may be repeated."),
    ] = None,
) -> None:
    """Derive the measures of every patient: one row a patient and measure, with unit, method, or why it is missing."""
    from cartwise import measures
    from cartwise.cli.terminal import counted

    loaded = loaded_study(study)
    _known(only or [], measures.catalogue(), "measure", "measures")
    view = loaded if as_of is None else loaded.as_of(as_of)
    text = measures.measure_table(view, only or None).to_csv(index=False, lineterminator="\n")
    if out is None:
        print(text, end="")
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    values, patients = counted(text.count("\n") - 1, "value"), counted(len(loaded.patients), "patient")
    print(f"Wrote {values} of {patients} to {out}.{_invented(loaded)}")


def advise(
    study: StudyFolder,
    patient: Annotated[str, typer.Argument(metavar="PATIENT")],
    as_of: AsOf = None,
    form: Form = "text",
) -> None:
    """Show what each source says for one patient on one day, why, and what is missing to say it."""
    from cartwise import guidelines
    from cartwise.cli import advice_shown
    from cartwise.study import patient_named

    loaded = loaded_study(study)
    found = patient_named(loaded.patients, patient)
    view = found.as_of(found.cut_day if as_of is None else as_of)
    advice_shown.show(loaded, view, guidelines.advise(view), as_json=_is_json(form))


def timeline(
    study: StudyFolder,
    patient: Annotated[str, typer.Argument(metavar="PATIENT")],
    form: Form = "text",
) -> None:
    """Replay the advice over a patient's course: the days on which an answer changed, and what changed it."""
    from cartwise.cli import timeline_shown
    from cartwise.study import patient_named

    loaded = loaded_study(study)
    timeline_shown.show(loaded, patient_named(loaded.patients, patient), as_json=_is_json(form))


def analyse(
    study: StudyFolder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="See `cartwise catalogue analyses`.")],
    by: Annotated[
        str | None, typer.Option("--by", metavar="MEASURE", help="Compare the groups of this measure.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write figures, tables and text here.")
    ] = None,
    *,
    as_published: Annotated[
        bool,
        typer.Option(
            "--as-published",
            help="Show the biased number that papers print, too, named so, beside the sound.",
        ),
    ] = False,
    imputations: Annotated[
        int,
        typer.Option(
            "--imputations", metavar="M", help="Fill missing covariates M times, and pool; 0: do not."
        ),
    ] = 0,
    known_on: KnownOn = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="With --out: svg, csv, txt (these three by default), png (300 dpi) or word; may be repeated.",
        ),
    ] = None,
    share: Annotated[
        bool, typer.Option("--share", help="For others: no single patients, counts under 5 suppressed.")
    ] = False,
) -> None:
    """Run one cohort analysis: figure, table, caption with n, method and source."""
    from cartwise import analyses, reports
    from cartwise.cli import result_shown

    wanted = _formats(formats, out)
    loaded = loaded_study(study, known_on=known_on)
    _known([name], analyses.catalogue(), "analysis", "analyses")
    result = analyses.run(loaded, name, by=by, as_published=as_published, imputations=imputations)
    if share:
        result = reports.shared_alone(loaded, result)
    result_shown.show(result)
    if out is not None:
        for path in reports.write_result(result, out, wanted):
            print(f"Wrote {path}")


def _formats(wanted: list[str] | None, out: Path | None) -> tuple[str, ...]:
    """The formats of the files of a result, refused before a study is read for nothing."""
    from cartwise import reports
    from cartwise.basis import UserError

    if wanted and out is None:
        raise UserError("--format says what to write, but not where. Add --out FOLDER.")
    return reports.formats_asked(wanted)


def report(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the report.")],
    share: Annotated[
        bool,
        typer.Option("--share", help="For others: no patient pages or curves, counts under 5 suppressed."),
    ] = False,
    *,
    known_on: KnownOn = None,
) -> None:
    """Write the report: the cohort, each analysis, and a page a patient; opens offline."""
    from cartwise import reports
    from cartwise.cli.terminal import progress

    loaded = loaded_study(study, known_on=known_on)
    with progress("Writing the report") as step:
        page = reports.write_report(loaded, out, share=share, progress=step)
    print(f"Wrote {page}.{_invented(loaded)}")


def loaded_study(folder: Path, *, checking: bool = False, known_on: str | None = None) -> Study:
    """The study in a folder; what was set aside is said, and a table that could not be read stops all but `check`."""
    import datetime as dt

    from cartwise import study as records
    from cartwise.basis import Severity, UserError

    loaded = records.load(folder, known_on=None if known_on is None else dt.date.fromisoformat(known_on))
    unread = [issue.file for issue in loaded.issues if issue.severity is Severity.FATAL]
    if unread and not checking:
        raise UserError(
            f"{', '.join(unread)} could not be read, so what it holds would be taken as never having happened. "
            f"`cartwise check {folder}` says why; mend it, or move it out of the study."
        )
    if loaded.quarantined and not checking:
        rows = "1 row is" if loaded.quarantined == 1 else f"{loaded.quarantined} rows are"
        print(f"{rows} set aside; `cartwise check {folder}` shows which and why.", file=sys.stderr)
    return loaded


def _is_json(form: str) -> bool:
    from cartwise.basis import UserError

    if form not in {"text", "json"}:
        raise UserError(f"--format is text or json, not {form!r}.")
    return form == "json"


def _known(wanted: list[str], there: Iterable[str], what: str, catalogue: str) -> None:
    from difflib import get_close_matches

    from cartwise.basis import UserError

    names = list(there)
    for name in wanted:
        if name not in names:
            near = get_close_matches(name, names, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise UserError(
                f"There is no {what} {name!r}.{hint} `cartwise catalogue {catalogue}` lists them all."
            )


def _invented(study: Study) -> str:
    return " These are invented data." if study.about.invented else ""
