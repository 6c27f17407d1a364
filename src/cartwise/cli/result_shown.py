"""One analysis on the terminal: its question, tables, caption and how to repeat it."""

from __future__ import annotations

from cartwise.analyses import Result
from cartwise.cli.terminal import show_table


def show(result: Result) -> None:
    """The result without its figures, which are drawn into files."""
    print(f"{result.title}\n{result.question}\n")
    for name, table in result.tables.items():
        show_table(
            [str(column) for column in table.columns], table.astype(str).to_numpy().tolist(), title=name
        )
        print()
    print(f"{result.caption}\n\nTo repeat: {result.command}")
