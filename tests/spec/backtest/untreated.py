"""What treatment hid: incidences after a flag by each way of reading it, beside those of the same patients untreated.

The designs `peking` and `no-hct` invent the same patients, with and without transplants, so that a patient of the first has
in the second the course that the transplant cut off. Who is held against what is the same in both: those flagged and not
yet treated in `peking`, each from that flag on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cartwise.backtest import Replayed, replay_patient
from cartwise.backtest.after_flag import followed_from_flag
from cartwise.backtest.endpoint import fate_of
from cartwise.backtest.endpoints import RELAPSE
from cartwise.backtest.followup import HANDLINGS, WEIGHTED, FollowUp, follow
from cartwise.backtest.incidence import incidences
from cartwise.backtest.statements import Statement, chosen, statements_of
from cartwise.basis import Missing
from cartwise.statistics import incidence_at, outcomes_at
from tests.spec.backtest.invented import invented

UNWEIGHTED = "censored, not weighted"
"""No column of a back-test: it shows what the weights of the third one are for."""


class Compared(NamedTuple):
    """Of those flagged: how many, how many were treated, the untreated truth, each reading of it, the limits of the third."""

    flagged: int
    treated: int
    truth: float
    read: dict[str, float]
    limits: tuple[float | None, float | None]


class Twins(NamedTuple):
    """The same patients, replayed as treated, and what became of them untreated."""

    treated: list[Replayed]
    untreated: list[Replayed]


def named(keys: Sequence[str]) -> tuple[Statement, ...]:
    """Statements by their names."""
    return tuple(item for item in statements_of(chosen(None, None)) if item.key in keys)


def twins(statements: Sequence[Statement], patients: int, seed: int) -> Twins:
    """Both designs; without a transplant nothing is asked, since the flags are those of the treated."""
    titles = tuple({(item.source, item.title) for item in statements})
    treated, untreated = (
        [patient for patient in invented(design, patients, seed)[0].patients.values() if patient.infusions]
        for design in ("peking", "no-hct")
    )
    return Twins(
        [replay_patient(patient, titles) for patient in treated],
        [
            Replayed(patient.id, {}, {RELAPSE.name: fate_of(patient, RELAPSE)}, {}, (), "", False, {}, {})
            for patient in untreated
        ],
    )


def compared(found: Twins, statement: Statement, horizon: float) -> Compared:
    """Incidences of relapse by a horizon after a flag; NaN where no number is given."""
    rows = followed_from_flag(found.treated, statement)
    origins = {row.patient.patient: row.origin for row in rows}
    alike = follow(found.untreated, origins, RELAPSE)
    assert {row.patient.patient for row in alike} == set(origins), "the same patients were at risk"
    assert all(row.treated is None for row in alike)
    found = {item.handling: item for item in incidences(rows, RELAPSE) if item.by_day == horizon}
    read = {way: np.nan if item.incidence is None else item.incidence for way, item in found.items()}
    read[UNWEIGHTED] = _unweighted(FollowUp(rows, WEIGHTED), horizon)
    limits = found[WEIGHTED].lower, found[WEIGHTED].upper
    truth = _unweighted(FollowUp(alike, HANDLINGS[0]), horizon)
    return Compared(len(rows), sum(row.treated is not None for row in rows), truth, read, limits)


def _unweighted(followed: FollowUp, horizon: float) -> float:
    known = outcomes_at(followed.time, followed.cause, horizon)
    return np.nan if isinstance(known, Missing) else incidence_at(known)
