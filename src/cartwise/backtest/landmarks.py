"""What a statement's standing on a landmark foretold: incidence in flagged and unflagged, AUC and Brier score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from cartwise.backtest import incidence
from cartwise.backtest.bootstrap import Combined, Floats, mean, of_sums
from cartwise.backtest.endpoint import Endpoint
from cartwise.backtest.flagging import OUT_OF_SCOPE, counted_from, flag_of, standing_on
from cartwise.backtest.followup import HANDLINGS, Ended, FollowUp, follow
from cartwise.backtest.held_against import ALL_CLEAR, BESIDE
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
    "AUC and Brier score are of the standing on that day, met against not met (of an all-clear not met against "
    "met), the others being left out and counted. The probability that the Brier score holds against a patient is the incidence among the others of like standing "
    "(leave-one-out); the score without rule takes that of all others."
)


def at_landmarks(
    replays: Sequence[Replayed], statements: Sequence[Statement]
) -> Iterator[tuple[Statement, float, tuple[Ended, ...]]]:
    """Each statement and landmark with the patients at risk and untreated then, who hang on the event alone."""
    of_event: dict[tuple[str, float], tuple[Ended, ...]] = {}
    for statement in statements:
        for day in statement.endpoint.landmarks:
            place = statement.endpoint.name, day
            if place not in of_event:
                of_event[place] = _at_risk(replays, statement.endpoint, day)
            yield statement, day, of_event[place]


def _at_risk(replays: Sequence[Replayed], endpoint: Endpoint, day: float) -> tuple[Ended, ...]:
    untreated = {
        item.patient: day
        for item in replays
        if not any(given <= day for given, _ in item.fates[endpoint.name].treatments)
    }
    return follow(replays, untreated, endpoint)


def group_at(item: Replayed, statement: Statement, day: float) -> str:
    """How a statement had stood by a day: flagged once it was met, else as it stands."""
    flag = flag_of(item, statement)
    if flag is not None and counted_from(flag) <= day:
        return FLAGGED
    return {"not-met": NOT_FLAGGED, OUT_OF_SCOPE: OUT}.get(standing_on(item, statement, day), NOT_TOLD)


def after_landmark_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Incidence of the event after each landmark, by standing until then."""
    rows = [
        (statement.decision, statement.key, statement.endpoint.name, day, group, *found)
        for statement, day, at_risk in at_landmarks(replays, statements)
        for group, members in _grouped(at_risk, statement, day)
        for found in incidence.incidences(members, statement.endpoint)
    ]
    return pd.DataFrame(rows, columns=AFTER_LANDMARK)


def _grouped(
    rows: tuple[Ended, ...], statement: Statement, day: float
) -> Iterator[tuple[str, tuple[Ended, ...]]]:
    members: dict[str, list[Ended]] = {group: [] for group in GROUPS}
    for row in rows:
        members[group_at(row.patient, statement, day)].append(row)
    yield from ((group, tuple(own)) for group, own in members.items())


def discrimination_table(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Time-dependent AUC and Brier score of each statement's standing at each landmark."""
    foretelling = [statement for statement in statements if statement.reading != BESIDE]
    rows = [
        row
        for statement, day, at_risk in at_landmarks(replays, foretelling)
        for row in _discrimination(at_risk, statement, day)
    ]
    return pd.DataFrame(rows, columns=DISCRIMINATION)


def _discrimination(
    found: tuple[Ended, ...], statement: Statement, day: float
) -> Iterator[tuple[object, ...]]:
    standings = [standing_on(row.patient, statement, day) for row in found]
    settled = [place for place, standing in enumerate(standings) if standing in _SETTLED]
    rows = tuple(found[place] for place in settled)
    feared = "not-met" if statement.reading == ALL_CLEAR else "met"
    marker = np.array([standings[place] == feared for place in settled], dtype=np.float64)
    asked = [(handling, horizon) for handling in HANDLINGS for horizon in statement.endpoint.horizons]
    followed = {handling: FollowUp(rows, handling) for handling in HANDLINGS}
    scores = _scores([followed[handling].known_at(horizon) for handling, horizon in asked], marker)
    for (handling, horizon), told in zip(asked, scores, strict=True):
        head = (statement.decision, statement.key, statement.endpoint.name, day, handling, horizon)
        yield (*head, len(rows), len(found) - len(rows), *told)


_SETTLED = ("met", "not-met")


def _scores(asked: list[Known | Missing], marker: Floats) -> Iterator[tuple[object, ...]]:
    """AUC and Brier score with intervals, and the reason where there are none, of one marker at several horizons."""
    points = [_points(known, marker) for known in asked]
    limits = iter(of_sums([item for found in points if isinstance(found, _Points) for item in found.drawn]))
    for found in points:
        if isinstance(found, Missing):
            yield (*(None,) * 7, found.reason)
        else:
            yield (found.auc, *next(limits), found.brier, *next(limits), found.without, "")


class _Points(NamedTuple):
    """The scores at one horizon, and the AUC and the Brier score as they are drawn again."""

    auc: float
    brier: float | None
    without: float | None
    drawn: tuple[Combined, Combined]


def _points(known: Known | Missing, marker: Floats) -> _Points | Missing:
    if isinstance(known, Missing):
        return known
    auc = time_dependent_auc(known, marker)
    if isinstance(auc, Missing):
        return auc
    predicted, without = _left_one_out(known, marker), _left_one_out(known, np.zeros(marker.size))
    if predicted is None or without is None:
        return Missing("one patient alone has this standing")
    squares = known.weight * (known.case - predicted) ** 2
    score, bare = brier_score(known, predicted), brier_score(known, without)
    return _Points(auc.value, _value(score), _value(bare), (_drawn_auc(known, marker), mean(squares)))


def _value(found: Estimate | Missing) -> float | None:
    return None if isinstance(found, Missing) else found.value


def _drawn_auc(known: Known, met: Floats) -> Combined:
    """Of a marker that is 0 or 1 the AUC is the mean of sensitivity and specificity, which are ratios of sums."""
    cases, others = known.weight * known.case, known.weight * ~known.case
    columns = (cases * met, cases, others * (1 - met), others)
    return Combined(columns, lambda hit, case, spared, other: (hit / case + spared / other) / 2)


def _left_one_out(known: Known, marker: Floats) -> Floats | None:
    """Incidence among the others of like standing, within 0 and 1; None where a patient has no other."""
    own = known.weight * known.case
    predicted = np.empty(marker.size)
    for value in np.unique(marker):
        alike = marker == value
        if alike.sum() < 2:
            return None
        predicted[alike] = (own[alike].sum() - own[alike]) / (alike.sum() - 1)
    return np.clip(predicted, 0.0, 1.0)
