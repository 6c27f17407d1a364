"""The batches of a run brought to one scale by their anchors, with the account and the check for overcorrection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cartwise.cytometry.batch import (
    FEWEST_CELLS,
    Alignment,
    ControlCheck,
    check_alignment,
    fit_alignment,
)
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.step import Setting, Step

ANCHOR = "batch anchor"
"""The control's role: the same material, run in every batch."""

Anchors = Mapping[str, tuple[Cells, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class BatchAlignment:
    """What was found when the batches of a run were to be aligned.

    Attributes:
        alignment: the maps; None where fewer than two batches have an anchor.
        checks: what maps fitted in the same way on half of the anchors' cells did to the other half, by batch and
            marker.
        remarks: which batches were aligned, which were not, what speaks for overcorrection.
    """

    alignment: Alignment | None
    checks: tuple[ControlCheck, ...]
    remarks: tuple[str, ...]


def align_batches(anchors: Anchors, batches: Collection[str], *, leave: Collection[str]) -> BatchAlignment:
    """Fit the maps on the anchors; the check is of maps from every second cell, held against the other cells.

    Args:
        anchors: batch -> cells of its anchors, on one scale.
        batches: all batches that have samples.
        leave: markers that are not aligned: CAR+ begins where each batch's own control says.

    Raises:
        UserError: the anchors stand on unequal scales.
    """
    usable = {
        batch: samples for batch, samples in anchors.items() if sum(map(len, samples)) >= 3 * FEWEST_CELLS
    }
    without = _told(batch for batch in batches if batch not in usable)
    if len(usable) < 2:
        said = (
            f"Nothing was aligned: two batches with a {ANCHOR} of {3 * FEWEST_CELLS} intact cells are needed, and "
            f"{_told(usable) or 'no batch'} has one."
        )
        return BatchAlignment(None, (), (said,))
    markers = _common(usable)
    every = {batch: [_of(cells, markers) for cells in samples] for batch, samples in usable.items()}
    one, other = (
        {batch: [_half(cells, part) for cells in samples] for batch, samples in every.items()}
        for part in (0, 1)
    )
    alignment = fit_alignment(every, leave=leave)
    checks = check_alignment(fit_alignment(one, leave=leave), other)
    remarks = [f"Batches {_told(usable)} were aligned by their anchors. {_agreement(checks)}"]
    remarks += [_left(alignment)] if alignment.left_out else []
    remarks += [f"Batches without a usable {ANCHOR}, left as they are: {without}."] if without else []
    return BatchAlignment(alignment, checks, (*remarks, *_concerns(checks)))


def aligned(cells: Cells, batch: str, alignment: Alignment) -> tuple[Cells, Step]:
    """Cells on the common scale, with how far each marker moved; those of a batch without anchor as they are."""
    if batch not in alignment.sources:
        remark = f"{_named(batch)} has no usable {ANCHOR}; its cells are left as they were measured."
        return cells, Step("batch alignment", len(cells), len(cells), remarks=(remark,))
    moved = alignment.apply(cells, batch)
    settings = tuple(
        setting
        for marker, beyond in alignment.beyond(cells, batch).items()
        for setting in (
            Setting(f"{marker}, shift of the median", _shift(cells, moved, marker), cells.scale, _HOW),
            Setting(f"{marker}, beyond the anchors' cells", beyond, "%", "moved with the anchors' outermost"),
        )
    )
    return moved, Step("batch alignment", len(cells), len(cells), settings)


_HOW = "quantiles of the anchors brought to their mean over batches"


def _shift(before: Cells, after: Cells, marker: str) -> float:
    return float(np.median(after[marker]) - np.median(before[marker]))


def _half(cells: Cells, part: int) -> Cells:
    return cells.only(np.arange(len(cells)) % 2 == part)


def _of(cells: Cells, markers: tuple[str, ...]) -> Cells:
    return Cells(cells.of(markers), markers, cells.scale)


def _common(anchors: Anchors) -> tuple[str, ...]:
    """Markers that all anchors have: batches may have been stained with versions of a panel."""
    every = [cells.markers for samples in anchors.values() for cells in samples]
    return tuple(marker for marker in every[0] if all(marker in markers for markers in every))


def _agreement(checks: Collection[ControlCheck]) -> str:
    before, after = (
        float(np.mean([getattr(check, name) for check in checks])) if checks else 0.0
        for name in ("distance_before", "distance_after")
    )
    return (
        f"Maps fitted on half of the anchors' cells bring the quantiles of the other half from {before:.3f} to "
        f"{after:.3f} of the mean over batches (mean distance over markers)."
    )


def _left(alignment: Alignment) -> str:
    return (
        f"Markers left as they are: {', '.join(alignment.left_out)} (CAR, whose cut each batch's own control sets, and "
        "what has no signal in the anchors)."
    )


def _concerns(checks: Collection[ControlCheck]) -> tuple[str, ...]:
    doubtful = [check for check in checks if check.concerns]
    if not doubtful:
        return (
            f"Nothing in the anchors speaks for overcorrection ({len(checks)} markers and batches looked at).",
        )
    told = "; ".join(f"{one.marker} in {_named(one.batch)}: {', '.join(one.concerns)}" for one in doubtful)
    return (f"Overcorrection is possible in {len(doubtful)} of {len(checks)} markers and batches: {told}.",)


def _told(batches: Iterable[str]) -> str:
    return ", ".join(sorted(_named(batch) for batch in batches))


def _named(batch: str) -> str:
    return batch or "(no batch)"
