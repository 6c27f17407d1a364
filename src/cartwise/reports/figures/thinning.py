"""What is drawn of a large cohort: some patients, evenly spaced, and the median and quartiles of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from cartwise.analyses import KineticsFigure, Profile

MOST_CURVES, CURVES, MOST_LANES = 60, 30, 120
"""Beyond so many curves none can be followed, and so many are drawn instead; beyond so many lanes no page holds them."""
LEAST = 0.2
"""Quartiles are drawn where so large a share of the patients was sampled: later on only those are in whom CAR T cells persist."""
WINDOWS = (0, 2, 5, 8, 11, 14, 18, 24, 32, 50, 75, 105, 150, 210, 300, 400)
"""Days at which one window of sampling ends and the next begins: three days in the first fortnight, months at last."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Band:
    """Levels of a whole cohort in windows of days, each placed at the median day of its samples."""

    days: tuple[float, ...]
    lower: tuple[float, ...]
    median: tuple[float, ...]
    upper: tuple[float, ...]


def evenly(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """As many of the items as may be drawn, the first and the last among them, evenly spaced."""
    if len(items) <= most:
        return tuple(items)
    return tuple(items[round(place * (len(items) - 1) / (most - 1))] for place in range(most))


def curves_drawn(figure: KineticsFigure) -> tuple[Profile, ...]:
    """All curves, or of many those evenly spaced by their highest level."""
    if len(figure.profiles) <= MOST_CURVES:
        return figure.profiles
    return evenly(sorted(figure.profiles, key=lambda each: max(each.values, default=0.0)), CURVES)


def some_of(drawn: int, everybody: int, how: str) -> str:
    """How many of a cohort are drawn, "" where all are."""
    return "" if drawn == everybody else f"{drawn} of {everybody} patients, evenly spaced {how}"


def band(figure: KineticsFigure, floor: float) -> Band | None:
    """Median and quartiles of all, where only some are drawn.

    A patient enters a window with the median of the own samples in it; one below its limit counts as at the limit.

    Args:
        figure: the levels.
        floor: what stands for a limit that is not stated.
    """
    if len(figure.profiles) <= MOST_CURVES:
        return None
    samples = [_samples(profile, floor) for profile in figure.profiles]
    rows = [row for first, last in pairwise(WINDOWS) if (row := _window(samples, first, last))]
    return Band(*zip(*rows, strict=True)) if rows else None


def _samples(profile: Profile, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Days and levels, on the logarithmic scale, of one patient."""
    limits = [limit or floor for limit in profile.below_limits]
    values = np.maximum(np.array([*profile.values, *limits], dtype=float), floor)
    return np.array([*profile.days, *profile.below_days], dtype=float), np.log10(values)


def _window(
    samples: list[tuple[np.ndarray, np.ndarray]], first: float, last: float
) -> tuple[float, float, float, float] | None:
    inside = [(days, values, (days >= first) & (days < last)) for days, values in samples]
    met = [(days[here], np.median(values[here])) for days, values, here in inside if here.any()]
    if len(met) < LEAST * len(samples):
        return None
    day = float(np.median(np.concatenate([days for days, _ in met])))
    low, middle, high = 10 ** np.quantile([level for _, level in met], [0.25, 0.5, 0.75])
    return day, float(low), float(middle), float(high)
