"""Kinetics of CAR T cells: non-compartmental analysis and the expansion-contraction model; arrays in, results out."""

from cartwise.kinetics.method import (
    MAX_EXTRAPOLATED_PERCENT,
    MIN_R2,
    MIN_SPAN_RATIO,
    NcaMethod,
    method_sentence,
)
from cartwise.kinetics.nca import nca
from cartwise.kinetics.quantities import NcaArrays, nca_arrays
from cartwise.kinetics.reasons import reason_texts
from cartwise.kinetics.stein import (
    STEIN_RESIDUAL,
    STEIN_STEROIDS,
    STEIN_TOCILIZUMAB,
    STEIN_TYPICAL,
    SteinParameters,
    stein_curve,
    stein_log_sd,
)

__all__ = [
    "MAX_EXTRAPOLATED_PERCENT",
    "MIN_R2",
    "MIN_SPAN_RATIO",
    "STEIN_RESIDUAL",
    "STEIN_STEROIDS",
    "STEIN_TOCILIZUMAB",
    "STEIN_TYPICAL",
    "NcaArrays",
    "NcaMethod",
    "SteinParameters",
    "method_sentence",
    "nca",
    "nca_arrays",
    "reason_texts",
    "stein_curve",
    "stein_log_sd",
]
