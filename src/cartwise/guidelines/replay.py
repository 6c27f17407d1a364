"""Advice over the course of a patient: the days on which an answer changed, and what changed it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cartwise.guidelines.catalogue import catalogue
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.guidelines.replay_watch import Watch
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
    by_time: bool = False,
) -> Iterator[Change]:
    """Ask every guideline again on each day on which a table that it reads grew, and tell what changed.

    Time alone changes answers too (a test grows old, another is overdue): that is told on the next such day, or on
    the last, and an answer that turned and turned back in between is told only where `by_time` asks for it.

    Args:
        patient: the view whose days are replayed.
        guidelines: the guidelines asked; None for all.
        first: first day asked about; None for the first day with a record.
        last: last day asked about; None for the last day of the view.
        by_time: whether the quiet days between are searched too, so that what time alone turned is told on its own
            whole day. An answer that turns twice within one quiet span is seen as it stands at the span's end.

    Yields:
        Changes in the order of days, and within a day in the order of the guidelines.
    """
    watch = Watch(catalogue() if guidelines is None else guidelines)
    sheet: Sheet | None = None
    days = _days(patient, first, last)
    reached = -math.inf
    for day in days:
        view = patient.as_of(day)
        if sheet is not None and day != days[-1] and sheet.reads_as(view):
            continue  # what grew on this day, no guideline reads
        if by_time and sheet is not None:
            while (found := _turned_by_time(patient, sheet, watch, (reached, day))) is not None:
                reached, sheet = found, sheet.next(patient.as_of(found))
                yield from _told(found, sheet, watch)
        sheet = Sheet(view) if sheet is None else sheet.next(view)
        yield from _told(day, sheet, watch)
        reached = day


def _told(day: float, sheet: Sheet, watch: Watch) -> Iterator[Change]:
    """What differs from what is known, which is brought up to date."""
    items = watch.asked(sheet)
    for item in items:
        before = watch.known(item)
        if before is None or before.standing != item.standing:
            yield Change(day, before.standing if before else "", item, _changed(before, item))
    watch.learn(items)


def _turned_by_time(patient: Patient, sheet: Sheet, watch: Watch, span: tuple[float, float]) -> float | None:
    """The first whole day inside a span without news on which a standing has turned, found by halving."""

    def has_turned(day: float) -> bool:
        asked = watch.asked(sheet.next(patient.as_of(day)))
        return any((known := watch.known(item)) and known.standing != item.standing for item in asked)

    still, end = math.floor(span[0]), math.ceil(span[1]) - 1
    if still >= end or not has_turned(end):
        return None
    while still + 1 < end:
        middle = (still + end) // 2
        still, end = (still, middle) if has_turned(middle) else (middle, end)
    return float(end)


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
