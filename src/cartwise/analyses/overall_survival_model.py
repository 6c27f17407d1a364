"""Baseline covariates and overall survival: univariate screen, then Cox and Firth-penalised models."""

from __future__ import annotations

from cartwise.analyses.analysis import analysis
from cartwise.analyses.baseline_covariates import CANDIDATES
from cartwise.analyses.baseline_models import Endpoint, baseline_model
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_handlings import followed
from cartwise.analyses.overall_survival import DEATH
from cartwise.analyses.printed_survival_covariates import OF_OVERALL_SURVIVAL
from cartwise.analyses.result import Result
from cartwise.measures.outcome import overall_survival as time
from cartwise.measures.outcome import overall_survival_event as event
from cartwise.measures.transplant import infused

ENDPOINT = Endpoint(
    "overall_survival",
    "Overall survival",
    DEATH,
    OF_OVERALL_SURVIVAL,
    lambda cohort: followed(cohort, "overall_survival", DEATH),
)


@analysis(
    topic="Survival and relapse",
    question="Which characteristics known at infusion go with death after it?",
    title="Baseline covariates and overall survival",
    among=infused,
    needs=(time, event),
    uses=tuple(covariate.measure for covariate in CANDIDATES),
    published="toxicity of the first weeks as if known at infusion (001 Table 1B): immortal time",
    imputes=True,
    reproduces={"multivariable_cox": "001 Table 1B", "as_published": "001 Table 1B"},
)
def overall_survival_model(cohort: Cohort) -> Result:
    """Hazard ratios of death of each baseline covariate alone, and together where p < 0.2 alone, with Firth's beside."""
    return baseline_model(cohort, ENDPOINT)
