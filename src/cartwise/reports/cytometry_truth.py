"""Recovered against true frequencies: an invented study says how many cells of each subset it put into each file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cartwise.basis import UserError
from cartwise.reports import cytometry_wording as wording
from cartwise.reports.figures import recovery
from cartwise.reports.figures.recovery import RecoveryPoint
from cartwise.study import Study

if TYPE_CHECKING:  # the room is slow to import, and those who import the reports seldom need it
    from cartwise.cytometry import Run

FILE = Path("truth") / "cytometry_frequencies.csv"
COLUMNS = ["file", "parent", "subset", "percent"]
"""What is read of the truth: neither patients nor days."""
KEY = ["sample", "parent", "subset"]
_FAULT = f"{FILE.as_posix()} {{}}. Invent the study again, or take the file away: the report is then made without it."


def truth(study: Study, found: Run) -> dict[str, Any] | None:
    """What the page shows; None where the study is not invented or brought no truth.

    Raises:
        UserError: the file of the truth cannot be read, lacks a column or says a thing twice.
    """
    known = _read(study)
    if known is None:
        return None
    frequencies = _frequencies(found)
    pairs = compared(frequencies, known)
    both = pairs.dropna(subset=["true", "raw"])
    return {
        "panels": _panels(both),
        "tables": [
            ("Parents with cells enough", scored(both[~both["small_denominator"]])),
            ("Small denominators", scored(both[both["small_denominator"]])),
        ],
        "pairs": len(both),
        "without": len(pairs) - len(both),
        "samples": both["sample"].nunique(),
        "unscored": _others(frequencies, pairs),
        "unfound": _others(
            known[known["sample"].isin(pairs["sample"]) & known["parent"].isin(pairs["parent"])], pairs
        ),
        "in_words": wording,
    }


def compared(frequencies: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """One row a sample, parent and subset that both name, the subsets of one parent together.

    Args:
        frequencies: the table of a run.
        known: columns `sample, parent, subset, percent`.

    Returns:
        Columns `sample, parent, subset, true, raw, corrected, small_denominator`; percent, NaN where the parent has no
        cells or nothing was corrected.
    """
    found = frequencies.rename(columns={"percent": "raw"})
    both = found.merge(known.rename(columns={"percent": "true"}), on=KEY, how="inner")
    numbers = ["true", "raw", "corrected"]
    both[numbers] = both[numbers].astype(float)
    both["small_denominator"] = both["small_denominator"].astype(bool)
    places = {parent: place for place, parent in enumerate(both["parent"].unique())}
    ordered = both.sort_values("parent", key=lambda parents: parents.map(places), kind="stable")
    return ordered[[*KEY, *numbers, "small_denominator"]]


def scored(both: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute error and bias (recovered less true) in percentage points, a row a parent and subset.

    Returns:
        Columns `parent, subset, n, true, raw_error, raw_bias, corrected_n, corrected_error, corrected_bias`; `true` is the
        mean true percent; the corrected ones rest on the samples whose frequency was corrected, NaN without any.
    """
    away = both.assign(raw_bias=both["raw"] - both["true"], corrected_bias=both["corrected"] - both["true"])
    away = away.assign(raw_error=away["raw_bias"].abs(), corrected_error=away["corrected_bias"].abs())
    groups = away.groupby(["parent", "subset"], sort=False)
    means = groups[["true", "raw_error", "raw_bias", "corrected_error", "corrected_bias"]].mean()
    counts = groups.agg(n=("true", "size"), corrected_n=("corrected", "count"))
    columns = ["n", "true", "raw_error", "raw_bias", "corrected_n", "corrected_error", "corrected_bias"]
    return means.join(counts)[columns].reset_index()


def _read(study: Study) -> pd.DataFrame | None:
    if study.folder is None or not study.about.invented or not (study.folder / FILE).is_file():
        return None
    try:
        table = pd.read_csv(study.folder / FILE, usecols=COLUMNS, dtype={"percent": float})
    except (OSError, ValueError) as error:
        raise UserError(_FAULT.format(f"cannot be read: {error}")) from None
    if table.duplicated(["file", "parent", "subset"]).any():
        raise UserError(_FAULT.format("states a subset of a file and parent twice"))
    return table.rename(columns={"file": "sample"})


def _frequencies(found: Run) -> pd.DataFrame:
    from cartwise.cytometry import run_tables  # noqa: PLC0415 - as above

    return run_tables(found)["frequencies"]


def _panels(both: pd.DataFrame) -> list[tuple[str, Markup]]:
    """The parents under the raw and under the corrected frequencies."""
    return [
        (name, Markup(recovery.draw(_parents(both, column), title=f"{name} against true frequencies")))  # noqa: S704
        for name, column in (("Raw", "raw"), ("Corrected", "corrected"))
        if both[column].notna().any()
    ]


def _parents(both: pd.DataFrame, column: str) -> list[tuple[str, list[RecoveryPoint]]]:
    there = both.dropna(subset=[column])
    return [
        (f"% of {parent}", [_point(row, getattr(row, column)) for row in rows.itertuples()])
        for parent, rows in there.groupby("parent", sort=False)
    ]


def _point(row: Any, found: float) -> RecoveryPoint:
    said = f"{row.sample}, {row.subset}: true {wording.percent(row.true)} %, found {wording.percent(found)} %"
    return RecoveryPoint(row.true, found, row.small_denominator, said)


def _others(table: pd.DataFrame, pairs: pd.DataFrame) -> list[str]:
    """Subsets of parents in a table that the pairs do not hold."""
    held = set(pairs[["parent", "subset"]].itertuples(index=False, name=None))
    named = table[["parent", "subset"]].drop_duplicates().itertuples(index=False, name=None)
    return [f"{subset} of {parent}" for parent, subset in named if (parent, subset) not in held]
