"""Write a study folder: its head, its tables, and empty templates to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cartwise.basis import UserError
from cartwise.study.definitions import About, about_as_toml
from cartwise.study.reading import LINE, names_of
from cartwise.study.tables import TABLES, columns_of


def write_study(
    folder: str | Path, about: About, tables: Mapping[str, pd.DataFrame], *, overwrite: bool = False
) -> Path:
    """Write a study folder that `load` reads back equal.

    Args:
        folder: where to; made where absent.
        about: the study's head.
        tables: tables by name; a column that is blank throughout is left out. A day may be given as a date.
        overwrite: whether a study that already stands there may be replaced.

    Raises:
        UserError: where a study already stands there, or a table is not one of a study's.
    """
    target = Path(folder)
    strangers = sorted(set(tables) - set(TABLES))
    if strangers:
        raise UserError(f"A study has no table {', '.join(strangers)}. Its tables are {', '.join(TABLES)}.")
    if (target / "study.toml").exists() and not overwrite:
        raise UserError(
            f"{target} already holds a study. Choose another folder, or say --overwrite to replace it."
        )
    strange = [] if (target / "study.toml").exists() else _table_files(target)
    if strange:
        raise UserError(
            f"{target} holds {', '.join(path.name for path in strange)} and no study.toml, so these are files of yours "
            "that writing a study would replace. Choose another folder."
        )
    written = {name: _written(frame, name) for name, frame in tables.items()}
    target.mkdir(parents=True, exist_ok=True)
    for path in _table_files(target):
        path.unlink()
    for name, frame in written.items():
        frame.to_csv(target / f"{name}.csv", index=False, lineterminator="\n")
    (target / "study.toml").write_text(about_as_toml(about), encoding="utf-8")
    return target


def _table_files(folder: Path) -> list[Path]:
    """Files there that a study would read as its tables."""
    named = (folder / f"{name}.{suffix}" for name in TABLES for suffix in ("csv", "parquet"))
    return [path for path in named if path.exists()]


def _written(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    headers = [name for column in columns_of(TABLES[table]) for name in names_of(column)]
    headers += ["index_date"] if table == "patients" else []
    declared = [name for name in headers if name in frame]
    unknown = sorted(set(map(str, frame.columns)) - set(declared) - {LINE})
    if unknown:
        raise UserError(f"Table {table} has no column {', '.join(unknown)}.")
    filled = [name for name in declared if name == "patient_id" or frame[name].notna().any()]
    return frame[filled]


def write_template(folder: str | Path) -> Path:
    """Write an empty study: study.toml with every choice explained, and each table with its header."""
    target = write_study(folder, About(name="Name of the study", centre="Name of the centre"), {})
    for name, table in TABLES.items():
        header = ",".join(column.name for column in columns_of(table))
        (target / f"{name}.csv").write_text(header + "\n", encoding="utf-8")
    return target
