"""Read the tables of a study folder as text, with the line each row stands on; nothing is interpreted yet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from cartwise.basis import Issue, Severity, UserError
from cartwise.study.tables import TABLES, Column, columns_of

LINE = "_line"
"""Column that carries the line number of a row in its file, as an editor shows it."""

RawTables = dict[str, pd.DataFrame]


def read_tables(folder: Path) -> tuple[RawTables, list[Issue]]:
    """Every table file of a study as text cells, with issues for what could not be read.

    Args:
        folder: the study folder; a table is `<table>.csv` or `<table>.parquet`.

    Returns:
        The raw tables by name (each cell a stripped string, "" where blank) and the issues met.
    """
    raw: RawTables = {}
    issues = [*_strangers(folder)]
    for name in TABLES:
        path = _file_of(folder, name)
        if path is None:
            continue
        try:
            frame, found = _read(path)
        except UnreadableError as error:
            issues.append(_fatal(path.name, str(error)))
            continue
        kept, more = _known_columns(frame, name, path.name)
        raw[name] = kept
        issues += found + more
    return raw, issues


class UnreadableError(Exception):
    """A file that cannot be read at all; the text says why and what to do."""


def _file_of(folder: Path, table: str) -> Path | None:
    found = [path for suffix in ("csv", "parquet") if (path := folder / f"{table}.{suffix}").is_file()]
    if len(found) > 1:
        raise UserError(
            f"{folder} holds both {found[0].name} and {found[1].name}. Keep the one that is true and move the other away."
        )
    return found[0] if found else None


def _strangers(folder: Path) -> list[Issue]:
    return [
        Issue(
            rule="unknown-table",
            file=path.name,
            message="No table has this name, so the file was not read.",
            mend=f"Rename it to one of {', '.join(TABLES)}, or move it to another folder.",
        )
        for path in sorted(folder.iterdir())
        if path.suffix in {".csv", ".parquet"} and path.stem not in TABLES
    ]


def _read(path: Path) -> tuple[pd.DataFrame, list[Issue]]:
    return (_read_parquet(path), []) if path.suffix == ".parquet" else read_csv(path)


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, imported where it is needed
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise UserError(
            f"{path.name} is a Parquet file. Install the extra: pip install 'cartwise[parquet]'."
        ) from None
    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableError(f"It is not a readable Parquet file ({type(error).__name__}).") from None
    text = pd.DataFrame(
        {name: ["" if pd.isna(cell) else str(cell) for cell in frame[name]] for name in frame}
    )
    text[LINE] = range(1, len(frame) + 1)
    return text


def read_csv(path: Path, separator: str = ",") -> tuple[pd.DataFrame, list[Issue]]:
    """A CSV file as text cells with a LINE column, and issues for its ragged rows and padded cells.

    Raises:
        UnreadableError: where the file is no UTF-8 text, no CSV, or has no usable header.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("It is not UTF-8 text. Save it as CSV UTF-8 and run again.") from None
    return _rows_of(text, path.name, separator)


def _rows_of(text: str, name: str, separator: str) -> tuple[pd.DataFrame, list[Issue]]:
    header: list[str] | None = None
    rows: list[list[str]] = []
    issues: list[Issue] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            if header is None:
                header = [cell.strip() for cell in cells]
                _check_header(header)
            elif len(cells) == len(header):
                rows.append([*cells, str(reader.line_num)])
            elif any(cell.strip() for cell in cells):
                issues.append(_ragged(name, reader.line_num, len(cells), len(header)))
    except csv.Error as error:
        raise UnreadableError(
            f"Line {reader.line_num} is not CSV ({error}). Mend it and run again."
        ) from None
    if header is None:
        raise UnreadableError("It is empty: not even a header. Write the header, or remove the file.")
    frame, padded = _stripped(pd.DataFrame(rows, columns=[*header, LINE], dtype="object"), header, name)
    blank = (frame[header] == "").all(axis=1)
    return frame[~blank].astype({LINE: int}).reset_index(drop=True), issues + padded


def _stripped(frame: pd.DataFrame, header: list[str], file: str) -> tuple[pd.DataFrame, list[Issue]]:
    text = {name: [cell.strip() for cell in frame[name]] for name in header}
    counts = {
        name: int((frame[name] != pd.Series(cells, dtype="object")).sum()) for name, cells in text.items()
    }
    issues = [_padded(file, name, count) for name, count in counts.items() if count]
    return frame.assign(**text), issues


def _padded(file: str, name: str, count: int) -> Issue:
    return Issue(
        rule="padded-cells",
        file=file,
        column=name,
        message=f"{count} cell(s) begin or end with blanks; they were read without them, so that one identifier "
        "does not become two.",
        mend="Nothing to do where that is right; otherwise write the cells without blanks around them.",
    )


def _check_header(header: list[str]) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise UnreadableError(
            "Its cells are separated by semicolons. Save it with commas, or import it by a mapping that names its separator."
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or "" in header:
        raise UnreadableError(
            f"Its header names {'a column without a name' if not twice else ', '.join(twice) + ' twice'}. "
            "Give every column one name and run again."
        )


def _ragged(name: str, line: int, met: int, wanted: int) -> Issue:
    return Issue(
        rule="ragged-row",
        file=name,
        row=line,
        message=f"The row has {met} cells where the header has {wanted}, so its cells cannot be told apart.",
        mend="Quote cells that hold a comma, or add the cells that are missing.",
        severity=Severity.QUARANTINED,
    )


def _known_columns(frame: pd.DataFrame, table: str, file: str) -> tuple[pd.DataFrame, list[Issue]]:
    declared = {name for column in columns_of(TABLES[table]) for name in names_of(column)}
    unknown = [
        name for name in frame.columns if name != LINE and name not in declared and name != "index_date"
    ]
    issues = [
        Issue(
            rule="unknown-column",
            file=file,
            column=name,
            message="No such column is declared, so it was not read.",
            mend=f"Rename it to a declared column (`cartwise catalogue tables {table}`), or leave it: nothing uses it.",
        )
        for name in unknown
    ]
    return frame.drop(columns=unknown), issues


def names_of(column: Column) -> tuple[str, ...]:
    """The headers under which a column may stand: a day column may be given as a date."""
    return (column.name, column.date_name) if column.is_day else (column.name,)


def _fatal(file: str, why: str) -> Issue:
    return Issue(
        rule="unreadable-file",
        file=file,
        message=f"The file was not read. {why}",
        mend="Mend the file and run again; the other tables were read.",
        severity=Severity.FATAL,
    )
