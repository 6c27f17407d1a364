"""Cytometry on its way out of a study and back in: which files there are, and what was counted in them as records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cartwise import __version__
from cartwise.basis import Issue, Severity, UserError
from cartwise.study.loading import Study
from cartwise.study.reading import LINE, read_tables

if TYPE_CHECKING:  # the room is slow to import, and few who load a study run its cytometry
    from cartwise.cytometry import Counted, Run, SampleFile

FILES, FREQUENCIES, MARKERS = "cytometry_files", "subset_frequencies", "subset_markers"
VERSION = f"cartwise {__version__}"
_OURS = "cartwise "
"""How the version of every record that cartwise counted begins; others are a centre's own."""

_WHOSE = ("patient_id", "day", "date", "available_day", "available_date", "specimen")
"""Cells of a file's row that its records carry on as they stand, in the centre's own count of days."""


def cytometry_samples(study: Study) -> list[SampleFile]:
    """The files that a study lists, in the order of the table; rows that were set aside are not among them.

    Raises:
        UserError: the study has no folder or lists no file.
    """
    folder, table = study.folder, study.tables.get(FILES)
    if folder is None or table is None or table.empty:
        raise UserError(
            f"The study lists no cytometry: write {FILES}.csv with one row a file (patient_id, day, specimen, file)."
        )
    return [_sample(folder, row) for _, row in table.iterrows()]


def files_wanting(study: Study) -> tuple[Issue, ...]:
    """The rows of cytometry_files whose file is not in the study's folder; records are whole without the files."""
    table = study.tables.get(FILES)
    if study.folder is None or table is None:
        return ()
    return tuple(
        Issue(
            "file-missing",
            "The study's folder has no such file, so nothing can be counted in it.",
            "Put the file there, or mend its name (relative to the study's folder).",
            file=f"{FILES}.csv",
            row=int(line),
            column="file",
            severity=Severity.WARNING,
        )
        for line, name in zip(table[LINE], table["file"], strict=True)
        if not (study.folder / name).is_file()
    )


def _sample(folder: Path, row: pd.Series) -> SampleFile:
    from cartwise.cytometry import SampleFile, file_hash  # noqa: PLC0415 - as above

    cells = {name: "" if pd.isna(value) else str(value) for name, value in row.items()}
    path = folder / cells["file"]
    return SampleFile(
        name=cells["file"],
        path=path,
        specimen=cells["specimen"],
        panel=cells["panel"],
        batch=cells["batch"],
        control=cells["control_role"] or "none",
        digest=file_hash(path) if path.is_file() else "",
    )


def cytometry_records(folder: Path, run: Run) -> dict[str, pd.DataFrame]:
    """What a run counted, as the tables `subset_frequencies` and `subset_markers` with what made each row.

    Args:
        folder: of the study; whose and of which day a file is stands in its cytometry_files, and is taken as it stands
            there (a date stays a date, a centre's own count of days stays it).
        run: of the files that this study lists.
    """
    raw = read_tables(folder)[0][FILES].set_index("file")
    whose = raw[[name for name in _WHOSE if name in raw]]
    frequencies = [
        {
            **whose.loc[item.sample.name].to_dict(),
            "subset": found.subset,
            "parent": found.parent,
            "cells": found.cells,
            "parent_cells": found.parent_cells,
            "percent": found.percent,
            "lower_percent": found.lower,
            "upper_percent": found.upper,
            "corrected_percent": found.corrected,
            "small_denominator": "yes" if found.small else "no",
            "method": f"{_method(item, run)}; limits: {found.covers}",
            "file_hash": item.sample.digest,
            "version": VERSION,
        }
        for item in run.counted
        for found in item.frequencies
    ]
    markers = [
        {
            **whose.loc[item.sample.name].to_dict(),
            "subset": found.subset,
            "marker": found.marker,
            "median": found.median,
            "percent_positive": found.percent_positive,
            "cells": found.cells,
            "method": f"{_scale(item)}; {_method(item, run)}",
            "file_hash": item.sample.digest,
            "version": VERSION,
        }
        for item in run.counted
        for found in item.markers
    ]
    return {FREQUENCIES: pd.DataFrame(frequencies), MARKERS: pd.DataFrame(markers)}


def _method(item: Counted, run: Run) -> str:
    """Populations, rule and settings, in one line; the run's own tables hold every number behind them."""
    settings = run.settings
    panel = item.sample.panel or "the study's panel"
    return (
        f"{run.definition.title}; panel {panel}; rule {settings.rule}, limits by {settings.calibrate}; reference: gated cells "
        f"of {settings.reference}; cuts by {settings.cuts}"
        f"{'; compensated' if settings.spillover else ''}{'; batches aligned' if settings.align else ''}; "
        f"settings {settings.digest}"
    )


def _scale(item: Counted) -> str:
    scales = {cut.scale for cut in item.cuts.values()}
    return f"median on {', '.join(sorted(scales)) or 'the scale of the panel'}"


def refuse_to_replace(folder: Path) -> None:
    """Refuse where a table of subsets holds rows that a centre wrote itself.

    Raises:
        UserError: naming the tables.
    """
    strange = [name for name in (FREQUENCIES, MARKERS) if _holds_others(folder, name)]
    if strange:
        raise UserError(
            f"{', '.join(strange)} in {folder} holds rows that cartwise did not count. Move them to a study of their own, "
            "or say --overwrite to replace them."
        )


def write_cytometry_records(
    folder: Path, tables: dict[str, pd.DataFrame], *, overwrite: bool = False
) -> list[Path]:
    """Write the records beside the study's other tables.

    Args:
        folder: of the study.
        tables: as `cytometry_records` gives them.
        overwrite: whether rows that cartwise did not count may be replaced.

    Raises:
        UserError: a table holds rows that a centre wrote itself, and overwriting was not allowed.
    """
    if not overwrite:
        refuse_to_replace(folder)
    written = []
    for name, frame in tables.items():
        path = folder / f"{name}.csv"
        frame.to_csv(path, index=False, lineterminator="\n", float_format="%.10g")
        (folder / f"{name}.parquet").unlink(missing_ok=True)
        written.append(path)
    return written


def _holds_others(folder: Path, table: str) -> bool:
    there = read_tables(folder)[0].get(table)
    if there is None or there.empty:
        return False
    versions: Iterable[str] = there["version"].fillna("") if "version" in there.drop(columns=LINE) else [""]
    return not all(str(version).startswith(_OURS) for version in versions)
