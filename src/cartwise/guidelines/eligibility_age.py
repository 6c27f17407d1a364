"""Whether a patient's age meets a cut-off in completed years, where the record may leave room for two of them."""

from __future__ import annotations

from dataclasses import dataclass

from cartwise.basis import UNKNOWN
from cartwise.evidence import Threshold
from cartwise.measures import Answer, Criterion, Sheet, meets
from cartwise.measures.eligibility import age_at_least, age_at_most


@dataclass(frozen=True)
class Aged(Criterion):
    """An age in completed years that meets a threshold: settled where youngest and oldest reading agree."""

    youngest: Criterion
    oldest: Criterion

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The two readings."""
        return (self.youngest, self.oldest)

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        return self.youngest.sentence

    def answer(self, sheet: Sheet) -> Answer:
        """The answer of both readings, or unknown until the record gives the age more closely."""
        low, high = self.youngest.ask(sheet), self.oldest.ask(sheet)
        if low.truth is high.truth:
            return low
        detail = f"{low.detail} or {high.detail}: recorded in whole years"
        asked = age_at_least.settled_by
        return Answer(UNKNOWN, self.sentence, detail, "record", asked, self.facts())


def aged(threshold: Threshold) -> Criterion:
    """Whether the age in completed years meets a cut-off."""
    return Aged(meets(age_at_least, threshold, words="age"), meets(age_at_most, threshold, words="age"))
