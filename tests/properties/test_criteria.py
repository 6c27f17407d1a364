"""Criteria over every possible world of their unknowns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from cartwise.basis import NO, UNKNOWN, YES, Truth
from cartwise.measures import Answer, Criterion, Sheet, all_of, any_of, at_least, not_


@dataclass(frozen=True)
class Told(Criterion):
    """A criterion whose answer is given."""

    name: str
    truth: Truth

    @property
    def sentence(self) -> str:
        return self.name

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return ()

    def answer(self, sheet: Sheet) -> Answer:
        return Answer(
            self.truth, self.name, cause="record" if self.truth is UNKNOWN else "", settled_by=self.name
        )


truths = st.sampled_from([YES, NO, UNKNOWN])


def trees(leaves: st.SearchStrategy[Criterion]) -> st.SearchStrategy[Criterion]:
    """Criteria built from given answers, each leaf used once."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda items: all_of(*items)),
            st.lists(parts, min_size=1, max_size=3).map(lambda items: any_of(*items)),
            st.lists(parts, min_size=2, max_size=3).map(lambda items: at_least(2, *items)),
            parts.map(not_),
        ),
        max_leaves=6,
    )


def named_apart(criterion: Criterion, names: list[str] | None = None) -> Criterion:
    """The same tree with a name of its own for each leaf, so that no two stand for the same fact."""
    names = [] if names is None else names
    if isinstance(criterion, Told):
        names.append(f"fact {len(names)}")
        return Told(names[-1], criterion.truth)
    rebuilt = tuple(named_apart(part, names) for part in criterion.parts)
    if criterion.sentence == "not":
        return not_(rebuilt[0])
    return at_least(criterion.count, *rebuilt)  # type: ignore[attr-defined]


def completed(criterion: Criterion, world: dict[str, Truth]) -> Criterion:
    """The tree in a world in which every unknown is settled."""
    if isinstance(criterion, Told):
        return Told(criterion.name, world.get(criterion.name, criterion.truth))
    rebuilt = tuple(completed(part, world) for part in criterion.parts)
    if criterion.sentence == "not":
        return not_(rebuilt[0])
    return at_least(criterion.count, *rebuilt)  # type: ignore[attr-defined]


drawn_trees = trees(truths.map(lambda truth: Told("a fact", truth))).map(named_apart)


def nobody() -> Sheet:
    """A sheet of nobody: given answers ask nothing of it."""
    return SimpleNamespace(answers={})  # type: ignore[return-value]


def worlds(criterion: Criterion) -> list[dict[str, Truth]]:
    unknown = [leaf.sentence for leaf in criterion.answer(nobody()).leaves() if leaf.truth is UNKNOWN]
    return [dict(zip(unknown, values, strict=True)) for values in product([YES, NO], repeat=len(unknown))]


@given(drawn_trees)
def test_unknown_exactly_where_the_worlds_disagree(criterion: Criterion) -> None:
    outcomes = {completed(criterion, world).answer(nobody()).truth for world in worlds(criterion)}
    assert criterion.answer(nobody()).truth is (outcomes.pop() if len(outcomes) == 1 else UNKNOWN)


@given(drawn_trees)
def test_what_would_settle_it_does_settle_it(criterion: Criterion) -> None:
    """Once every open leaf is told, the answer is settled; a settled answer asks for nothing."""
    answer = criterion.answer(nobody())
    asked = [leaf.sentence for leaf in answer.open_leaves()]
    assert bool(asked) is (answer.truth is UNKNOWN)
    for values in product([YES, NO], repeat=len(asked)):
        told = completed(criterion, dict(zip(asked, values, strict=True)))
        assert told.answer(nobody()).truth is not UNKNOWN
