"""The data of a back-test's figures, one set a decision, read off its tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cartwise.backtest.agreement import FOR, NOTHING, OPEN, OUT
from cartwise.backtest.held_against import ALL_CLEAR, BESIDE, CALL
from cartwise.backtest.landmarks import FLAGGED, NOT_FLAGGED
from cartwise.backtest.result import Backtest

MOST_LANES = 40
"""Patients that a flag-to-event chart shows; it says how many more there are."""


@dataclass(frozen=True, slots=True)
class FlagLane:
    """One patient with the event: (statement, day) of each first flag before it, and the first treatment since."""

    patient: str
    event: float
    kind: str
    flags: tuple[tuple[str, float], ...]
    treated: float | None


@dataclass(frozen=True, slots=True)
class FlagFigure:
    """From flag to event, one lane a patient in the order of the events."""

    statements: tuple[str, ...]
    lanes: tuple[FlagLane, ...]
    event: str
    note: str


@dataclass(frozen=True, slots=True)
class LeadFigure:
    """Lead times by statement, one dot a patient."""

    leads: tuple[tuple[str, tuple[float, ...]], ...]
    event: str


@dataclass(frozen=True, slots=True)
class LandmarkPoint:
    """An incidence after a landmark with its interval."""

    statement: str
    landmark: float
    standing: str
    handling: str
    patients: int
    incidence: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class LandmarkFigure:
    """Incidence of the event by a horizon after each landmark, in flagged and unflagged patients."""

    points: tuple[LandmarkPoint, ...]
    horizon: float
    event: str


@dataclass(frozen=True, slots=True)
class DisagreementFigure:
    """How many patients two sources speak of otherwise, of those of whom both say something, on one landmark."""

    sources: tuple[str, ...]
    landmark: float
    counts: tuple[tuple[str, str, int, int], ...]
    """(source, other source, patients spoken of otherwise, patients of whom both are told)"""


BacktestFigure = FlagFigure | LeadFigure | LandmarkFigure | DisagreementFigure


def figures_of(found: Backtest, decision: str) -> dict[str, BacktestFigure]:
    """The figures of one decision by name: of its calls, and after landmarks of all but what is only counted.

    Those with nothing to show are left out, and so are cautions where there are calls to act.
    """
    tables = found.of_decision(decision)
    calls, others = _drawn(tables["flags"])
    patients = tables["patients"]
    calling = patients[patients["statement"].isin(calls)]
    made: dict[str, BacktestFigure | None] = {
        "flag to event": _flags(calling),
        "lead times": _leads(calling),
        "after landmarks": _landmarks(_named(tables["after landmark"], calls, others)),
        "disagreement": _disagreement(tables["agreement"]),
    }
    return {name: figure for name, figure in made.items() if figure is not None}


def _drawn(flags: pd.DataFrame) -> tuple[set[str], dict[str, str]]:
    """The calls that are drawn, and the other statements held against the event, each with how it is read."""
    calls = flags[flags["read as"] == CALL]
    made_for = calls["direction"] == FOR
    others = flags[flags["read as"].isin([ALL_CLEAR, BESIDE])]
    return (
        set(calls.loc[made_for if made_for.any() else calls.index, "statement"]),
        dict(zip(others["statement"], others["read as"], strict=True)),
    )


def _named(table: pd.DataFrame, calls: set[str], others: dict[str, str]) -> pd.DataFrame:
    """The rows of those statements; what is no call says so in its name."""
    names = {key: key for key in calls} | {key: f"{key} ({reading})" for key, reading in others.items()}
    own = table[table["statement"].isin(names)]
    return own.assign(statement=own["statement"].map(names))


def _flags(patients: pd.DataFrame) -> FlagFigure | None:
    events = patients[patients["event day"].notna()]
    if events.empty:
        return None
    lanes = sorted((_lane(str(name), rows) for name, rows in events.groupby("patient")), key=_order)
    flagged = events.loc[events["lead (d)"].notna(), "statement"]
    more = len(lanes) - MOST_LANES
    note = f"{more} more patients had the event and are not drawn." if more > 0 else ""
    return FlagFigure(
        tuple(dict.fromkeys(flagged)), tuple(lanes[:MOST_LANES]), str(events["event"].iloc[0]), note
    )


def _lane(name: str, rows: pd.DataFrame) -> FlagLane:
    before = rows[rows["lead (d)"].notna()]
    treated = before["treated after flag"].min()
    return FlagLane(
        name,
        float(rows["event day"].iloc[0]),
        str(rows["type"].iloc[0]),
        tuple(zip(before["statement"], before["flagged"].astype(float), strict=True)),
        None if pd.isna(treated) else float(treated),
    )


def _order(lane: FlagLane) -> tuple[float, str]:
    return lane.event, lane.patient


def _leads(patients: pd.DataFrame) -> LeadFigure | None:
    led = patients[patients["lead (d)"].notna()]
    if led.empty:
        return None
    grouped = [
        (str(name), tuple(sorted(rows["lead (d)"].astype(float)))) for name, rows in led.groupby("statement")
    ]
    return LeadFigure(tuple(grouped), str(led["event"].iloc[0]))


def _landmarks(table: pd.DataFrame) -> LandmarkFigure | None:
    told = table[table["incidence"].notna() & table["standing"].isin([FLAGGED, NOT_FLAGGED])]
    if told.empty:
        return None
    horizon = float(table["by day"].min())
    told = told[told["by day"] == horizon]
    both = told.groupby(["statement", "landmark"])["standing"].transform("nunique") == 2
    columns = ["statement", "landmark", "standing", "treatment is", "patients", "incidence", "lower", "upper"]
    points = [
        LandmarkPoint(*row[:6], *(None if pd.isna(limit) else limit for limit in row[6:]))
        for row in told.loc[both, columns].itertuples(index=False)
    ]
    return LandmarkFigure(tuple(points), horizon, str(table["event"].iloc[0])) if points else None


def _disagreement(table: pd.DataFrame) -> DisagreementFigure | None:
    untold = [OPEN, NOTHING, OUT]
    told = table[~table["says"].isin(untold) & ~table["other says"].isin(untold)]
    if told.empty:
        return None
    landmark = float(told.groupby("landmark")["patients"].sum().idxmax())
    here = told[told["landmark"] == landmark]
    counts = [
        (
            str(one),
            str(other),
            int(rows.loc[rows["says"] != rows["other says"], "patients"].sum()),
            int(rows["patients"].sum()),
        )
        for (one, other), rows in here.groupby(["source", "other source"])
    ]
    sources = dict.fromkeys([*(one for one, *_ in counts), *(other for _, other, *_ in counts)])
    return DisagreementFigure(tuple(sorted(sources)), landmark, tuple(counts))
