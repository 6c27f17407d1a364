"""How far two divisions of the same cells agree: the table of both, and the adjusted Rand index."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def contingency(one: ArrayLike, other: ArrayLike) -> pd.DataFrame:
    """Cells by label of the one (rows) and of the other (columns); cells without either label are left out.

    Args:
        one: (n,) labels; None or NaN for none.
        other: (n,) labels of the same cells.
    """
    return pd.crosstab(
        pd.Series(np.asarray(one, dtype=object), name="one"),
        pd.Series(np.asarray(other, dtype=object), name="other"),
    )


def adjusted_rand_index(counts: ArrayLike) -> float:
    """Agreement of two divisions beyond chance: 1 for the same, about 0 for unrelated ones; NaN where it is not defined.

    It is not defined where there are fewer than two cells. Two divisions that both have one group, or both as many
    groups as cells, are the same, and agree by 1.

    Args:
        counts: (a, b) contingency table.

    Source: Hubert and Arabie, Journal of Classification 1985;2:193, equation 5.
    """
    table = np.asarray(counts, np.float64)
    if table.sum() < 2:
        return float("nan")
    both, rows, columns = _pairs(table), _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    expected = rows * columns / _pairs(np.array([table.sum()]))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _pairs(sizes: NDArray[np.float64]) -> float:
    return float((sizes * (sizes - 1) / 2).sum())
