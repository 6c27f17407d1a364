"""The statements that are put to the test: every sentence of every guideline, or those of one source or decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from cartwise.backtest.endpoint import Endpoint
from cartwise.backtest.endpoints import NO_ENDPOINT, RELAPSE
from cartwise.backtest.held_against import CALL, COUNTED, Reading, endpoint_of, reading_of
from cartwise.basis import UserError
from cartwise.guidelines import Guideline, Recommendation, catalogue
from cartwise.measures import Always


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a guideline, as a back-test names it.

    Attributes:
        key: the fact it rests on; with the guideline's title where one fact carries several sentences.
        title: of the guideline it stands in.
        decision, source, action, direction: of the sentence.
        general: whether it is said of everybody in scope, so that it tells patients apart in nothing.
        endpoint: what it is held against.
        reading: how it is read against that.
    """

    key: str
    title: str
    decision: str
    source: str
    action: str
    direction: str
    general: bool
    endpoint: Endpoint
    reading: Reading

    @property
    def tested(self) -> bool:
        """Whether it tells patients apart at all."""
        return not self.general

    @property
    def held(self) -> bool:
        """Whether its decision is held against an event at all."""
        return self.endpoint.name != NO_ENDPOINT.name

    @property
    def weighed(self) -> bool:
        """Whether more is told of it than counts."""
        return self.held and self.reading != COUNTED

    @property
    def calls(self) -> bool:
        """Whether it is read as a call, so that it can come in time or miss."""
        return self.held and self.reading == CALL


@cache
def key_of(guideline: str, because: str) -> str:
    """The name of a sentence, by its guideline's title and the fact it rests on."""
    places = [
        item.title for item in catalogue() for sentence in item.recommendations if sentence.because == because
    ]
    return because if len(places) == 1 else f"{because} ({guideline})"


def statements_of(
    guidelines: Iterable[Guideline], decision: str | None = None, horizons: tuple[float, ...] = ()
) -> tuple[Statement, ...]:
    """The sentences of some guidelines, of one decision or of all, by decision.

    Args:
        guidelines: whose sentences.
        decision: the decision they speak to; None for all.
        horizons: days after a flag at which the incidence of relapse is read; empty for those it comes with.
    """
    found = [
        _statement(guideline, sentence, horizons)
        for guideline in guidelines
        for sentence in guideline.recommendations
        if decision in {None, sentence.decision}
    ]
    return tuple(sorted(found, key=lambda item: item.decision))


def _statement(guideline: Guideline, sentence: Recommendation, horizons: tuple[float, ...]) -> Statement:
    endpoint = endpoint_of(sentence.decision)
    changed = horizons and endpoint.name == RELAPSE.name
    return Statement(
        key_of(guideline.title, sentence.because),
        guideline.title,
        sentence.decision,
        guideline.source,
        sentence.action,
        sentence.direction,
        isinstance(sentence.when, Always),
        replace(endpoint, horizons=horizons) if changed else endpoint,
        reading_of(sentence.because, sentence.decision, sentence.direction),
    )


def chosen(guideline: str | None, decision: str | None) -> tuple[Guideline, ...]:
    """The guidelines of a source, or with a title, that speak to a decision.

    Args:
        guideline: key of a source or title of a guideline; None for all.
        decision: a decision; None for all.

    Raises:
        UserError: where there is no such guideline or decision, or none that is both.
    """
    everything = catalogue()
    _known("guideline", guideline, {name for item in everything for name in (item.source, item.title)})
    _known("decision", decision, {s.decision for item in everything for s in item.recommendations})
    found = tuple(
        item
        for item in everything
        if guideline in {None, item.source, item.title}
        and (decision is None or any(s.decision == decision for s in item.recommendations))
    )
    if not found:
        raise UserError(f"{guideline} says nothing on {decision}. Leave one of the two out.")
    return found


def _known(what: str, name: str | None, names: set[str]) -> None:
    if name is not None and name not in names:
        raise UserError(f"There is no {what} {name!r}. There are {', '.join(sorted(names))}.")
