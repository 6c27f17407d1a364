"""One row a patient and statement: when it first stood, what turned it, and what came."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cartwise.backtest.after_flag import triggers_of
from cartwise.backtest.flagging import flag_of, lead_of
from cartwise.backtest.followup import first_treatment, treated_before
from cartwise.backtest.misses import why_missed
from cartwise.backtest.replayed import Replayed
from cartwise.backtest.statements import Statement

COLUMNS = [
    "patient",
    "decision",
    "statement",
    "direction",
    "read as",
    "first stood",
    "flagged",
    "trigger",
    "event",
    "event day",
    "type",
    "lead (d)",
    "treated before flag",
    "treated after flag",
    "why no flag",
]


def patients_table(replays: Sequence[Replayed], tested: Sequence[Statement]) -> pd.DataFrame:
    """Of every patient and statement the flag and the event; lead and reason for a miss of calls alone."""
    rows = [_row(item, statement) for item in replays for statement in tested]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(item: Replayed, statement: Statement) -> tuple[object, ...]:
    course, fate = item.courses[statement.key], item.fates[statement.endpoint.name]
    flag = flag_of(item, statement)
    lead = lead_of(item, statement) if statement.calls else None
    missed = statement.calls and fate.event is not None and lead is None
    return (
        item.patient,
        statement.decision,
        statement.key,
        statement.direction,
        statement.reading,
        course.first_stood,
        flag.day if flag else None,
        "; ".join(triggers_of(flag.because)) if flag else "",
        statement.endpoint.name,
        fate.event,
        fate.kind,
        lead,
        treated_before(fate, flag.day) if flag else None,
        first_treatment(fate, flag.day) if flag else None,
        why_missed(item, statement) if missed else "",
    )
