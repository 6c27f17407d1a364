"""Centred log-ratios of parts of a whole: what is compared where percentages sum to a fixed total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.observations import refuse, same_length

ZeroParts = Literal["multiplicative", "add", "refuse"]
"""What becomes of parts that are zero, of which there is no logarithm."""

SHARE_OF_LIMIT = 0.65
"""A zero stands for this share of the smallest part that would have been seen (Martin-Fernandez et al. 2003)."""


@dataclass(frozen=True, slots=True, eq=False)
class LogRatios:
    """Centred log-ratios.

    Attributes:
        values: (n, k) natural logarithm of each part over the geometric mean of its row.
        replaced: (n, k) whether the part was zero.
        methods: the sentence for a methods section.
    """

    values: Floats
    replaced: NDArray[np.bool_]
    methods: str


def centred_log_ratio(
    parts: ArrayLike, *, zeros: ZeroParts = "multiplicative", limit: ArrayLike | None = None
) -> LogRatios:
    """Centred log-ratios of k parts of n wholes (Aitchison, J R Stat Soc B 1982;44:139), row by row.

    Args:
        parts: (n, k) parts in any one unit; rows need not sum to the same.
        zeros: `multiplicative` sets a zero to 0.65 of the limit and shrinks the other parts of its row so that their
            sum stays (Martin-Fernandez, Barcelo-Vidal and Pawlowsky-Glahn, Math Geol 2003;35:253); `add` adds 0.65 of
            the limit to every part of the row, zero or not; `refuse` takes no zeros.
        limit: (n,) the smallest part that would have been seen in each row, such as one cell, in the unit of `parts`.

    Raises:
        UserError: a part is missing, negative or not a number, fewer than two parts, a row of zeros, a zero that
            `refuse` does not take, or no positive limit for a row with a zero.
    """
    if zeros not in get_args(ZeroParts):
        raise UserError(f"`zeros` is {zeros!r}; choose {' or '.join(get_args(ZeroParts))}.")
    table = _parts(parts)
    zero = table == 0
    rows = zero.any(axis=1)
    if zeros == "refuse" and rows.any():
        raise UserError(f"`parts`: {int(rows.sum())} rows hold a zero. Name a rule for zeros.")
    floor = SHARE_OF_LIMIT * _limits(limit, rows)[:, None]
    filled = table + floor * rows[:, None] if zeros == "add" else _multiplicative(table, zero, floor)
    logs = np.log(filled)
    return LogRatios(logs - logs.mean(axis=1, keepdims=True), zero, _methods(zeros, int(zero.sum())))


def _parts(parts: ArrayLike) -> Floats:
    try:
        table = np.asarray(parts, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("`parts` is no table of numbers. Give one row a sample, one column a part.") from None
    if table.ndim != 2 or table.shape[1] < 2:
        raise UserError("`parts` needs rows of two parts or more.")
    refuse("parts", ~np.isfinite(table.sum(axis=1)), "missing or infinite", "Set these rows aside")
    refuse("parts", table.min(axis=1) < 0, "negative", "Parts are counts or shares")
    refuse("parts", table.max(axis=1) == 0, "nothing but zeros", "Set these rows aside, and count them")
    return table


def _limits(limit: ArrayLike | None, needed: NDArray[np.bool_]) -> Floats:
    """The limit of each row, 0 where the row needs none."""
    if limit is None:
        given: Any = np.full(needed.size, np.nan)
    else:
        given = np.asarray(limit, dtype=np.float64)
        if given.ndim:
            same_length("limit", given.size, needed.size, "`parts`")
        given = np.broadcast_to(given, needed.shape)
    refuse(
        "limit", needed & ~(given > 0), "not above zero where a part is zero", "Give what one cell would be"
    )
    return np.where(needed, given, 0.0)


def _multiplicative(table: Floats, zero: NDArray[np.bool_], floor: Floats) -> Floats:
    total = table.sum(axis=1, keepdims=True)
    put = floor * zero.sum(axis=1, keepdims=True)
    refuse("limit", (put >= total)[:, 0], "so large that nothing of the row would be left", "Check its unit")
    return np.where(zero, floor, table * (1 - put / total))


def _methods(zeros: ZeroParts, replaced: int) -> str:
    rules = {
        "multiplicative": f"replaced by {SHARE_OF_LIMIT:g} of the smallest part that would have been seen, the other parts shrunk so that their sum stays (multiplicative replacement)",
        "add": f"avoided by adding {SHARE_OF_LIMIT:g} of the smallest part that would have been seen to every part of their sample",
        "refuse": "not there",
    }
    count = "" if zeros == "refuse" else f" ({replaced} of them)"
    return (
        "Centred log-ratios are the natural logarithms of each part over the geometric mean of the parts of its sample "
        f"(Aitchison); zeros were {rules[zeros]}{count}."
    )
