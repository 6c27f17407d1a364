"""The measures of one patient on one day, each computed when it is first asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cartwise.basis import Interval, Missing
from cartwise.measures.catalogue import catalogue, depends_on_definitions
from cartwise.measures.measure import Measure, Noted, Outcome, Value
from cartwise.study import CHOICES, Definitions, Patient


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
        return "" if isinstance(self.value, Missing) else shown(self.value)

    @property
    def reason(self) -> str:
        """Why there is no value, "" where there is one."""
        return self.value.reason if isinstance(self.value, Missing) else ""


def shown(value: Value) -> str:
    """A value as text that reads back: yes or no, a number, or an interval of days "(after, by]"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Interval):
        return f"({value.after:g}, {value.by:g}]"
    return f"{value:.10g}" if isinstance(value, int | float) else value


class Sheet:
    """The measures of one view of a patient.

    Attributes:
        patient: the view they are made from; nothing later can enter.
        definitions: the definitions they are made with.
        answers: criteria already answered from it, by identity (see `Criterion.ask`).
    """

    __slots__ = ("_base", "_done", "_under", "answers", "definitions", "patient")

    def __init__(
        self, patient: Patient, definitions: Definitions | None = None, *, base: Sheet | None = None
    ) -> None:
        self.patient = patient
        self.definitions = definitions or patient.definitions
        self.answers: dict[int, Any] = {}
        self._base = base
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
            self._under[key] = Sheet(self.patient, chosen, base=self._base or self)
        return self._under[key]

    def all(self, names: Iterable[str] | None = None) -> Iterator[Measured]:
        """Every measure of the catalogue, or those named, in order."""
        yield from (self[name] for name in (names or catalogue()))

    def _compute(self, measure: Measure) -> Measured:
        outcome = self._outcome(measure)
        value, note = (outcome.value, outcome.note) if isinstance(outcome, Noted) else (outcome, "")
        if isinstance(value, float) and not math.isfinite(value):
            value = Missing(
                f"{measure.name} came out as no finite number; please report this with the method below"
            )
        return Measured(measure, value, self._method(measure), note)

    def _outcome(self, measure: Measure) -> Outcome:
        inputs = [self._input(name) for name in measure.inputs]
        for name, value in zip(measure.inputs, inputs, strict=True):
            if isinstance(value, Missing) and name not in measure.accepts_missing:
                return value
        return measure.formula(*inputs)

    def _input(self, name: str) -> Patient | Definitions | Value | Missing:
        if name == "patient":
            return self.patient
        return self.definitions if name == "definitions" else self.value(name)

    def _method(self, measure: Measure) -> str:
        if "{" not in measure.method:
            return measure.method
        words = {choice: self.definitions.in_words(choice) for choice in CHOICES}
        return measure.method.format(**words)
