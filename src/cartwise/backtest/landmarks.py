"""What a statement's standing on a landmark foretold: incidence in flagged and unflagged, AUC and Brier score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cartwise.backtest import incidence
from cartwise.backtest.bootstrap import Limits, of_ratio, of_sums
from cartwise.backtest.followup import HANDLINGS, Ended, FollowUp, follow
from cartwise.backtest.replayed import Replayed
from cartwise.backtest.statements import Statement
from cartwise.basis import Estimate, Missing
from cartwise.statistics import Known, brier_score, time_dependent_auc

FLAGGED, NOT_FLAGGED, NOT_TOLD, OUT = "flagged by then", "not flagged", "not told", "out of scope"
GROUPS = (FLAGGED, NOT_FLAGGED, NOT_TOLD, OUT)
AFTER_LANDMARK = ["decision", "statement", "event", "landmark", "standing", *incidence.COLUMNS]
DISCRIMINATION = [
    "decision",
    "statement",
    "event",
    "landmark",
    "treatment is",
    "by day",
    "patients",
    "not settled",
    "AUC",
    "AUC lower",
    "AUC upper",
    "Brier",
    "Brier lower",
    "Brier upper",
    "Brier without rule",
    "reason",
]
METHOD = (
    "At a landmark those count who were alive, free of the event, under observation and not treated for it since infusion. "
    "AUC and Brier score are of the standing on that day, met against not met, the others being left out and counted. The "
    "probability that the Brier score holds against a patient is the incidence among the others of like standing "
    "(leave-one-out); the score without rule takes that of all others."
)


def at_landmark(
    replays: Sequence[Replayed], statement: Statement, day: float
) -> tuple[tuple[Ended, str], ...]:
    """Patients at risk and untreated on a landmark, each with one of GROUPS."""
    name = statement.endpoint.name
    untreated = {
        item.patient: day
        for item in replays
        if not any(given <= day for given, _ in item.fates[name].treatments)
    }
    return tuple(
        (row, group_at(row.patient, statement.key, day))
        for row in follow(replays, untreated, statement.endpoint)
    )


def group_at(item: Replayed, key: str, day: float) -> str:
    """How a statement had stood by a day: flagged once it was met, else as it stands."""
    course = item.courses[key]
    if course.flag is not None and course.flag.day <= day:
        return FLAGGED
    step = course.at(day)
    standing = "out-of-scope" if step is None else step.standing
    return {"not-met": NOT_FLAGGED, "out-of-scope": OUT}.get(standing, NOT_TOLD)


def after_landmark_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Incidence of the event after each landmark, by standing until then."""
    rows = [
        (statement.decision, statement.key, statement.endpoint.name, day, group, *found)
        for statement in statements
        for day in statement.endpoint.landmarks
        for group, members in _grouped(at_landmark(replays, statement, day))
        for found in incidence.incidences(members, statement.endpoint)
    ]
    return pd.DataFrame(rows, columns=AFTER_LANDMARK)


def _grouped(rows: tuple[tuple[Ended, str], ...]) -> Iterator[tuple[str, tuple[Ended, ...]]]:
    for group in GROUPS:
        yield group, tuple(row for row, own in rows if own == group)


def discrimination_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Time-dependent AUC and Brier score of each statement's standing at each landmark."""
    rows = [
        row
        for statement in statements
        for day in statement.endpoint.landmarks
        for row in _discrimination(at_landmark(replays, statement, day), statement, day)
    ]
    return pd.DataFrame(rows, columns=DISCRIMINATION)


def _discrimination(
    found: tuple[tuple[Ended, str], ...], statement: Statement, day: float
) -> Iterator[tuple[object, ...]]:
    standing = {row.patient.patient: row.patient.courses[statement.key].at(day) for row, _ in found}
    met = {
        name: step.standing == "met" for name, step in standing.items() if step and step.standing in _SETTLED
    }
    rows = tuple(row for row, _ in found if row.patient.patient in met)
    marker = np.array([met[row.patient.patient] for row in rows], dtype=np.float64)
    for handling in HANDLINGS:
        followed = FollowUp(rows, handling)
        for horizon in statement.endpoint.horizons:
            head = (statement.decision, statement.key, statement.endpoint.name, day, handling, horizon)
            yield (*head, len(rows), len(found) - len(rows), *_scores(followed.known_at(horizon), marker))


_SETTLED = ("met", "not-met")


def _scores(known: Known | Missing, marker: np.ndarray) -> tuple[object, ...]:
    if isinstance(known, Missing):
        return (*(None,) * 7, known.reason)
    auc = time_dependent_auc(known, marker)
    predicted, without = _left_one_out(known, marker), _left_one_out(known, np.zeros(marker.size))
    if isinstance(auc, Missing) or predicted is None or without is None:
        reason = auc.reason if isinstance(auc, Missing) else "one patient alone has this standing"
        return (*(None,) * 7, reason)
    score, bare = brier_score(known, predicted), brier_score(known, without)
    squares = known.weight * (known.case - predicted) ** 2
    return (
        auc.value,
        *_auc_limits(known, marker),
        *_value(score),
        *of_ratio(squares, np.ones(marker.size)),
        *_value(bare),
        "",
    )


def _value(found: Estimate | Missing) -> tuple[float | None]:
    return (None if isinstance(found, Missing) else found.value,)


def _auc_limits(known: Known, met: np.ndarray) -> Limits:
    """Of a marker that is 0 or 1 the AUC is the mean of sensitivity and specificity, which are ratios of sums."""
    cases, others = known.weight * known.case, known.weight * ~known.case
    columns = [cases * met, cases, others * (1 - met), others]
    return of_sums(columns, lambda hit, case, spared, other: (hit / case + spared / other) / 2)


def _left_one_out(known: Known, marker: np.ndarray) -> np.ndarray | None:
    """Incidence among the others of like standing, within 0 and 1; None where a patient has no other."""
    own = known.weight * known.case
    predicted = np.empty(marker.size)
    for value in np.unique(marker):
        alike = marker == value
        if alike.sum() < 2:
            return None
        predicted[alike] = (own[alike].sum() - own[alike]) / (alike.sum() - 1)
    return np.clip(predicted, 0.0, 1.0)
