"""Whether counts shown together, added and subtracted in whatever way, tell of one to four patients."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cartwise.reports.disclosure import SMALLEST_SHOWN

Array = NDArray[np.float64]
Places = NDArray[np.int64]

UNFELT = 1e-8
"""Sums of weights of about 1 below this are zero but for rounding."""
DRAWS = 2
"""One draw decides but for chance below UNFELT; among the 10^11 sums of a thousand patients two leave nothing to it."""


def giving_way(order: Sequence[int], n: int) -> set[int]:
    """The counts to withhold so that the others tell of no one to four patients, the last ones first.

    Args:
        order: sets of patients whose number would be shown, each as the bits of a number, the most valuable first.
        n: patients in the study, whose number is known.
    """
    kept, gone, safe = list(order), set[int](), 0
    while kept and tells_of_few(kept, n):
        ends = range(safe, len(kept))
        # More counts never tell less: the first that does with those before it is found by bisection.
        safe += bisect_left(ends, True, key=lambda end: tells_of_few(kept[: end + 1], n))
        gone.add(kept.pop(safe))
    return gone


def tells_of_few(shown: Iterable[int], n: int) -> bool:
    """Whether the numbers of some sets of patients and of all n give the number of a set of 1 to 4 patients.

    A reader may know of any combination of features that nobody has it, and may add and subtract counts as often as he
    likes. What he can work out is what is the same in all tables that fit: each patient is given a weight drawn by chance
    such that no shown number changes, and a set is told if its number does not change either. It is (but for a chance of
    about 10^-9 a set) exactly a set whose indicator is a linear combination of those shown.

    Args:
        shown: the sets, each as the bits of a number.
        n: patients in the study.
    """
    sets = sorted(set(shown) - {0})
    return bool(sets) and _few_unchanged(_unnoticed(_members([*sets, (1 << n) - 1], n)))


def _members(sets: Sequence[int], n: int) -> Array:
    """A row a set and a column a patient: 1 where the patient is in it."""
    octets = b"".join(each.to_bytes((n + 7) // 8, "little") for each in sets)
    rows = np.frombuffer(octets, dtype=np.uint8).reshape(len(sets), -1)
    return np.unpackbits(rows, axis=1, bitorder="little")[:, :n].astype(float)


def _unnoticed(members: Array) -> Array:
    """Weights of each patient that change the number of none of the sets: what is drawn less its projection on them."""
    n = members.shape[1]
    across = np.empty((0, n))
    for row in members:
        rest = row
        for _ in range(2):  # once more, for what rounding left
            rest = rest - (across @ rest) @ across
        if (length := np.linalg.norm(rest)) > UNFELT:
            across = np.vstack([across, rest / length])
    drawn = np.random.default_rng(0).normal(size=(n, DRAWS))
    free: Array = drawn - across.T @ (across @ drawn)
    return free


def _few_unchanged(weights: Array) -> bool:
    """Whether the weights of one, two, three or four patients add up to zero.

    Any three or four are a pair with a pair or with one more, so that sums of at most two are laid side by side.
    """
    one, two = np.triu_indices(len(weights))
    alone = one == two
    sums = weights[one] + np.where(alone[:, None], 0.0, weights[two])
    if (np.abs(sums) < UNFELT).all(axis=1).any():
        return True
    order = np.argsort(sums[:, 0])
    one, two, sums = one[order], two[order], sums[order]
    return any(
        ((one[a] != one[b]) & (one[a] != two[b]) & (two[a] != one[b]) & (two[a] != two[b])).any()
        for a, b in _opposite(sums)
    )


def _opposite(sums: Array) -> Iterator[tuple[Places, Places]]:
    """Places of sums, ascending by the first draw, that are each other's negative: a batch at a time."""
    start = np.searchsorted(sums[:, 0], -sums[:, 0] - UNFELT)
    stop = np.searchsorted(sums[:, 0], -sums[:, 0] + UNFELT)
    for step in range(int((stop - start).max())):
        one = np.flatnonzero(start + step < stop)
        other = start[one] + step
        fits = (np.abs(sums[one] + sums[other]) < UNFELT).all(axis=1)
        yield one[fits], other[fits]


assert SMALLEST_SHOWN == 2 + 2 + 1, "two pairs are the largest number of patients that may not be told"
