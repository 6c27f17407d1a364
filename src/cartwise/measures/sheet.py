"""The measures of one patient on one day, each computed when it is first asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cartwise.basis import Interval, Missing
from cartwise.measures.catalogue import catalogue, depends_on_definitions
from cartwise.measures.measure import Measure, Noted, Outcome, Value
from cartwise.study import CHOICES, DAY, Definitions, Patient


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

    Attributes:
        patient: the view they are made from; nothing later can enter.
        definitions: the definitions they are made with.
        answers: criteria already answered from it, by identity (see `Criterion.ask`).
        steady: criteria of which it is known whether anything they rest on has changed (see `Criterion.steady`).
    """

    __slots__ = (
        "_base",
        "_done",
        "_earlier",
        "_news",
        "_reads",
        "_under",
        "_weighed",
        "answers",
        "definitions",
        "patient",
        "steady",
    )

    def __init__(
        self,
        patient: Patient,
        definitions: Definitions | None = None,
        *,
        base: Sheet | None = None,
        earlier: Sheet | None = None,
    ) -> None:
        """Take the view; a sheet of an earlier view lends what rests on nothing that has changed since."""
        self.patient = patient
        self.definitions = definitions or patient.definitions
        self.answers: dict[int, Any] = {}
        self.steady: dict[int, bool] = {}
        self._base = base
        self._earlier = earlier
        self._news: set[str] = {DAY}
        self._weighed: set[str] = {DAY}
        self._reads: dict[str, frozenset[str]] = {}
        self._done: dict[str, Measured] = {}
        self._under: dict[tuple[str, str], Sheet] = {}

    def __getitem__(self, name: str) -> Measured:
        """The measure of that name, with value or reason, unit, method and note."""
        done = self._done.get(name)
        if done is None:
            shared = self._base is not None and not depends_on_definitions(name)
            done = self._base[name] if shared and self._base is not None else self._compute(catalogue()[name])
            self._done[name] = done
        return done

    def value(self, name: str) -> Value | Missing:
        """The bare value of a measure, or why there is none."""
        return self[name].value

    def under(self, choice: str, option: str) -> Sheet:
        """The same patient under another definition; what does not depend on it is shared."""
        key = (choice, option)
        if key not in self._under:
            chosen = replace(self.definitions, **{choice: option})
            earlier = self._earlier._under.get(key) if self._earlier else None
            self._under[key] = Sheet(self.patient, chosen, base=self._base or self, earlier=earlier)
        return self._under[key]

    def next(self, patient: Patient) -> Sheet:
        """The sheet of a later view of the same patient; this one lends what has not changed, and forgets its own."""
        for sheet in (self, *self._under.values()):
            sheet._earlier = None
        return Sheet(patient, self.definitions, earlier=self)

    def unchanged(self, name: str) -> bool:
        """Whether a measure is the very one of the earlier sheet."""
        return self._earlier is not None and self[name] is self._earlier._done.get(name)

    def turned(self, names: Iterable[str]) -> set[str]:
        """Of some measures those that could turn an answer since the earlier sheet, under any definition asked there.

        A note or a reason that reads otherwise turns none: answers hang on values, and on what kind of gap there is.
        """
        earlier = self._earlier
        if earlier is None:
            return set(names)
        own, under = (self, earlier), [(self.under(*key), was) for key, was in earlier._under.items()]
        return {
            name
            for name in names
            if not _alike(own, name)
            or (depends_on_definitions(name) and not all(_alike(pair, name) for pair in under))
        }

    def earlier_answer(self, key: int) -> Any:
        """What the earlier sheet answered to a criterion, or None."""
        return self._earlier.answers.get(key) if self._earlier else None

    def all(self, names: Iterable[str] | None = None) -> Iterator[Measured]:
        """Every measure of the catalogue, or those named, in order."""
        yield from (self[name] for name in (names or catalogue()))

    def _compute(self, measure: Measure) -> Measured:
        kept = self._earlier._done.get(measure.name) if self._earlier else None
        if kept is not None and self._still_holds(measure.name):
            return kept
        made = self._make(measure)
        same = kept is not None and (kept.value, kept.note) == (made.value, made.note)
        return kept if kept is not None and same else made

    def _still_holds(self, name: str) -> bool:
        """Whether nothing that a measure of the earlier sheet rests on has changed."""
        earlier = self._earlier
        reads = earlier._reads.get(name) if earlier else None
        if earlier is None or reads is None:
            return False
        shared = self._base or self  # one patient, whichever definitions are asked under
        if not reads <= shared._weighed:
            shared._weigh(reads - shared._weighed, earlier.patient)
        if not reads.isdisjoint(shared._news):
            return False
        self._reads[name] = reads
        return True

    def _weigh(self, tables: frozenset[str], before: Patient) -> None:
        """Find out, once a sheet, which tables hold other rows than in the earlier view."""
        now = self.patient
        self._news.update([table for table in tables if not now.reads_as(before, (table,))])
        self._weighed |= tables

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
        made_from = [self._reads_of(name) for name in measure.inputs]
        self.patient.reads = set()
        outcome = _applied(measure, inputs)
        self._reads[measure.name] = frozenset(self.patient.reads).union(*made_from)
        return outcome

    def _reads_of(self, name: str) -> frozenset[str]:
        """The tables that an input rests on; one that another sheet made counts as resting on the day."""
        if name in {"patient", "definitions"}:
            return frozenset()
        found = self._reads.get(name) or (self._base._reads.get(name) if self._base else None)
        return frozenset({DAY}) if found is None else found

    def _input(self, name: str) -> Patient | Definitions | Value | Missing:
        if name == "patient":
            return self.patient
        return self.definitions if name == "definitions" else self.value(name)

    def _method(self, measure: Measure) -> str:
        if "{" not in measure.method:
            return measure.method
        words = {choice: self.definitions.in_words(choice) for choice in CHOICES}
        return measure.method.format(**words)


def _applied(measure: Measure, inputs: list[Any]) -> Outcome:
    """The formula's outcome; an input that is missing answers for it."""
    for name, value in zip(measure.inputs, inputs, strict=True):
        if isinstance(value, Missing) and name not in measure.accepts_missing:
            return value
    return measure.formula(*inputs)


def _alike(sheets: tuple[Sheet, Sheet], name: str) -> bool:
    """Whether a measure answers the same questions alike on two sheets."""
    now, before = sheets[0][name], sheets[1][name]
    if now is before:
        return True
    if isinstance(now.value, Missing):
        return isinstance(before.value, Missing) and now.value.cause == before.value.cause
    return now.value == before.value
