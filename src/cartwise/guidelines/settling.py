"""What would settle an undecided statement, and what would change a decided one: the smallest sets of facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cartwise.basis import NO, UNKNOWN, YES, Truth
from cartwise.guidelines.catalogue import catalogue
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.measures.completing import Tree, Ways, smallest, together
from cartwise.measures.outcome import alive

_ALIVE = alive.name


@dataclass(frozen=True, slots=True)
class Turning:
    """A smallest set of facts that would give a statement another standing.

    Attributes:
        facts: leaf questions with the answers that do it, in order.
        standing: the standing it would then have; "" for any other than now.
    """

    facts: tuple[tuple[str, Truth], ...]
    standing: str

    @property
    def questions(self) -> frozenset[str]:
        """The leaf questions."""
        return frozenset(question for question, _ in self.facts)

    def __str__(self) -> str:
        return "; ".join(f"{question}: {answer}" for question, answer in self.facts)


def would_settle(advice: Advice, guideline: Guideline | None = None) -> tuple[Turning, ...]:
    """The smallest sets of facts, each of which would decide an undecided statement, the smallest first.

    Args:
        advice: the statement as it stands; a decided one has none.
        guideline: where it stands; None looks it up in the catalogue.
    """
    if decided(advice):
        return ()
    scope, rule = _both(advice, guideline)
    in_scope = scope.ways(YES)
    met = "undetermined-by-source" if advice.recommendation.undetermined else "met"
    found = [
        *_turnings(scope.ways(NO), "out-of-scope"),
        *_turnings(together([in_scope, rule.ways(YES)]), met),
        *_turnings(together([in_scope, rule.ways(NO)]), "not-met"),
    ]
    return tuple(sorted(found, key=_by_size))


def would_change(advice: Advice, guideline: Guideline | None = None) -> tuple[Turning, ...]:
    """The smallest sets of answers that, had they come out otherwise, would change a decided statement.

    That the patient lives or has died is not thought away: what would hold otherwise helps nobody to decide.

    Args:
        advice: the statement as it stands; an undecided one has none.
        guideline: where it stands; None looks it up in the catalogue.
    """
    if not decided(advice):
        return ()
    scope, rule = _both(advice, guideline)
    if advice.scope.truth is NO:
        ways = scope.ways_off(NO)
    else:
        ways = smallest([*rule.ways_off(advice.answer.truth), *scope.ways_off(YES)])
    # Where one question is asked twice, another answer may undo in one place what it does in the other.
    real = frozenset(
        way for way in ways if _ALIVE not in dict(way) and _changes(advice, scope, rule, dict(way))
    )
    return tuple(sorted(_turnings(real, ""), key=_by_size))


def _changes(advice: Advice, scope: Tree, rule: Tree, world: dict[str, Truth]) -> bool:
    then = scope.truth(world)
    if advice.scope.truth is NO or then is not YES:
        return then is not advice.scope.truth
    return rule.truth(world) is not advice.answer.truth


def settling_sets(advice: Advice, guideline: Guideline | None = None) -> tuple[frozenset[str], ...]:
    """The smallest sets of leaf questions whose answers could decide an undecided statement."""
    return _questions(would_settle(advice, guideline))


def changing_sets(advice: Advice, guideline: Guideline | None = None) -> tuple[frozenset[str], ...]:
    """The smallest sets of leaf questions on which a decided statement hangs."""
    return _questions(would_change(advice, guideline))


def decided(advice: Advice) -> bool:
    """Whether scope and condition are settled, whichever way."""
    return advice.scope.truth is NO or (advice.scope.truth is YES and advice.answer.truth is not UNKNOWN)


def _both(advice: Advice, guideline: Guideline | None) -> tuple[Tree, Tree]:
    home = guideline or _by_title()[advice.source, advice.guideline]
    return Tree(home.written_for, advice.scope), Tree(advice.recommendation.when, advice.answer)


@cache
def _by_title() -> dict[tuple[str, str], Guideline]:
    return {(guideline.source, guideline.title): guideline for guideline in catalogue()}


def _turnings(ways: Ways, standing: str) -> list[Turning]:
    return [Turning(tuple(sorted(facts, key=str)), standing) for facts in ways]


def _by_size(turning: Turning) -> tuple[int, str, str]:
    return len(turning.facts), turning.standing, str(turning)


def _questions(turnings: tuple[Turning, ...]) -> tuple[frozenset[str], ...]:
    """The questions of some turnings, without those sets that hold another one."""
    kept: list[frozenset[str]] = []
    for asked in (turning.questions for turning in turnings):
        if not any(smaller <= asked for smaller in kept):
            kept.append(asked)
    return tuple(kept)
