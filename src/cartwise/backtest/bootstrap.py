"""Percentile intervals from drawing whole patients again: each as often as a Poisson number of mean one says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

DRAWS = 400
SEED = 37
"""One seed for every interval: the same records give the same intervals, whoever runs them and in what order."""

WORDS = (
    f"Bootstrap intervals are 95 % percentile intervals of {DRAWS} draws of whole patients (Poisson bootstrap); weights and "
    "predictions are kept as estimated once."
)

Floats = NDArray[np.float64]
Limits = tuple[float | None, float | None]


def _drawn(n: int) -> Floats:
    """(n, DRAWS) how often each patient is in each draw; of more patients the first n are as they were."""
    return _table(max(64, 1 << (n - 1).bit_length()))[:n]


@cache
def _table(n: int) -> Floats:
    return np.random.default_rng(SEED).poisson(1.0, size=(n, DRAWS)).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Combined:
    """What is combined from sums over the same n patients.

    Attributes:
        columns: the summed values, (n,) each.
        how: takes the sums in each draw, (DRAWS,) a column, and gives one value a draw; NaN where undefined.
    """

    columns: tuple[Floats, ...]
    how: Callable[..., Floats]


def of_sums(wanted: Sequence[Combined]) -> list[Limits]:
    """Intervals of several combinations, drawn together: the draws are large, and are gone through once."""
    columns = [column for item in wanted for column in item.columns]
    if not columns or not columns[0].size:
        return [(None, None)] * len(wanted)
    sums = iter(np.stack(columns) @ _drawn(columns[0].size))
    with np.errstate(divide="ignore", invalid="ignore"):
        return [_limits(item.how(*islice(sums, len(item.columns)))) for item in wanted]


def ratio(top: Floats, bottom: Floats) -> Combined:
    """A sum over a sum."""
    return Combined((top, bottom), lambda over, under: over / under)


def mean(values: Floats) -> Combined:
    """A sum over the number of patients."""
    return ratio(values, np.ones(values.size))


def of_median(values: Floats) -> Limits:
    """Interval of a median, (n,) values."""
    if not values.size:
        return None, None
    drawn = np.cumsum(_drawn(values.size)[np.argsort(values)], axis=0)
    total, ordered = drawn[-1], np.sort(values)
    lower, upper = (
        ordered[np.argmax(drawn > place, axis=0)] for place in (np.ceil(total / 2) - 1, np.floor(total / 2))
    )
    return _limits(np.where(total > 0, (lower + upper) / 2, np.nan))


def _limits(values: Floats) -> Limits:
    """The middle 95 %; none where most draws have no value, or where they all have the same."""
    told = values[np.isfinite(values)]
    if told.size < DRAWS / 2 or np.ptp(told) == 0:
        return None, None
    low, high = np.quantile(told, [0.025, 0.975])
    return float(low), float(high)
