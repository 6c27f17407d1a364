"""An analysis: one question about a cohort, whom it is asked of, and what must be known to answer it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.result import Result
from cartwise.measures import Criterion, Measure, Question, criterion
from cartwise.study import Patient

TOPICS = (
    "The cohort",
    "Response and toxicity",
    "CAR T cells and B-cell aplasia",
    "Survival and relapse",
    "Transplant and what follows infusion",
    "Mass cytometry",
)
"""Under which heads a report gathers analyses, in this order."""


def _infusion(_: Patient) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Followed:
    """From when on an analysis follows its patients, and what it compares between groups.

    Attributes:
        since: time zero in words.
        start: the day of time zero.
        causes: the causes whose incidences are compared one by one; empty where the event of `needs` is.
        ends: `patient, month, cause` of a cohort, where causes are compared.
    """

    since: str = "infusion"
    start: Callable[[Patient], float] = _infusion
    causes: tuple[str, ...] = ()
    ends: Callable[[Cohort], pd.DataFrame] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """An analysis as the catalogue knows it.

    Attributes:
        name: the function's name: the name of the analysis everywhere.
        title: the head of its section.
        topic: one of TOPICS.
        description: the function's docstring.
        question: the question it answers.
        among: whom it is asked of; None for everybody in the study.
        needs: measures without which a patient cannot be analysed.
        uses: further measures it looks at; a patient without one stays in.
        comparison: what `by` may hold: `baseline` (known at time zero), `any`, or `none`.
        published: the biased number it can show beside its own, as papers print it; "" where there is none.
        imputes: whether it can fill what is missing by multiple imputation.
        reproduces: by table, or figure as "figure" and its name, which of a paper it has the layout of ("001 Table 3").
        followed: from when on it follows its patients, and what it compares.
        formula: the function.
    """

    name: str
    title: str
    topic: str
    description: str
    question: str
    among: Criterion | None
    needs: tuple[Measure, ...]
    uses: tuple[Measure, ...]
    comparison: str
    published: str
    imputes: bool
    reproduces: Mapping[str, str]
    followed: Followed
    formula: Callable[[Cohort], Result]


INFUSION = Followed()


def analysis(
    *,
    topic: str,
    question: str,
    title: str = "",
    among: Question | None = None,
    needs: tuple[Measure, ...] = (),
    uses: tuple[Measure, ...] = (),
    comparison: str = "none",
    published: str = "",
    imputes: bool = False,
    reproduces: Mapping[str, str] | None = None,
    followed: Followed = INFUSION,
) -> Callable[[Callable[[Cohort], Result]], Analysis]:
    """Declare an analysis.

    The function sees only the patients for whom `among` is yes and every one of `needs` is known; the framework
    counts who is in, out and undetermined, and tabulates what is missing.

    Args:
        topic: one of TOPICS.
        question: the question it answers.
        title: the head of its section; by default its name.
        among: whom it is asked of; None for everybody in the study.
        needs: measures without which a patient cannot be analysed.
        uses: further measures whose gaps are tabulated.
        comparison: `baseline` where groups are followed from time zero on, so that they must be known by then;
            `any` where groups are only described; `none` where it takes no groups.
        published: the biased number that it shows where it is asked for as published, and why it is biased.
        imputes: whether it takes a number of imputations.
        reproduces: which table or figure of a paper a table, or a figure ("figure" and its name), has the layout of.
        followed: from when on it follows its patients, and what it compares between groups.
    """

    def register(formula: Callable[[Cohort], Result]) -> Analysis:
        name = formula.__name__
        return Analysis(
            name=name,
            title=title or name.replace("_", " ").capitalize(),
            topic=topic,
            description=inspect.getdoc(formula) or "",
            question=question,
            among=None if among is None else criterion(among),
            needs=needs,
            uses=uses,
            comparison=comparison,
            published=published,
            imputes=imputes,
            reproduces=reproduces or {},
            followed=followed,
            formula=formula,
        )

    return register
