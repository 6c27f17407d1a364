"""Baseline covariates and leukaemia-free survival: univariate screen, then Cox and Firth-penalised models."""

from __future__ import annotations

from cartwise.analyses.analysis import analysis
from cartwise.analyses.baseline_covariates import CANDIDATES
from cartwise.analyses.baseline_models import Endpoint, baseline_model
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.first_event import EITHER, first_events, relapse_or_death
from cartwise.analyses.printed_survival_covariates import OF_LEUKAEMIA_FREE_SURVIVAL
from cartwise.analyses.result import Result
from cartwise.measures.outcome import leukaemia_free_survival as time
from cartwise.measures.outcome import leukaemia_free_survival_event as event
from cartwise.measures.transplant import infused

ENDPOINT = Endpoint(
    "leukaemia_free_survival",
    "Leukaemia-free survival",
    EITHER,
    OF_LEUKAEMIA_FREE_SURVIVAL,
    lambda cohort: relapse_or_death(first_events(cohort)),
)


@analysis(
    topic="Survival and relapse",
    question="Which characteristics known at infusion go with relapse or death after it?",
    title="Baseline covariates and leukaemia-free survival",
    among=infused,
    needs=(time, event),
    uses=tuple(covariate.measure for covariate in CANDIDATES),
    published="duration of B-cell aplasia and response as if known at infusion (001 Table 1A): immortal time",
    imputes=True,
    reproduces={"multivariable_cox": "001 Table 1A", "as_published": "001 Table 1A"},
)
def leukaemia_free_survival_model(cohort: Cohort) -> Result:
    """Hazard ratios of each baseline covariate alone, and together where p < 0.2 alone, with Firth's beside."""
    return baseline_model(cohort, ENDPOINT)
