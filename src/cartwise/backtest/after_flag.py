"""What came after a flag: incidence of the event from each patient's own flag on, and who never had it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cartwise.backtest import incidence
from cartwise.backtest.flagging import counted_from, flag_in_time, flag_of, flag_with_event
from cartwise.backtest.followup import DEATH, THE_EVENT, Ended, follow, treated_before
from cartwise.backtest.held_against import ALL_CLEAR
from cartwise.backtest.replayed import Replayed, Step
from cartwise.backtest.statements import Statement

FLAGS = [
    "decision",
    "statement",
    "source",
    "direction",
    "event",
    "read as",
    "patients",
    "not told",
    "out of scope throughout",
    "stood before infusion only",
    "stood after infusion only",
    "flagged",
    "flagged on the day of the event or later",
    "flagged at the end of observation or later",
    "median first day",
    "first day",
    "last first day",
    "triggers",
]
COUNTS = [
    "treated before flag",
    "event after flag",
    "treated after flag",
    "treated, then event",
    "untreated, never event",
    "untreated, died without",
]
FOLLOWED = "median follow-up of those (d)"
AFTER_FLAG = ["decision", "statement", "event", *incidence.COLUMNS]
FREE = "negative predictive value"
AFTER_ALL_CLEAR = [FREE if name == "incidence" else name for name in AFTER_FLAG]
FROM_THE_START = "stood from the first day asked about"
METHOD = (
    "A flag counts where the patient was free of the event and under observation at the end of its day; those raised on the day "
    "of the event or later, and those raised when observation had ended, are counted apart. A statement that speaks before "
    "infusion is flagged on or before that day alone, and time runs from it. From a flag on those are followed "
    "who had not been treated since infusion before its day; who had is counted as treated before flag and is in no incidence "
    "after it, whichever way treatment is read. A negative predictive value is one less the incidence, so that who died first, "
    "or was treated where treatment competes, is among those who stayed free of the event."
)


def after_flag_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Cumulative incidence of the event from the flag on."""
    rows = [
        (statement.decision, statement.key, statement.endpoint.name, *found)
        for statement in statements
        for found in incidence.incidences(followed_from_flag(replays, statement), statement.endpoint)
    ]
    return pd.DataFrame(rows, columns=AFTER_FLAG)


def after_all_clear_table(after_flag: pd.DataFrame, statements: Sequence[Statement]) -> pd.DataFrame:
    """Negative predictive values: of those told not to act, who stayed free of the event by a horizon.

    Args:
        after_flag: incidences from `after_flag_table`, whose complements they are.
        statements: the statements tested.
    """
    keys = [item.key for item in statements if item.held and item.reading == ALL_CLEAR]
    own = after_flag[after_flag["statement"].isin(keys)]
    free = {FREE: 1 - own["incidence"], "lower": 1 - own["upper"], "upper": 1 - own["lower"]}
    return own.assign(**free)[AFTER_ALL_CLEAR].reset_index(drop=True)


def followed_from_flag(replays: Sequence[Replayed], statement: Statement) -> tuple[Ended, ...]:
    """Patients from their flag on, where they were free of the event, under observation and untreated before that day."""
    origins = {
        item.patient: counted_from(flag)
        for item in replays
        if (flag := flag_in_time(item, statement)) and _treated_before(item, statement, flag) is None
    }
    return follow(replays, origins, statement.endpoint)


def _treated_before(item: Replayed, statement: Statement, flag: Step) -> float | None:
    return treated_before(item.fates[statement.endpoint.name], flag.day)


def flags_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Who was flagged when and by what, and what became of them."""
    rows = [tuple(_row(replays, statement)) for statement in statements]
    return pd.DataFrame(rows, columns=[*FLAGS, *COUNTS, FOLLOWED]).astype(dict.fromkeys(COUNTS, "Int64"))


def _row(replays: Sequence[Replayed], statement: Statement) -> Iterator[object]:
    reasons = {item.patient: item.fates[statement.endpoint.name].untold for item in replays}
    told = [item for item in replays if not reasons[item.patient]]
    yield from (statement.decision, statement.key, statement.source, statement.direction)
    yield from (
        statement.endpoint.name,
        statement.reading,
        len(told),
        _counted(Counter(filter(None, reasons.values()))),
    )
    yield from _flags(told, statement)
    yield from _became(told, statement)


def _counted(words: Counter[str]) -> str:
    return "; ".join(f"{word} ({count})" for word, count in words.most_common())


def _flags(told: Sequence[Replayed], statement: Statement) -> Iterator[object]:
    courses = [item.courses[statement.key] for item in told]
    flags = [flag for item in told if (flag := flag_in_time(item, statement))]
    days = [flag.day for flag in flags]
    ever = sum(flag_of(item, statement) is not None for item in told)
    with_event = sum(flag_with_event(item, statement) for item in told)
    yield sum(all(step.standing == "out-of-scope" for step in course.steps) for course in courses)
    stood = [item for item, course in zip(told, courses, strict=True) if course.first_stood is not None]
    elsewhere = sum(flag_of(item, statement) is None for item in stood)
    yield from (0, elsewhere) if statement.endpoint.from_infusion else (elsewhere, 0)
    yield from (len(days), with_event, ever - len(days) - with_event)
    yield from (float(np.median(days)), min(days), max(days)) if days else (None, None, None)
    yield _counted(Counter(question for flag in flags for question in triggers_of(flag.because)))


def triggers_of(because: tuple[str, ...]) -> tuple[str, ...]:
    """The questions whose answers turned a statement, without their answers."""
    return tuple(words.partition(": ")[0] for words in because) or (FROM_THE_START,)


def _became(told: Sequence[Replayed], statement: Statement) -> Iterator[object]:
    """What became of those flagged; nothing of a statement that is not held against an event."""
    if not statement.held:
        yield from (None,) * (len(COUNTS) + 1)
        return
    flagged = sum(flag_in_time(item, statement) is not None for item in told)
    rows = followed_from_flag(told, statement)
    yield flagged - len(rows)
    yield from _outcomes(rows)


def _outcomes(rows: tuple[Ended, ...]) -> Iterator[object]:
    untreated = [row for row in rows if row.treated is None]
    never = [row for row in untreated if row.cause != THE_EVENT]
    yield sum(row.cause == THE_EVENT for row in rows)
    yield len(rows) - len(untreated)
    yield sum(row.cause == THE_EVENT and row.treated is not None for row in rows)
    yield len(never)
    yield sum(row.cause == DEATH for row in never)
    yield float(np.median([row.time for row in never])) if never else None
