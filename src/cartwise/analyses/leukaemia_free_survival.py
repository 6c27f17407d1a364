"""Leukaemia-free survival from infusion."""

from __future__ import annotations

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.first_event import EITHER, first_events, relapse_or_death
from cartwise.analyses.hct_handlings import handlings, with_handlings
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import survival_by_group
from cartwise.measures.outcome import leukaemia_free_survival as time
from cartwise.measures.outcome import leukaemia_free_survival_event as event
from cartwise.measures.transplant import infused


@analysis(
    topic="Survival and relapse",
    question="How long do patients live free of leukaemia after infusion?",
    title="Leukaemia-free survival",
    among=infused,
    needs=(time, event),
    comparison="baseline",
)
def leukaemia_free_survival(cohort: Cohort) -> Result:
    """Kaplan-Meier curves from infusion to relapse or death, by a group known at infusion."""
    found = survival_by_group(cohort, "leukaemia_free_survival", "Leukaemia-free survival")
    # Not the measure, which HCT may end by the study's own definition.
    rows = relapse_or_death(first_events(cohort))
    return with_handlings(found, handlings(rows, [EITHER], groups=cohort.groups))
