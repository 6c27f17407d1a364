"""The files of one result: each figure as SVG, each table as CSV, caption and methods as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cartwise.analyses import Result
from cartwise.basis import UserError
from cartwise.reports.figures import svg

FORMATS = ("svg", "csv", "txt")


def write_result(result: Result, folder: str | Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figures, tables and text of a result.

    Args:
        result: the result, shared or not.
        folder: where to; made where absent.
        formats: `svg` for figures, `csv` for tables, `txt` for caption, methods and command.

    Returns:
        The files written.

    Raises:
        UserError: where a format is none of these.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise UserError(f"There is no format {', '.join(unknown)}. Choose among {', '.join(FORMATS)}.")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = [item for item in files_of(result) if item[0].rpartition(".")[2] in formats]
    return [_write(target / name, text) for name, text in files]


def files_of(result: Result) -> Iterator[tuple[str, str]]:
    """The name and text of each file: `<analysis>.svg`, `<analysis>-<table>.csv`, `<analysis>.txt`."""
    for name, figure in result.figures.items():
        yield f"{_joined(result.name, result.by, name)}.svg", svg(figure, invented=result.invented)
    for name, table in [*result.tables.items(), ("attrition", result.attrition), ("missing", result.missing)]:
        yield (
            f"{_joined(result.name, result.by, name)}.csv",
            _marked(table, result).to_csv(index=False, lineterminator="\n"),
        )

    lines = [
        result.question,
        "",
        result.caption,
        "",
        "Methods:",
        *result.methods,
        "",
        f"Made by: {result.command}",
    ]
    yield f"{_joined(result.name, result.by)}.txt", "\n".join(lines) + "\n"


def _marked(table: pd.DataFrame, result: Result) -> pd.DataFrame:
    """The table, with a column that says so where its data are invented: a file travels without its report."""
    return table.assign(data="invented") if result.invented else table


def _joined(*parts: str) -> str:
    return "-".join(part for part in parts if part)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
