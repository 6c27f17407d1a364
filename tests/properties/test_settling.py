"""What would settle or change a statement, held against every possible answer to its questions."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from cartwise.basis import NO, UNKNOWN, YES, Truth, negation
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.guidelines.settling import decided, would_change, would_settle
from cartwise.measures import Answer, Criterion, Sheet, all_of, any_of, at_least, not_, open_by_source
from cartwise.measures.combining import Not, OpenBySource
from cartwise.measures.completing import by_completion
from tests.drawing import patient_of

NAMES = "abcdef"
World = dict[str, Truth]


class Asked(Criterion):
    """A question whose answer a world gives."""

    def __init__(self, name: str, truth: Truth) -> None:
        self.name, self.truth = name, truth

    @property
    def sentence(self) -> str:
        return self.name

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return ()

    def answer(self, sheet: Sheet) -> Answer:
        return Answer(self.truth, self.name, cause="record" if self.truth is UNKNOWN else "")


def in_world(criterion: Criterion, world: World) -> Criterion:
    """The same tree, its questions answered as in a world; what that does not tell is unknown."""
    if isinstance(criterion, Asked):
        return Asked(criterion.name, world.get(criterion.name, UNKNOWN))
    parts = [in_world(part, world) for part in criterion.parts]
    if isinstance(criterion, Not):
        return not_(parts[0])
    if isinstance(criterion, OpenBySource):
        return open_by_source(parts[0], "left open")
    return at_least(criterion.count, *parts)  # type: ignore[attr-defined]


def inner(parts: st.SearchStrategy[Criterion]) -> st.SearchStrategy[Criterion]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda items: all_of(*items)),
        several.map(lambda items: any_of(*items)),
        st.lists(parts, min_size=2, max_size=3).map(lambda items: at_least(2, *items)),
        parts.map(not_),
        parts.map(lambda part: open_by_source(part, "left open")),
    )


trees = st.recursive(st.sampled_from(NAMES).map(lambda name: Asked(name, UNKNOWN)), inner, max_leaves=6)
worlds = st.fixed_dictionaries({name: st.sampled_from([YES, NO, UNKNOWN]) for name in NAMES})


NOBODY = patient_of()


def nobody() -> Sheet:
    """A new sheet of a patient of whom nothing is asked: the questions bring their answers."""
    return Sheet(NOBODY)


def advised(scope: Criterion, rule: Criterion, world: World) -> tuple[Advice, Guideline]:
    guideline = Guideline("Drawn", source="westhafen-2025", written_for=in_world(scope, world))
    guideline.recommend("westhafen-2025/hct-tier-1", when=in_world(rule, world))
    return guideline.advise(nobody())[0], guideline


def standing(scope: Criterion, rule: Criterion, world: World) -> str:
    return advised(scope, rule, world)[0].standing


def unknown_in(world: World) -> list[str]:
    return [name for name, truth in world.items() if truth is UNKNOWN]


@given(trees, worlds)
def test_completion_is_what_every_world_says_and_agrees_with_kleene(rule: Criterion, world: World) -> None:
    asked = in_world(rule, world)
    answer = asked.answer(nobody())
    completions = [
        in_world(rule, world | dict(zip(unknown_in(world), told, strict=True))).answer(nobody()).truth
        for told in product([YES, NO], repeat=len(unknown_in(world)))
    ]
    agreed = completions[0] if len(set(completions)) == 1 else UNKNOWN
    assert by_completion(asked, answer) is agreed
    assert answer.truth in {agreed, UNKNOWN}


@given(trees, trees, worlds)
def test_what_would_settle_it_does_and_nothing_of_it_can_be_spared(
    scope: Criterion, rule: Criterion, world: World
) -> None:
    advice, guideline = advised(scope, rule, world)
    for turning in would_settle(advice, guideline):
        assert all(world[question] is UNKNOWN for question in turning.questions)
        assert standing(scope, rule, world | dict(turning.facts)) == turning.standing
        for spared in turning.facts:
            told = world | {question: answer for question, answer in turning.facts if question != spared[0]}
            assert standing(scope, rule, told) != turning.standing


@given(trees, trees, worlds)
def test_no_way_of_settling_it_is_left_out(scope: Criterion, rule: Criterion, world: World) -> None:
    advice, guideline = advised(scope, rule, world)
    found = [set(turning.facts) for turning in would_settle(advice, guideline)]
    for told in product([YES, NO, UNKNOWN], repeat=len(unknown_in(world))):
        facts = {fact for fact in zip(unknown_in(world), told, strict=True) if fact[1] is not UNKNOWN}
        then, _ = advised(scope, rule, world | dict(facts))
        assert decided(advice) or decided(then) is any(way <= facts for way in found)


@given(trees, trees, worlds)
def test_what_would_change_it_does(scope: Criterion, rule: Criterion, world: World) -> None:
    advice, guideline = advised(scope, rule, world)
    for turning in would_change(advice, guideline):
        assert standing(scope, rule, world | dict(turning.facts)) != advice.standing


def named_apart(criterion: Criterion, names: list[str]) -> Criterion:
    """The same tree with a name of its own for each leaf."""
    if isinstance(criterion, Asked):
        names.append(f"{len(names)}")
        return Asked(names[-1], UNKNOWN)
    parts = [named_apart(part, names) for part in criterion.parts]
    if isinstance(criterion, Not):
        return not_(parts[0])
    if isinstance(criterion, OpenBySource):
        return open_by_source(parts[0], "left open")
    return at_least(criterion.count, *parts)  # type: ignore[attr-defined]


@given(trees, trees, st.data())
def test_where_each_question_is_asked_once_no_way_of_changing_it_is_left_out(
    scope: Criterion, rule: Criterion, data: st.DataObject
) -> None:
    names: list[str] = []
    scope, rule = named_apart(scope, names), named_apart(rule, names)
    world = {name: data.draw(st.sampled_from([YES, NO, UNKNOWN])) for name in names}
    advice, guideline = advised(scope, rule, world)
    found = [set(turning.facts) for turning in would_change(advice, guideline)]
    known = [name for name in names if world[name] is not UNKNOWN]
    for flipped in (some for size in range(3) for some in combinations(known, size)):
        facts = {(name, negation(world[name])) for name in flipped}
        changed = standing(scope, rule, world | dict(facts)) != advice.standing
        assert not (decided(advice) and changed) or any(way <= facts for way in found)
