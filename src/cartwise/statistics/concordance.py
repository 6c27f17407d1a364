"""Harrell's concordance of a predictor with follow-up, by counting in dyadic blocks: n log^2 n, ties exact."""

from __future__ import annotations

import numpy as np

from cartwise.statistics.counting import Bools, Floats, Ints
from cartwise.statistics.observations import Observations


def concordance(rows: Observations, predictor: Floats) -> float | None:
    """Share of comparable pairs in which the patient with the higher predictor, (n,), has the event first.

    A pair is comparable where one has the event while the other is at risk and lives on event-free, in the same
    stratum; tied predictors count half (Harrell 1982; Therneau and Watson 2015, as R `concordance`).
    None where no pair is comparable.
    """
    totals = np.zeros(2)
    for stratum in np.unique(rows.stratum):
        own = rows.stratum == stratum
        totals += _pairs(rows.where(own), predictor[own])
    return float(totals[0] / totals[1]) if totals[1] > 0 else None


def _pairs(rows: Observations, predictor: Floats) -> Floats:
    """Weight of concordant pairs, ties counted half, and of comparable pairs."""
    rank = np.unique(predictor, return_inverse=True)[1]
    points, queries = (rank, rows.weight), (rows.time[rows.event], rank[rows.event])
    # A patient censored on the day of an event outlives it; one with an event on that day does not.
    ends = _later(rows.time, rows.event, points, queries)
    enters = _later(rows.entry, np.zeros_like(rows.event), points, queries)
    below, equal, every = ends - enters
    weight = rows.weight[rows.event]
    return np.array([weight @ (below + equal / 2), weight @ every])


def _later(day: Floats, strictly: Bools, points: tuple[Ints, Floats], queries: tuple[Floats, Ints]) -> Floats:
    """Weights of points later than each query (at its very day unless `strictly`): of lower rank, equal, any.

    `points` are ranks and weights, `queries` days and ranks.
    """
    (rank, weight), (query_day, query_rank) = points, queries
    order = np.lexsort((~strictly, day))
    place = np.searchsorted(day[order], query_day, "left")
    # Step over those that end with the event on the same day: they stand first.
    tied = np.sort(day[strictly])
    place += np.searchsorted(tied, query_day, "right") - np.searchsorted(tied, query_day, "left")
    return _suffix_sums(rank[order], weight[order], place, query_rank)


def _suffix_sums(rank: Ints, weight: Floats, place: Ints, query_rank: Ints) -> Floats:
    """For each query the weight of points from `place` on whose rank is below, equal to, or any: (3, q)."""
    size, ranks = rank.size, int(rank.max(initial=0)) + 2
    sums = np.zeros((3, place.size))
    block, at = np.arange(size), place.copy()
    while block.size and (at < size).any():
        taken = (at % 2 == 1) | (block[-1] == 0)
        key = block * ranks + rank
        order = np.argsort(key, kind="stable")
        key, total = key[order], np.r_[0.0, np.cumsum(weight[order])]
        start = at[taken] * ranks
        edges = [total[np.searchsorted(key, start + shift)] for shift in (0, query_rank[taken])]
        edges += [total[np.searchsorted(key, start + shift)] for shift in (query_rank[taken] + 1, ranks)]
        sums[:, taken] += np.stack([edges[1] - edges[0], edges[2] - edges[1], edges[3] - edges[0]])
        if block[-1] == 0:
            break
        at = (at + 1) // 2  # an odd block was taken: go on behind it; an even one joins its right neighbour
        block = block // 2
    return sums
