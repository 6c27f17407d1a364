"""Normalisation by calibration beads: what the beads lost in signal while a file ran is given back to every event.

The published algorithm (Finck et al., Cytometry A 2013;83A:483-494): bead intensities are smoothed by a running
median over beads in the order of time; at each bead the slope through the origin that takes the smoothed
intensities to their global means by least squares over the bead channels is the correction; it is interpolated
linearly in time and every mass channel is multiplied by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.events import FloatArray, Mask

WINDOW = 500
"""Beads in the running median, as published; made odd, and at most a third of a file's beads.

A window as long as the file would bring all its beads to one factor and leave the drift in."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class NormalisedValues:
    """Events after normalisation, and how much was done to them.

    Attributes:
        values: (n, c) float32, a new array; columns that are no mass channels are as they were.
        factors: (n,) what the mass channels of each event were multiplied with.
        baseline: (b,) intensity each bead channel was brought to, raw.
        window: beads in the running median.
        drift_before, drift_after: (b,) highest over lowest smoothed bead intensity, per bead channel.
    """

    values: FloatArray
    factors: FloatArray
    baseline: Doubles
    window: int
    drift_before: Doubles
    drift_after: Doubles


def normalise(
    values: FloatArray,
    time: FloatArray,
    bead_mask: Mask,
    bead_columns: Sequence[int],
    columns: Sequence[int],
    *,
    baseline: Sequence[float] | None = None,
    window: int = WINDOW,
) -> NormalisedValues:
    """Multiply the mass channels by what brings the beads to their baseline at every time.

    Args:
        values: (n, c) raw events; left untouched.
        time: (n,) time of each event, in any order and unit.
        bead_mask: (n,) which events are single beads.
        bead_columns: columns of the bead isotopes.
        columns: columns of all mass channels, the bead isotopes among them.
        baseline: raw intensity of each bead channel to bring the beads to, e.g. of a whole study; by default the
            means over this file's beads, as published.
        window: beads in the running median.

    Raises:
        UserError: no bead, no bead channel, or a baseline of another length.
    """
    if not bead_mask.any() or not len(bead_columns):
        raise UserError("There are no beads to normalise by. Leave normalisation out for this file.")
    at = np.flatnonzero(bead_mask)
    at = at[np.argsort(time[at], kind="stable")]
    beads = values[np.ix_(at, np.asarray(bead_columns, dtype=np.intp))].astype(np.float64)
    aim = beads.mean(axis=0) if baseline is None else np.asarray(baseline, dtype=np.float64)
    if aim.shape != (len(bead_columns),):
        raise UserError(
            f"The baseline has {aim.size} values and there are {len(bead_columns)} bead channels."
        )
    smoothed, used = running_median(beads, window)
    slope = _slopes(smoothed, aim)
    factors = np.interp(time, time[at], slope).astype(np.float32)
    corrected, _ = running_median(beads * factors[at, None], window)
    return NormalisedValues(
        _multiplied(values, factors, columns), factors, aim, used, _drift(smoothed), _drift(corrected)
    )


def running_median(values: Doubles, window: int) -> tuple[Doubles, int]:
    """Running median down each column with constant ends, and the window used: odd, at most a third of the rows.

    Source: as R's `runmed(endrule = "constant")`: the first and last whole windows stand for the ends.
    """
    from scipy.ndimage import median_filter  # noqa: PLC0415  # scipy is slow to import

    rows = len(values)
    half = min(window, max(rows // 3, 1)) // 2
    used = 2 * half + 1
    smoothed = np.empty_like(values)
    for column in range(values.shape[1]):
        smoothed[:, column] = median_filter(np.ascontiguousarray(values[:, column]), used, mode="nearest")
    smoothed[:half] = smoothed[half]
    smoothed[rows - half :] = smoothed[rows - half - 1]
    return smoothed, used


def _slopes(smoothed: Doubles, baseline: Doubles) -> Doubles:
    """Least-squares slope through the origin from smoothed to baseline intensities, at each bead."""
    square = np.einsum("ij,ij->i", smoothed, smoothed)
    # A stretch of beads without signal says nothing about the correction: none is made.
    slopes: Doubles = np.divide(smoothed @ baseline, square, out=np.ones(len(smoothed)), where=square > 0)
    return slopes


def _multiplied(values: FloatArray, factors: FloatArray, columns: Sequence[int]) -> FloatArray:
    others = np.setdiff1d(np.arange(values.shape[1]), columns)
    normalised: FloatArray = np.multiply(values, factors[:, None], dtype=np.float32)
    normalised[:, others] = values[:, others]
    return normalised


def _drift(smoothed: Doubles) -> Doubles:
    lowest = smoothed.min(axis=0)
    ratio: Doubles = np.divide(
        smoothed.max(axis=0), lowest, out=np.full(len(lowest), np.inf), where=lowest > 0
    )
    return ratio
