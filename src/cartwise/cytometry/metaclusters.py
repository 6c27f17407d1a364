"""Consensus metaclusters: nodes of a map joined by how often they fall together when nodes are left out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import cut_tree, fcluster, linkage
from scipy.spatial.distance import squareform

from cartwise.basis import UserError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

MOST = 20
DRAWS = 100
PART = 0.9
LEAST_GAIN = 0.005
"""Part of the consensus area before it that a further metacluster adds at least."""

ELBOW = 2.0
"""How many times as much as the next one it adds. Tried on the manual gates of six real samples and on invented truth:
a larger ELBOW joins lineages with few nodes, a single bound on the gain misses subsets."""


@dataclass(frozen=True, slots=True, eq=False)
class Metaclusters:
    """Nodes in groups.

    Attributes:
        labels: (k,) metacluster of each node from 0, the largest first; -1 for a node without cells.
        count: number of metaclusters.
        consensus: (k, k) part of the draws with both nodes in which they fell together; NaN with a node without cells.
        areas: number of metaclusters -> area under the distribution of the consensus.
        how: `given`, or by which rule the number was chosen.
    """

    labels: Codes
    count: int
    consensus: Array
    areas: dict[int, float]
    how: str


def metaclusters(
    nodes: ArrayLike,
    cells: ArrayLike,
    *,
    count: int | None = None,
    most: int = MOST,
    seed: int = 1,
    draws: int = DRAWS,
) -> Metaclusters:
    """Join nodes into metaclusters.

    In each draw nine tenths of the nodes are joined hierarchically (Euclidean distance, average linkage) and cut into
    2, 3, ... groups. For each number the consensus of two nodes is the part of the draws with both in which they fell
    together; 1 - consensus, joined hierarchically once more, makes the metaclusters.

    Args:
        nodes: (k, m) places of the nodes.
        cells: (k,) cells of each; nodes without cells are not used.
        count: number of metaclusters; by default the largest (up to `most`) that adds LEAST_GAIN to the area under
            the distribution of the consensus, and ELBOW times as much as the next one. That prefers to split.
        most: largest number that is tried.
        seed: of the draws.
        draws: how many.

    Raises:
        UserError: more metaclusters than nodes with cells, or fewer than two.

    Source: Monti et al., Machine Learning 2003;52:91 (consensus, equation 6 for the area, equation 7 for its change).
    """
    places, weight = np.asarray(nodes, np.float64), np.asarray(cells)
    used = np.flatnonzero(weight)
    _check(count, most, len(used))
    numbers = range(2, min(max(most + 1, count or 2), len(used) - 1) + 1)
    found = _consensus(places[used], list(numbers), seed, draws)
    areas = {number: _area(found[place]) for place, number in enumerate(numbers)}
    chosen, how = (count, "given") if count is not None else (_chosen(areas), _HOW)
    consensus = found[chosen - 2]
    labels = _by_size(_cut(1 - consensus, chosen), weight[used])
    whole = np.full(len(places), -1, dtype=np.intp)
    whole[used] = labels
    shown = np.full((len(places), len(places)), np.nan)
    shown[np.ix_(used, used)] = consensus
    return Metaclusters(whole, chosen, shown, areas, how)


_HOW = (
    f"the largest that adds {LEAST_GAIN:.1%} to the consensus area, and {ELBOW:g} times as much as the next"
)


def _check(count: int | None, most: int, used: int) -> None:
    wanted = most if count is None else count
    if wanted < 2 or used < 4 or (count is not None and count >= used):
        raise UserError(
            f"{wanted} metaclusters of {used} nodes that have cells: there must be at least two, and fewer than "
            "nodes, of which at least four. Ask for another number, or for a larger map."
        )


def _consensus(places: Array, numbers: list[int], seed: int, draws: int) -> Array:
    """(numbers, k, k) part of the draws with both nodes in which they fell together."""
    rng = np.random.default_rng(seed)
    size = max(int(np.ceil(PART * len(places))), *numbers)
    together = np.zeros((len(numbers), len(places), len(places)))
    drawn = np.zeros((len(places), len(places)))
    for _ in range(draws):
        chosen = np.sort(rng.choice(len(places), size, replace=False))
        square = np.ix_(chosen, chosen)
        drawn[square] += 1
        tree = linkage(places[chosen], "average")
        for place, number in enumerate(numbers):
            groups = fcluster(tree, number, "maxclust")
            together[place][square] += groups[:, None] == groups
    with np.errstate(invalid="ignore"):
        shares = np.where(drawn > 0, together / drawn, 0.0)
    shares[:, np.arange(len(places)), np.arange(len(places))] = 1.0
    return np.asarray(shares)


def _area(consensus: Array) -> float:
    """Area under the cumulative distribution of the consensus of all pairs, from 0 to 1 (Monti, equation 6)."""
    pairs = consensus[np.triu_indices(len(consensus), 1)]
    return float(1 - pairs.mean())


def _chosen(areas: dict[int, float]) -> int:
    """By the change of the area; where no number has an elbow, the one that comes nearest to it."""
    gains = {2: areas[2]} | {
        after: (areas[after] - areas[before]) / areas[before] for before, after in pairwise(areas)
    }
    elbows = {number: gains[number] / max(gains[after], 1e-9) for number, after in pairwise(gains)}
    enough = [number for number, ratio in elbows.items() if ratio >= ELBOW and gains[number] >= LEAST_GAIN]
    return max(enough) if enough else max(elbows, key=lambda number: elbows[number])


def _cut(distances: Array, count: int) -> Codes:
    tree = linkage(squareform(distances, checks=False), "average")
    return np.asarray(cut_tree(tree, [count])[:, 0], dtype=np.intp)


def _by_size(labels: Codes, cells: ArrayLike) -> Codes:
    """The same groups, numbered by their cells, the largest first."""
    sizes = np.bincount(labels, np.asarray(cells))
    rank = np.empty(len(sizes), dtype=np.intp)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]
