"""Criteria made of criteria, and the words in which a guideline builds them.

`all_of`, `any_of`, `at_least` and `not_` are chosen over operators, because guidelines are written so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cartwise.basis import NO, UNKNOWN, YES, Truth, at_least_true, negation
from cartwise.evidence import Threshold
from cartwise.measures.criterion import Answer, Criterion, Equals, IsTrue, Meets
from cartwise.measures.measure import Measure
from cartwise.measures.sheet import Sheet


@dataclass(frozen=True, slots=True)
class AtLeast(Criterion):
    """At least so many of some criteria; all of them and any of them are its two ends."""

    count: int
    of: tuple[Criterion, ...]
    words: str = ""

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criteria counted."""
        return self.of

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        if self.words:
            return self.words
        return (
            "all of"
            if self.count == len(self.of)
            else "any of"
            if self.count == 1
            else f"at least {self.count} of"
        )

    def answer(self, sheet: Sheet) -> Answer:
        """Kleene's answer, with every part's own."""
        parts = tuple(criterion.ask(sheet) for criterion in self.of)
        truth = at_least_true(self.count, [part.truth for part in parts])
        return Answer(truth, self.sentence, cause=_cause(truth, parts), parts=parts)


@dataclass(frozen=True, slots=True)
class Not(Criterion):
    """The contrary of a criterion; the contrary of unknown is unknown."""

    of: Criterion
    words: str = ""

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criterion denied."""
        return (self.of,)

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        return self.words or "not"

    def answer(self, sheet: Sheet) -> Answer:
        """The contrary answer, with the part it was made from."""
        part = self.of.ask(sheet)
        return Answer(negation(part.truth), self.sentence, cause=part.cause, parts=(part,))


@dataclass(frozen=True, slots=True)
class UnderEach(Criterion):
    """A criterion whose definition its source leaves open: asked under each definition that is named for it.

    Where the definitions agree, that is the answer. Where one says yes and another no, or the source has no word
    for what was seen, it is unknown with cause `source`: no test can settle which definition was meant. Where one
    is settled and another still waits for a sample, it is unknown with cause `record`. Definitions for which the
    record holds no measurement are shown and do not count.
    """

    choice: str
    options: tuple[str, ...]
    of: Criterion

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criterion asked."""
        return (self.of,)

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        return f"{self.of.sentence}, under each definition the source names"

    def answer(self, sheet: Sheet) -> Answer:
        """One answer where the definitions agree; unknown, and by what, where they do not."""
        asked = [(option, self.of.ask(sheet.under(self.choice, option))) for option in self.options]
        told = [answer for option, answer in asked if self._told(answer, sheet.under(self.choice, option))]
        detail, facts = _by_answer(asked), self.of.facts()
        if not told:
            return Answer(
                UNKNOWN, self.sentence, detail, "record", _settled_by([answer for _, answer in asked]), facts
            )
        truths = {answer.truth for answer in told}
        if truths in ({YES}, {NO}):
            return Answer(told[0].truth, self.sentence, detail, facts=facts)
        waiting = [answer for answer in told if answer.truth is UNKNOWN and answer.cause == "record"]
        if waiting and not {YES, NO} <= truths:
            return Answer(UNKNOWN, self.sentence, detail, "record", _settled_by(waiting), facts)
        return Answer(UNKNOWN, self.sentence, f"depends on the definition: {detail}", "source", facts=facts)

    def _told(self, answer: Answer, sheet: Sheet) -> bool:
        measured = all(sheet[item.name].known for item in self.of.measures())
        return measured or answer.truth is not UNKNOWN or answer.cause == "source"


def _by_answer(asked: list[tuple[str, Answer]]) -> str:
    """Each answer once, with the definitions that give it."""
    grouped: dict[str, list[str]] = {}
    for option, answer in asked:
        words = f"{answer.truth}" + (f" ({answer.detail})" if answer.detail else "")
        grouped.setdefault(words, []).append(option)
    if len(grouped) == 1:
        detail = asked[0][1].detail
        return f"{detail}, under all {len(asked)}" if detail else f"under all {len(asked)}"
    return "; ".join(f"{words} under {', '.join(options)}" for words, options in grouped.items())


