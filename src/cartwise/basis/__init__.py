"""The few words every room shares: truth, missing values, intervals, estimates, issues, units."""

from cartwise.basis.estimate import Estimate
from cartwise.basis.failure import UserError
from cartwise.basis.interval import Interval
from cartwise.basis.issue import Issue, Severity
from cartwise.basis.missing import Missing
from cartwise.basis.truth import (
    NO,
    UNKNOWN,
    YES,
    Truth,
    all_true,
    any_true,
    at_least_true,
    negation,
    truth_of,
)
from cartwise.basis.units import convert, convertible, known_units, ucum

DAYS_PER_MONTH = 30.4375
"""Length of a month wherever one is turned into days (365.25 / 12)."""

__all__ = [
    "DAYS_PER_MONTH",
    "NO",
    "UNKNOWN",
    "YES",
    "Estimate",
    "Interval",
    "Issue",
    "Missing",
    "Severity",
    "Truth",
    "UserError",
    "all_true",
    "any_true",
    "at_least_true",
    "convert",
    "convertible",
    "known_units",
    "negation",
    "truth_of",
    "ucum",
]
