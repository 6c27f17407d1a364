"""What came after a flag: incidence of the event from each patient's own flag on, and who never had it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cartwise.backtest import incidence
from cartwise.backtest.followup import DEATH, THE_EVENT, Ended, follow
from cartwise.backtest.replayed import Replayed
from cartwise.backtest.statements import Statement

FLAGS = [
    "decision",
    "statement",
    "source",
    "direction",
    "event",
    "patients",
    "out of scope throughout",
    "flagged",
    "median first day",
    "first day",
    "last first day",
    "triggers",
    "event after flag",
    "treated after flag",
    "treated, then event",
    "untreated, never event",
    "untreated, died without",
    "median follow-up of those (d)",
]
AFTER_FLAG = ["decision", "statement", "event", *incidence.COLUMNS]
FROM_THE_START = "stood from the first day asked about"


def after_flag_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Cumulative incidence of the event from the flag on."""
    rows = [
        (statement.decision, statement.key, statement.endpoint.name, *found)
        for statement in statements
        for found in incidence.incidences(followed_from_flag(replays, statement), statement.endpoint)
    ]
    return pd.DataFrame(rows, columns=AFTER_FLAG)


def followed_from_flag(replays: Sequence[Replayed], statement: Statement) -> tuple[Ended, ...]:
    """Patients from their flag on, where they were free of the event and under observation on that day."""
    flags = {item.patient: flag.day for item in replays if (flag := item.courses[statement.key].flag)}
    return follow(replays, flags, statement.endpoint)


def flags_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Who was flagged when and by what, and what became of them."""
    return pd.DataFrame([tuple(_flags(replays, statement)) for statement in statements], columns=FLAGS)


def _flags(replays: Sequence[Replayed], statement: Statement) -> Iterator[object]:
    told = [item for item in replays if not item.fates[statement.endpoint.name].untold]
    courses = [item.courses[statement.key] for item in told]
    flags = [flag for course in courses if (flag := course.flag)]
    days = [flag.day for flag in flags]
    yield from (statement.decision, statement.key, statement.source, statement.direction)
    yield from (statement.endpoint.name, len(told))
    yield sum(all(step.standing == "out-of-scope" for step in course.steps) for course in courses)
    yield len(days)
    yield from (float(np.median(days)), min(days), max(days)) if days else (None, None, None)
    triggers = Counter(question for flag in flags for question in triggers_of(flag.because))
    yield "; ".join(f"{question} ({count})" for question, count in triggers.most_common())
    yield from _outcomes(followed_from_flag(told, statement))


def triggers_of(because: tuple[str, ...]) -> tuple[str, ...]:
    """The questions whose answers turned a statement, without their answers."""
    return tuple(words.partition(": ")[0] for words in because) or (FROM_THE_START,)


def _outcomes(rows: tuple[Ended, ...]) -> Iterator[object]:
    untreated = [row for row in rows if row.treated is None]
    never = [row for row in untreated if row.cause != THE_EVENT]
    yield sum(row.cause == THE_EVENT for row in rows)
    yield len(rows) - len(untreated)
    yield sum(row.cause == THE_EVENT and row.treated is not None for row in rows)
    yield len(never)
    yield sum(row.cause == DEATH for row in never)
    yield float(np.median([row.time for row in never])) if never else None
