"""One analysis on the terminal: its question, tables, caption and how to repeat it."""

from __future__ import annotations

import pandas as pd

from cartwise.analyses import Result
from cartwise.cli.terminal import show_table

ROWS = 40
"""Rows of a table that a terminal shows; the files hold them all."""


def show(result: Result) -> None:
    """The result without its figures, which are drawn into files."""
    print(f"{result.title}\n{result.question}\n")
    for name, table in result.tables.items():
        rows = [[_cell(cell) for cell in row] for row in table.head(ROWS).itertuples(index=False)]
        show_table([str(column) for column in table.columns], rows, title=name)
        if len(table) > ROWS:
            print(f"... and {len(table) - ROWS} more rows; --out FOLDER writes them all.")
        print()
    print(f"{result.caption}\n\nTo repeat: {result.command}")


def _cell(cell: object) -> str:
    if pd.isna(cell):  # type: ignore[call-overload]
        return ""
    return (
        f"{cell:.4g}"
        if isinstance(cell, float) and abs(cell) < 1e4
        else f"{cell:.0f}"
        if isinstance(cell, float)
        else str(cell)
    )
