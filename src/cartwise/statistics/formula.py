"""A model written as a formula: "Surv(time, event) ~ age + group + strata(centre)", or its right-hand side only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import UserError

_TOKEN = re.compile(r"\s*(?:`([^`]+)`|([^\W\d][\w.]*)|([~+(),]))")


@dataclass(frozen=True, slots=True)
class Formula:
    """What a formula names.

    Attributes:
        columns: the covariates, in order.
        outcome: the columns within Surv(): time and event, or start, stop and event; none without a left-hand side.
        strata: the column within strata(); None where there is none.
        cluster: the column within cluster(); None where there is none.
    """

    columns: tuple[str, ...]
    outcome: tuple[str, ...] = ()
    strata: str | None = None
    cluster: str | None = None


def is_formula(data: pd.DataFrame, columns: str | Sequence[str]) -> bool:
    """Whether a text is a formula rather than the name of one column of the table."""
    return isinstance(columns, str) and columns not in data.columns and bool(re.search(r"[~+()`]", columns))


def read_formula(text: str) -> Formula:
    """Read a formula: names joined by +, strata() and cluster() among them; odd names stand in backticks.

    Raises:
        UserError: it holds anything else, such as an interaction or a transformation.
    """
    tokens = _tokens(text)
    sides = _split(tokens, "~")
    if len(sides) > 2:
        _refuse(text, "it has more than one ~")
    outcome: tuple[str, ...] = ()
    if len(sides) == 2:
        word, *outcome_names = _named(text, sides[0])
        outcome = tuple(outcome_names)
        if word != "Surv" or len(outcome) not in {2, 3}:
            _refuse(text, "its left-hand side is Surv(time, event) or Surv(start, stop, event)")
    terms = [_named(text, term) for term in _split(sides[-1], "+")]
    special = {
        word: [rest for first, *rest in terms if rest and first == word] for word in ("strata", "cluster")
    }
    if odd := [first for first, *rest in terms if rest and first not in special]:
        _refuse(text, f"{odd[0]}() has no meaning on its right-hand side")
    if any(len(found) > 1 or any(len(names) > 1 for names in found) for found in special.values()):
        _refuse(text, "strata() and cluster() may stand once, with one column; make one of several columns")
    columns = tuple(first for first, *rest in terms if not rest)
    strata, cluster = (found[0][0] if found else None for found in special.values())
    return Formula(columns, outcome, strata, cluster)


class Stated(NamedTuple):
    """What a Cox model was asked for: columns of a table by name, or values."""

    columns: str | Sequence[str]
    time: str | ArrayLike
    event: str | ArrayLike
    entry: str | ArrayLike | None
    strata: str | ArrayLike | None
    cluster: str | ArrayLike | None


def stated(data: pd.DataFrame, columns: str | Sequence[str], **given: str | ArrayLike | None) -> Stated:
    """The arguments of a Cox model with what its formula names put among them.

    Raises:
        UserError: the formula is not understood, it and an argument name the same thing, or nothing names the
            time and the event.
    """
    if isinstance(columns, str) and is_formula(data, columns):
        formula = read_formula(columns)
        named: dict[str, str | ArrayLike | None] = dict(
            zip(("event", "time", "entry"), reversed(formula.outcome), strict=False)
        )
        named |= {} if formula.strata is None else {"strata": formula.strata}
        named |= {} if formula.cluster is None else {"cluster": formula.cluster}
        if twice := [name for name in named if given[name] is not None]:
            raise UserError(f"The formula and the argument `{twice[0]}` both say it. Give it once.")
        columns, given = formula.columns, given | named
    time, event = given["time"], given["event"]
    if time is None or event is None:
        raise UserError(
            "Say which columns hold the time and the event: time='day', event='died', or a formula such as "
            "'Surv(day, died) ~ age + group'."
        )
    return Stated(columns, time, event, given["entry"], given["strata"], given["cluster"])


_Token = tuple[str, bool]  # the text, and whether it is a name


def _tokens(text: str) -> list[_Token]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            _refuse(text, f"{text[at:].strip()[0]!r} has no meaning here")
        quoted, name, mark = found.groups()
        tokens.append((quoted or name or mark, mark is None))
        at = found.end()
    return tokens


def _split(tokens: list[_Token], mark: str) -> list[list[_Token]]:
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token == (mark, False):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _named(text: str, tokens: list[_Token]) -> list[str]:
    """A column, or a word and the columns within its brackets."""
    words = [word for word, is_name in tokens if is_name]
    marks = "".join("x" if is_name else word for word, is_name in tokens)
    if not re.fullmatch(r"x(\(x(,x)*\))?", marks):
        _refuse(text, "a name is missing, or one too many")
    return words


def _refuse(text: str, why: str) -> NoReturn:
    raise UserError(
        f"The formula {text!r} was not understood: {why}. Join columns by +, such as 'Surv(time, event) ~ age + group "
        "+ strata(centre)'; names with spaces stand in backticks. Make interactions and transformations as columns."
    )
