"""Batches brought to one scale by a control sample that was run in each of them, and what that did to the controls.

One monotone map a marker and batch, from the control's quantiles in that batch to their mean over batches, on the
transformed scale. The idea is that of Schuyler et al., Front Immunol 2019;10:2367 (batch adjustment by an anchor
sample), without clusters: a map for each cluster can move a population from one cluster's map to another's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.smooth_density import Values, shape

QUANTILES = np.array([0.01, *np.round(np.arange(0.05, 0.951, 0.05), 2), 0.99])
FEWEST_CELLS = 200
SIGNAL = 1.44
"""Where 99 % of every control lie below this (10 counts on asinh(x/5)), a marker has no signal to align by."""
SPREAD = (2 / 3, 1.5)
"""A control's standard deviation may change within these factors."""
SEPARATION = 0.8
"""The distance between a control's two subsets, in their spreads, may not fall below this part of what it was."""
KERNEL = 0.15

Doubles = NDArray[np.float64]
Method = Literal["quantile", "affine"]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Maps of every batch to the common scale.

    Attributes:
        markers: (m,) markers, in the order of the controls.
        scale: on which the maps work.
        method: `quantile` (linear between quantiles, a shift beyond them) or `affine` (one line).
        sources: batch -> (q, m) quantiles of its controls.
        target: (q, m) what they are brought to: the mean over batches.
        left_out: markers that are returned as they are, for want of signal in the controls or because not asked for.
    """

    markers: tuple[str, ...]
    scale: str
    method: Method
    sources: Mapping[str, Doubles]
    target: Doubles
    left_out: tuple[str, ...]

    def apply(self, cells: Cells, batch: str) -> Cells:
        """Cells of a batch on the common scale; markers that the controls did not have are returned as they are.

        Raises:
            UserError: the batch has no control, or the cells stand on another scale.
        """
        source = self._source(cells, batch)
        values = np.array(cells.values, dtype=np.float32)
        for place, marker in enumerate(self.markers):
            if marker in cells.markers and marker not in self.left_out:
                column = cells.markers.index(marker)
                mapped = _affine if self.method == "affine" else _between_quantiles
                values[:, column] = mapped(values[:, column], source[:, place], self.target[:, place])
        return replace(cells, values=values)

    def beyond(self, cells: Cells, batch: str) -> dict[str, float]:
        """Percent of cells below the lowest or above the highest quantile of the controls, by aligned marker.

        The controls say nothing about those: they are shifted with the nearest quantile (`affine`: along the line).
        """
        source = self._source(cells, batch)
        found = {}
        for place, marker in enumerate(self.markers):
            if marker in cells.markers and marker not in self.left_out and len(cells):
                values = cells[marker]
                outside = (values < source[0, place]) | (values > source[-1, place])
                found[marker] = 100 * float(outside.mean())
        return found

    def _source(self, cells: Cells, batch: str) -> Doubles:
        if batch not in self.sources:
            raise UserError(
                f"Batch {batch} has no control; there are controls of {', '.join(sorted(self.sources))}. "
                "Leave the batch as it is and say so, or name its control."
            )
        if cells.scale != self.scale:
            raise UserError(f"The controls stand on the scale {self.scale} and the cells on {cells.scale}.")
        return self.sources[batch]


@dataclass(frozen=True, slots=True)
class ControlCheck:
    """What alignment did to one marker of the controls of one batch.

    Attributes:
        batch, marker: of which.
        distance_before, distance_after: mean distance of its quantiles from the mean over batches.
        spread_ratio: standard deviation after / before.
        separation_ratio: distance between the medians of its two subsets over their spreads, after / before; None
            where no valley parts two subsets.
        positive_before, positive_after: percent above the valley of all controls pooled, each on its own scale; None
            where there is no valley.
        concerns: what speaks for overcorrection, as sentences.
    """

    batch: str
    marker: str
    distance_before: float
    distance_after: float
    spread_ratio: float
    separation_ratio: float | None
    positive_before: float | None
    positive_after: float | None
    concerns: tuple[str, ...]


def fit_alignment(
    controls: Mapping[str, Sequence[Cells]],
    *,
    method: Method = "quantile",
    markers: Sequence[str] | None = None,
    leave: Collection[str] = (),
) -> Alignment:
    """Fit the maps on control samples: the same material, run in every batch.

    Args:
        controls: batch -> its control samples, on one scale; each sample weighs the same.
        method: `quantile` or `affine`; the latter changes less and follows less.
        markers: those to align; by default all that have signal in the controls. A marker that controls lack by
            nature (CAR on cells of a healthy donor) has none and is left as it is.
        leave: markers that are left as they are whether or not they have signal.

    Raises:
        UserError: fewer than two batches, too few cells, or controls that differ in markers or scale.
    """
    first = _checked(controls)
    every = first.markers
    sources = {batch: _mean_quantiles(samples, every) for batch, samples in controls.items()}
    target = np.mean(list(sources.values()), axis=0)
    dim = np.max([source[-1] for source in sources.values()], axis=0) < SIGNAL
    asked = set(every if markers is None else markers)
    unknown = sorted(asked - set(every))
    if unknown:
        raise UserError(f"The controls have no marker {', '.join(unknown)}.")
    left_out = tuple(
        marker
        for place, marker in enumerate(every)
        if marker not in asked or marker in leave or (markers is None and dim[place])
    )
    return Alignment(every, first.scale, method, sources, target, left_out)


def check_alignment(
    alignment: Alignment, controls: Mapping[str, Sequence[Cells]]
) -> tuple[ControlCheck, ...]:
    """Hold controls before alignment against the same after: did batches come together, and did cells change sides?

    Best asked of controls that the alignment was not fitted on.
    """
    _checked(controls)
    markers = [marker for marker in alignment.markers if marker not in alignment.left_out]
    before = {batch: _pooled(samples, markers) for batch, samples in controls.items()}
    after = {
        batch: _pooled([alignment.apply(cells, batch) for cells in samples], markers)
        for batch, samples in controls.items()
    }
    return tuple(
        check
        for place, marker in enumerate(markers)
        for check in _marker_checks(
            marker,
            {batch: values[:, place] for batch, values in before.items()},
            {batch: values[:, place] for batch, values in after.items()},
        )
    )


def _marker_checks(
    marker: str, before: Mapping[str, FloatArray], after: Mapping[str, FloatArray]
) -> list[ControlCheck]:
    cut_before, cut_after = (_valley(list(values.values())) for values in (before, after))
    middle_before, middle_after = (
        np.mean([np.quantile(values, QUANTILES) for values in of.values()], axis=0) for of in (before, after)
    )
    checks = []
    for batch, values in before.items():
        check = ControlCheck(
            batch,
            marker,
            distance_before=_distance(values, middle_before),
            distance_after=_distance(after[batch], middle_after),
            spread_ratio=_ratio(float(np.std(after[batch])), float(np.std(values))),
            separation_ratio=_separation_ratio(values, after[batch]),
            positive_before=_percent_above(values, cut_before),
            positive_after=_percent_above(after[batch], cut_after),
            concerns=(),
        )
        checks.append(replace(check, concerns=_concerns(check)))
    return checks


def _concerns(check: ControlCheck) -> tuple[str, ...]:
    concerns = []
    if not SPREAD[0] <= check.spread_ratio <= SPREAD[1]:
        concerns.append(f"its spread changed {check.spread_ratio:.2f}-fold")
    if check.separation_ratio is not None and check.separation_ratio < SEPARATION:
        concerns.append(f"its subsets keep {100 * check.separation_ratio:.0f} % of their separation")
    if check.distance_after > check.distance_before + 0.05:
        concerns.append("it lies farther from the other batches than before")

    if check.positive_before is not None and check.positive_after is None:
        concerns.append("its positive and negative cells are no longer apart")
    return tuple(concerns)


def _checked(controls: Mapping[str, Sequence[Cells]]) -> Cells:
    if len(controls) < 2:
        raise UserError(
            "Alignment needs controls of two batches at the least; with one there is nothing to align."
        )
    first = next((cells for samples in controls.values() for cells in samples), None)
    for batch, samples in controls.items():
        if sum(len(cells) for cells in samples) < FEWEST_CELLS:
            raise UserError(f"The controls of batch {batch} have fewer than {FEWEST_CELLS} cells.")
        if first is None or any(c.markers != first.markers or c.scale != first.scale for c in samples):
            raise UserError(
                f"The controls of batch {batch} have other markers or another scale than the rest."
            )
    if first is None:  # pragma: no cover  # batches without samples were refused above
        raise UserError("There are no controls.")
    return first


def _mean_quantiles(samples: Sequence[Cells], markers: Sequence[str]) -> Doubles:
    quantiles = [np.quantile(cells.of(markers), QUANTILES, axis=0) for cells in samples if len(cells)]
    return np.asarray(np.mean(quantiles, axis=0), dtype=np.float64)


def _pooled(samples: Sequence[Cells], markers: Sequence[str]) -> FloatArray:
    pooled: FloatArray = np.concatenate([cells.of(markers) for cells in samples])
    return pooled


def _between_quantiles(values: FloatArray, source: Doubles, target: Doubles) -> FloatArray:
    # Quantiles within a pile of equal values (zero counts) are one point, brought to the mean of their targets.
    at, place = np.unique(source, return_inverse=True)
    to = np.bincount(place, target) / np.bincount(place)
    mapped = np.interp(values, at, to)
    mapped = np.where(values < at[0], values + (to[0] - at[0]), mapped)
    return np.where(values > at[-1], values + (to[-1] - at[-1]), mapped).astype(np.float32)


def _affine(values: FloatArray, source: Doubles, target: Doubles) -> FloatArray:
    variance = float(np.var(source))
    together = float(np.mean((source - source.mean()) * (target - target.mean())))
    slope = together / variance if variance > 0 else 1.0
    mapped: FloatArray = (target.mean() + slope * (values - source.mean())).astype(np.float32)
    return mapped


def _valley(parts: Sequence[FloatArray]) -> float | None:
    found = shape(np.concatenate(parts), kernel=KERNEL)
    return found.valley() if found else None


def _distance(values: FloatArray, middle: Doubles) -> float:
    return float(np.abs(np.quantile(values, QUANTILES) - middle).mean())


def _percent_above(values: FloatArray, cut: float | None) -> float | None:
    return None if cut is None else 100 * float((values > cut).mean())


def _separation_ratio(before: FloatArray, after: FloatArray) -> float | None:
    cut = _valley([before])
    if cut is None:
        return None
    high = before > cut
    return _ratio(_separation(after, high), _separation(before, high))


def _separation(values: FloatArray, high: NDArray[np.bool_]) -> float:
    apart = float(np.median(values[high]) - np.median(values[~high]))
    return apart / max(_width(values[high]) + _width(values[~high]), 1e-6)


def _width(values: Values) -> float:
    return float(np.median(np.abs(values - np.median(values)))) / 0.6745


def _ratio(after: float, before: float) -> float:
    return after / before if before > 0 else 1.0
