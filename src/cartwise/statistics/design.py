"""The design matrix of a regression: columns of a table as numbers, categories against a named reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.counting import Bools, Floats
from cartwise.statistics.formula import is_formula, read_formula
from cartwise.statistics.observations import numbers, refuse

# A column of a table by its name, or the values themselves.
ColumnOrValues = str | ArrayLike


@dataclass(frozen=True, slots=True)
class Term:
    """One column of the design matrix.

    Attributes:
        column: the column of the table it came from.
        level: the category it stands for; "" for a number.
        reference: the category it is compared with; "" for a number.
    """

    column: str
    level: str = ""
    reference: str = ""

    @property
    def label(self) -> str:
        """The term as a table prints it: "age", or "group: low v high"."""
        return f"{self.column}: {self.level} v {self.reference}" if self.level else self.column


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """n rows of p covariates.

    Attributes:
        matrix: (n, p) numbers; a category is 1 in its own column, the reference 0 in all.
        terms: (p,) what the columns mean.
    """

    matrix: Floats
    terms: tuple[Term, ...]

    def where(self, chosen: Bools) -> Design:
        """The columns chosen by a mask, (p,)."""
        terms = tuple(term for term, kept in zip(self.terms, chosen, strict=True) if kept)
        return Design(self.matrix[:, chosen], terms)

    def columns(self) -> dict[str, list[int]]:
        """The design columns of each table column, in order."""
        found: dict[str, list[int]] = {}
        for index, term in enumerate(self.terms):
            found.setdefault(term.column, []).append(index)
        return found


def design(
    data: pd.DataFrame, columns: str | Sequence[str], reference: Mapping[str, object] | None = None
) -> Design:
    """The design matrix of named columns of a table: a list, or a text such as "age + group".

    Numbers and booleans enter as they are; text and categories as one 0/1 column per level but the reference,
    which is the first category (or the first in sorted order) unless `reference` names another.

    Raises:
        UserError: a column is not there, is named twice, has a missing value, or a reference is no level of it.
    """
    wanted = _wanted(data, columns)
    if not wanted or len(set(wanted)) < len(wanted):
        raise UserError("A regression needs one or more columns, each named once, by their names as text.")
    chosen = dict(reference or {})
    if unknown := [name for name in chosen if name not in wanted]:
        raise UserError(
            f"`reference` names {unknown[0]!r}, which is not among the columns of this regression."
        )
    parts = [_expanded(data, name, chosen.get(name)) for name in wanted]
    matrix = np.column_stack([part for part, _ in parts])
    return Design(matrix, tuple(term for _, terms in parts for term in terms))


def _wanted(data: pd.DataFrame, columns: str | Sequence[str]) -> list[str]:
    if not isinstance(columns, str):
        named = list(columns) if isinstance(columns, Iterable) else []
        return named if all(isinstance(name, str) for name in named) else []
    if not is_formula(data, columns):
        return [columns]
    formula = read_formula(columns)
    if formula.outcome or formula.strata or formula.cluster:
        raise UserError(
            "Only `cox` and `firth_cox` take Surv(), strata() and cluster() in a formula. Give this model the names of "
            "its covariates, joined by +, and the rest as arguments."
        )
    return list(formula.columns)


def values_of(data: pd.DataFrame | None, name: str, given: ColumnOrValues) -> ArrayLike:
    """The values of a column given by its name, or as they are.

    Raises:
        UserError: a name is given that the table does not have.
    """
    if not isinstance(given, str):
        return given
    if data is None or given not in data.columns:
        raise UserError(f"`{name}`: there is no column {given!r} in the table.")
    if isinstance(data[given], pd.DataFrame):
        raise UserError(f"The table has more than one column {given!r}. Give each its own name.")
    return data[given]


def _expanded(data: pd.DataFrame, name: str, reference: object) -> tuple[Floats, list[Term]]:
    values = pd.Series(values_of(data, "columns", name))
    numeric = pd.api.types.is_numeric_dtype(values) and not isinstance(values.dtype, pd.CategoricalDtype)
    if numeric and reference is None:
        return numbers(name, values)[:, None], [Term(name)]
    codes, levels = _categories(name, values)
    base = 0 if reference is None else _position(name, levels, str(reference))
    others = [index for index in range(len(levels)) if index != base]
    if not others:
        raise UserError(f"`{name}` has only one level. Leave it out: there is nothing to compare it with.")
    matrix = (codes[:, None] == np.array(others)).astype(np.float64)
    return matrix, [Term(name, levels[index], levels[base]) for index in others]


def _categories(name: str, values: pd.Series[Any]) -> tuple[Floats, list[str]]:
    try:
        ordered = pd.Categorical(values)
    except TypeError:
        raise UserError(f"`{name}` holds something other than numbers or names.") from None
    refuse(
        name, ordered.codes < 0, "missing", "Set these patients aside, and count them, or give them a level"
    )
    return ordered.codes.astype(np.float64), [str(level) for level in ordered.categories]


def _position(name: str, levels: list[str], reference: str) -> int:
    if reference not in levels:
        raise UserError(f"`{name}` has no level {reference!r}. Its levels are {', '.join(levels)}.")
    return levels.index(reference)
