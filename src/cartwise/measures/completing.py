"""What a criterion turns on: the smallest sets of facts that would settle it, or with which it would no longer be so.

A fact is the answer to one leaf question. What the source leaves open no fact settles. Two leaves may hang together
("CD28" and "4-1BB"): that is not known here, each question is taken by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from cartwise.basis import NO, UNKNOWN, YES, Truth, at_least_true, negation
from cartwise.measures.combining import Always, AtLeast, FirstSettled, Not, OpenBySource
from cartwise.measures.criterion import Answer, Criterion

MOST_UNKNOWN = 12
"""Unknown leaves up to which every completion is tried; beyond, Kleene's answer stands."""

Facts = frozenset[tuple[str, Truth]]
Ways = frozenset[Facts]
"""Sets of facts each of which is enough; the empty set says that nothing more is needed."""

NO_WAY: Ways = frozenset()
AS_IT_IS: Ways = frozenset({frozenset()})


def by_completion(criterion: Criterion, answer: Answer) -> Truth:
    """The answer that holds in every completion of the unknown leaves; a leaf asked twice is one.

    It decides wherever Kleene's logic does, and also where the same unknown stands on both sides ("p or not p"). With
    more than `MOST_UNKNOWN` unknown leaves it is Kleene's answer.
    """
    tree = Tree(criterion, answer)
    unknown = sorted(tree.unknown_leaves())
    if answer.truth is not UNKNOWN or len(unknown) > MOST_UNKNOWN:
        return answer.truth
    worlds = product((YES, NO), repeat=len(unknown))
    first = tree.truth(dict(zip(unknown, next(worlds), strict=True)))
    same = all(tree.truth(dict(zip(unknown, world, strict=True))) is first for world in worlds)
    return first if same else UNKNOWN


@dataclass(frozen=True, slots=True)
class Tree:
    """A criterion beside the answer that it got: the one knows how, the other what."""

    criterion: Criterion
    answer: Answer

    def parts(self) -> list[Tree]:
        """The parts that were asked: a first settled answer ends the asking."""
        if isinstance(self.criterion, OpenBySource):
            # It hands on the answer of its part, unless that is a yes, which it keeps to itself as a leaf.
            return [] if self.left_to_source() else [Tree(self.criterion.of, self.answer)]
        return [Tree(*pair) for pair in zip(self.criterion.parts, self.answer.parts, strict=False)]

    def left_to_source(self) -> bool:
        """Whether this is a leaf that no record can settle."""
        return not self.answer.parts and self.answer.cause == "source"

    def unknown_leaves(self) -> set[str]:
        """Questions that a record could still answer; nothing below a settled branch is asked for."""
        return {leaf.sentence for leaf in self.answer.open_leaves() if leaf.cause != "source"}

    def truth(self, world: dict[str, Truth]) -> Truth:
        """The answer once some leaves are answered as told; the others stay as they are."""
        if self._fixed():
            return self.answer.truth
        parts = [part.truth(world) for part in self.parts()]
        match self.criterion:
            case AtLeast(count=count):
                return at_least_true(count, parts)
            case Not():
                return negation(parts[0])
            case FirstSettled():
                return next((truth for truth in parts if truth is not UNKNOWN), UNKNOWN)
            case OpenBySource():
                return NO if parts == [NO] else UNKNOWN
        return UNKNOWN if self.left_to_source() else world.get(self.answer.sentence, self.answer.truth)

    def ways(self, wanted: Truth) -> Ways:
        """The smallest sets of facts that settle it so; what is settled stays."""
        if self.answer.truth is not UNKNOWN:
            return AS_IT_IS if self.answer.truth is wanted else NO_WAY
        parts = self.parts()
        match self.criterion:
            case AtLeast(count=count):
                needed = count if wanted is YES else len(parts) - count + 1
                return _so_many(needed, [part.ways(wanted) for part in parts])
            case Not():
                return parts[0].ways(negation(wanted))
            case FirstSettled():
                return smallest(way for part in parts for way in part.ways(wanted))
            case OpenBySource():
                return parts[0].ways(NO) if parts and wanted is NO else NO_WAY
        return NO_WAY if self.left_to_source() else _one(self.answer.sentence, wanted)

    def ways_off(self, truth: Truth) -> Ways:
        """The smallest sets of other answers with which it would no longer be so."""
        if self.answer.truth is not truth:
            return AS_IT_IS
        if self._fixed():
            return NO_WAY
        parts = self.parts()
        match self.criterion:
            case AtLeast(count=count):
                needed = len(parts) - count + 1 if truth is YES else count
                return _so_many(needed, [part.ways_off(truth) for part in parts])
            case Not():
                return parts[0].ways_off(negation(truth))
            case FirstSettled() | OpenBySource():
                return parts[-1].ways_off(truth)  # the last that was asked settled it
        return _one(self.answer.sentence, negation(truth))

    def _fixed(self) -> bool:
        """Whether no record changes it: said of everybody, or answered for another reason than its own (a death)."""
        return isinstance(self.criterion, Always) or self.answer.sentence != self.criterion.sentence


def _one(question: str, answer: Truth) -> Ways:
    return frozenset({frozenset({(question, answer)})})


def _so_many(needed: int, of: list[Ways]) -> Ways:
    """The smallest ways in which at least so many of several things come about."""
    reached = [AS_IT_IS, *[NO_WAY] * needed]
    for ways in of:
        for count in range(needed, 0, -1):
            reached[count] = smallest([*reached[count], *together([reached[count - 1], ways])])
    return reached[needed]


def together(several: Iterable[Ways]) -> Ways:
    """The smallest ways in which all of several things come about; a question cannot be answered both ways."""
    joined = (frozenset[tuple[str, Truth]]().union(*choice) for choice in product(*several))
    return smallest(facts for facts in joined if len(facts) == len({question for question, _ in facts}))


def smallest(ways: Iterable[Facts]) -> Ways:
    """The ways that hold no other one."""
    kept: list[Facts] = []
    for way in sorted(set(ways), key=len):
        if not any(smaller <= way for smaller in kept):
            kept.append(way)
    return frozenset(kept)
