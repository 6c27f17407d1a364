"""A grade as far as the record settles it: the lowest and the highest it can be, and what would tell."""

from __future__ import annotations

from dataclasses import dataclass

from cartwise.basis import NO, UNKNOWN, YES, Interval, Truth
from cartwise.evidence import Threshold
from cartwise.measures.measure import Noted, Value


@dataclass(frozen=True, slots=True)
class GradeRange:
    """A grade that lies from `lowest` to `highest`, both included.

    Attributes:
        lowest: the lowest grade that agrees with what was observed.
        highest: the highest.
        missing: what would settle it; empty where the two are one.
    """

    lowest: int
    highest: int
    missing: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether only one grade is left."""
        return self.lowest == self.highest

    def at_least(self, grade: int) -> Truth:
        """Whether it is this grade or more."""
        return YES if self.lowest >= grade else NO if self.highest < grade else UNKNOWN

    def exactly(self, grade: int) -> Truth:
        """Whether it is this grade."""
        inside = self.lowest <= grade <= self.highest
        return NO if not inside else YES if self.settled else UNKNOWN

    def noted(self, *notes: str) -> Noted:
        """As the value of a measure: the grade, or an interval from the lowest to the highest, both included."""
        value: Value = self.lowest if self.settled else Interval(self.lowest, self.highest)
        words = () if self.settled else (f"grade {self}",)
        return Noted(value, "; ".join(part for part in (*words, *notes) if part))

    def __str__(self) -> str:
        if self.settled:
            return str(self.lowest)
        wanted = f"; missing: {', '.join(self.missing)}" if self.missing else ""
        return f"{self.lowest} to {self.highest}{wanted}"


def known(grade: int) -> GradeRange:
    """A grade that is settled."""
    return GradeRange(grade, grade)


def worst(*domains: GradeRange) -> GradeRange:
    """The worst of several domains; what is missing in one that could not exceed the others is not asked for."""
    lowest = max(domain.lowest for domain in domains)
    highest = max(domain.highest for domain in domains)
    asked = [item for domain in domains if domain.highest > lowest for item in domain.missing]
    return GradeRange(lowest, highest, tuple(dict.fromkeys(asked)))


def steps_met(value: float, unit: str, cutoffs: tuple[Threshold, ...]) -> int:
    """How many of some cited cut-offs a value meets: its grade, where each cut-off opens the next grade."""
    return sum(cutoff.compare(value, unit).truth is YES for cutoff in cutoffs)
