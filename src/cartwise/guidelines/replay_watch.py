"""What a guideline's standings hang on, so that a replay asks it again only where something of that has turned."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from cartwise.basis import NO
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.measures import Criterion


class Watched:
    """A guideline in a replay, and the measures that its standings hang on."""

    def __init__(self, guideline: Guideline) -> None:
        self.guideline = guideline

    @cached_property
    def _scope(self) -> frozenset[str]:
        return _measures(self.guideline.written_for)

    @cached_property
    def _everything(self) -> frozenset[str]:
        return self._scope.union(*(_measures(item.when) for item in self.guideline.recommendations))

    def needs(self, known: Mapping[int, Advice]) -> frozenset[str]:
        """The measures that its standings, known by recommendation, hang on: out of its scope, those of the scope."""
        sentences = self.guideline.recommendations
        said = known.get(id(sentences[0])) if sentences else None
        return self._scope if said is not None and said.scope.truth is NO else self._everything


def _measures(rule: Criterion) -> frozenset[str]:
    return frozenset(measure.name for measure in rule.measures())
