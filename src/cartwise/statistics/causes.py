"""What ended follow-up: the event's cause as codes, 0 where it was censored."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.counting import Ints
from cartwise.statistics.observations import levels_of, numbers

CENSORED = "censored"


def causes_of(cause: ArrayLike, n: int) -> tuple[Ints, tuple[str, ...]]:
    """Cause of each row, (n,), as 0 for censored and 1 to k, and the names of the k causes.

    Numbers are codes with 0 for censored; text and categories name the causes, with "censored" for none.

    Raises:
        UserError: a value is missing, the length is not n, or nothing but censoring is named.
    """
    series = pd.Series(cause)
    if series.size == 0:
        return np.zeros(0, dtype=np.intp), ()
    if pd.api.types.is_numeric_dtype(series) and not isinstance(series.dtype, pd.CategoricalDtype):
        return _from_numbers(numbers("cause", cause), n)
    codes, labels = levels_of("cause", cause, n)
    causes = tuple(label for label in labels if label != CENSORED)
    position = np.array(
        [0 if label == CENSORED else causes.index(label) + 1 for label in labels], dtype=np.intp
    )
    return position[codes], causes


def cause_index(causes: tuple[str, ...], wanted: object) -> int:
    """The code of a cause by its name; by default of the first.

    Raises:
        UserError: there is no such cause.
    """
    name = str(wanted) if wanted is not None else (causes[0] if causes else "")
    if name not in causes:
        there = f"The causes are {', '.join(causes)}" if causes else "All patients are censored"
        raise UserError(f"There is no cause {name!r}. {there}.")
    return causes.index(name) + 1


def _from_numbers(values: np.ndarray, n: int) -> tuple[Ints, tuple[str, ...]]:
    if values.size != n:
        raise UserError(
            f"`cause` has {values.size} rows and `time` has {n}. Give both for the same patients."
        )
    found = np.unique(values)
    causes = found[found != 0]
    codes = np.where(values == 0, 0, np.searchsorted(causes, values) + 1).astype(np.intp)
    return codes, tuple(f"{value:g}" for value in causes)
