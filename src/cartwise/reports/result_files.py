"""The files of one result: figures as SVG or PNG, tables as CSV, caption and methods as text, all of it as Word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cartwise.analyses import Result
from cartwise.basis import UserError
from cartwise.reports.figures import svg

FORMATS = ("svg", "csv", "txt")
"""What is written where nothing else is asked for."""
ALL_FORMATS = (*FORMATS, "png", "word")


def write_result(result: Result, folder: str | Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figures, tables and text of a result.

    Args:
        result: the result, shared or not.
        folder: where to; made where absent.
        formats: `svg` and `png` (300 dpi) for figures, `csv` for tables, `txt` for caption, methods and command,
            `word` for all of these in one document.

    Returns:
        The files written.

    Raises:
        UserError: where a format is none of these, or `word` is asked for and its extra is not installed.
    """
    # Before any file: what cannot be written must not leave half of the files behind.
    files = list(_asked_for(result, formats_asked(formats)))
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [_write(target / name, content) for name, content in files]


def formats_asked(formats: Sequence[str] | None) -> tuple[str, ...]:
    """The formats asked for, or those written where none is.

    Raises:
        UserError: where a format is none that can be written.
    """
    unknown = sorted(set(formats or ()) - set(ALL_FORMATS))
    if unknown:
        raise UserError(f"There is no format {', '.join(unknown)}. Choose among {', '.join(ALL_FORMATS)}.")
    return tuple(formats or FORMATS)


def files_of(result: Result) -> Iterator[tuple[str, str]]:
    """The name and text of each file: `<analysis>.svg`, `<analysis>-<table>.csv`, `<analysis>.txt`."""
    for name, figure in result.figures.items():
        yield f"{_joined(result.name, result.by, name)}.svg", svg(figure, invented=result.invented)
    yield from _tables(result)
    yield _text(result)


def _asked_for(result: Result, formats: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from cartwise.reports.figures.raster import png  # noqa: PLC0415 - draws, as most commands do not
    from cartwise.reports.word import document  # noqa: PLC0415

    whole = _joined(result.name, result.by)
    for name, figure in result.figures.items():
        stem = _joined(whole, name)
        if "svg" in formats:
            yield f"{stem}.svg", svg(figure, invented=result.invented).encode()
        if "png" in formats:
            yield f"{stem}.png", png(figure, invented=result.invented)
    if "csv" in formats:
        yield from ((name, text.encode()) for name, text in _tables(result))
    if "txt" in formats:
        name, text = _text(result)
        yield name, text.encode()
    if "word" in formats:
        yield f"{whole}.docx", document(result)


def _tables(result: Result) -> Iterator[tuple[str, str]]:
    for name, table in [*result.tables.items(), ("attrition", result.attrition), ("missing", result.missing)]:
        if table.empty:  # a header alone tells nothing, and could not say that its data are invented
            continue
        text = _marked(table, result).to_csv(index=False, lineterminator="\n")
        yield f"{_joined(result.name, result.by, name)}.csv", text


def _text(result: Result) -> tuple[str, str]:
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
    return f"{_joined(result.name, result.by)}.txt", "\n".join(lines) + "\n"


def _marked(table: pd.DataFrame, result: Result) -> pd.DataFrame:
    """The table, with a column that says so where its data are invented: a file travels without its report."""
    return table.assign(data="invented") if result.invented else table


def _joined(*parts: str) -> str:
    return "-".join(part for part in parts if part)


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
