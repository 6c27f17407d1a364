"""Counts, percentages and limits of cytometry as a page shows them; the tables beside it hold the full numbers."""

from __future__ import annotations

import math

from cartwise.basis import Estimate, Missing
from cartwise.reports.wording import number

NONE = "–"
NOTHING = 1e-9
"""Percent below which a number is what rounding left: a cell of a file is more."""


def percent(value: float | None) -> str:
    """Two decimals, and two digits below one: a rare subset is not rounded to nothing."""
    if value is None or math.isnan(value):
        return NONE
    if abs(value) < NOTHING:
        return "0"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:#.2g}"


def limits(lower: float | None, upper: float | None) -> str:
    """Both ends of an interval; an end that the data do not give is said to be none."""
    if lower is None or upper is None:
        return NONE
    ends = [percent(end) if math.isfinite(end) else "no limit" for end in (lower, upper)]
    return " to ".join(ends)


def estimate(value: Estimate | Missing) -> str:
    """An estimated percentage with its limits, or why there is none."""
    if isinstance(value, Missing):
        return f"not known: {value.reason}" + (f"; needs {value.settled_by}" if value.settled_by else "")
    return f"{percent(value.value)} % ({limits(value.lower, value.upper)})"


def value(at: float) -> str:
    """A threshold on its own scale."""
    return number(at) if math.isfinite(at) else "no limit"


def cut(at: float, lower: float, upper: float) -> tuple[str, str]:
    """Where a gate cuts, and between what it may as well; one that was given has no such limits."""
    return percent(at), "as given" if lower == upper else limits(lower, upper)


def share(part: float, whole: float) -> str:
    """A part of a whole in percent."""
    return percent(100 * part / whole) if whole else NONE
