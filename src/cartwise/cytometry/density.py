"""The density of one marker: a histogram, smoothed, on which modes and valleys can be told from noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.step import Density

BINS = 512
_PICTURE_BINS = 128
_NARROWEST = 0.12
"""Least bandwidth on the asinh scale: the steps between 0, 1, 2 and 3 ion counts are not modes."""

Curve = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of one marker in narrow bins of equal width.

    Attributes:
        low, width: lower border of the first bin, and the width of each.
        counts: (b,) cells a bin.
    """

    low: float
    width: float
    counts: Curve

    @property
    def centres(self) -> Curve:
        """(b,) middle of each bin."""
        centres: Curve = self.low + self.width * (np.arange(len(self.counts), dtype=np.float64) + 0.5)
        return centres

    @property
    def total(self) -> float:
        """Cells in all bins."""
        return float(self.counts.sum())

    def picture(self, title: str, x_label: str, cuts: tuple[float, ...]) -> Density:
        """The histogram in wider bins with its cuts, to be drawn."""
        counts = self.counts.reshape(_PICTURE_BINS, -1).sum(axis=1)
        edges = self.low + self.width * (BINS // _PICTURE_BINS) * np.arange(_PICTURE_BINS + 1)
        return Density(title, x_label, tuple(edges.tolist()), tuple(int(count) for count in counts), cuts)


def histogram(values: FloatArray) -> Histogram | None:
    """Counts of (n,) finite values in 512 bins over their range; None without values or where all are one."""
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return None
    width = (high - low) / BINS
    places = ((values - np.float32(low)) * np.float32(1 / width)).astype(np.int32)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS).astype(np.float64)
    return Histogram(low, width, counts)


def smoothed(counts: Histogram) -> tuple[Curve, float]:
    """Cells expected within one bandwidth around each bin, and the bandwidth.

    The kernel is normal; its width is 0.9 min(sd, 1) n^(-1/5) (Silverman 1986, eq. 3.31, with the spread
    of one mode rather than that of all), never less than 0.12. The curve stands for counts, so that
    the square root of it has a standard error of about one half wherever it is (Poisson).
    """
    n, centres = counts.total, counts.centres
    mean = float(np.average(centres, weights=counts.counts))
    spread = float(np.sqrt(np.average((centres - mean) ** 2, weights=counts.counts)))
    bandwidth = max(_NARROWEST, 0.9 * min(spread, 1.0) * n ** (-1 / 5))
    reach = int(np.ceil(4 * bandwidth / counts.width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * counts.width / bandwidth) ** 2)
    return _convolved(counts.counts, kernel) * np.sqrt(2), bandwidth


def _convolved(counts: Curve, kernel: Curve) -> Curve:
    """Counts weighted by a kernel of height one, over the same bins.

    Cells beyond the range are none, so a pile of zero counts at the lower border keeps its peak.
    """
    size = len(counts) + len(kernel) - 1
    both = np.fft.irfft(np.fft.rfft(counts, size) * np.fft.rfft(kernel, size), size)
    start = len(kernel) // 2
    found: Curve = np.maximum(both[start : start + len(counts)], 0.0)
    return found
