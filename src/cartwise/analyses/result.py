"""The result of an analysis: estimates, tables, figure data, and what a reader needs to trust and repeat them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from cartwise.analyses.figure import Figure
from cartwise.basis import Estimate, Missing


@dataclass(frozen=True, slots=True)
class Sum:
    """Rows whose counts add up: those alike in some columns, to a total row or to a total that stands elsewhere.

    Attributes:
        alike: the columns in which the rows of one sum are alike.
        total: (column, value) of the total row, which is alike in the other columns; None: it stands elsewhere.
    """

    alike: tuple[str, ...]
    total: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Where a table counts patients, and how its counts add up: what suppression of small counts needs.

    Attributes:
        columns: columns that count patients.
        derived: columns that give a count away, each with the count it rests on; they go where it goes.
        shares: columns that give a whole set of counts away (a percent, with its denominator), each with the count
            they rest on; they go where any count goes that adds up with it.
        individual: columns that hold single patients' values (lowest, highest); no shared table has them.
        sums: how its rows add up.
        across: columns of which the first is the sum of the others; "" for a sum that stands elsewhere.
        left_out: (column, value) of rows that no shared table has, because they count the patients of other rows by
            another cut-off, so that a difference would give a small count away.
        running: columns; rows alike in them count the same patients over time, in the order of the table.
    """

    columns: tuple[str, ...]
    derived: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, str] = field(default_factory=dict)
    individual: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    across: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    running: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What an analysis found.

    Attributes:
        name: name of the analysis.
        title: its title, with the group compared.
        question: the question it answers.
        by: the measure by which patients were grouped, "" where they were not.
        estimates: numbers with intervals, by name; Missing with its reason where there is none.
        tables: tables by name; the first stands under the figure.
        counts: by table, how its small counts can be suppressed; a table without an entry is never shared.
        figures: data of its figures by name.
        about: what the figure and table show, as sentences of the caption; holds no counts.
        methods: sentences for a methods section.
        source: the records it rests on.
        invented: whether those are invented; every file of the result says so.
        attrition: `step, patients`: everybody in the study, who left at which step, and who was analysed.
        missing: `measure, reason, patients`: what was missing of what the analysis looks at.
        command: the command that makes it again.
    """

    name: str
    title: str
    question: str
    by: str
    estimates: Mapping[str, Estimate | Missing]
    tables: Mapping[str, pd.DataFrame]
    counts: Mapping[str, Counts]
    figures: Mapping[str, Figure]
    about: str
    methods: tuple[str, ...]
    source: str
    invented: bool
    attrition: pd.DataFrame
    missing: pd.DataFrame
    command: str

    @property
    def shareable(self) -> bool:
        """Whether any of it may leave the centre once small counts are suppressed."""
        return bool(self.counts)

    @property
    def analysed(self) -> int | str:
        """Patients analysed, or the words that stand for a suppressed count."""
        count: int | str = self.attrition["patients"].iloc[-1]
        return count if isinstance(count, str) else int(count)

    @property
    def caption(self) -> str:
        """What is shown, of how many patients, and from which records."""
        everybody = self.attrition["patients"].iloc[0]
        return f"{self.title}. n = {self.analysed} (of {everybody} in the study). {self.about} {self.source}"


def with_layouts(result: Result, reproduces: Mapping[str, str]) -> Result:
    """The result, its caption saying which of its tables and figures have the layout of a paper's."""
    drawn = {f"figure {name}".rstrip() for name in result.figures}
    named = {part: f"table {part}" for part in result.tables} | dict.fromkeys(drawn, "figures")
    parts: dict[str, dict[str, None]] = {}
    for part, printed in reproduces.items():
        if part in named:
            parts.setdefault(printed, {})[named[part]] = None
    said = "".join(f" In the layout of {printed}: {', '.join(of)}." for printed, of in parts.items())
    return replace(result, about=f"{result.about}{said}")
