"""A guideline: whom it is written for, what it says, when, and on whose word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from cartwise import evidence
from cartwise.basis import NO, UNKNOWN, YES
from cartwise.measures import Always, Answer, Criterion, Question, Sheet, all_of, criterion
from cartwise.measures.outcome import alive

DIRECTIONS = ("for", "against", "caution", "open")
NOT_ASKED = Answer(UNKNOWN, "not asked, because the patient is out of scope")
STANDINGS = ("met", "not-met", "unknown", "undetermined-by-source", "out-of-scope", "conflicting-records")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One sentence of a source about one decision, with the condition under which it speaks.

    Attributes:
        because: the fact it rests on, "source/id"; action and strength are that fact's own.
        decision: the decision it speaks to.
        action: what it is about, in our words.
        strength: how strongly, in the source's own words.
        direction: `for`, `against`, `caution` or `open`.
        when: the condition.
        undetermined: whether the source leaves the decision open where the condition holds.
        grounds: further facts that the source gives as its reasons.
    """

    because: str
    decision: str
    action: str
    strength: str
    direction: str
    when: Criterion
    undetermined: bool
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What one sentence of a source says for one patient on one day.

    Attributes:
        recommendation: the sentence.
        guideline: title of the guideline it stands in.
        source: key of the source.
        standing: one of STANDINGS.
        scope: whether the patient is one the guideline is written for.
        answer: whether the condition holds, with its reasons.
    """

    recommendation: Recommendation
    guideline: str
    source: str
    standing: str
    scope: Answer
    answer: Answer

    @property
    def decision(self) -> str:
        """The decision it speaks to."""
        return self.recommendation.decision

    @property
    def action(self) -> str:
        """What it is about."""
        return self.recommendation.action

    @property
    def strength(self) -> str:
        """How strongly, in the source's own words."""
        return self.recommendation.strength

    @property
    def direction(self) -> str:
        """For, against, caution or open."""
        return self.recommendation.direction

    @property
    def because(self) -> str:
        """The fact it rests on."""
        return self.recommendation.because

    @property
    def missing(self) -> tuple[str, ...]:
        """What would settle it, where it is not settled."""
        if self.standing not in {"unknown", "conflicting-records"}:
            return ()
        leaves = (*self.scope.open_leaves(), *self.answer.open_leaves())
        return tuple(dict.fromkeys(leaf.settled_by for leaf in leaves if leaf.settled_by))

    @property
    def notes(self) -> tuple[str, ...]:
        """Disputes and defects that must be read with it."""
        return _notes((self.because, *self.recommendation.grounds, *self.answer.cited()))

    @property
    def general(self) -> bool:
        """Whether it is said of everybody in scope, so that it tells nothing of this patient."""
        return isinstance(self.recommendation.when, Always)

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact it cites, once, in order."""
        cited = (self.because, *self.recommendation.grounds, *self.scope.cited(), *self.answer.cited())
        return tuple(dict.fromkeys(cited))

    def as_dict(self) -> dict[str, str | list[str]]:
        """The advice as plain values, for JSON."""
        return {
            "decision": self.decision,
            "source": self.source,
            "stream": evidence.source(self.source).stream,
            "action": self.action,
            "strength": self.strength,
            "direction": self.direction,
            "standing": self.standing,
            "because": self.because,
            "missing": list(self.missing),
            "facts": list(self.facts),
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class Guideline:
    """One source's sentences on one topic.

    Attributes:
        title: what it is about.
        source: key of its source.
        written_for: whom it is written for, and that the patient lives; only a NO puts a patient out of its scope.
        recommendations: its sentences, in the order in which the source gives them.
        figures: facts that say what only a picture of the source could tell.
    """

    title: str
    source: str
    written_for: Criterion
    figures: tuple[str, ...] = ()
    recommendations: list[Recommendation] = field(default_factory=list)

    def __post_init__(self) -> None:
        # No source speaks of the dead, and none says so: every guideline asks it, as part of its own scope.
        self.written_for = all_of(alive, self.written_for, words=self.written_for.sentence)

    def recommend(
        self,
        because: str,
        *,
        when: Question,
        direction: str = "for",
        action: str = "",
        decision: str = "",
        grounds: tuple[str, ...] = (),
    ) -> None:
        """Add a sentence: decision, action and strength are its fact's own; a fact that is a statement needs the first."""
        self._add(because, decision, when, direction, action, grounds, undetermined=False)

    def undetermined(
        self, because: str, *, when: Question, action: str = "", grounds: tuple[str, ...] = ()
    ) -> None:
        """Add a sentence in which the source leaves the decision open where the condition holds."""
        self._add(because, "", when, "open", action, grounds, undetermined=True)

    def _add(  # noqa: PLR0917 - the two doors above name every argument
        self,
        because: str,
        decision: str,
        when: Question,
        direction: str,
        action: str,
        grounds: tuple[str, ...],
        *,
        undetermined: bool,
    ) -> None:
        said = evidence.fact(because)
        if said.source != self.source or direction not in DIRECTIONS:
            raise ImportError(
                f"{self.title}: {because} is not of {self.source}, or {direction!r} is no direction."
            )
        for key in grounds:
            evidence.fact(key)
        advice = said if isinstance(said, evidence.Recommendation) else None
        if bool(advice) is bool(decision):
            raise ImportError(f"{because}: a recommendation brings its own decision, a statement needs one.")
        self.recommendations.append(
            Recommendation(
                because=because,
                decision=advice.decision if advice else decision,
                action=action or (advice.action if advice else said.statement),
                strength=advice.strength if advice else f"statement: {said.quote}",
                direction=direction,
                when=criterion(when),
                undetermined=undetermined,
                grounds=(*grounds, *self.figures),
            )
        )

    def advise(self, sheet: Sheet, sentences: Iterable[Recommendation] | None = None) -> list[Advice]:
        """What each sentence, or each of those named, says for one patient on one day."""
        scope = self.written_for.ask(sheet)
        return [
            self._advice(item, scope, sheet)
            for item in (self.recommendations if sentences is None else sentences)
        ]

    def _advice(self, item: Recommendation, scope: Answer, sheet: Sheet) -> Advice:
        answer = NOT_ASKED if scope.truth is NO else item.when.ask(sheet)
        standing = _standing(scope, answer, undetermined=item.undetermined)
        return Advice(
            recommendation=item,
            guideline=self.title,
            source=self.source,
            standing=standing,
            scope=scope,
            answer=answer,
        )


_READING = {
    "secondary source": "read in a secondary source, not in the primary text",
    "not verified": "not verified in any public text, and not computed",
}
"""What a page says of a fact whose primary text was not read."""


def _standing(scope: Answer, answer: Answer, *, undetermined: bool) -> str:
    if scope.truth is NO:
        return "out-of-scope"
    if "conflict" in {scope.cause, answer.cause}:
        return "conflicting-records"
    if scope.truth is UNKNOWN:
        return "unknown"
    if answer.truth is NO:
        return "not-met"
    if answer.truth is YES:
        return "undetermined-by-source" if undetermined else "met"
    return "undetermined-by-source" if answer.cause == "source" else "unknown"


@cache
def _notes(keys: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    for key in dict.fromkeys(keys):
        said = evidence.fact(key)
        if not said.reports and said.status in _READING:
            notes.append(f"{key} ({said.locator}): {_READING[said.status]}")
        for dispute in said.disputes:
            reading = f" Read as: {dispute.reading}" if dispute.reading else ""
            opening = (
                "the figures given for this are disputed"
                if dispute.state == "open"
                else "printed with a defect"
            )
            notes.append(f"{key} ({said.locator}): {opening}: {dispute.why}{reading}")
    return tuple(notes)
