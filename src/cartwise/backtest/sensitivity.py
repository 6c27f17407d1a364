"""Of the patients in whom the event came, how many had been flagged before, how long before, and why the others not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cartwise.backtest.bootstrap import of_median, of_sums, ratio
from cartwise.backtest.endpoint import Fate
from cartwise.backtest.flagging import flag_in_time, lead_of
from cartwise.backtest.followup import (
    HANDLINGS,
    THE_EVENT,
    Ended,
    FollowUp,
    Handling,
    first_treatment,
    follow,
)
from cartwise.backtest.misses import why_missed
from cartwise.backtest.replayed import Replayed
from cartwise.backtest.statements import Statement
from cartwise.basis import Estimate
from cartwise.statistics import proportion

ANY = "any"
COLUMNS = [
    "decision",
    "statement",
    "event",
    "type",
    "treatment is",
    "events",
    "flagged before",
    "of them treated between",
    "sensitivity",
    "exact lower",
    "exact upper",
    "bootstrap lower",
    "bootstrap upper",
    "median lead (d)",
    "lead lower",
    "lead upper",
    "shortest lead",
    "longest lead",
]


Weighted = list[tuple[Ended, float]]
"""Patients who had the event, each with what it counts."""


def sensitivity_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Sensitivity and lead time of each statement, by type of event and by the way treatment is read."""
    rows = [
        row
        for handling in HANDLINGS
        for statement, events in _with_event(replays, statements, handling)
        for kind in (ANY, *statement.endpoint.types)
        for row in [_row(_of_kind(events, statement, kind), statement, kind, handling)]
    ]
    places = {statement.key: place for place, statement in enumerate(statements)}
    return pd.DataFrame(sorted(rows, key=lambda row: places[str(row[1])]), columns=COLUMNS)


def overall_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Sensitivity and lead time of each statement, of events of any type and with treatment ignored."""
    found = _with_event(replays, statements, HANDLINGS[0])
    return pd.DataFrame(
        [_row(events, statement, ANY, HANDLINGS[0]) for statement, events in found], columns=COLUMNS
    )


def _with_event(
    replays: Sequence[Replayed], statements: Sequence[Statement], handling: Handling
) -> Iterator[tuple[Statement, Weighted]]:
    """Each statement with those who had its event; who they are hangs on the event alone."""
    of_event: dict[str, Weighted] = {}
    for statement in statements:
        name = statement.endpoint.name
        if name not in of_event:
            of_event[name] = _events(FollowUp(_from_infusion(replays, statement), handling))
        yield statement, of_event[name]


def _events(followed: FollowUp) -> Weighted:
    counted = zip(followed.rows, followed.untreated_weights(), followed.cause, strict=True)
    return [(row, float(weight)) for row, weight, cause in counted if cause == THE_EVENT]


def _of_kind(events: Weighted, statement: Statement, kind: str) -> Weighted:
    return [(row, weight) for row, weight in events if kind in {ANY, _fate(row, statement).kind}]


def _row(events: Weighted, statement: Statement, kind: str, handling: Handling) -> tuple[object, ...]:
    head = (statement.decision, statement.key, statement.endpoint.name, kind, handling)
    return (*head, *_numbers(events, statement, handling))


def _from_infusion(replays: Sequence[Replayed], statement: Statement) -> tuple[Ended, ...]:
    return follow(replays, dict.fromkeys((item.patient for item in replays), 0.0), statement.endpoint)


def _fate(row: Ended, statement: Statement) -> Fate:
    return row.patient.fates[statement.endpoint.name]


def _numbers(chosen: Weighted, statement: Statement, handling: Handling) -> tuple[object, ...]:
    leads = np.array([_lead(row, statement) for row, _ in chosen], dtype=np.float64)
    weights = np.array([weight for _, weight in chosen], dtype=np.float64)
    flagged = np.isfinite(leads)
    total = float(weights.sum())
    share = float((weights * flagged).sum()) / total if total > 0 else None
    exact = proportion(int(flagged.sum()), len(chosen)) if handling != HANDLINGS[2] else None
    limits = (exact.lower, exact.upper) if isinstance(exact, Estimate) else (None, None)
    treated = sum(_treated_between(row, statement) for row, _ in chosen)
    seen = leads[flagged]
    return (
        len(chosen),
        int(flagged.sum()),
        treated,
        share,
        *limits,
        *of_sums([ratio(weights * flagged, weights)])[0],
        float(np.median(seen)) if seen.size else None,
        *of_median(seen),
        float(seen.min()) if seen.size else None,
        float(seen.max()) if seen.size else None,
    )


def _lead(row: Ended, statement: Statement) -> float:
    lead = lead_of(row.patient, statement)
    return np.nan if lead is None else lead


def _treated_between(row: Ended, statement: Statement) -> bool:
    flag = flag_in_time(row.patient, statement)
    return flag is not None and first_treatment(_fate(row, statement), flag.day) is not None


def misses_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Events that no flag came before, by statement, type and reason."""
    rows = [
        (
            statement.decision,
            statement.key,
            statement.endpoint.name,
            _fate(row, statement).kind,
            why_missed(row.patient, statement),
        )
        for statement in statements
        for row in _from_infusion(replays, statement)
        if row.cause == THE_EVENT and lead_of(row.patient, statement) is None
    ]
    columns = ["decision", "statement", "event", "type", "why"]
    return (
        pd.DataFrame(rows, columns=columns)
        .groupby(columns, as_index=False)
        .size()
        .rename(columns={"size": "patients"})
    )
