"""One patient replayed: how every statement stood from day to day, what had been seen, and what became of the patient."""

from __future__ import annotations

import copyreg
import pickle
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from cartwise.backtest.endpoint import Endpoint, Fate, fate_of
from cartwise.backtest.endpoints import RELAPSE
from cartwise.backtest.held_against import endpoint_of
from cartwise.backtest.statements import key_of
from cartwise.basis import NO
from cartwise.guidelines import Advice, Guideline, advise, catalogue
from cartwise.guidelines import replay as changes_of
from cartwise.measures import Answer, Sheet
from cartwise.study import TABLES, Patient, Row, row_type

MRD_SEEN, B_CELLS_BACK, NEITHER_SEEN = "MRD detected", "B cells back", "neither seen"
SEEN = (NEITHER_SEEN, B_CELLS_BACK, MRD_SEEN)
"""What a clinic had seen of a threatening relapse, by which treatment is steered; the worst that holds."""

BEFORE_INFUSION = "infusion"
_day_of = attrgetter("day")

SAMPLES = ("marrow MRD", "blood B cells", "transgene in blood")


class Step(NamedTuple):
    """How a statement stood from a day on.

    Attributes:
        day: the day at whose end it first stood so.
        standing: its standing.
        because: the answers that turned it, as "question: answer (detail)"; empty on the first day asked about.
    """

    day: float
    standing: str
    because: tuple[str, ...] = ()


