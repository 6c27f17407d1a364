"""One analysis on the terminal: its question, tables, caption and how to repeat it."""

from __future__ import annotations

from cartwise.analyses import Result
from cartwise.cli.terminal import show_frame

ROWS = 40
"""Rows of a table that a terminal shows; the files hold them all."""


def show(result: Result) -> None:
    """The result without its figures, which are drawn into files."""
    print(f"{result.title}\n{result.question}\n")
    for name, table in result.tables.items():
        show_frame(table, title=name, rows=ROWS)
        print()
    print(f"{result.caption}\n\nTo repeat: {result.command}")
