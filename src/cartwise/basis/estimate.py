"""A number estimated from patients, with its interval and how it was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its confidence interval.

    Attributes:
        value: the point estimate, in `unit`.
        lower: lower confidence limit; None where the method gives none.
        upper: upper confidence limit; None where the method gives none (or it was not reached).
        level: confidence level of the interval.
        unit: UCUM code, "1" for a ratio or a probability.
        n: number of patients it rests on.
        method: how it was made, in the words a methods section would use.
    """

    value: float
    lower: float | None = None
    upper: float | None = None
    level: float = 0.95
    unit: str = "1"
    n: int | None = None
    method: str = ""