def _settled_by(answers: list[Answer]) -> str:
    leaves = (leaf for answer in answers for leaf in answer.open_leaves())
    return "; ".join(dict.fromkeys(leaf.settled_by for leaf in leaves if leaf.settled_by))


def _cause(truth: Truth, parts: tuple[Answer, ...]) -> str:
    if truth is not UNKNOWN:
        return ""
    causes = {leaf.cause for part in parts for leaf in part.open_leaves()}
    return "conflict" if "conflict" in causes else "source" if causes == {"source"} else "record"


@dataclass(frozen=True, slots=True)
class OpenBySource(Criterion):
    """A finding that a source's words may or may not mean: where it is there, only the source could say."""

    of: Criterion
    why: str

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The finding."""
        return (self.of,)

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        return self.of.sentence

    def answer(self, sheet: Sheet) -> Answer:
        """No where it is absent; unknown with cause `source` where it is there."""
        part = self.of.ask(sheet)
        if part.truth is YES:
            return Answer(UNKNOWN, self.sentence, self.why, "source", facts=self.of.facts())
        return part


@dataclass(frozen=True, slots=True)
class FirstSettled(Criterion):
    """The first of several questions that can be answered; the later ones stand in where it cannot."""

    of: tuple[Criterion, ...]
    words: str = ""

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The questions, the best first."""
        return self.of

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        return self.words or "the first that can be answered of"

    def answer(self, sheet: Sheet) -> Answer:
        """The first settled answer; where none is, unknown as the last question leaves it."""
        parts: list[Answer] = []
        for question in self.of:
            parts.append(question.ask(sheet))
            if parts[-1].truth is not UNKNOWN:
                break
        last = parts[-1]
        return Answer(last.truth, self.sentence, cause=last.cause, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class Always(Criterion):
    """A statement that a source makes of everybody it is written for."""

    words: str = "stated for everybody in scope"
    parts: tuple[Criterion, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """The statement's scope as a sentence."""
        return self.words

    def answer(self, sheet: Sheet) -> Answer:  # noqa: ARG002 - asks nothing of the patient
        """Yes."""
        return Answer(YES, self.sentence)


Question = Criterion | Measure


def criterion(question: Question) -> Criterion:
    """A question as a criterion: a measure that is a yes or no stands for itself."""
    return IsTrue(question) if isinstance(question, Measure) else question


def all_of(*questions: Question, words: str = "") -> Criterion:
    """Yes when every one is yes."""
    return AtLeast(len(questions), tuple(criterion(item) for item in questions), words)


def any_of(*questions: Question, words: str = "") -> Criterion:
    """Yes when one is yes."""
    return AtLeast(1, tuple(criterion(item) for item in questions), words)


def at_least(count: int, *questions: Question, words: str = "") -> Criterion:
    """Yes when at least `count` are yes ("five of eight")."""
    return AtLeast(count, tuple(criterion(item) for item in questions), words)


def not_(question: Question, words: str = "") -> Criterion:
    """Yes when it is no."""
    return Not(criterion(question), words)


def equals(measure: Measure, *wanted: str | float, words: str = "") -> Criterion:
    """Yes when the measure has one of these values."""
    return Equals(measure, wanted, words=words)


def meets(measure: Measure, threshold: Threshold, words: str = "") -> Criterion:
    """Yes when the measure meets the cited threshold; units are checked when the rule is written."""
    return Meets(measure, threshold, words=words)


def under_each(choice: str, options: tuple[str, ...], question: Question) -> Criterion:
    """The question under each definition that its source leaves open (`choice` of study.toml)."""
    return UnderEach(choice, options, criterion(question))


def open_by_source(question: Question, why: str) -> Criterion:
    """Unknown by the source where the question is yes: its words may or may not mean this."""
    return OpenBySource(criterion(question), why)


def first_settled(*questions: Question, words: str = "") -> Criterion:
    """The first of these that can be answered."""
    return FirstSettled(tuple(criterion(item) for item in questions), words)


def always(words: str = "stated for everybody in scope") -> Criterion:
    """Yes for everybody in scope."""
    return Always(words)
