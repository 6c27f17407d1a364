"""Flags for the times at which a run was not steady: its rate of events or its medians leave their course."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.cells import asinh
from cartwise.cytometry.events import FloatArray, Mask

SEGMENTS = 100
FEWEST_IN_SEGMENT = 200
FEWEST_SEGMENTS = 10
DEVIATIONS = 5.0
"""Robust standard deviations from the median segment beyond which a segment is flagged, and besides:"""
RATE_RATIO = 1.5
"""... its rate differs at least by this factor,"""
SHIFT = 0.3
"""... or a channel's median by this much on asinh(x/5) (about 35 %)."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """What was not steady.

    Attributes:
        flagged: (n,) events in a flagged segment.
        segments: number of segments of equal event count, in the order of time.
        by_rate, by_median: (segments,) which were flagged for what.
        shifted: columns of `signals` whose median left its course anywhere.
    """

    flagged: Mask
    segments: int
    by_rate: Mask
    by_median: Mask
    shifted: tuple[int, ...]


def drift_flags(time: FloatArray, signals: FloatArray) -> Flags | None:
    """Cut a run into segments of equal event count and flag those that differ from the rest.

    Args:
        time: (n,) time of each event, any order and unit.
        signals: (n, s) raw channels whose medians are followed.

    Returns:
        None where there are too few events for ten segments of 200, or time does not run.
    """
    segments = min(SEGMENTS, len(time) // FEWEST_IN_SEGMENT)
    if segments < FEWEST_SEGMENTS or not float(np.ptp(time)) > 0:
        return None
    order = np.argsort(time, kind="stable")
    edges = np.linspace(0, len(time), segments + 1).astype(int)
    rate = _rates(time[order], edges)
    by_rate = _far(rate[:, None], np.log(RATE_RATIO))[:, 0]
    medians = np.array([np.median(signals[order[a:b]], axis=0) for a, b in pairwise(edges)])
    moved = _far(asinh(medians.astype(np.float32), 5.0).astype(np.float64), SHIFT)
    by_median = np.asarray(moved.any(axis=1))
    flagged = np.empty(len(time), dtype=np.bool_)
    flagged[order] = np.repeat(by_rate | by_median, np.diff(edges))
    return Flags(flagged, segments, by_rate, by_median, tuple(np.flatnonzero(moved.any(axis=0)).tolist()))


def _rates(time: FloatArray, edges: NDArray[np.int_]) -> Doubles:
    """Logarithm of events per unit of time, by segment; a segment without duration has the time's resolution."""
    ends = np.minimum(edges[1:], len(time) - 1)
    lasted = time[ends].astype(np.float64) - time[edges[:-1]]
    shortest = lasted[lasted > 0].min()
    rates: Doubles = np.log(np.diff(edges) / np.maximum(lasted, shortest))
    return rates


def _far(values: Doubles, least: float) -> Mask:
    """(segments, s) which segments differ from the median one by many deviations and by enough to matter."""
    distance = np.abs(values - np.median(values, axis=0))
    spread = np.median(distance, axis=0) / 0.6745
    far: Mask = (distance > DEVIATIONS * spread) & (distance > least)
    return far
