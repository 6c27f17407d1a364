"""Overall survival from infusion."""

from __future__ import annotations

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import followed, handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import survival_by_group
from cartwise.measures.outcome import overall_survival as time
from cartwise.measures.outcome import overall_survival_event as event
from cartwise.measures.transplant import infused

DEATH = "Death"


@analysis(
    topic="Survival and relapse",
    question="How long do patients live after infusion?",
    title="Overall survival",
    among=infused,
    needs=(time, event),
    comparison="baseline",
)
def overall_survival(cohort: Cohort) -> Result:
    """Kaplan-Meier curves from infusion to death of any cause, by a group known at infusion."""
    found = survival_by_group(cohort, "overall_survival", "Overall survival")
    rows = followed(cohort, "overall_survival", DEATH)
    return with_handlings(found, handlings(rows, [DEATH], groups=cohort.groups))
