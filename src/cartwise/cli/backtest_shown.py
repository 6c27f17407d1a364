"""A back-test on the terminal, decision by decision."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cartwise.backtest import Backtest
from cartwise.cli.terminal import show_table

SHOWN = {
    "flags": [
        "statement",
        "direction",
        "patients",
        "flagged",
        "median first day",
        "treated before flag",
        "event after flag",
        "treated after flag",
        "untreated, never event",
    ],
    "sensitivity": [
        "statement",
        "type",
        "treatment is",
        "events",
        "flagged before",
        "sensitivity",
        "exact lower",
        "exact upper",
        "bootstrap lower",
        "bootstrap upper",
        "median lead (d)",
    ],
    "misses": ["statement", "type", "why", "patients"],
    "after flag": [
        "statement",
        "treatment is",
        "by day",
        "patients",
        "events",
        "treated",
        "incidence",
        "lower",
        "upper",
        "reason",
    ],
}
"""What a terminal shows of each table; the files hold all of it and the other tables."""


def show(found: Backtest) -> None:
    """What it rests on, the first tables by decision, and what the numbers cannot show."""
    print(f"{found.title}\n{found.question}\n\n{found.about}\n")
    _show("Patients", found.attrition)
    for decision in found.decisions:
        print(f"\n== {decision} ==")
        tables = found.of_decision(decision)
        if note := found.note_on(decision):
            print(f"{note}\n")
        for name, columns in SHOWN.items():
            if note and name != "flags":
                continue
            _show(name, _first(name, tables[name])[columns])
    _show("sampling density", found.tables["sampling density"])
    print("\nWhat the numbers cannot show:", *(f"- {words}" for words in found.cannot_show), sep="\n")
    print(f"\n{found.caption}\n\nTo repeat: {found.command}")


def _first(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Of the sensitivity by type the way that ignores treatment; the rest as it is."""
    if name != "sensitivity":
        return table
    return table[(table["type"] == "any") | (table["treatment is"] == "ignored")]


def _show(title: str, table: pd.DataFrame) -> None:
    rows = [[_cell(cell) for cell in row] for row in table.itertuples(index=False)]
    show_table([str(column) for column in table.columns], rows, title=title)
    print()


def _cell(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    return (
        f"{cell:.3g}"
        if isinstance(cell, float) and abs(cell) < 100
        else f"{cell:.0f}"
        if isinstance(cell, float)
        else str(cell)
    )
