"""Deaths before any relapse: which are deaths without leukaemia, and on what grounds each is taken for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from cartwise.analyses.first_event import DEATH, DEATH_OF_LEUKAEMIA, DEATH_UNSURE, DEATHS
from cartwise.analyses.hct_approaches import ARMS

METHODS = (
    "Death without relapse: by the recorded cause, any but leukaemia; where no cause is recorded, a death in a documented remission. As "
    "cause-specific hazard relapse ends the time at risk; a death of leukaemia, or of no recorded cause without a documented remission, "
    "ends the time at risk as well and is no event. The table `deaths_without_relapse` counts each."
)
COLUMNS = ["burden", "stratum", "hct", "patients", "events", "by_recorded_cause", "by_remission"]
COLUMNS += ["of_leukaemia", "not_settled"]

Stratum = tuple[str, str, frozenset[str]]
"""What makes a stratum, its level, and its patients."""


def without_leukaemia(events: pd.DataFrame) -> pd.Series:
    """Whether each first event is a death without leukaemia.

    Args:
        events: `cause` and `died_of` of `first_events`.
    """
    told = events["died_of"] != ""
    return (events["cause"] == DEATH) | ((events["cause"] == DEATH_UNSURE) & told)


def deaths_table(events: pd.DataFrame, strata: Iterable[Stratum]) -> pd.DataFrame:
    """How many deaths before relapse are events and how many not, by stratum and HCT before them.

    Args:
        events: `patient, month, hct_month, cause, died_of`.
        strata: the strata.
    """
    return pd.DataFrame(list(_rows(events, strata)), columns=COLUMNS)


def _rows(events: pd.DataFrame, strata: Iterable[Stratum]) -> Iterator[tuple[object, ...]]:
    for burden, level, members in strata:
        inside = events[events["patient"].isin(members)]
        done = inside["hct_month"] < inside["month"]
        for arm, rows in zip(ARMS, (inside[~done], inside[done]), strict=True):
            yield (burden, level, arm, len(rows), *_grounds(rows))


def _grounds(rows: pd.DataFrame) -> tuple[int, ...]:
    event, told = without_leukaemia(rows), rows["died_of"] != ""
    leukaemia = rows["cause"] == DEATH_OF_LEUKAEMIA
    rest = rows["cause"].isin(DEATHS) & ~event & ~leukaemia
    return tuple(int(each.sum()) for each in (event, event & told, event & ~told, leukaemia, rest))
