"""Import a centre's files by a mapping: the tables of a study, and everything that was met on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cartwise.basis import Issue, Severity
from cartwise.study.definitions import About
from cartwise.study.importing.mapping import read_mapping
from cartwise.study.importing.plan import Block, Plan, SourceFile
from cartwise.study.importing.rows import Harvest, MadeRow, harvest
from cartwise.study.importing.sources import examined
from cartwise.study.reading import LINE, names_of
from cartwise.study.tables import TABLES, columns_of


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What an import made.

    Attributes:
        about: the study's head.
        tables: tables by name, as a study's files hold them: text, None where blank (`write_study` takes them).
        issues: everything that was met; rows set aside are counted here.
        unmapped: source columns that the mapping does not use, as (file, column).
    """

    about: About
    tables: Mapping[str, pd.DataFrame]
    issues: tuple[Issue, ...]
    unmapped: tuple[tuple[str, str], ...]

    @property
    def quarantined(self) -> int:
        """How many source rows were set aside, wholly or for one table."""
        rows = {(issue.file, issue.row) for issue in self.issues if issue.severity is Severity.QUARANTINED}
        return len(rows)


def import_study(mapping: str | Path, *, source: str | Path | None = None) -> Imported:
    """Turn a centre's CSV files into the tables of a study.

    Nothing is guessed: a column is used only where the mapping names it, a value only where it can be read or is
    translated, a number only in a stated unit that converts. A source row that cannot be read is set aside with
    an issue; what the mapping leaves unused is listed.

    Args:
        mapping: the mapping, a TOML file (docs and examples/ explain it).
        source: folder of the source files; None: `[source] folder` of the mapping, relative to the mapping.

    Raises:
        UserError: where the mapping does not hold together; one message lists every problem.
    """
    plan = read_mapping(Path(mapping), None if source is None else Path(source))
    frames: dict[str, pd.DataFrame] = {}
    issues: list[Issue] = []
    for name, file in plan.files.items():
        frames[name], found = examined(file)
        issues += found
    harvests = [harvest(block, plan.files[block.source], frames[block.source]) for block in plan.blocks]
    for made in harvests:
        issues += made.issues
    tables, found = _tables(plan, harvests)
    unmapped = tuple(_unmapped(plan))
    issues += [*found, *_not_taken(plan, frames, harvests), *(_unused(*column) for column in unmapped)]
    return Imported(plan.about, tables, tuple(issues), unmapped)


def _tables(plan: Plan, harvests: list[Harvest]) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    tables: dict[str, pd.DataFrame] = {}
    issues: list[Issue] = []
    for table in TABLES:
        rows: list[dict[str, str]] = []
        for block, made in zip(plan.blocks, harvests, strict=True):
            if block.table == table:
                merged, found = _merged(rows, made.rows, block, plan.files[block.source])
                rows, issues = merged, issues + found
        if any(block.table == table for block in plan.blocks):
            tables[table] = _frame(rows, table)
    return tables, issues


def _merged(
    rows: list[dict[str, str]], made: list[MadeRow], block: Block, file: SourceFile
) -> tuple[list[dict[str, str]], list[Issue]]:
    """Add rows; with `once`, a row that agrees with one already there completes it."""
    if not block.once:
        return [*rows, *(row.cells for row in made)], []
    there = {tuple(row.get(name, "") for name in block.once): dict(row) for row in rows}
    issues = []
    for row in made:
        known = there.setdefault(tuple(row.cells.get(name, "") for name in block.once), dict(row.cells))
        if any(known.get(name) and text and known[name] != text for name, text in row.cells.items()):
            issues.append(_contradiction(file, row.line, block))
        else:
            known |= {name: text for name, text in row.cells.items() if text}
    return list(there.values()), issues


def _contradiction(file: SourceFile, line: int, block: Block) -> Issue:
    return Issue(
        rule="contradicting-rows",
        file=file.path.name,
        row=line,
        column=", ".join(block.once),
        message=f"The row says something else than an earlier one about the same row of {block.table}, which is to "
        "be made once; it was set aside and the earlier one kept.",
        mend="Correct the row that is wrong.",
        severity=Severity.QUARANTINED,
    )


def _frame(rows: list[dict[str, str]], table: str) -> pd.DataFrame:
    headers = [name for column in columns_of(TABLES[table]) for name in names_of(column)]
    headers += ["index_date"] if table == "patients" else []
    filled = [name for name in headers if name == "patient_id" or any(row.get(name) for row in rows)]
    return pd.DataFrame(
        {name: pd.Series([row.get(name) or None for row in rows], dtype="object") for name in filled}
    )


def _not_taken(plan: Plan, frames: Mapping[str, pd.DataFrame], harvests: list[Harvest]) -> Iterator[Issue]:
    for name, file in plan.files.items():
        made = [one for block, one in zip(plan.blocks, harvests, strict=True) if block.source == name]
        taken = frozenset[int]().union(*(one.taken for one in made))
        left = len(set(frames[name][LINE]) - taken)
        if left:
            yield Issue(
                rule="rows-not-taken",
                file=file.path.name,
                message=f"{left} row(s) are taken by no part of the mapping.",
                mend="Widen a `where`, or leave them: nothing uses them.",
                severity=Severity.NOTE,
            )


def _unmapped(plan: Plan) -> Iterator[tuple[str, str]]:
    for name, file in plan.files.items():
        used = set[str]().union(*(block.columns for block in plan.blocks if block.source == name))
        yield from ((file.path.name, column) for column in file.header if column not in used)


def _unused(file: str, column: str) -> Issue:
    return Issue(
        rule="unmapped-column",
        file=file,
        column=column,
        message="The mapping does not use this column, so nothing of it is in the study.",
        mend="Map it to a column of a table (`cartwise catalogue tables`), or leave it.",
        severity=Severity.NOTE,
    )
