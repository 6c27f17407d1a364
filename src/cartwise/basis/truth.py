"""Yes, no or unknown: Kleene's three-valued logic, in which missing is never false."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Truth(Enum):
    """The answer to a question about a patient."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        """Refuse: an `if` has no branch for unknown.

        Raises:
            TypeError: always, naming what to write instead.
        """
        raise TypeError("A Truth is yes, no or unknown and cannot stand in an `if`. Write `truth is YES`.")

    def __str__(self) -> str:
        return self.value


YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def truth_of(value: bool | None) -> Truth:
    """Read a record's flag: a blank is unknown."""
    return UNKNOWN if value is None else YES if value else NO


def negation(truth: Truth) -> Truth:
    """Not: unknown stays unknown."""
    return {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[truth]


def at_least_true(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether at least `count` of the answers are yes, as far as can be told (Kleene's strong logic).

    "All" and "any" are the cases `count = n` and `count = 1`, so one function carries the logic.
    """
    answers = list(truths)
    yes = answers.count(YES)
    if yes >= count:
        return YES
    return UNKNOWN if yes + answers.count(UNKNOWN) >= count else NO


def all_true(truths: Iterable[Truth]) -> Truth:
    """Yes when every answer is yes; one no settles it."""
    answers = list(truths)
    return at_least_true(len(answers), answers)


def any_true(truths: Iterable[Truth]) -> Truth:
    """Yes when one answer is yes; no only when every answer is no."""
    return at_least_true(1, truths)
