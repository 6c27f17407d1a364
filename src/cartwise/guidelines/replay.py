"""Advice over the course of a patient: the days on which an answer changed, and what changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cartwise.guidelines.catalogue import catalogue
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.measures import Sheet
from cartwise.study import Patient


@dataclass(frozen=True, slots=True)
class Change:
    """A statement whose standing changed.

    Attributes:
        day: the day at whose end it stands changed; nothing later was seen to say so.
        before: its standing until then, "" on the first day asked about.
        advice: the statement as it stands now.
        because: the answers that changed with it, as "question: answer (detail)".
    """

    day: float
    before: str
    advice: Advice
    because: tuple[str, ...]


def replay(
    patient: Patient,
    *,
    guidelines: Iterable[Guideline] | None = None,
    first: float | None = None,
    last: float | None = None,
) -> Iterator[Change]:
    """Ask every guideline again on each day on which a table that it reads grew, and tell what changed.

    Time alone changes answers too (a test grows old): that is told on the next such day, or on the last.

    Args:
        patient: the view whose days are replayed.
        guidelines: the guidelines asked; None for all.
        first: first day asked about; None for the first day with a record.
        last: last day asked about; None for the last day of the view.

    Yields:
        Changes in the order of days, and within a day in the order of the guidelines.
    """
    asked = list(catalogue() if guidelines is None else guidelines)
    known: dict[int, Advice] = {}
    sheet: Sheet | None = None
    days = _days(patient, first, last)
    for day in days:
        view = patient.as_of(day)
        if sheet is not None and day != days[-1] and view.reads_as(sheet.patient):
            continue  # what grew on this day, no guideline reads
        sheet = Sheet(view) if sheet is None else sheet.next(view)
        for item in (item for guideline in asked for item in guideline.advise(sheet)):
            key = id(item.recommendation)  # one fact may carry sentences of several guidelines
            before = known.get(key)
            if before is None or before.standing != item.standing:
                yield Change(day, before.standing if before else "", item, _changed(before, item))
            known[key] = item


@dataclass(frozen=True, slots=True)
class Turn:
    """Statements whose standing changed on one day, in the same way and for the same reasons."""

    day: float
    before: str
    now: str
    because: tuple[str, ...]
    statements: tuple[Advice, ...]


def turns(changes: Iterable[Change]) -> list[Turn]:
    """Changes gathered by day, by what they were and are, and by what changed them.

    How everything stands on the first day is no change and left out, as is what is said of everybody in scope.
    """
    alike: dict[tuple[float, str, str, tuple[str, ...]], list[Advice]] = {}
    for change in changes:
        if change.before and not change.advice.general:
            key = (change.day, change.before, change.advice.standing, change.because)
            alike.setdefault(key, []).append(change.advice)
    return [Turn(*key, tuple(statements)) for key, statements in alike.items()]


def _days(patient: Patient, first: float | None, last: float | None) -> list[float]:
    days = [day for day in patient.change_days() if first is None or day >= first]
    end = last if last is not None else min(patient.day, patient.cut_day)
    days = [day for day in days if day <= end]
    return sorted({*days, *([first] if first is not None else []), *([last] if last is not None else [])})


def _changed(before: Advice | None, after: Advice) -> tuple[str, ...]:
    """The leaves whose answer differs: of the scope where that changed, else of the condition."""
    if before is None:
        return ()
    scope_changed = before.scope.truth is not after.scope.truth
    was, now = (before.scope, after.scope) if scope_changed else (before.answer, after.answer)
    known = {leaf.sentence: leaf.truth for leaf in was.leaves()}
    return tuple(
        f"{leaf.sentence}: {leaf.truth}" + (f" ({leaf.detail})" if leaf.detail else "")
        for leaf in now.leaves()
        if known.get(leaf.sentence) is not leaf.truth
    )
