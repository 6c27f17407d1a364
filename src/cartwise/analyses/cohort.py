"""The patients an analysis is asked of: who is in, who is out and at which step, and what is not known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.figure import Figure, IntervalFigure
from cartwise.analyses.grouping import Grouping
from cartwise.analyses.result import Counts, Result
from cartwise.basis import Estimate, Missing
from cartwise.measures import Measure, Sheet, Value
from cartwise.study import Study


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort, ready to be analysed.

    Attributes:
        study: the study.
        sheets: the measures of every patient analysed, by pseudonym.
        steps: who left at which step: (words, patients), everybody first and those analysed last.
        missing: `measure, reason, patients` among those whom the question concerns.
        groups: how the patients are grouped; None where they are not.
        name, title, question, command: of the analysis, for its Result.
        as_published: whether biased numbers are wanted beside the sound ones, as papers print them.
        imputations: how often what is missing is filled; 0: complete cases only.
    """

    study: Study
    sheets: Mapping[str, Sheet]
    steps: tuple[tuple[str, int], ...]
    missing: pd.DataFrame
    groups: Grouping | None
    name: str
    title: str
    question: str
    command: str
    as_published: bool = False
    imputations: int = 0

    def known(self, measure: str) -> dict[str, Value]:
        """The values of a measure, for the patients for whom it is known."""
        values = {name: sheet.value(measure) for name, sheet in self.sheets.items()}
        return {name: value for name, value in values.items() if not isinstance(value, Missing)}

    def numbers(self, measure: str) -> dict[str, float]:
        """The numbers of a measure, for the patients for whom it is known."""
        return {
            name: float(value)
            for name, value in self.known(measure).items()
            if isinstance(value, int | float)
        }

    def method(self, measure: str) -> str:
        """How a measure is made, in the words of a methods section; "" where nobody is in the cohort."""
        for sheet in self.sheets.values():
            return sheet[measure].method
        return ""

    def result(
        self,
        *,
        tables: Mapping[str, pd.DataFrame],
        counts: Mapping[str, Counts] | None = None,
        figures: Mapping[str, Figure] | None = None,
        estimates: Mapping[str, Estimate | Missing] | None = None,
        about: str,
        methods: Iterable[str],
    ) -> Result:
        """What was found, with what a reader needs to trust and repeat it.

        Args:
            tables: tables by name.
            counts: by table, how its small counts can be suppressed.
            figures: data of figures by name; none are kept where nobody was analysed.
            estimates: numbers with intervals by name.
            about: what figure and table show; holds no counts.
            methods: sentences; empty ones are left out and none stands twice.
        """
        return Result(
            name=self.name,
            title=self.title,
            question=self.question,
            by=self.groups.measure if self.groups else "",
            estimates=estimates or {},
            tables=tables,
            counts=counts or {},
            figures=figures or {} if self.sheets else {},
            about=f"{about}{_arrows(figures or {})}",
            methods=tuple(dict.fromkeys(sentence for sentence in methods if sentence)),
            source=_source(self.study),
            invented=self.study.about.invented,
            attrition=pd.DataFrame(self.steps, columns=["step", "patients"]),
            missing=self.missing,
            command=self.command,
        )


def _arrows(figures: Mapping[str, Figure]) -> str:
    cut = any(isinstance(figure, IntervalFigure) and figure.cut for figure in figures.values())
    low, high = IntervalFigure.AXIS
    return (
        f" An arrow head marks an interval that goes on beyond the axis ({low:g} to {high:g})." if cut else ""
    )


def gaps(sheets: Iterable[Sheet], measures: Iterable[Measure]) -> pd.DataFrame:
    """What is missing: `measure, reason, patients`, with a row "known" for each measure."""
    views = list(sheets)
    rows: list[tuple[str, str, int]] = []
    for measure in measures:
        measured = [view[measure.name] for view in views]
        reasons = Counter(item.reason for item in measured if not item.known)
        rows.append((measure.name, "known", len(views) - reasons.total()))
        rows += [(measure.name, reason, count) for reason, count in sorted(reasons.items())]
    return pd.DataFrame(rows, columns=["measure", "reason", "patients"])


def _source(study: Study) -> str:
    cut = study.about.data_cut
    day = study.about.cut_day
    when = f", data cut {cut.isoformat()}" if cut else f", data cut on day {day:g}" if day is not None else ""
    invented = " Invented data." if study.about.invented else ""
    return f"Source: {study.about.name}{when}.{invented}"
