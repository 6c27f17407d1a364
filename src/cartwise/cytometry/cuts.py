"""Cuts found in the values of one marker: valley, mixture of two, quantile; each with how sure it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cartwise.cytometry.density import Curve, Histogram, smoothed
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.step import Setting

FEWEST = 200
"""Cells below which no mode is looked for: the fallback is used instead."""
_LEAST_DEPTH = 0.2
_LEAST_SIDE = 0.003
_LEAST_POSITIVE = 1.0
_STEPS = 300
_NARROWEST_COMPONENT = (
    0.3  # a pile of cells at zero ions is the edge of a population and no population of its own
)


@dataclass(frozen=True, slots=True)
class Found:
    """A cut that a method found.

    Attributes:
        value: the cut.
        lower, upper: between which it may as well stand.
        how: how it came about.
    """

    value: float
    lower: float
    upper: float
    how: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut as it is used.

    Attributes:
        name: the marker, or `MARKER bright`.
        value: cells at or above it are positive.
        scale: e.g. `asinh(x/5)`.
        how: how it came about.
        lower, upper: between which it may as well stand; both the value where it was given.
        method: the method that found it, as the definition names it.
        found: whether data decided it; False where the fallback of the definition was used.
        cells: among how many cells it was looked for.
    """

    name: str
    value: float
    scale: str
    how: str
    lower: float
    upper: float
    method: str
    found: bool
    cells: int

    @property
    def setting(self) -> Setting:
        """The cut as a line in the account of a step."""
        return Setting(self.name, self.value, self.scale, self.how)


def valley(counts: Histogram) -> Found | None:
    """The lowest density between the two main modes; None where no two modes can be told apart.

    The histogram is smoothed. Every pair of neighbouring peaks is weighed by how deep the valley between is, the
    peaks taken at their lower and the valley at its upper Poisson limit (two standard errors), and by
    how evenly it parts the cells; the best stands. The upper mode must lie above 1 on the asinh scale (six
    ion counts), because a hump of background beside a pile of zeros is no population. The cut is the middle of the stretch
    in which the density does not differ from its minimum, and that stretch is its uncertainty.
    """
    if counts.total < FEWEST:
        return None
    curve, bandwidth = smoothed(counts)
    best = max(_candidates(counts, curve), key=lambda item: item[0], default=None)
    if best is None:
        return None
    lower, upper = _flat(curve, best[1])
    edges = counts.low + counts.width * (np.array([lower, upper]) + 0.5)
    how = f"valley between two modes (bandwidth {bandwidth:.2f})"
    return Found(float(edges.mean()), float(edges[0]), float(edges[1]), how)


def _candidates(counts: Histogram, curve: Curve) -> list[tuple[float, int]]:
    """(score, bin) of each valley that two real modes flank."""
    root = np.sqrt(curve)
    padded = np.concatenate([[-1.0], root, [-1.0]])
    rises = padded[1:-1] > padded[:-2]
    peaks = np.flatnonzero(rises & (padded[1:-1] >= padded[2:]))
    below = np.cumsum(counts.counts) / counts.total
    found = []
    for one, other in pairwise(peaks.tolist()):
        place = one + int(np.argmin(curve[one : other + 1]))
        above = place + int(np.argmax(curve[place:]))
        lower_peak = min(root[: place + 1].max(), root[above])
        depth = 1 - ((root[place] + 1) / max(lower_peak - 1, 1e-9)) ** 2
        side = min(below[place], 1 - below[place])
        if depth >= _LEAST_DEPTH and side >= _LEAST_SIDE and counts.centres[above] >= _LEAST_POSITIVE:
            found.append((depth * side**0.25, place))
    return found


def _flat(curve: Curve, place: int) -> tuple[int, int]:
    """First and last bin around a minimum in which the square root of the counts is within one of it."""
    high = np.sqrt(curve) > np.sqrt(curve[place]) + 1
    left, right = np.flatnonzero(high[:place]), np.flatnonzero(high[place:])
    lower = int(left[-1]) + 1 if len(left) else 0
    upper = place + int(right[0]) - 1 if len(right) else len(curve) - 1
    return lower, upper


