"""An analysis: one question about a cohort, whom it is asked of, and what must be known to answer it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.result import Result
from cartwise.measures import Criterion, Measure, Question, criterion

TOPICS = (
    "The cohort",
    "Response and toxicity",
    "CAR T cells and B-cell aplasia",
    "Survival and relapse",
    "Transplant and what follows infusion",
    "Mass cytometry",
)
"""Under which heads a report gathers analyses, in this order."""


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
    formula: Callable[[Cohort], Result]


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
            formula=formula,
        )

    return register
