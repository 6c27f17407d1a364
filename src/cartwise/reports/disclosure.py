"""Which counts must be withheld so that no count under five can be read or worked out.

A count of 1 to 4 is withheld, and then as many more, the smallest first, as it takes until no withheld count
follows from those that are shown. Zero is a count like any other that is large enough: it is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SMALLEST_SHOWN = 5
SUPPRESSED = "suppressed (<5)"
"""Stands for a count of 1 to 4."""
ALSO_SUPPRESSED = "suppressed"
"""Stands for a count that would give such a count away."""

Array = NDArray[np.float64]
Cell = TypeVar("Cell", bound=Hashable)


def small(count: float) -> bool:
    """Whether a count must not be shown: 1 to 4."""
    return 0 < count < SMALLEST_SHOWN


def withheld(
    counts: Mapping[Cell, int],
    relations: Iterable[Mapping[Cell, int]],
    also: Iterable[Cell] = (),
) -> set[Cell]:
    """The cells that must be withheld.

    Args:
        counts: every count by cell.
        relations: sums that a reader knows: cells, each with the sign it enters the sum with.
        also: cells to withhold from the start, whatever their count.
    """
    known = list(relations)
    hidden = {cell for cell, count in counts.items() if small(count)} | set(also)
    guarded = set(also)
    while True:
        telling = [relation for relation in known if _gives_away(relation, counts, hidden)]
        found = {cell for relation in telling for cell in _next_smallest([relation], counts, hidden)}
        if not found:
            found = _beside_determined(known, counts, hidden, guarded)
        if not found:
            return hidden
        hidden |= found


def _gives_away(relation: Mapping[Cell, int], counts: Mapping[Cell, int], hidden: set[Cell]) -> bool:
    """Whether what is withheld in one sum follows from the rest of it, alone or from being under five."""
    inside = [cell for cell in relation if cell in hidden]
    if not inside:
        return False
    if len(inside) == 1:
        return True
    if len({relation[cell] for cell in inside}) > 1:
        return False
    values = [counts[cell] for cell in inside]
    least, most = len(values), (SMALLEST_SHOWN - 1) * len(values)
    return sum(values) < SMALLEST_SHOWN or (all(map(small, values)) and sum(values) in {least, most})


def _next_smallest(
    relations: Iterable[Mapping[Cell, int]], counts: Mapping[Cell, int], hidden: set[Cell]
) -> set[Cell]:
    """The smallest count still shown in any of some sums, a zero only where nothing else is left."""
    left = [cell for relation in relations for cell in relation if cell not in hidden]
    return {min(left, key=lambda cell: (counts[cell] == 0, counts[cell]))} if left else set()


def _beside_determined(
    relations: Sequence[Mapping[Cell, int]], counts: Mapping[Cell, int], hidden: set[Cell], guarded: set[Cell]
) -> set[Cell]:
    """A cell beside each guarded count that all sums together determine."""
    return {
        other
        for cell in determined(relations, counts, hidden, guarded)
        for other in _next_smallest([each for each in relations if cell in each], counts, hidden)
    }


def determined(
    relations: Sequence[Mapping[Cell, int]],
    counts: Mapping[Cell, int],
    hidden: set[Cell],
    guarded: Iterable[Cell] = (),
) -> list[Cell]:
    """The small counts, and those guarded, that follow from all sums together and from small ones being 1 to 4.

    Found as an attacker would, by integer programming: a count is free where another value of it fits.
    """
    cells = [cell for cell in counts if cell in hidden]
    telling = [relation for relation in relations if any(cell in hidden for cell in relation)]
    if not telling:
        return []
    signs = np.array([[relation.get(cell, 0) for cell in cells] for relation in telling], dtype=float)
    values = np.array([counts[cell] for cell in cells], dtype=float)
    tied, wanted = (signs != 0).any(axis=0), set(guarded)
    asked = {
        place for place, cell in enumerate(cells) if tied[place] and (small(values[place]) or cell in wanted)
    }
    return [cells[place] for place in sorted(_pinned(asked, signs, values))]


def _pinned(asked: set[int], signs: Array, values: Array) -> set[int]:
    """The places asked of which only the true value fits the sums; what one solution leaves free is asked no more."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to import

    few = (values > 0) & (values < SMALLEST_SHOWN)
    bounds = Bounds(np.where(few, 1.0, 0.0), np.where(few, SMALLEST_SHOWN - 1.0, np.inf))
    sums = LinearConstraint(signs, signs @ values, signs @ values)
    whole = np.ones(len(values), dtype=np.int64)
    left, pinned = set(asked), set()
    while left:
        place = min(left)
        aim = np.zeros(len(values))
        aim[place] = 1.0
        for sign in (1, -1):
            found = milp(sign * aim, integrality=whole, bounds=bounds, constraints=sums)
            if not found.success:  # without an end
                left.discard(place)
                break
            left -= set(np.flatnonzero(np.round(found.x) != values).tolist())
            if place not in left:
                break
        else:
            left.discard(place)
            pinned.add(place)
    return pinned
