"""How many cells of a sample belong to each subset, as a part of which parent, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cartwise.basis import UserError

LEVEL = 0.95
SMALL_DENOMINATOR = 50
"""Fewer cells of the parent than this are flagged: a percent of them moves by two points and more a cell."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """A subset of a parent population in one sample.

    Attributes:
        subset, parent: names of the populations.
        cells, parent_cells: counts.
        percent: 100 x cells / parent_cells; None where the parent has no cells.
        lower, upper: limits at 95 %; None where there is no percent.
        corrected: percent after correction for the classifier's confusion; None where none was made.
        small: whether the parent has too few cells.
        covers: what the limits cover, for the method sentence.
    """

    subset: str
    parent: str
    cells: int
    parent_cells: int
    percent: float | None
    lower: float | None
    upper: float | None
    corrected: float | None = None
    small: bool = False
    covers: str = "counting (Clopper-Pearson)"


def frequency(subset: str, parent: str, cells: int, parent_cells: int) -> Frequency:
    """A frequency with the exact binomial limits of Clopper and Pearson (Biometrika 1934;26:404).

    The limits cover the chance of counting alone: neither the gate nor the classifier nor the laboratory.

    Raises:
        UserError: more cells than the parent has, or a negative count.
    """
    if not 0 <= cells <= parent_cells:
        raise UserError(
            f"{subset}: {cells} cells cannot be a part of {parent_cells} of {parent}; "
            "the definition of populations does not nest."
        )
    if parent_cells == 0:
        return Frequency(subset, parent, 0, 0, None, None, None, small=True)
    lower, upper = _limits(cells, parent_cells)
    small = parent_cells < SMALL_DENOMINATOR
    return Frequency(
        subset, parent, cells, parent_cells, 100 * cells / parent_cells, 100 * lower, 100 * upper, small=small
    )


def frequencies(counts: Mapping[str, int], parent: str, parent_cells: int) -> tuple[Frequency, ...]:
    """The frequency of every subset of one parent, in the order given."""
    return tuple(frequency(subset, parent, cells, parent_cells) for subset, cells in counts.items())


def _limits(cells: int, parent_cells: int) -> tuple[float, float]:
    from scipy.special import betaincinv  # noqa: PLC0415  # scipy is slow to import and not every run needs it

    tail = (1 - LEVEL) / 2
    lower = float(betaincinv(cells, parent_cells - cells + 1, tail)) if cells else 0.0
    upper = float(betaincinv(cells + 1, parent_cells - cells, 1 - tail)) if cells < parent_cells else 1.0
    return lower, upper
