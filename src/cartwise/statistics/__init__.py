"""Statistics of cohorts: arrays in, results with intervals, reasons and methods sentences out."""

from cartwise.statistics.comparisons import TestResult, chi_square, fisher, kruskal, mann_whitney
from cartwise.statistics.curve import Curve, KaplanMeier, Reading
from cartwise.statistics.logrank import LogRank, log_rank
from cartwise.statistics.proportions import proportion
from cartwise.statistics.survival import IntervalType, kaplan_meier, reverse_kaplan_meier

__all__ = [
    "Curve",
    "IntervalType",
    "KaplanMeier",
    "LogRank",
    "Reading",
    "TestResult",
    "chi_square",
    "fisher",
    "kaplan_meier",
    "kruskal",
    "log_rank",
    "mann_whitney",
    "proportion",
    "reverse_kaplan_meier",
]
