"""Statistics of cohorts: arrays in, results with intervals, reasons and methods sentences out."""

from cartwise.statistics.agreement import Agreement, bland_altman
from cartwise.statistics.censoring_weights import CENSORED, EVENT, STAYS, Spells, chance_uncensored, spells
from cartwise.statistics.comparisons import TestResult, chi_square, fisher, kruskal, mann_whitney
from cartwise.statistics.competing import CauseSpecific, cause_specific_cox
from cartwise.statistics.composition import LogRatios, centred_log_ratio
from cartwise.statistics.correlation import benjamini_hochberg, pearson, spearman
from cartwise.statistics.cox import Cox, cox
from cartwise.statistics.curve import Curve, KaplanMeier, Reading
from cartwise.statistics.design import Term
from cartwise.statistics.fine_gray import fine_gray
from cartwise.statistics.firth import firth_cox
from cartwise.statistics.gray import gray_test
from cartwise.statistics.immortal_time import ImmortalTimeBias, immortal_time_bias
from cartwise.statistics.imputation import RubinEstimate, completed_tables, rubin
from cartwise.statistics.incidence import VarianceType, cumulative_incidence
from cartwise.statistics.incidence_curve import CumulativeIncidence, IncidenceCurve
from cartwise.statistics.interval_censored import IntervalCensored, turnbull
from cartwise.statistics.intervals import Intervals, time_varying
from cartwise.statistics.landmarks import Landmark, dynamic_landmark, landmark
from cartwise.statistics.likelihood import Ties
from cartwise.statistics.logistic import firth_logistic, logistic
from cartwise.statistics.logrank import LogRank, log_rank, mantel_byar
from cartwise.statistics.meta import PoolingMethod, meta_analysis, pooled_estimates
from cartwise.statistics.meta_result import MetaAnalysis, Pooled, StudyEffect
from cartwise.statistics.mixed_model import Change, MixedModel, mixed_model
from cartwise.statistics.multistate import StateProbabilities, state_probabilities
from cartwise.statistics.observation_weights import CensoringOf, TiedCensoring
from cartwise.statistics.paired import SignedRank, hodges_lehmann, wilcoxon_signed_rank
from cartwise.statistics.prediction import Known, brier_score, incidence_at, outcomes_at, time_dependent_auc
from cartwise.statistics.proportionality import ProportionalHazards, TimeScale, ph_test
from cartwise.statistics.proportions import proportion
from cartwise.statistics.regression import Coefficient, Regression
from cartwise.statistics.restricted_mean import MeanTime, RestrictedMean, rmst
from cartwise.statistics.standardised_difference import (
    standardised_difference,
    standardised_difference_of_levels,
)
from cartwise.statistics.survival import IntervalType, kaplan_meier, reverse_kaplan_meier

__all__ = [
    "CENSORED",
    "EVENT",
    "STAYS",
    "Agreement",
    "CauseSpecific",
    "CensoringOf",
    "Change",
    "Coefficient",
    "Cox",
    "CumulativeIncidence",
    "Curve",
    "ImmortalTimeBias",
    "IncidenceCurve",
    "IntervalCensored",
    "IntervalType",
    "Intervals",
    "KaplanMeier",
    "Known",
    "Landmark",
    "LogRank",
    "LogRatios",
    "MeanTime",
    "MetaAnalysis",
    "MixedModel",
    "Pooled",
    "PoolingMethod",
    "ProportionalHazards",
    "Reading",
    "Regression",
    "RestrictedMean",
    "RubinEstimate",
    "SignedRank",
    "Spells",
    "StateProbabilities",
    "StudyEffect",
    "Term",
    "TestResult",
    "TiedCensoring",
    "Ties",
    "TimeScale",
    "VarianceType",
    "benjamini_hochberg",
    "bland_altman",
    "brier_score",
    "cause_specific_cox",
    "centred_log_ratio",
    "chance_uncensored",
    "chi_square",
    "completed_tables",
    "cox",
    "cumulative_incidence",
    "dynamic_landmark",
    "fine_gray",
    "firth_cox",
    "firth_logistic",
    "fisher",
    "gray_test",
    "hodges_lehmann",
    "immortal_time_bias",
    "incidence_at",
    "kaplan_meier",
    "kruskal",
    "landmark",
    "log_rank",
    "logistic",
    "mann_whitney",
    "mantel_byar",
    "meta_analysis",
    "mixed_model",
    "outcomes_at",
    "pearson",
    "ph_test",
    "pooled_estimates",
    "proportion",
    "reverse_kaplan_meier",
    "rmst",
    "rubin",
    "spearman",
    "spells",
    "standardised_difference",
    "standardised_difference_of_levels",
    "state_probabilities",
    "time_dependent_auc",
    "time_varying",
    "turnbull",
    "wilcoxon_signed_rank",
]
