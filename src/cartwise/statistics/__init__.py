"""Statistics of cohorts: arrays in, results with intervals, reasons and methods sentences out."""

from cartwise.statistics.comparisons import TestResult, chi_square, fisher, kruskal, mann_whitney
from cartwise.statistics.competing import cause_specific_cox, fine_gray
from cartwise.statistics.correlation import benjamini_hochberg, pearson, spearman
from cartwise.statistics.cox import Cox, cox
from cartwise.statistics.curve import Curve, KaplanMeier, Reading
from cartwise.statistics.design import Term
from cartwise.statistics.firth import firth_cox
from cartwise.statistics.gray import gray_test
from cartwise.statistics.immortal_time import ImmortalTimeBias, immortal_time_bias
from cartwise.statistics.incidence import VarianceType, cumulative_incidence
from cartwise.statistics.incidence_curve import CumulativeIncidence, IncidenceCurve
from cartwise.statistics.intervals import Intervals, time_varying
from cartwise.statistics.landmarks import Landmark, dynamic_landmark, landmark
from cartwise.statistics.likelihood import Ties
from cartwise.statistics.logistic import firth_logistic, logistic
from cartwise.statistics.logrank import LogRank, log_rank, mantel_byar
from cartwise.statistics.meta import PoolingMethod, meta_analysis, pooled_estimates
from cartwise.statistics.meta_result import MetaAnalysis, Pooled, StudyEffect
from cartwise.statistics.multistate import StateProbabilities, state_probabilities
from cartwise.statistics.proportionality import ProportionalHazards, TimeScale, ph_test
from cartwise.statistics.proportions import proportion
from cartwise.statistics.regression import Coefficient, Regression
from cartwise.statistics.restricted_mean import MeanTime, RestrictedMean, rmst
from cartwise.statistics.subdistribution import TiedCensoring
from cartwise.statistics.survival import IntervalType, kaplan_meier, reverse_kaplan_meier

__all__ = [
    "Coefficient",
    "Cox",
    "CumulativeIncidence",
    "Curve",
    "ImmortalTimeBias",
    "IncidenceCurve",
    "IntervalType",
    "Intervals",
    "KaplanMeier",
    "Landmark",
    "LogRank",
    "MeanTime",
    "MetaAnalysis",
    "Pooled",
    "PoolingMethod",
    "ProportionalHazards",
    "Reading",
    "Regression",
    "RestrictedMean",
    "StateProbabilities",
    "StudyEffect",
    "Term",
    "TestResult",
    "TiedCensoring",
    "Ties",
    "TimeScale",
    "VarianceType",
    "benjamini_hochberg",
    "cause_specific_cox",
    "chi_square",
    "cox",
    "cumulative_incidence",
    "dynamic_landmark",
    "fine_gray",
    "firth_cox",
    "firth_logistic",
    "fisher",
    "gray_test",
    "immortal_time_bias",
    "kaplan_meier",
    "kruskal",
    "landmark",
    "log_rank",
    "logistic",
    "mann_whitney",
    "mantel_byar",
    "meta_analysis",
    "pearson",
    "ph_test",
    "pooled_estimates",
    "proportion",
    "reverse_kaplan_meier",
    "rmst",
    "spearman",
    "state_probabilities",
    "time_varying",
]
