"""Whether reference populations can carry a rule: enough cells, markers that vary, covariances that invert."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cartwise.basis import UserError
from cartwise.cytometry.rules import Array, Moments

WORST_CONDITION = 1e10
"""Ratio of the largest to the least eigenvalue of a correlation matrix beyond which no digit of a distance is sure."""

REMEDY = {
    "gaussian": "Give more cells, leave out markers that are constant or repeat others, or merge populations.",
    "good2018": "Give more cells, or merge populations.",
    "tidytof": 'Give more cells, leave out constant or repeating markers, or use rule="gaussian", which shrinks covariances.',
}


def check(rule: str, populations: Sequence[str], markers: Sequence[str], of: Moments, min_cells: int) -> None:
    """Refuse a reference that cannot carry the rule, with every fault at once.

    Raises:
        UserError: a population with fewer than `min_cells` cells, a constant marker, a covariance without full rank
            or worse than `WORST_CONDITION`: for `tidytof` of each population, for `gaussian` of the pooled one
            (shrinkage mends the others), for `good2018` of none (its variances have a floor).
    """
    faults = [
        f"{name}: {number} cell{'s' if number != 1 else ''}, fewer than {min_cells}"
        for name, number in zip(populations, of.counts, strict=True)
        if number < min_cells
    ]
    if rule == "gaussian":
        faults += _faults("all populations together", markers, of.pooled, int(of.counts.sum()))
    elif rule == "tidytof":
        for name, covariance, number in zip(populations, of.covariances, of.counts, strict=True):
            faults += _faults(name, markers, covariance, int(number))
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise UserError(f"The reference cannot carry the rule {rule}:\n{listed}\n{REMEDY[rule]}")


def _faults(name: str, markers: Sequence[str], covariance: Array, cells: int) -> list[str]:
    width = len(markers)
    if cells <= width:
        return [f"{name}: the covariance of {width} markers needs at least {width + 1} cells, not {cells}"]
    constant = [
        marker for marker, variance in zip(markers, np.diag(covariance), strict=True) if variance <= 0
    ]
    if constant:
        return [f"{name}: constant marker{'s' if len(constant) > 1 else ''} {', '.join(constant)}"]
    rank, condition = rank_and_condition(covariance)
    if rank < len(markers):
        return [
            f"{name}: the covariance of {len(markers)} markers has rank {rank}, some markers repeat others"
        ]
    if condition > WORST_CONDITION:
        return [
            f"{name}: condition {condition:.0e} of the correlation matrix, some markers nearly repeat others"
        ]
    return []


def rank_and_condition(covariance: Array) -> tuple[int, float]:
    """Rank and condition number of the correlation matrix, which the markers' scales do not change."""
    scale = np.sqrt(np.diag(covariance))
    values = np.linalg.eigvalsh(covariance / np.outer(scale, scale))
    least = values[-1] * len(values) * np.finfo(np.float64).eps
    return int((values > least).sum()), float(values[-1] / max(values[0], np.finfo(np.float64).tiny))
