"""Follow-up as the estimators take it: checked arrays of time, event, entry, weight, group and stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.counting import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """n checked rows of follow-up.

    Attributes:
        time: (n,) end of follow-up, finite and not negative.
        event: (n,) whether the event ended it.
        entry: (n,) start of being at risk (left truncation); -inf where the row was at risk from the origin.
        weight: (n,) positive.
        group: (n,) index into `labels`.
        labels: names of the groups, in order; a category nobody is in keeps its place.
        stratum: (n,) index of the stratum; zeros where there is one.
    """

    time: Floats
    event: Bools
    entry: Floats
    weight: Floats
    group: Ints
    labels: tuple[str, ...]
    stratum: Ints

    def where(self, chosen: Bools) -> Observations:
        """The rows chosen by a mask, (n,)."""
        if chosen.all():
            return self
        return Observations(
            self.time[chosen],
            self.event[chosen],
            self.entry[chosen],
            self.weight[chosen],
            self.group[chosen],
            self.labels,
            self.stratum[chosen],
        )


def observations(
    time: ArrayLike,
    event: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> Observations:
    """Check follow-up data, (n,) each, and put them into one shape.

    Raises:
        UserError: lengths differ, a value is missing or not a number, a time is negative, an event is not 0
            or 1, an entry is not before its time, a weight is not positive, a group or stratum is blank.
    """
    follow_up = numbers("time", time)
    n = follow_up.size
    happened = _column("event", event, n)
    entered = np.full(n, -np.inf) if entry is None else _column("entry", entry, n)
    weight = np.ones(n) if weights is None else _column("weights", weights, n)
    refuse("time", follow_up < 0, "negative", "Count time from the index day, or pass late entry as `entry`")
    refuse("event", (happened != 0) & (happened != 1), "neither 0 nor 1", "Code events 1 and censored 0")
    refuse("weights", weight <= 0, "not positive", "Leave rows without weight out before the call")
    if entry is not None:
        refuse("entry", entered < 0, "negative", "Count entry from the same day as time")
        refuse("entry", entered >= follow_up, "not before `time`", "A row is at risk in (entry, time]")
    # With late entry every time lies after 0, so an entry at 0 leaves nobody out of a risk set; as "from the
    # origin" it also counts the row at a tick at 0.
    entered = np.where(entered == 0, -np.inf, entered)
    codes, labels = levels_of("group", group, n)
    return Observations(
        follow_up, happened == 1, entered, weight, codes, labels, levels_of("strata", strata, n)[0]
    )


def numbers(name: str, values: ArrayLike) -> Floats:
    """A column of finite numbers, (n,), as floats.

    Raises:
        UserError: text, dates or a table were given, or a value is missing or infinite.
    """
    column = _series(name, values)
    if column.size == 0:
        return np.empty(0)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_complex_dtype(column):
        raise UserError(f"`{name}` holds something other than numbers. Give one number a row.")
    floats: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    refuse(name, ~np.isfinite(floats), "missing or infinite", "Set these patients aside, and count them")
    return floats


def whole_numbers(name: str, values: ArrayLike) -> Ints:
    """A column of whole numbers, (n,).

    Raises:
        UserError: a value is missing, or not a whole number.
    """
    given = np.asarray(values)
    if given.dtype.kind not in "biu":
        given = numbers(name, values)
        refuse(name, given % 1 != 0, "not a whole number", "Give the numbers of the rows or kinds")
    return given.astype(np.intp)


def whole(weight: Floats) -> bool:
    """Whether all weights, (n,), are whole numbers: repeats of a row, rather than sampling weights."""
    return bool((weight % 1 == 0).all())


def refuse_shares(weight: Floats, instead: str) -> None:
    """Raise a UserError, with what to do instead, where weights, (n,), are not whole numbers."""
    refuse("weights", weight % 1 != 0, "not whole, and here a weight is the repeats of a row", instead)


def check_choice(what: str, given: object, known: Any) -> None:
    """Raise a UserError unless an option is one of a Literal's values."""
    if given not in get_args(known):
        raise UserError(f"There is no {what} {given!r}. Choose one of {', '.join(get_args(known))}.")


def refuse(name: str, bad: Bools, problem: str, mend: str) -> None:
    """Raise a UserError that counts the rows of `bad`, (n,), and says where the first one stands."""
    count = int(bad.sum())
    if count:
        first = int(np.argmax(bad)) + 1
        raise UserError(
            f"`{name}`: {count} of {bad.size} values {'is' if count == 1 else 'are'} {problem} "
            f"(first at row {first}). {mend}."
        )


def _series(name: str, values: Any) -> pd.Series[Any]:
    if values is None:
        raise UserError(f"`{name}` was not given. Give one value a row.")
    try:
        return pd.Series(values)
    except (TypeError, ValueError):
        raise UserError(f"`{name}` is not one column of values. Give one value a row.") from None


def _column(name: str, values: ArrayLike, n: int) -> Floats:
    column = numbers(name, values)
    same_length(name, column.size, n)
    return column


def same_length(name: str, size: int, n: int, other: str = "`time`") -> None:
    """Raise a UserError unless a column has as many rows as another."""
    if size != n:
        raise UserError(f"`{name}` has {size} rows and {other} has {n}. Give both for the same patients.")


def levels_of(name: str, values: ArrayLike | None, n: int) -> tuple[Ints, tuple[str, ...]]:
    """Index of each row's level, (n,), and the names of the levels: in category order, else sorted.

    Raises:
        UserError: a level is blank, the length is not n, or levels are written alike.
    """
    if values is None:
        return np.zeros(n, dtype=np.intp), ("all",)
    column = _series(name, values)
    same_length(name, column.size, n)
    try:
        ordered = pd.Categorical(column)
    except TypeError:
        raise UserError(f"`{name}` holds something other than names. Give one name a row.") from None
    codes, found = ordered.codes, ordered.categories
    refuse(name, codes < 0, "blank", "Set these patients aside, and count them, or give them a level")
    labels = tuple(str(level) for level in found) or ("all",)
    if len(set(labels)) < len(labels):
        raise UserError(f"`{name}` has different levels that are written alike. Give each its own name.")
    return codes.astype(np.intp), labels
