"""Write a back-test: one self-contained page, its tables as CSV, its figures as SVG, and its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cartwise.backtest import Backtest, figures_of
from cartwise.reports.figures.backtest import backtest_svg
from cartwise.reports.pages import page

LONG = 12
ON_PAGE = (
    "flags",
    "sensitivity",
    "misses",
    "after flag",
    "after all-clear",
    "after landmark",
    "discrimination",
    "agreement",
    "pairs",
    "sampling runs",
)
"""Tables that the page shows by decision; the files hold them whole, and single patients stand in those only."""
WITHOUT_EVENT = ("flags", "agreement", "pairs")
"""Those of them that a decision has whose statements are not held against an event."""


@dataclass(frozen=True, slots=True)
class Part:
    """One decision on the page: why it is not held against an event or how its statements are read, its figures and tables."""

    decision: str
    notes: tuple[str, ...]
    images: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, pd.DataFrame, bool], ...]


def write_backtest(found: Backtest, folder: str | Path) -> list[Path]:
    """Write a back-test.

    Args:
        found: the back-test.
        folder: where to; made where absent.

    Returns:
        The files written, the page first.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [_write(target / name, text) for name, text in _files(found)]


def _files(found: Backtest) -> Iterator[tuple[str, str]]:
    parts = [_part(found, decision) for decision in found.decisions]
    yield "backtest.html", page("backtest.html", found=found, parts=parts)
    for part in parts:
        for name, image in part.images:
            yield f"backtest-{_plain(part.decision)}-{_plain(name)}.svg", image
    for name, table in [*found.tables.items(), ("attrition", found.attrition)]:
        marked = table.assign(data="invented") if found.invented else table
        yield f"backtest-{_plain(name)}.csv", marked.to_csv(index=False, lineterminator="\n")
    yield "backtest.txt", found.text


def _part(found: Backtest, decision: str) -> Part:
    images = tuple(
        (name, backtest_svg(figure, invented=found.invented))
        for name, figure in figures_of(found, decision).items()
    )
    tables = found.of_decision(decision)
    flags = tables["flags"]
    flagged = set(flags.loc[flags["flagged"] > 0, "statement"])
    note = found.note_on(decision)
    names = WITHOUT_EVENT if note else ON_PAGE
    shown = [(name, _readable(name, tables[name], flagged)) for name in names]
    shown = [(name, table) for name, table in shown if name == "flags" or len(table)]
    notes = (note,) if note else found.readings_on(decision)
    return Part(decision, notes, images, tuple((name, table, len(table) > LONG) for name, table in shown))


def _readable(name: str, table: pd.DataFrame, flagged: set[str]) -> pd.DataFrame:
    """What a reader can use: of statements that never stood the counts alone, and no rows of nobody."""
    kept = table.drop(columns="decision")
    if name == "flags" or "statement" not in kept:
        return kept
    kept = kept[kept["statement"].isin(flagged)]
    return kept[kept["patients"] > 0] if "patients" in kept else kept


def _plain(name: str) -> str:
    return name.replace(" ", "-")


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
