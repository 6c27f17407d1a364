"""The cumulative incidence of the event in patients followed from an origin, by each way of reading treatment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from cartwise.backtest.bootstrap import mean, of_sums
from cartwise.backtest.endpoint import Endpoint
from cartwise.backtest.followup import HANDLINGS, THE_EVENT, WEIGHTED, Ended, FollowUp, Handling
from cartwise.basis import Missing
from cartwise.statistics import Known, cumulative_incidence, incidence_at

METHOD = (
    "Incidences with treatment ignored or competing are Aalen-Johansen estimates with log-log intervals, death competing; "
    "with treatment censored they are means of outcomes weighted by the inverse probability of censoring, with bootstrap intervals."
)


class Incidence(NamedTuple):
    """One incidence as the tables show it; None with its reason where there is none."""

    handling: Handling
    by_day: float
    patients: int
    events: int
    treated: int
    incidence: float | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""


COLUMNS = [
    "treatment is",
    "by day",
    "patients",
    "events",
    "treated",
    "incidence",
    "lower",
    "upper",
    "reason",
]


def incidences(rows: tuple[Ended, ...], endpoint: Endpoint) -> Iterator[Incidence]:
    """The incidence at each horizon of the endpoint, by each way of reading treatment."""
    for handling in HANDLINGS:
        followed = FollowUp(rows, handling)
        counted = [_counted(followed, horizon) for horizon in endpoint.horizons]
        if not rows:
            yield from (item._replace(reason="no patients") for item in counted)
        elif handling == WEIGHTED:
            yield from _weighted(followed, counted)
        else:
            yield from _competing(followed, counted)


def _counted(followed: FollowUp, horizon: float) -> Incidence:
    events = int(((followed.time <= horizon) & (followed.cause == THE_EVENT)).sum())
    treated = sum(row.treated is not None and row.treated <= horizon for row in followed.rows)
    return Incidence(followed.handling, horizon, len(followed.rows), events, treated)


def _competing(followed: FollowUp, counted: list[Incidence]) -> Iterator[Incidence]:
    names = np.where(followed.cause == 0, "censored", np.where(followed.cause == THE_EVENT, "event", "other"))
    causes = pd.Categorical(names, categories=["event", "other", "censored"])
    with np.errstate(over="ignore"):  # a curve that has all but reached one has a limit of one
        curves = cumulative_incidence(followed.time, causes)
    readings = curves.at([item.by_day for item in counted])
    of_event = next(read for (_, cause), read in readings.items() if cause == "event")
    for item, read in zip(counted, of_event, strict=True):
        yield item._replace(incidence=read.value, lower=read.lower, upper=read.upper, reason=read.reason)


def _weighted(followed: FollowUp, counted: list[Incidence]) -> Iterator[Incidence]:
    known = [followed.known_at(item.by_day) for item in counted]
    told = [item for item in known if isinstance(item, Known)]
    limits = iter(of_sums([mean(item.weight * item.case) for item in told]))
    for item, found in zip(counted, known, strict=True):
        if isinstance(found, Missing):
            yield item._replace(reason=found.reason)
            continue
        lower, upper = next(limits)
        why = "" if lower is not None else "the draws do not differ and give no interval"
        within = None if upper is None else min(upper, 1.0)  # drawn weights need not add up to the patients
        yield item._replace(incidence=incidence_at(found), lower=lower, upper=within, reason=why)