def mixture(counts: Histogram) -> Found | None:
    """Where two normal components are equally likely; None where they are not two.

    Expectation-maximisation on the histogram, started from the split that leaves the least variance within (Otsu
    1979). Two components count as two where Ashman's D exceeds 2 (Ashman et al., Astron J 1994;108:2348)
    and each holds at least 1 % of the cells. The uncertainty is the stretch in which neither has
    more than three quarters of the posterior.
    """
    if counts.total < FEWEST:
        return None
    x, weights = counts.centres, counts.counts / counts.total
    share, mean, spread = _two_components(x, weights)
    apart = abs(mean[1] - mean[0]) / math.sqrt((spread[0] ** 2 + spread[1] ** 2) / 2)
    if apart <= 2 or share.min() < 0.01:
        return None
    between = np.linspace(mean[0], mean[1], 401)
    log_ratio = np.diff(_log_parts(between, share, mean, spread), axis=0)[0]
    places = [_crossing(between, log_ratio, level) for level in (-math.log(3), 0.0, math.log(3))]
    how = f"equal posterior of two normal components (Ashman's D {apart:.1f})"
    return Found(places[1], places[0], places[2], how)


def _two_components(x: Curve, weights: Curve) -> tuple[Curve, Curve, Curve]:
    split = _otsu(x, weights)
    upper = np.where(x >= split, 1.0, 0.0)
    posterior = np.stack([1 - upper, upper])
    floor = max(float(x[1] - x[0]), _NARROWEST_COMPONENT)
    previous = np.zeros(2)
    for _ in range(_STEPS):
        parts = posterior * weights
        share = np.maximum(parts.sum(axis=1), 1e-12)
        mean = parts @ x / share
        spread = np.sqrt(np.maximum((parts * (x - mean[:, None]) ** 2).sum(axis=1) / share, floor**2))
        if np.abs(mean - previous).max() < 1e-5:
            break
        previous = mean
        logs = _log_parts(x, share, mean, spread)
        posterior = np.exp(logs - np.logaddexp(*logs))
    return share, mean, spread


def _log_parts(x: Curve, share: Curve, mean: Curve, spread: Curve) -> Curve:
    """(2, k) logarithm of each component's part of the density."""
    standard = (x - mean[:, None]) / spread[:, None]
    parts: Curve = np.log(share / spread)[:, None] - 0.5 * standard**2
    return parts


def _otsu(x: Curve, weights: Curve) -> float:
    below = np.cumsum(weights)
    moment = np.cumsum(weights * x)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (moment[-1] * below - moment) ** 2 / (below * (1 - below))
    return float(x[int(np.nanargmax(np.where(np.isfinite(between), between, -1)))])


def _crossing(x: Curve, rising: Curve, level: float) -> float:
    """Where a curve first passes a level, between the points it was computed at; its end where it never does."""
    above = np.flatnonzero(rising >= level)
    if not len(above):
        return float(x[-1])
    place = int(above[0])
    if place == 0:
        return float(x[0])
    part = (level - rising[place - 1]) / (rising[place] - rising[place - 1])
    return float(x[place - 1] + part * (x[place] - x[place - 1]))


def quantile(values: FloatArray, percent: float, level: float = 0.95) -> Found | None:
    """An upper quantile with the interval that order statistics give it, whatever the distribution.

    The value is the order statistic of rank ceil(n p), and the limits are those of the ranks between which
    the binomial (n, p) lies (Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2). Where the sample
    is too small for an upper rank, the upper limit is infinite.

    Args:
        values: (n,) finite values.
        percent: between 0 and 100.
        level: confidence of the limits.
    """
    from scipy.stats import binom  # noqa: PLC0415  # scipy is slow to import and not every run needs it

    n, part = len(values), percent / 100
    if n == 0:
        return None
    tail = (1 - level) / 2
    rank = min(n, math.ceil(n * part - 1e-9))
    lower = int(binom.ppf(tail, n, part))
    upper = int(binom.ppf(1 - tail, n, part)) + 1
    wanted = sorted({rank, max(lower, 1), min(upper, n)})
    ordered = np.partition(values, [place - 1 for place in wanted])
    return Found(
        value=float(ordered[rank - 1]),
        lower=float(ordered[lower - 1]) if lower >= 1 else -math.inf,
        upper=float(ordered[upper - 1]) if upper <= n else math.inf,
        how=f"{percent:g} % quantile of {n} cells",
    )
