"""Event-free survival from infusion."""

from __future__ import annotations

from dataclasses import replace

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import followed, handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import survival_by_group
from cartwise.measures.outcome import event_free_survival as time
from cartwise.measures.outcome import event_free_survival_event as event
from cartwise.measures.response import response_day_28
from cartwise.measures.transplant import infused

EVENT = "No response, relapse or death"
_NOT_SHARED = "The result has no shared form: beside leukaemia-free survival its counts would tell how many did not respond."


@analysis(
    topic="Survival and relapse",
    question="How long do patients live after infusion without treatment failure, relapse or death?",
    title="Event-free survival",
    among=infused,
    needs=(time, event),
    uses=(response_day_28,),
    comparison="baseline",
)
def event_free_survival(cohort: Cohort) -> Result:
    """Kaplan-Meier curves from infusion to no response, relapse or death, by a group known at infusion."""
    found = survival_by_group(cohort, "event_free_survival", "Event-free survival")
    alone = replace(found, counts={}, about=f"{found.about} {_NOT_SHARED}")
    rows = followed(cohort, "event_free_survival", EVENT)
    return with_handlings(alone, handlings(rows, [EVENT], groups=cohort.groups))
