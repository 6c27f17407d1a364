"""A back-test on the terminal, decision by decision."""

from __future__ import annotations

import pandas as pd

from cartwise.backtest import Backtest
from cartwise.cli.terminal import show_frame

SHOWN = {
    "flags": [
        "statement",
        "direction",
        "read as",
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
    "after all-clear": [
        "statement",
        "treatment is",
        "by day",
        "patients",
        "events",
        "negative predictive value",
        "lower",
        "upper",
        "reason",
    ],
}
"""What a terminal shows of each table; the files hold all of it and the other tables."""

ROWS = 40
"""Rows of a table that a terminal shows."""


def show(found: Backtest) -> None:
    """What it rests on, the first tables by decision, and what the numbers cannot show."""
    print(f"{found.title}\n{found.question}\n\n{found.about}\n")
    show_frame(found.attrition, title="Patients")
    for decision in found.decisions:
        print(f"\n== {decision} ==")
        tables = found.of_decision(decision)
        note = found.note_on(decision)
        print(*((note,) if note else found.readings_on(decision)), sep="\n", end="\n\n")
        for name, columns in SHOWN.items():
            if name != "flags" and tables[name].empty:
                continue
            show_frame(_first(name, tables[name])[columns], title=name, rows=ROWS)
            print()
    show_frame(found.tables["sampling density"], title="sampling density")
    print("\nWhat the numbers cannot show:", *(f"- {words}" for words in found.cannot_show), sep="\n")
    print(f"\n{found.caption}\n\nTo repeat: {found.command}")


def _first(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Of the sensitivity by type the way that ignores treatment; the rest as it is."""
    if name != "sensitivity":
        return table
    return table[(table["type"] == "any") | (table["treatment is"] == "ignored")]
