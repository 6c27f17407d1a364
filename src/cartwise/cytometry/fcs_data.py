"""The DATA segment as float32: mapped where it is stored so, converted block by block where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.fcs_layout import Layout, Run
from cartwise.cytometry.fcs_text import listed

BLOCK_BYTES = 1 << 22
"""Bytes handled at a time: large enough for speed, small beside any file that matters."""

EXACT_INTEGERS = 1 << 24
"""Every whole number up to this one is itself in float32; beyond it neighbours are joined."""

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Tally:
    """(c,) counts of the values of each channel that are not what stands in the file."""

    masked: Counts
    rounded: Counts
    overflown: Counts


def read_values(path: Path, layout: Layout, names: Sequence[str], remarks: list[str]) -> FloatArray:
    """(n, c) float32 values, read-only; `names` (c,) call the channels in the remarks."""
    if _is_native(layout):
        shape = layout.events, layout.channels
        values: FloatArray = np.asarray(np.memmap(path, np.float32, "r", layout.begin, shape))
    else:
        values = _converted(path, layout, names, remarks)
        values.flags.writeable = False
    _remark_not_finite(values, names, remarks)
    return values


def _is_native(layout: Layout) -> bool:
    """Stored as this machine computes. A first byte off the grid would slow every later use, so that is copied."""
    stored = [np.dtype(f"{layout.order}f4") for run in layout.runs if run.kind == "F"]
    single = len(layout.runs) == 1 and stored == [np.dtype(np.float32)]
    return single and layout.events > 0 and layout.begin % np.dtype(np.float32).itemsize == 0


def _converted(path: Path, layout: Layout, names: Sequence[str], remarks: list[str]) -> FloatArray:
    values = np.empty((layout.events, layout.channels), np.float32)
    tally = _Tally(*(np.zeros(layout.channels, np.int64) for _ in range(3)))
    with path.open("rb") as file:
        file.seek(layout.begin)
        for rows in blocks(layout.events, layout.event_bytes):
            count = (rows.stop - rows.start) * layout.event_bytes
            block = np.fromfile(file, np.uint8, count).reshape(-1, layout.event_bytes)
            for run in layout.runs:
                values[rows, run.first : run.first + run.count] = _decoded(block, run, layout, tally)
    _remark_conversion(layout, tally, names, remarks)
    return values


def blocks(events: int, event_bytes: int) -> Iterator[slice]:
    """Rows to handle at a time."""
    step = max(BLOCK_BYTES // event_bytes, 1)
    for start in range(0, events, step):
        yield slice(start, min(start + step, events))


def _decoded(block: Bytes, run: Run, layout: Layout, tally: _Tally) -> FloatArray:
    """(n, count) values of one run from (n, event bytes)."""
    raw = block[:, run.offset : run.offset + run.count * run.width].reshape(len(block), run.count, run.width)
    columns = slice(run.first, run.first + run.count)
    if run.kind == "I":
        return _integers(raw, layout.ranges[columns], layout.order, columns, tally)
    stored = np.ascontiguousarray(raw).view(f"{layout.order}f{run.width}")[..., 0]
    with np.errstate(over="ignore", invalid="ignore"):
        values = stored.astype(np.float32)
    if run.kind == "D":
        tally.overflown[columns] += (np.isinf(values) & np.isfinite(stored)).sum(axis=0)
    return values


def _integers(
    raw: Bytes, ranges: Sequence[int | None], order: str, columns: slice, tally: _Tally
) -> FloatArray:
    """Unsigned integers of 1 to 8 bytes, without the bits that $PnR rules out.

    Source: FCS 3.1, $PnR: bits beyond the smallest power of two that holds the range are to be masked.
    """
    stored = _widened(raw, order)
    full = (1 << 8 * raw.shape[-1]) - 1
    masks = [full if upper is None else min((1 << (upper - 1).bit_length()) - 1, full) for upper in ranges]
    kept = stored & np.array(masks, stored.dtype)
    tally.masked[columns] += (kept != stored).sum(axis=0)
    tally.rounded[columns] += (kept > EXACT_INTEGERS).sum(axis=0) if raw.shape[-1] > 2 else 0
    return kept.astype(np.float32)


def _widened(raw: Bytes, order: str) -> NDArray[np.unsignedinteger]:
    """(n, c) integers from (n, c, width) bytes; odd widths get leading zeros up to the next machine width."""
    width = raw.shape[-1]
    machine = 1 << (width - 1).bit_length()
    if machine != width:
        padded = np.zeros((*raw.shape[:2], machine), np.uint8)
        padded[..., slice(width) if order == "<" else slice(machine - width, None)] = raw
        raw = padded
    return np.ascontiguousarray(raw).view(f"{order}u{machine}")[..., 0]


def _remark_conversion(layout: Layout, tally: _Tally, names: Sequence[str], remarks: list[str]) -> None:
    def concerned(channels: NDArray[np.bool_]) -> str:
        return listed(name for name, hit in zip(names, channels, strict=True) if hit)

    if any(run.kind == "D" for run in layout.runs):
        remarks.append("Values stored in double precision were rounded to single (about 7 digits).")
    if tally.overflown.any():
        remarks.append(
            f"Values too large for single precision became infinite: {concerned(tally.overflown > 0)}."
        )
    if tally.masked.any():
        remarks.append(
            f"Bits beyond the range ($PnR) were set in {tally.masked.sum():,} values and were masked, "
            f"as the standard says: {concerned(tally.masked > 0)}."
        )
    if tally.rounded.any():
        remarks.append(
            f"{tally.rounded.sum():,} integers above {EXACT_INTEGERS:,} keep about 7 digits (single precision): "
            f"{concerned(tally.rounded > 0)}."
        )
    _remark_no_range(layout, names, remarks)


def _remark_no_range(layout: Layout, names: Sequence[str], remarks: list[str]) -> None:
    unranged = [
        names[place]
        for run in layout.runs
        for place in range(run.first, run.first + run.count)
        if run.kind == "I" and layout.ranges[place] is None
    ]
    if unranged:
        remarks.append(
            f"Integers without a usable range ($PnR) were read with all their bits: {listed(unranged)}."
        )


def _remark_not_finite(values: FloatArray, names: Sequence[str], remarks: list[str]) -> None:
    count = np.zeros(values.shape[1], np.int64)
    for rows in blocks(len(values), values.shape[1] * values.itemsize):
        finite = np.isfinite(values[rows])
        if not finite.all():
            count += (~finite).sum(axis=0)
    if count.any():
        concerned = listed(name for name, hit in zip(names, count, strict=True) if hit)
        remarks.append(
            f"{count.sum():,} values are not a finite number (NaN or infinite) and were kept so: {concerned}."
        )
