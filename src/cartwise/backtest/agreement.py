"""Where sources agree and differ on one decision: what each said of the same patient on the same day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartwise.backtest.flagging import flag_in_time
from cartwise.backtest.followup import free_until
from cartwise.backtest.replayed import Replayed
from cartwise.backtest.statements import Statement

FOR, AGAINST, BOTH, OTHER, OPEN, NOTHING, OUT = (
    "for",
    "against",
    "for and against",
    "caution or open only",
    "not told",
    "nothing met",
    "out of scope",
)
STANCES = (FOR, AGAINST, BOTH, OTHER, OPEN, NOTHING, OUT)
COLUMNS = ["decision", "landmark", "source", "says", "other source", "other says", "patients"]
PAIRS = [
    "decision",
    "statement",
    "other statement",
    "patients",
    "both",
    "only the first",
    "only the other",
    "neither",
]
METHOD = (
    "What a source says of a patient on a landmark is the direction of its statements that stand as met; statements made of "
    "everybody in scope are not counted. Where none is met it is not told as long as one is unknown or left open."
)


def stance(item: Replayed, statements: Sequence[Statement], day: float) -> str:
    """What one source's statements on one decision say of a patient on a day."""
    steps = [(statement, item.courses[statement.key].at(day)) for statement in statements]
    met = {statement.direction for statement, step in steps if step and step.standing == "met"}
    if met:
        sides = met & {FOR, AGAINST}
        return BOTH if len(sides) == 2 else next(iter(sides), OTHER)
    standings = {step.standing for _, step in steps if step}
    if standings <= {"out-of-scope"}:
        return OUT
    return NOTHING if standings <= {"out-of-scope", "not-met"} else OPEN


def matrix(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """How many patients two sources speak of alike and otherwise, by decision, landmark and pair of sources."""
    rows: Counter[tuple[object, ...]] = Counter()
    for decision, sources in _by_source(statements).items():
        endpoint = next(iter(sources.values()))[0].endpoint
        for day in endpoint.days_of_agreement:
            here = [item for item in replays if _at_risk(item, endpoint.name, day)]
            for item in here:
                said = {source: stance(item, own, day) for source, own in sources.items()}
                for one, other in combinations(said, 2):
                    rows[decision, day, one, said[one], other, said[other]] += 1
    return pd.DataFrame([(*key, count) for key, count in sorted(rows.items())], columns=COLUMNS)


def _at_risk(item: Replayed, endpoint: str, day: float) -> bool:
    fate = item.fates[endpoint]
    return not fate.untold and free_until(fate, day)


def _by_source(statements: Sequence[Statement]) -> dict[str, dict[str, list[Statement]]]:
    grouped: dict[str, dict[str, list[Statement]]] = {}
    for statement in statements:
        if not statement.general:
            grouped.setdefault(statement.decision, {}).setdefault(statement.source, []).append(statement)
    return grouped


def pairs(replays: Sequence[Replayed], statements: Sequence[Statement]) -> pd.DataFrame:
    """Of every two statements on one decision in the same direction: who was flagged in time by both, one, or neither."""
    flagged = {item.key: _in_time(replays, item) for item in statements}
    rows = [
        (one.decision, one.key, other.key, *_shared(flagged[one.key], flagged[other.key]))
        for one, other in combinations(statements, 2)
        if (one.decision, one.direction) == (other.decision, other.direction)
    ]
    return pd.DataFrame(rows, columns=PAIRS)


def _in_time(replays: Sequence[Replayed], statement: Statement) -> NDArray[np.bool_]:
    """Of each patient who can be held against the event, whether the flag came in time."""
    told = [item for item in replays if not item.fates[statement.endpoint.name].untold]
    return np.array([flag_in_time(item, statement) is not None for item in told], dtype=np.bool_)


def _shared(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[int, ...]:
    counts = ((one & other).sum(), (one & ~other).sum(), (~one & other).sum(), (~one & ~other).sum())
    return (one.size, *map(int, counts))
