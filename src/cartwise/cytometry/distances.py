"""Distances of many cells to many populations, in blocks that fit the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.events import Mask
from cartwise.cytometry.rules import Array, Codes, Model
from cartwise.cytometry.side_by_side import side_by_side

BLOCK = 2_048
"""Cells whitened at once, about: 14 populations of 32 markers take under 4 MB in single precision."""

RUN = 16
"""Blocks that one thread takes at a time."""

ONE_THREAD = 2**18
"""Multiplications of one matrix product that OpenBLAS leaves to one thread. Products are cut to it: where other
work shares the processors, as it does when samples run side by side, threads of small products wait for each other."""

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Which population each cell is nearest to.

    Attributes:
        codes: (n,) place of the population, -1 where a marker is not a finite number.
        squared: (n, k) squared distances in the precision of the values; NaN where the code is -1.
        margin: (n,) score of the runner-up less that of the nearest; NaN where the code is -1.
        ties: cells that two populations claim alike; the first in the reference's order has them.
    """

    codes: Codes
    squared: Floats
    margin: Array
    ties: int


@dataclass(frozen=True, slots=True, eq=False)
class _Stack:
    """Every population's whitening with a last row that subtracts the whitened mean: (k, m + 1, m)."""

    matrix: Floats
    centre: Floats
    slack: float

    def centred(self, values: Floats) -> Floats:
        """(n, m + 1) values of one block from the centre of all populations, and ones."""
        block = np.ones((len(values), values.shape[1] + 1), self.matrix.dtype)
        np.subtract(values, self.centre, out=block[:, :-1], casting="same_kind")
        return block

    def squared(self, block: Floats) -> Floats:
        """(k, n) squared distances of one centred block: populations first, where the least of them is found quickest."""
        white = _pieces(block, self.matrix.shape[2])[:, None] @ self.matrix
        return np.asarray(np.einsum("bknm,bknm->kbn", white, white).reshape(len(self.matrix), len(block)))


def _rows(inner: int, outer: int) -> int:
    """Rows of a matrix product that one thread does."""
    return max(1, min(BLOCK, ONE_THREAD // (inner * outer)))


def _pieces(block: Floats, outer: int) -> Floats:
    """(b, rows, m) the block cut into products for one thread; whole where it does not divide."""
    rows = _rows(block.shape[1], outer)
    return block.reshape(-1, rows, block.shape[1]) if len(block) % rows == 0 else block[None]


def _blocks(count: int, inner: int, outer: int) -> list[slice]:
    """Blocks of about `BLOCK` cells that divide into products for one thread."""
    rows = _rows(inner, outer)
    size = max(1, BLOCK // rows) * rows
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _stack(model: Model, dtype: np.dtype[Any]) -> _Stack:
    width = model.means.shape[1]
    centre = model.means.mean(axis=0).astype(dtype)
    means = np.einsum("km,kmp->kp", model.means - centre, model.whitening)
    matrix = np.concatenate([model.whitening, -means[:, None]], axis=1)
    norms = np.linalg.norm(matrix, axis=(1, 2))
    # (m + 3) units of rounding bound the error of a dot product of m + 1 terms (Higham 2002, section 3.1).
    slack = (width + 3) * float(np.finfo(dtype).eps) / 2 * float(norms.max())
    return _Stack(matrix.astype(dtype), centre, slack)


def nearest(values: Floats, model: Model) -> Nearest:
    """The nearest population of every cell, by the model's score.

    float32 values are held in single precision; a cell whose lead is smaller than rounding could have made
    it is settled in double precision, so that its population is the one float64 values give.
    """
    count, populations = len(values), len(model.means)
    quick, exact = _stack(model, values.dtype), _stack(model, np.dtype(np.float64))
    codes, margin = np.empty(count, np.intp), np.empty(count)
    squared = np.empty((count, populations), values.dtype)

    def hold(part: slice) -> None:
        block = quick.centred(values[part])
        found = quick.squared(block)
        squared[part] = found.T
        codes[part], lead = _lead(found, model.offsets)
        margin[part] = lead
        if values.dtype == np.float64:
            return
        close = part.start + np.flatnonzero(_unsure(block, found, lead, quick, model.offsets))
        doubles = exact.squared(exact.centred(values[close]))
        squared[close] = doubles.T
        codes[close], margin[close] = _lead(doubles, model.offsets)

    def hold_all(parts: list[slice]) -> None:
        with np.errstate(over="ignore", invalid="ignore"):  # of one thread alone, so it is said in each
            for part in parts:
                hold(part)

    blocks = _blocks(count, values.shape[1] + 1, values.shape[1])
    side_by_side(hold_all, [blocks[start : start + RUN] for start in range(0, len(blocks), RUN)])
    lost = ~np.isfinite(margin) if populations > 1 else ~np.isfinite(squared[:, 0])
    codes[lost], margin[lost], squared[lost] = -1, np.nan, np.nan
    return Nearest(codes, squared, margin, int((margin == 0).sum()))


def _lead(squared: Floats, offsets: Array) -> tuple[Codes, Floats]:
    """(n,) place of the least score of (k, n) squared distances, and its lead before the second."""
    score = squared + offsets.astype(squared.dtype)[:, None]
    codes = score.argmin(axis=0)
    cells = np.arange(score.shape[1])
    best = score[codes, cells]
    score[codes, cells] = np.inf
    return codes, score.min(axis=0) - best


def _unsure(block: Floats, squared: Floats, margin: Floats, stack: _Stack, offsets: Array) -> Mask:
    """Cells whose lead is within twice the largest error of a squared distance in this precision."""
    error = stack.slack * np.sqrt(np.einsum("nm,nm->n", block, block))
    farthest = squared.max(axis=0)
    rounding = (block.shape[1] + 2) * np.finfo(squared.dtype).eps * (farthest + np.abs(offsets).max())
    return np.asarray(~(margin > 2 * ((2 * np.sqrt(farthest) + error) * error + rounding)))


def whitened(values: Floats, centre: Array, whitening: Array) -> Array:
    """(n, m) where cells stand from a centre, whitened, in double precision: their squared lengths are the distances."""
    result = np.empty(values.shape)
    width = values.shape[1]
    for part in _blocks(len(values), width, width):
        result[part] = (_pieces(values[part] - centre, width) @ whitening).reshape(-1, width)
    return result


def squared_from(values: Floats, centre: Array, whitening: Array) -> Array:
    """(n,) squared distances from one centre, in double precision."""
    result = np.empty(len(values))
    width = values.shape[1]
    for part in _blocks(len(values), width, width):
        white = _pieces(values[part] - centre, width) @ whitening
        result[part] = np.einsum("bnm,bnm->bn", white, white).ravel()
    return result
