"""The columns a classifier works on, found by marker name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells

Values = NDArray[np.floating[Any]]


def named(values: ArrayLike | Cells, markers: Sequence[str] | None) -> tuple[Values, tuple[str, ...]]:
    """Values (n, m) and the names of their columns.

    `markers` names the columns of an array, or chooses markers of `Cells`. An array without names gets `1`, `2`, ...
    """
    if isinstance(values, Cells):
        chosen = tuple(values.markers if markers is None else markers)
        return _matrix(matched(values, None, chosen)), _unique(chosen)
    matrix = _matrix(values)
    names = tuple(markers) if markers is not None else tuple(str(i + 1) for i in range(matrix.shape[1]))
    if len(names) != matrix.shape[1]:
        raise UserError(
            f"{len(names)} markers are named, and the values have {matrix.shape[1]} columns. Name each column once."
        )
    return matrix, _unique(names)


def matched(values: ArrayLike | Cells, markers: Sequence[str] | None, wanted: Sequence[str]) -> Values:
    """(n, m) columns in the order of `wanted`, whatever their order in the values; further columns are left aside.

    Raises:
        UserError: a wanted marker is missing (all are named), a name stands twice, or unnamed columns differ in number.
    """
    if isinstance(values, Cells):
        matrix, names = values.values, values.markers
    elif markers is None:
        return _unnamed(_matrix(values), wanted)
    else:
        matrix, names = named(values, markers)
    missing = [marker for marker in wanted if marker not in names]
    if missing:
        raise UserError(
            f"The cells lack {len(missing)} marker{'s' if len(missing) > 1 else ''} of the reference: "
            f"{', '.join(missing)}. They have: {', '.join(names)}. Name the columns as the reference does, "
            "or fit the reference without these markers."
        )
    if tuple(names) == tuple(wanted):
        return matrix
    return matrix[:, [names.index(marker) for marker in wanted]]


def _unnamed(matrix: Values, wanted: Sequence[str]) -> Values:
    if matrix.shape[1] != len(wanted):
        raise UserError(
            f"The values have {matrix.shape[1]} columns and no marker names; the reference has {len(wanted)} markers: "
            f"{', '.join(wanted)}. Give `markers=`, so that columns are matched by name."
        )
    return matrix


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise UserError(f"Markers named more than once: {', '.join(twice)}. Give each column its own name.")
    return names


def _matrix(values: ArrayLike) -> Values:
    """(n, m) in single precision where it was, else in double."""
    matrix = np.asarray(values)
    if matrix.dtype not in (np.float32, np.float64):
        matrix = matrix.astype(np.float64)
    if matrix.ndim != 2:
        raise UserError(f"Values must be a table of cells by markers; these have {matrix.ndim} dimension(s).")
    return matrix