class Eve(NamedTuple):
    """How a statement stood on the day before an event, and on what that hung.

    Attributes:
        standing: its standing.
        missing: what would have settled it, where it was unknown.
        against: the questions answered no on which it failed, or on which its scope did.
    """

    standing: str
    missing: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """How one statement stood over the days of one patient: its steps in order."""

    steps: tuple[Step, ...]

    def at(self, day: float) -> Step | None:
        """How it stood at the end of a day; None before the first day asked about."""
        place = bisect_right(self.steps, day, key=_day_of)
        return self.steps[place - 1] if place else None

    @cached_property
    def first_stood(self) -> float | None:
        """The first day on which it stood as met, before infusion or after."""
        return next((step.day for step in self.steps if step.standing == "met"), None)

    @cached_property
    def flag_before_infusion(self) -> Step | None:
        """The first step up to the day of infusion with which it stood as met, on its own day."""
        return next((step for step in self.steps if step.standing == "met" and step.day <= 0), None)

    @cached_property
    def flag(self) -> Step | None:
        """The first step from infusion on with which it stood as met; what stood before counts from day 0."""
        for place, step in enumerate(self.steps):
            until = self.steps[place + 1].day if place + 1 < len(self.steps) else None
            if step.standing == "met" and (until is None or until > 0):
                return step._replace(day=max(step.day, 0.0))
        return None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One patient's replay.

    Attributes:
        patient: the pseudonym.
        courses: how each statement stood, by its key.
        fates: what became of the patient, by endpoint.
        eves: how each statement stood on the day before the event, by endpoint; where there was one. Of statements that
            speak before infusion it is that day's eve, under BEFORE_INFUSION.
        seen: (day, one of SEEN) from infusion on, each from its day until the next.
        aplasia: whether B cells were still absent on the last day before relapse: "kept", "lost" or "not known".
        awaited: whether a result of a sample taken before relapse was still to come on the day before it.
        latest: the last day before relapse, or to the end, on which a result of each kind of SAMPLES became known.
        taken: samples of each kind of SAMPLES from infusion to relapse or the end, one a day.
    """

    patient: str
    courses: Mapping[str, Course]
    fates: Mapping[str, Fate]
    eves: Mapping[str, Mapping[str, Eve]]
    seen: tuple[tuple[float, str], ...]
    aplasia: str
    awaited: bool
    latest: Mapping[str, float | None]
    taken: Mapping[str, int]


def packed(patient: Patient) -> bytes:
    """A patient as bytes, so that processes can be handed one at a time and a checkpoint knows it again.

    Ten thousand of them lie in memory together, and compressed they take a quarter of that.
    """
    return zlib.compress(pickle.dumps(patient), 1)


def unpacked(task: bytes) -> Patient:
    """The patient that `packed` made bytes of."""
    patient: Patient = pickle.loads(zlib.decompress(task))  # noqa: S301 - our own bytes, made in this run
    return patient


def _row(table: str, *cells: Any) -> Row:
    return row_type(table)(*cells)


def _as_plain(row: Row) -> tuple[Any, tuple[Any, ...]]:
    return _row, (type(row).__name__, *row)


for _table in TABLES:  # row types are made from their declaration, so pickle does not find them by name
    copyreg.pickle(row_type(_table), _as_plain)


def replay_packed(task: bytes, *, titles: tuple[tuple[str, str], ...]) -> Replayed:
    """Replay one packed patient.

    Args:
        task: from `packed`.
        titles: (source, title) of the guidelines asked.
    """
    return replay_patient(unpacked(task), titles)


def replay_patient(patient: Patient, titles: tuple[tuple[str, str], ...]) -> Replayed:
    """Replay one patient day by day, and look up afterwards what came of it.

    Args:
        patient: the whole record; each day is answered from `as_of` that day alone.
        titles: (source, title) of the guidelines asked.
    """
    asked = [item for item in catalogue() if (item.source, item.title) in titles]
    fates = {name: fate_of(patient, endpoint) for name, endpoint in _endpoints(asked).items()}
    relapse = fates[RELAPSE.name]
    until = relapse.end if relapse.event is None else relapse.event
    return Replayed(
        patient.id,
        courses_of(patient, asked),
        fates,
        _all_eves(patient, asked, fates),
        tuple(_seen(patient, until)),
        _aplasia(patient, relapse),
        relapse.event is not None and _awaited(patient, relapse.event),
        {name: _latest(patient, name, until) for name in SAMPLES},
        {name: len(_days(patient, name, until)) for name in SAMPLES},
    )


def courses_of(patient: Patient, asked: Iterable[Guideline], last: float | None = None) -> dict[str, Course]:
    """How every statement of some guidelines stood over the days of a patient, up to a last day where one is given."""
    steps: dict[str, list[Step]] = {}
    for change in changes_of(patient, guidelines=asked, last=last, by_time=True):
        key = key_of(change.advice.guideline, change.advice.because)
        steps.setdefault(key, []).append(Step(change.day, change.advice.standing, change.because))
    return {key: Course(tuple(found)) for key, found in steps.items()}


def _endpoints(asked: list[Guideline]) -> dict[str, Endpoint]:
    """Relapse, by which patients and samples are counted, and what the statements asked are held against."""
    spoken = {sentence.decision for guideline in asked for sentence in guideline.recommendations}
    return {item.name: item for item in (RELAPSE, *map(endpoint_of, sorted(spoken)))}


def _all_eves(
    patient: Patient, asked: list[Guideline], fates: Mapping[str, Fate]
) -> dict[str, dict[str, Eve]]:
    """Each guideline is asked on the eve of that alone which its statements are held against."""
    days = {name: fate.event - 1 for name, fate in fates.items() if fate.event is not None}
    eves: dict[str, dict[str, Eve]] = {name: {} for name in (*days, BEFORE_INFUSION)}
    for guideline in asked:
        held = [endpoint_of(sentence.decision) for sentence in guideline.recommendations]
        on = {BEFORE_INFUSION if item.from_infusion else item.name: item.name for item in held}
        for eve, name in on.items():
            if name in days:
                eves[eve] |= _eves(patient, guideline, -1.0 if eve == BEFORE_INFUSION else days[name])
    return eves


def _eves(patient: Patient, guideline: Guideline, day: float) -> dict[str, Eve]:
    return {
        key_of(item.guideline, item.because): _eve(item) for item in advise(patient.as_of(day), [guideline])
    }


def _eve(item: Advice) -> Eve:
    failed = item.scope if item.scope.truth is NO else item.answer
    return Eve(item.standing, item.missing, tuple(_decisive(failed)) if failed.truth is NO else ())


def _decisive(answer: Answer) -> Iterator[str]:
    """The questions on which a no rests."""
    denied = [part for part in answer.parts if part.truth is NO]
    if not denied:
        yield answer.sentence
    for part in denied:
        yield from _decisive(part)


def _seen(patient: Patient, until: float) -> Iterator[tuple[float, str]]:
    sheet, last = None, ""
    for day in [0.0, *(day for day in patient.change_days() if 0 < day < until)]:
        view = patient.as_of(day)
        if sheet is not None and sheet.reads_as(view):
            continue
        sheet = Sheet(view) if sheet is None else sheet.next(view)
        now = _state(sheet)
        if now != last:
            yield day, now
        last = now


def _state(sheet: Sheet) -> str:
    if sheet.value("mrd_detected_after_infusion") is True:
        return MRD_SEEN
    return B_CELLS_BACK if sheet.value("bca_lost") is True else NEITHER_SEEN


def _aplasia(patient: Patient, fate: Fate) -> str:
    if fate.event is None:
        return ""
    lost = Sheet(patient.as_of(fate.event - 1)).value("bca_lost")
    return "lost" if lost is True else "kept" if lost is False else "not known"


def _awaited(patient: Patient, event: float) -> bool:
    known = patient.as_of(event - 1)
    return any(
        {row.day for row in _rows(patient, name) if 0 <= row.day < event}
        - {row.day for row in _rows(known, name)}
        for name in SAMPLES[:2]
    )


def _rows(patient: Patient, name: str) -> Iterator[Row]:
    if name == SAMPLES[0]:
        return (row for row in patient.mrd if row.specimen == "marrow" and row.result != "not evaluable")
    rows = patient.b_cells if name == SAMPLES[1] else patient.transgene
    return (row for row in rows if row.specimen == "blood")


def _latest(patient: Patient, name: str, until: float) -> float | None:
    seen = patient.as_of(until - 1)
    return max((float(row.day) for row in _rows(seen, name) if row.day >= 0), default=None)


def _days(patient: Patient, name: str, until: float) -> set[float]:
    return {float(row.day) for row in _rows(patient, name) if 0 <= row.day <= until}
