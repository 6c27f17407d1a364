"""The measures of one patient on one day, each computed when it is first asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from cartwise.basis import Interval, Missing
from cartwise.measures.catalogue import GIVEN, catalogue, depends_on_definitions
from cartwise.measures.measure import Measure, Noted, Outcome, Value
from cartwise.study import CHOICES, DAY, Definitions, Patient, Read


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of one patient: its value or why there is none, with unit and method."""

    measure: Measure
    value: Value | Missing
    method: str
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not isinstance(self.value, Missing)

    @property
    def text(self) -> str:
        """The value as a table shows it, "" where it is missing."""
        return "" if isinstance(self.value, Missing) else shown(self.value, self.measure.unit)

    @property
    def reason(self) -> str:
        """Why there is no value, "" where there is one."""
        return self.value.reason if isinstance(self.value, Missing) else ""


def shown(value: Value, unit: str = "d") -> str:
    """A value as text: yes or no, a number, an interval of days "(after, by]", or a range "lowest to highest"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Interval):
        return f"({value.after:g}, {value.by:g}]" if unit == "d" else f"{value.after:.3g} to {value.by:.3g}"
    return f"{value:.10g}" if isinstance(value, int | float) else value


class Sheet:
    """The measures of one view of a patient.

    The sheet of an earlier view lends what rests on no row that has changed since. The rest is made again when it is
    asked for.

    Attributes:
        patient: the view they are made from; nothing later can enter.
        definitions: the definitions they are made with.
        answers: criteria already answered from it, by identity (see `Criterion.ask`).
    """

    __slots__ = (
        "_base",
        "_done",
        "_earlier",
        "_forgotten",
        "_looked_at",
        "_news",
        "_reads",
        "_stale",
        "_under",
        "answers",
        "definitions",
        "patient",
    )

    def __init__(
        self,
        patient: Patient,
        definitions: Definitions | None = None,
        *,
        base: Sheet | None = None,
        earlier: Sheet | None = None,
    ) -> None:
        """Take the view; a base lends what no definition touches, and a sheet of an earlier view what still stands."""
        self.patient = patient
        self.definitions = definitions or patient.definitions
        self.answers: dict[int, Any] = {}
        self._base = base
        self._earlier = earlier
        self._forgotten = False
        self._news: set[Read] = set()
        self._done: dict[str, Measured] = {}
        self._reads: dict[str, frozenset[Read]] = {}
        self._stale: dict[str, Measured] = {}
        self._looked_at: set[Read] = base._looked_at if base else set()
        self._under: dict[tuple[str, str], Sheet] = {}
        if earlier is not None:
            self._inherit(earlier)

    def _inherit(self, earlier: Sheet) -> None:
        """Take over the measures that rest on nothing new, and keep the others at hand to compare with."""
        self._news = self._base._news if self._base else self.patient.news_since(earlier.patient) | {DAY}
        self._reads = earlier._reads.copy()
        self._looked_at = self._base._looked_at if self._base else earlier._looked_at.copy()
        self._stale = {name: was for name, was in earlier._stale.items() if name not in earlier._done}
        for name, measured in earlier._done.items():
            stands = self._reads[name].isdisjoint(self._news)
            (self._done if stands else self._stale)[name] = measured

    def __getitem__(self, name: str) -> Measured:
        """The measure of that name, with value or reason, unit, method and note."""
        done = self._done.get(name)
        if done is not None:
            return done
        if self._base is not None and not depends_on_definitions(name):
            return self._base[name]
        made = self._done[name] = self._make(catalogue()[name])
        return made

    def value(self, name: str) -> Value | Missing:
        """The bare value of a measure, or why there is none."""
        return self[name].value

    def under(self, choice: str, option: str) -> Sheet:
        """The same patient under another definition; what does not depend on it is shared."""
        key = (choice, option)
        if key not in self._under:
            earlier = self._earlier._under.get(key) if self._earlier else None
            chosen = earlier.definitions if earlier else replace(self.definitions, **{choice: option})
            self._under[key] = Sheet(self.patient, chosen, base=self._base or self, earlier=earlier)
        return self._under[key]

    def next(self, patient: Patient) -> Sheet:
        """The sheet of a later view of the same patient, any number of times; this one lends what has not changed.

        It forgets the one before it, which from then on lends nothing more.
        """
        if self._earlier is not None:
            self._earlier._under = {}  # they name each other, and would wait for the garbage collector
            self._earlier._forgotten = True
        for sheet in (self, *self._under.values()):
            sheet._earlier = None
        return Sheet(patient, self.definitions, earlier=None if self._forgotten else self)

    def reads_as(self, patient: Patient) -> bool:
        """Whether another view holds the same rows in every table that a measure has been made from so far."""
        tables = {read if isinstance(read, str) else read[0] for read in self._looked_at}
        return tables.isdisjoint(patient.news_since(self.patient))

    def turned(self, names: AbstractSet[str]) -> set[str]:
        """Of some measures those that could turn an answer since the earlier sheet, under any definition asked there.

        A note or a reason that reads otherwise turns none: answers hang on values, and on what kind of gap there is.
        A measure that was not asked for until now turns none either, since no answer hangs on it.
        """
        if self._earlier is None:
            return set(names)
        asked = self._stale.keys() & names
        found = {name for name in asked if not _alike(self[name], self._stale[name])}
        for key in self._earlier._under:
            found |= self.under(*key).turned(names)
        return found

    def all(self, names: Iterable[str] | None = None) -> Iterator[Measured]:
        """Every measure of the catalogue, or those named, in order."""
        yield from (self[name] for name in (names or catalogue()))

    def _home(self, name: str) -> Sheet:
        """The sheet that keeps a measure: the base where no definition touches it."""
        return self if self._base is None or depends_on_definitions(name) else self._base

    def _make(self, measure: Measure) -> Measured:
        outcome = self._outcome(measure)
        value, note = (outcome.value, outcome.note) if isinstance(outcome, Noted) else (outcome, "")
        if isinstance(value, float) and not math.isfinite(value):
            value = Missing(
                f"{measure.name} came out as no finite number; please report this with the method below"
            )
        return Measured(measure, value, self._method(measure), note)

    def _outcome(self, measure: Measure) -> Outcome:
        inputs = [self._input(name) for name in measure.inputs]
        reads = self.patient.reads
        reads.clear()
        outcome = _applied(measure, inputs)
        if any("infusions" in (read, read[0]) for read in reads) and self.patient.infusion_lost:
            outcome = INFUSION_LOST
        made_from = [self._home(name)._reads[name] for name in measure.inputs if name not in GIVEN]
        self._reads[measure.name] = frozenset(reads).union(*made_from)
        self._looked_at |= reads
        return outcome

    def _input(self, name: str) -> Patient | Definitions | Value | Missing:
        if name in GIVEN:
            return self.patient if name == "patient" else self.definitions
        return self.value(name)

    def _method(self, measure: Measure) -> str:
        if "{" not in measure.method:
            return measure.method
        words = {choice: self.definitions.in_words(choice) for choice in CHOICES}
        return measure.method.format(**words)


INFUSION_LOST = Missing(
    "the first infusion was set aside, so nothing can be told before or after it", "that row, mended"
)


def _applied(measure: Measure, inputs: list[Any]) -> Outcome:
    """The formula's outcome; an input that is missing answers for it."""
    for name, value in zip(measure.inputs, inputs, strict=True):
        if isinstance(value, Missing) and name not in measure.accepts_missing:
            return value
    return measure.formula(*inputs)


def _alike(now: Measured, before: Measured) -> bool:
    """Whether a measure answers the same questions alike on two days."""
    if now is before:
        return True
    if isinstance(now.value, Missing):
        return isinstance(before.value, Missing) and now.value.cause == before.value.cause
    return now.value == before.value
