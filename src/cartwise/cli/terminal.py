"""Tables and progress on a terminal; plain lines where the output is a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # --help does not wait for pandas
    import pandas as pd

Progress = Callable[[int, int], None]

_DIGEST = 64
"""Characters of a file's hash; a screen shows its beginning, a file all of it."""


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table that wraps on a terminal and is tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            print("\t".join(str(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)


def counted(count: int, thing: str) -> str:
    """A number of things in words: 1 patient, 2 patients."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def show_frame(frame: pd.DataFrame, *, title: str = "", rows: int | None = None) -> None:
    """A data frame with numbers as a reader wants them: four digits, nothing where nothing is known, short hashes.

    Args:
        frame: what is shown.
        title: its heading on a terminal.
        rows: show so many at most, and say how many more there are.
    """
    shown = frame if rows is None else frame.head(rows)
    cells = [[in_words(cell) for cell in row] for row in shown.itertuples(index=False, name=None)]
    show_table([str(column) for column in frame.columns], cells, title=title)
    if len(shown) < len(frame):
        print(f"... and {counted(len(frame) - len(shown), 'more row')}; --out FOLDER writes all of them.")


def in_words(cell: Any) -> str:
    """One cell of a data frame."""
    import pandas as pd

    if pd.isna(cell):
        return ""
    if isinstance(cell, float):
        return f"{cell:.4g}" if abs(cell) < 1e4 else f"{cell:.0f}"
    return f"{cell[:12]}..." if isinstance(cell, str) and len(cell) == _DIGEST else str(cell)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A progress bar on a terminal; on a pipe, nothing but the first and the last word."""
    if not sys.stderr.isatty():
        print(f"{what} ...", file=sys.stderr, flush=True)
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
