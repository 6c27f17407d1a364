"""A self-organising map: cells of all samples on a grid of nodes, of which neighbours are alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import UserError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

NODES = 100
EPOCHS = 20
SHARP_EPOCHS = 5
"""Last epochs in which a node heeds its own cells alone, so that a small population keeps a node to itself."""

NARROWEST = 0.5
"""Width of the neighbourhood at the end of the wide epochs, in steps of the grid."""

BLOCK = 1 << 14
"""Cells compared with all nodes at a time: with 100 nodes 6.5 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class SelfOrganisingMap:
    """A fitted map.

    Attributes:
        nodes: (k, m) float64, the place of each node among the cells.
        grid: rows and columns; k is their product, and node `row * columns + column` stands there.
        cells: (k,) cells of the fit nearest to each node; 0 where a node only bridges its neighbours.
    """

    nodes: Array
    grid: tuple[int, int]
    cells: Codes

    def place(self, values: ArrayLike) -> Codes:
        """(n,) nearest node of each cell; -1 where a marker is missing or not a finite number.

        Raises:
            UserError: the cells have other markers than the map was fitted on.
        """
        matrix = np.asarray(values)
        if matrix.ndim != 2 or matrix.shape[1] != self.nodes.shape[1]:
            raise UserError(
                f"The map was fitted on {self.nodes.shape[1]} markers, and the cells have shape {matrix.shape}. "
                "Give cells by the same markers in the same order."
            )
        found = np.full(len(matrix), -1, dtype=np.intp)
        usable = np.isfinite(matrix).all(axis=1)
        found[usable] = _nearest(np.asarray(matrix[usable], np.float32), self.nodes)
        return found


def fit_map(
    values: ArrayLike, *, nodes: int = NODES, seed: int = 1, epochs: int = EPOCHS
) -> SelfOrganisingMap:
    """Fit a batch map: in every epoch each node moves to the mean of the cells near it on the grid.

    The neighbourhood is Gaussian and narrows from half the grid to NARROWEST steps; SHARP_EPOCHS epochs in which each
    node is the mean of its own cells alone close the fit. Unlike an online map it does not depend on the order of
    the cells. Nothing is scaled: markers count by their spread on the scale of the values.

    Args:
        values: (n, m) cells on a transformed scale; cells with a missing marker are left out.
        nodes: at most so many; they stand on the most nearly square grid (100: 10 x 10).
        seed: of the cells that the nodes start from.
        epochs: of the wide part.

    Raises:
        UserError: fewer cells than nodes, or fewer than four nodes.

    Source: Kohonen, Self-Organizing Maps, 3rd edition 2001, section 3.6 (batch map); for cytometry Van Gassen et al.,
    Cytometry A 2015;87:636.
    """
    cells = np.asarray(values, np.float32)
    cells = cells[np.isfinite(cells).all(axis=1)]
    grid = _grid(nodes)
    count = grid[0] * grid[1]
    if nodes < 4 or len(cells) < count:
        raise UserError(
            f"{len(cells)} cells make no map of {nodes} nodes. A map has four nodes or more, and more cells than nodes."
        )
    places = _start(cells, grid, seed)
    steps = _steps_apart(grid)
    owners = _nearest(cells, places)
    for width in _widths(grid, epochs):
        places = _moved(places, cells, owners, steps, width)
        owners = _nearest(cells, places)
    return SelfOrganisingMap(places, grid, np.bincount(owners, minlength=count).astype(np.intp))


def _grid(nodes: int) -> tuple[int, int]:
    rows = max(math.isqrt(nodes), 1)
    return rows, nodes // rows


def _start(cells: NDArray[np.float32], grid: tuple[int, int], seed: int) -> Array:
    """Drawn cells."""
    rng = np.random.default_rng(seed)
    return cells[rng.choice(len(cells), grid[0] * grid[1], replace=False)].astype(np.float64)


def _steps_apart(grid: tuple[int, int]) -> Array:
    """(k, k) squared distance of nodes on the grid."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    return np.asarray((rows[:, None] - rows) ** 2.0 + (columns[:, None] - columns) ** 2.0)


def _widths(grid: tuple[int, int], epochs: int) -> Iterator[float]:
    yield from np.geomspace(max(grid) / 2, NARROWEST, epochs).tolist()
    yield from [0.0] * SHARP_EPOCHS


def _moved(places: Array, cells: NDArray[np.float32], owners: Codes, steps: Array, width: float) -> Array:
    """Each node at the mean of all cells, weighted by how near their own node is on the grid."""
    sums, counts = _sums(cells, owners, len(places))
    weight = np.exp(-steps / (2 * width**2)) if width else np.eye(len(places))
    total = weight @ counts
    # A node that no cell is near to stays where it is.
    return np.where(total[:, None] > 1e-9, (weight @ sums) / np.maximum(total, 1e-9)[:, None], places)


def _sums(cells: NDArray[np.float32], owners: Codes, count: int) -> tuple[Array, Array]:
    sums: Array = np.stack([np.bincount(owners, column, minlength=count) for column in cells.T], axis=1)
    return sums, np.bincount(owners, minlength=count).astype(np.float64)


def _nearest(cells: NDArray[np.float32], places: Array) -> Codes:
    """(n,) nearest place; the first of two that are as near."""
    turned = places.T.astype(np.float32)
    half = (places**2).sum(axis=1).astype(np.float32) / 2
    found = np.empty(len(cells), dtype=np.intp)
    for begin in range(0, len(cells), BLOCK):
        rows = slice(begin, begin + BLOCK)
        near = cells[rows] @ turned
        near -= half
        found[rows] = near.argmax(axis=1)
    return found
