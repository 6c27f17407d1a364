"""The shape of one channel's values: its modes, how wide they are, the valleys between them, and its picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.step import Density

BINS = 512
PICTURE_BINS = 128
FEWEST = 50
"""Fewer values than this have no shape that a threshold could be read from."""
NOISE = 4.0
"""A valley must be deeper than this many standard errors of the density beside it."""
DEPTH = 0.2
"""A valley must lie at least this part below the lower of the modes beside it."""
SIGMAS_AT_HALF = math.sqrt(2 * math.log(2))
"""Half the width of a normal density at half its height, in standard deviations."""

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A histogram smoothed by a normal kernel.

    Attributes:
        at: (BINS,) middles of the bins.
        height: (BINS,) smoothed events a bin.
        smoothing: standard deviation of the kernel, in bins.
    """

    at: NDArray[np.float64]
    height: NDArray[np.float64]
    smoothing: float

    def mode(self, *, above: float = -math.inf) -> float:
        """Where the density is highest among values above a bound."""
        return float(self.at[self._highest(above)])

    def spread(self, mode: float) -> tuple[float, float]:
        """Standard deviation below and above a mode, each from the half width at half the height of its side.

        Tails and other populations do not reach into it. The kernel's own width is taken out.
        """
        top = int(np.argmin(np.abs(self.at - mode)))
        low = np.flatnonzero(self.height[: top + 1] < self.height[top] / 2)
        high = np.flatnonzero(self.height[top:] < self.height[top] / 2)
        left = top - low[-1] if len(low) else top
        right = high[0] if len(high) else len(self.height) - 1 - top
        return self._sigma(left), self._sigma(right)

    def valley(self, *, above: float = -math.inf, below: float = math.inf) -> float | None:
        """The deepest valley between two bounds, or None where none is deeper than noise.

        The depth of a place is the difference to the lower of the highest densities on its two sides; an empty
        stretch gives its middle.
        """
        shoulder = np.minimum(
            np.maximum.accumulate(self.height), np.maximum.accumulate(self.height[::-1])[::-1]
        )
        depth = np.where((self.at > above) & (self.at < below), shoulder - self.height, -1.0)
        best = int(np.argmax(depth))
        if depth[best] <= max(DEPTH * shoulder[best], NOISE * self._noise(float(shoulder[best]))):
            return None
        return float(self.at[_run(depth >= depth[best] * (1 - 1e-9), best)])

    def _highest(self, above: float) -> int:
        return int(np.argmax(np.where(self.at > above, self.height, -1.0)))

    def _sigma(self, half_width: float) -> float:
        seen = half_width / SIGMAS_AT_HALF
        own = math.sqrt(max(seen**2 - self.smoothing**2, (seen / 4) ** 2))
        return own * float(self.at[1] - self.at[0])

    def _noise(self, height: float) -> float:
        # Counts are Poisson; the kernel averages 2 sqrt(pi) x its standard deviation of them.
        return math.sqrt(height / (2 * math.sqrt(math.pi) * self.smoothing))


def shape(values: Values, *, kernel: float | None = None) -> Shape | None:
    """The shape of finite values, or None where they are fewer than FEWEST or all the same.

    Args:
        values: (n,) values of one channel.
        kernel: standard deviation of the kernel in units of the values, at the least, for values on a scale that
            tames wild ones; by default the values are taken as raw: the kernel is a fiftieth of the range between
            the 1st and 99th percentiles, and what lies twice that range beyond it is not looked at.
    """
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415  # scipy is slow to import

    finite = values[np.isfinite(values)].astype(np.float64)
    if len(finite) < FEWEST:
        return None
    low, high = float(finite.min()), float(finite.max())
    near, far = np.percentile(finite, [1, 99])
    if kernel is None:  # a few wild values must not make the bins wider than the modes
        low, high = max(low, near - 2 * (far - near)), min(high, far + 2 * (far - near))
    if not high > low:
        return None
    counts, edges = np.histogram(finite, BINS, range=(low, high))
    width = edges[1] - edges[0]
    silverman = 0.9 * min(float(np.std(finite)), float(far - near) / 4.65) * len(finite) ** -0.2
    sigma = max(silverman, kernel if kernel is not None else float(far - near) / 50) / width
    sigma = max(sigma, 1.0)
    height = gaussian_filter1d(counts.astype(float), sigma, mode="reflect")
    return Shape((edges[:-1] + edges[1:]) / 2, height, sigma)


def picture(title: str, x_label: str, values: Values, cuts: tuple[float, ...]) -> Density:
    """A histogram of the finite values with the cuts set in it; empty where there are no values."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not len(finite):
        return Density(title, x_label, (0.0, 1.0), (0,), cuts)
    # Values beyond the 99.9th percentile are counted in the last bin, so that the picture shows the rest.
    low = min(float(finite.min()), *cuts) if cuts else float(finite.min())
    high = max(float(np.percentile(finite, 99.9)), *cuts) if cuts else float(np.percentile(finite, 99.9))
    high = high if high > low else low + 1.0
    counts, edges = np.histogram(np.minimum(finite, high), PICTURE_BINS, range=(low, high))
    return Density(title, x_label, tuple(edges.tolist()), tuple(counts.tolist()), cuts)


def _run(holds: NDArray[np.bool_], place: int) -> int:
    """Middle of the unbroken run of True around a place."""
    left = right = place
    while left > 0 and holds[left - 1]:
        left -= 1
    while right < len(holds) - 1 and holds[right + 1]:
        right += 1
    return (left + right) // 2
