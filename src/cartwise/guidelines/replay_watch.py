"""What the standings of guidelines hang on, so that a replay asks again only the sentences that can have turned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from cartwise.basis import NO
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.measures import Criterion, Sheet


class Watch:
    """The guidelines of a replay, and how their sentences stood when they were last asked."""

    __slots__ = ("_guidelines", "_known", "_needs")

    def __init__(self, guidelines: Iterable[Guideline]) -> None:
        """Take the guidelines, which nobody has asked yet."""
        self._guidelines = [_Watched(guideline) for guideline in guidelines]
        # By recommendation: one fact may carry sentences of several guidelines.
        self._known: dict[int, Advice] = {}
        self._needs = _together(item.needs for item in self._guidelines)

    def known(self, item: Advice) -> Advice | None:
        """What the same sentence said when it was last learned."""
        return self._known.get(id(item.recommendation))

    def asked(self, sheet: Sheet) -> list[Advice]:
        """What the sentences say whose standings can have turned since the sheet before; at first, what all say."""
        turned = sheet.turned(self._needs)
        return [advice for item in self._guidelines for advice in item.asked(sheet, turned)]

    def learn(self, items: Sequence[Advice]) -> None:
        """Bring what is known up to date."""
        moved = any(
            (was := self.known(item)) is None or was.scope.truth is not item.scope.truth for item in items
        )
        self._known.update((id(item.recommendation), item) for item in items)
        if moved:
            for guideline in self._guidelines:
                guideline.narrow(self._known)
            self._needs = _together(item.needs for item in self._guidelines)


class _Watched:
    """One guideline: what its standings hang on is what its scope does, and in its scope what its sentences do."""

    __slots__ = ("_all", "_guideline", "_scope", "_sentences", "needs")

    def __init__(self, guideline: Guideline) -> None:
        self._guideline = guideline
        self._scope = _measures(guideline.written_for)
        self._sentences = [(item, _measures(item.when)) for item in guideline.recommendations]
        self.needs = self._all = _together([self._scope, *(measures for _, measures in self._sentences)])

    def asked(self, sheet: Sheet, turned: AbstractSet[str]) -> list[Advice]:
        if self.needs.isdisjoint(turned):
            return []
        if not self._scope.isdisjoint(turned):
            return self._guideline.advise(sheet)
        hanging = [item for item, measures in self._sentences if not measures.isdisjoint(turned)]
        return self._guideline.advise(sheet, hanging)

    def narrow(self, known: Mapping[int, Advice]) -> None:
        """Leave the sentences alone while the guideline is out of scope."""
        outside = self._sentences and known[id(self._sentences[0][0])].scope.truth is NO
        self.needs = self._scope if outside else self._all


def _together(needs: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*needs)


def _measures(rule: Criterion) -> frozenset[str]:
    return frozenset(measure.name for measure in rule.measures())
