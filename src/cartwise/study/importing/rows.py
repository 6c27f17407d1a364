"""Make the rows of a table from the rows of a source file, and count every row that was not made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cartwise.basis import Issue, Severity, convertible
from cartwise.study.importing.cells import Fault, Made, made_of
from cartwise.study.importing.plan import Block, Cell, SourceFile, is_one_of
from cartwise.study.reading import LINE
from cartwise.study.tables import TABLES, columns_of


@dataclass(frozen=True, slots=True)
class MadeRow:
    """One row of a table and the line of the source that it was made from."""

    line: int
    cells: Made


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one block made of one file.

    Attributes:
        rows: the rows.
        taken: lines of the source that the block's `where` took, whatever became of them.
        issues: everything that was met.
    """

    rows: list[MadeRow]
    taken: frozenset[int]
    issues: list[Issue]


def harvest(block: Block, file: SourceFile, frame: pd.DataFrame) -> Harvest:
    """Make the rows of one block.

    Args:
        block: how they are made.
        file: the source file, for its name.
        frame: the source's rows without those that were set aside.
    """
    cells, issues = _readable(block, file)
    chosen = _chosen(block, frame)
    rows: list[MadeRow] = []
    for source in frame[chosen].to_dict("records"):
        line = int(source[LINE])
        row, found = _row(block, cells, file, {str(name): str(cell) for name, cell in source.items()}, line)
        issues += found
        rows += [MadeRow(line, row)] if row is not None else []
    kept = [row for row in rows if not _says_nothing(row.cells, block)]
    issues += list(_notes(block, file, frame, kept, len(rows) - len(kept)))
    return Harvest(kept, frozenset(frame.loc[chosen, LINE].tolist()), issues)


def _readable(block: Block, file: SourceFile) -> tuple[list[Cell], list[Issue]]:
    """The cells whose unit can become the table's; a column in any other unit is left out, and said."""
    wrong = [
        cell
        for cell in block.cells
        if cell.column and not cell.unit_column and not convertible(cell.unit, cell.target.unit)
    ]
    issues = [
        Issue(
            rule="unit-not-convertible",
            file=file.path.name,
            column=cell.column,
            message=f"The mapping gives the column in a unit that cannot be converted to {cell.target.unit}, "
            f"which {block.table} keeps; the whole column was left out.",
            mend="Correct the unit in the mapping, or map a column that measures the same thing.",
            severity=Severity.FATAL,
        )
        for cell in wrong
    ]
    return [cell for cell in block.cells if cell not in wrong], issues


def _chosen(block: Block, frame: pd.DataFrame) -> pd.Series:
    chosen = pd.Series(data=True, index=frame.index)
    for column, values in block.where.items():
        chosen &= pd.Series(
            [is_one_of(cell, values) for cell in frame[column]], index=frame.index, dtype=bool
        )
    return chosen


def _row(
    block: Block, cells: list[Cell], file: SourceFile, source: dict[str, str], line: int
) -> tuple[Made | None, list[Issue]]:
    made: Made = {}
    faults: list[Fault] = []
    for cell in cells:
        part = made_of(cell, source)
        if isinstance(part, Fault):
            faults.append(part)
        else:
            made |= part
    if not faults and not _says_nothing(made, block):
        faults += _blanks(block, made)
    return None if faults else made, [_set_aside(fault, file, line) for fault in faults]


def _blanks(block: Block, made: Made) -> Iterator[Fault]:
    columns = {cell.target.name: cell.column for cell in block.cells}
    for column in columns_of(TABLES[block.table]):
        if column.required and not made.get(column.name) and not made.get(column.date_name):
            yield Fault(
                "required-blank",
                f"The cell is blank and a row of {block.table} says nothing without it ({column.name})",
                "Fill it in.",
                columns.get(column.name, ""),
                "blank",
            )


def _set_aside(fault: Fault, file: SourceFile, line: int) -> Issue:
    return Issue(
        rule=fault.rule,
        file=file.path.name,
        row=line,
        column=fault.column,
        value_class=fault.value_class,
        message=f"{fault.message}; the row was set aside.",
        mend=fault.mend,
        severity=fault.severity,
    )


def _says_nothing(made: Made, block: Block) -> bool:
    return any(made.get(name, "") == "" for name in block.needs) and made.get("below_limit") != "yes"


def _notes(
    block: Block, file: SourceFile, frame: pd.DataFrame, rows: list[MadeRow], unmade: int
) -> Iterator[Issue]:
    if unmade:
        yield _note(
            "rows-not-made",
            file,
            f"{unmade} row(s) have nothing in {', '.join(block.needs)}, so no row of {block.table} was made from "
            "them: blank is not known, never zero or no.",
            "Nothing to do where nothing was assessed.",
            column=", ".join(sorted(_sources(block, block.needs))),
        )
    for column, values in block.where.items():
        blank = 0 if is_one_of("", values) else int((frame[column] == "").sum())
        if blank:
            yield _note(
                "blank-in-filter",
                file,
                f"{blank} row(s) are blank where the mapping chooses rows for {block.table}, so it is not known "
                "whether they belong there; none was made from them.",
                "Nothing to do where nothing was recorded.",
                column=column,
            )
    yield from _limits(block, file, rows)


def _sources(block: Block, targets: tuple[str, ...]) -> set[str]:
    return {cell.column for cell in block.cells if cell.target.name in targets}


def _limits(block: Block, file: SourceFile, rows: list[MadeRow]) -> Iterator[Issue]:
    below = [row for row in rows if row.cells.get("below_limit") == "yes"]
    stated = sum(bool(row.cells.get("lower_limit")) for row in below)
    columns = ", ".join(cell.column for cell in block.cells if cell.below is not None)
    if len(below) > stated:
        yield _note(
            "limit-not-stated",
            file,
            f"{len(below) - stated} value(s) are below a limit that the source does not state; they are kept as "
            "below the limit, without a number and without the limit.",
            "Ask the laboratory for the limit and give it in the mapping.",
            column=columns,
        )
    if stated and "lower_limit" not in {column.name for column in columns_of(TABLES[block.table])}:
        yield _note(
            "limit-not-kept",
            file,
            f"{stated} value(s) state their limit, and {block.table} has no column to keep it in.",
            "Nothing to do: they are kept as below the limit, without a number.",
            column=columns,
        )


def _note(rule: str, file: SourceFile, message: str, mend: str, *, column: str = "") -> Issue:
    return Issue(rule, message, mend, file=file.path.name, column=column, severity=Severity.NOTE)
