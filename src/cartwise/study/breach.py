"""What a rule about records finds: rows of one table, and the issue they raise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from cartwise.basis import Issue, Severity
from cartwise.study.index_day import Tables


@dataclass(frozen=True, slots=True)
class Breach:
    """Rows of one table that break one rule."""

    table: str
    rows: pd.Index
    issue: Issue


Rule = Callable[[Tables], Iterator[Breach]]
"""A rule looks at all tables and yields what breaks it."""


def set_aside(rule: str, message: str, mend: str, column: str = "") -> Issue:
    return Issue(
        rule, f"{message}; the row was set aside.", mend, column=column, severity=Severity.QUARANTINED
    )


def breaches(table: str, mask: pd.Series, issue: Issue) -> Iterator[Breach]:
    rows = mask.index[mask.fillna(value=False).astype(bool)]
    if len(rows):
        yield Breach(table, rows, issue)


def present(tables: Tables, *names: str) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from ((name, tables[name]) for name in names or tables if name in tables)
