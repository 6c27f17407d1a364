"""Criteria: questions built from measures and cited thresholds, answered yes, no or unknown with their reasons.

A criterion is data: it can be asked of a patient, printed as the nested list a clinician knows, and listed for
what it needs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cartwise.basis import (
    UNKNOWN,
    Interval,
    Missing,
    Truth,
    convertible,
    truth_of,
)
from cartwise.evidence import Threshold
from cartwise.measures.measure import Measure
from cartwise.measures.sheet import Sheet, shown


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a criterion, with its reasons.

    Attributes:
        truth: yes, no or unknown.
        sentence: the question, as a sentence.
        detail: what it was answered from: a value with its unit, or why there is none.
        cause: for unknown: `record` (something is missing or not yet seen), `source` (the source does not decide)
            or `conflict` (the record contradicts itself).
        settled_by: for unknown with cause `record`: what would settle it.
        facts: the facts cited, "source/id".
        parts: the answers it was made from.
    """

    truth: Truth
    sentence: str
    detail: str = ""
    cause: str = ""
    settled_by: str = ""
    facts: tuple[str, ...] = ()
    parts: tuple[Answer, ...] = ()

    def leaves(self) -> Iterator[Answer]:
        """The answers that rest on the record alone."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def open_leaves(self) -> Iterator[Answer]:
        """The unknown answers on which this one still hangs: nothing below a settled branch is asked for."""
        if self.truth is not UNKNOWN:
            return
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.open_leaves()

    def cited(self) -> tuple[str, ...]:
        """Every fact cited anywhere in it, once, in order."""
        own = list(self.facts)
        for part in self.parts:
            own += part.cited()
        return tuple(dict.fromkeys(own))


class Criterion(ABC):
    """A question about a patient."""

    @abstractmethod
    def answer(self, sheet: Sheet) -> Answer:
        """Ask it of one patient on one day; `ask` does the same once a sheet."""

    def ask(self, sheet: Sheet) -> Answer:
        """The answer, kept on the sheet: guidelines share criteria, and a sheet never changes."""
        kept = sheet.answers.get(id(self))
        if kept is None:
            # Itself too, so that nothing else gets its id while the sheet lives.
            kept = sheet.answers[id(self)] = self, self.answer(sheet)
        found: Answer = kept[1]
        return found

    @property
    @abstractmethod
    def sentence(self) -> str:
        """The question as a sentence."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Criterion, ...]:
        """The criteria it is made of."""

    def measures(self) -> tuple[Measure, ...]:
        """Every measure it needs, once, in order."""
        return tuple(dict.fromkeys(item for part in self.parts for item in part.measures()))

    def facts(self) -> tuple[str, ...]:
        """Every fact it cites, once, in order."""
        return tuple(dict.fromkeys(key for part in self.parts for key in part.facts()))


@dataclass(frozen=True)
class _Leaf(Criterion):
    """A question about one measure."""

    measure: Measure
    words: str = field(default="", kw_only=True)

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return ()

    def measures(self) -> tuple[Measure, ...]:
        return (self.measure,)

    def facts(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def sentence(self) -> str:
        return self.words or self.measure.name.replace("_", " ")

    def _missing(self, missing: Missing) -> Answer:
        asked = missing.settled_by or self.measure.settled_by or f"record {self.measure.name}"
        asked = "" if missing.cause == "source" else asked.replace("{cutoff}", "the day asked about")
        return Answer(UNKNOWN, self.sentence, missing.reason, missing.cause, asked, self.facts())


@dataclass(frozen=True)
class IsTrue(_Leaf):
    """A measure that is itself a yes or no."""

    def answer(self, sheet: Sheet) -> Answer:
        """The measure's own answer."""
        measured = sheet[self.measure.name]
        if isinstance(measured.value, Missing):
            return self._missing(measured.value)
        return Answer(truth_of(bool(measured.value)), self.sentence, measured.note)


@dataclass(frozen=True)
class Equals(_Leaf):
    """A measure that has one of some values."""

    wanted: tuple[str | float, ...]

    @cached_property
    def sentence(self) -> str:
        """The question as a sentence."""
        return (
            self.words
            or f"{self.measure.name.replace('_', ' ')} is {' or '.join(str(value) for value in self.wanted)}"
        )

    def answer(self, sheet: Sheet) -> Answer:
        """Yes where the value is one of those wanted."""
        measured = sheet[self.measure.name]
        if isinstance(measured.value, Missing):
            return self._missing(measured.value)
        detail = ", ".join(part for part in (measured.text, measured.note) if part)
        return Answer(truth_of(measured.value in self.wanted), self.sentence, detail)


@dataclass(frozen=True)
class Meets(_Leaf):
    """A measure that meets a cited threshold."""

    threshold: Threshold

    def __post_init__(self) -> None:
        unit = self.measure.unit or "d"
        if not convertible(unit, self.threshold.unit):
            raise ImportError(
                f"{self.measure.name!r} is in {unit} and {self.threshold.key} in {self.threshold.unit}: they do not compare."
            )

    @cached_property
    def sentence(self) -> str:
        """The question as a sentence."""
        name = self.words or self.measure.name.replace("_", " ")
        ends = " to ".join(f"{end:g}" for end in self.threshold.cutoffs())
        unit = "" if self.threshold.unit == "1" else f" {self.threshold.unit}"
        return f"{name} {self.threshold.comparison} {ends}{unit}"

    def facts(self) -> tuple[str, ...]:
        """The threshold cited."""
        return (self.threshold.key,)

    def answer(self, sheet: Sheet) -> Answer:
        """Where the threshold puts the value; beyond what the record or the source decides, unknown."""
        measured = sheet[self.measure.name]
        if isinstance(measured.value, Missing):
            return self._missing(measured.value)
        if isinstance(measured.value, str):
            raise TypeError(f"{self.measure.name} is text and meets no threshold.")
        comparison = self.threshold.compare(measured.value, self.measure.unit or "d")
        by_source = comparison.cause == "source"
        detail = ", ".join(
            part
            for part in (self._shown(measured.value), measured.note, comparison.text if by_source else "")
            if part
        )
        asked = "" if by_source or comparison.truth is not UNKNOWN else self._asked(measured.value)
        return Answer(comparison.truth, self.sentence, detail, comparison.cause, asked, self.facts())

    def _shown(self, value: Interval | float) -> str:
        if not isinstance(value, Interval):
            return f"{shown(value)} {self.measure.unit}".rstrip()
        if convertible(self.measure.unit or "d", "d"):
            return str(value)
        return f"from {value.after:g} to {value.by:g} {self.measure.unit}"

    def _asked(self, value: Interval | float) -> str:
        cutoff = max(self.threshold.cutoffs(self.measure.unit or "d"))
        if isinstance(value, Interval) and value.seen:
            # Both samples are taken, so no new one can tell: only one that lies between them could.
            return f"a result between {value.after:g} and {value.by:g} {self.measure.unit}, if one was kept"
        return self.measure.settled_by.replace("{cutoff}", f"{cutoff:.0f}")
