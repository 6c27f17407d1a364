"""A result as it may leave the centre: small counts withheld in tables, figures and caption alike."""

from __future__ import annotations

import math
import shlex
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import pandas as pd

from cartwise.analyses import (
    Counts,
    Figure,
    IntervalFigure,
    KaplanMeierFigure,
    Result,
    RiskCell,
    StepCurve,
    Sum,
)
from cartwise.reports.disclosure import (
    ALSO_SUPPRESSED,
    SMALLEST_SHOWN,
    SUPPRESSED,
    small,
    withheld,
)

Cell = tuple[str, int, str]
"""Table, position of the row, column."""
Relation = Mapping[Cell, int]
"""Cells that add up to a number a reader knows, each with its sign."""
Barred = Callable[[str, float], bool]
"""Told a group and a time at which its survival curve would step next, whether it may not."""

NOTE = (
    "Shared form: counts of 1 to 4, and counts that would give one away, are suppressed; a survival curve steps only where "
    "five or more had the event since its last step, ends where nothing more can be told, and marks no censored patient."
)

ATTRITION, MISSING = "attrition", "missing"
_STEPS = Counts(columns=("patients",), sums=(Sum((), ("step", "In the study")),))
_GAPS = Counts(columns=("patients",), sums=(Sum(("measure",)),))


@dataclass(frozen=True, slots=True)
class Counted:
    """Every count of a result by cell, how the counts add up, and those that no shared form has.

    Attributes:
        frames: the tables that may be shared, by name, with attrition and gaps among them.
        rules: how each of them counts.
        counts: every count by cell.
        relations: sums that a reader knows.
        jumps: counts over time too close to the one shown before them.
    """

    frames: Mapping[str, pd.DataFrame]
    rules: Mapping[str, Counts]
    counts: Mapping[Cell, int]
    relations: tuple[Relation, ...]
    jumps: frozenset[Cell]


def shared(result: Result) -> Result:
    """A result without small counts, without single patients' values, and without what would give them away.

    Tables that do not say how their counts add up are left out, and so are figures of single patients. It is safe
    alone; results that are read together are shared together (`shared_together`).
    """
    counted = counted_in(result)
    return without(result, counted, withheld(counted.counts, counted.relations, counted.jumps))


def counted_in(result: Result) -> Counted:
    """What a result counts."""
    frames, rules = _tables(result)
    counts = {
        (name, row, column): int(frame[column].iloc[row])
        for name, frame in frames.items()
        for column in rules[name].columns
        for row in range(len(frame))
    }
    jumps = [cell for name, frame in frames.items() for cell in _too_close(name, frame, rules[name], counts)]
    return Counted(frames, rules, counts, tuple(_relations(frames, rules, counts)), frozenset(jumps))


def without(result: Result, counted: Counted, hidden: set[Cell], barred: Barred = lambda *_: False) -> Result:
    """The result without some cells.

    Args:
        result: the result.
        counted: what it counts.
        hidden: the cells withheld.
        barred: told a group and a time, whether a survival curve may not step there.
    """
    beside = {
        cell
        for relation in counted.relations
        if any(other in hidden for other in relation)
        for cell in relation
    }
    written = {
        name: _written(name, frame, counted.rules[name], hidden, hidden | beside)
        for name, frame in counted.frames.items()
    }
    attrition, missing = written.pop(ATTRITION), written.pop(MISSING)
    figures = {
        name: drawn
        for name, figure in result.figures.items()
        if (drawn := _figure(figure, written, barred)) is not None
    }
    return replace(
        result,
        tables=written,
        figures=figures,
        estimates={},
        about=f"{result.about} {NOTE}",
        attrition=attrition,
        missing=missing,
        command=_anywhere(result.command),
    )


def _anywhere(command: str) -> str:
    """The command with a word for the study's folder: where it lies is nobody's business but the centre's."""
    cartwise, analyse, _, *rest = shlex.split(command)
    return shlex.join([cartwise, analyse, "STUDY", *rest])


def is_shared(result: Result) -> bool:
    """Whether a result is in the form that may leave the centre."""
    return NOTE in result.about


def suppressed_counts(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Counts that add up to a number which may be known, with small ones withheld."""
    hidden = withheld(counts, [dict.fromkeys(counts, 1)])
    return {name: _word(count) if name in hidden else count for name, count in counts.items()}


def _word(count: int) -> str:
    return SUPPRESSED if small(count) else ALSO_SUPPRESSED


def _tables(result: Result) -> tuple[dict[str, pd.DataFrame], dict[str, Counts]]:
    frames = {
        name: _without_left_out(frame, result.counts[name])
        for name, frame in result.tables.items()
        if name in result.counts
    }
    rules = {**result.counts, ATTRITION: _STEPS, MISSING: _GAPS}
    return {**frames, ATTRITION: result.attrition, MISSING: result.missing}, rules


def _without_left_out(frame: pd.DataFrame, rule: Counts) -> pd.DataFrame:
    gone = pd.Series(data=False, index=frame.index)
    for column, value in rule.left_out:
        gone |= frame[column] == value
    return frame[~gone].reset_index(drop=True)


def _relations(
    frames: Mapping[str, pd.DataFrame], rules: Mapping[str, Counts], counts: Mapping[Cell, int]
) -> Iterator[Relation]:
    analysed = (ATTRITION, len(frames[ATTRITION]) - 1, "patients")
    for name, frame in frames.items():
        for relation in _of_table(name, frame, rules[name]):
            # Whatever adds up to the patients analysed gives their number away, wherever it stands.
            sums_to_it = sum(sign * counts[cell] for cell, sign in relation.items()) == counts[analysed]
            if sums_to_it and analysed not in relation:
                yield {**relation, analysed: -1}
            elif len(relation) > 1:
                yield relation


def _of_table(name: str, frame: pd.DataFrame, rule: Counts) -> Iterator[dict[Cell, int]]:
    for column in rule.columns:
        for item in rule.sums:
            yield from _of_sum(name, frame, column, item)
    for row in range(len(frame) if rule.across else 0):
        whole, *parts = rule.across
        yield {(name, row, part): 1 for part in parts} | ({(name, row, whole): -1} if whole else {})


def _of_sum(name: str, frame: pd.DataFrame, column: str, item: Sum) -> Iterator[dict[Cell, int]]:
    rows = frame.reset_index(drop=True)
    is_total = pd.Series(data=False, index=rows.index)
    if item.total is not None:
        is_total = rows[item.total[0]] == item.total[1]
    totals = {_key(rows, row, item): row for row in rows.index[is_total]}
    parts: dict[tuple[Any, ...], dict[Cell, int]] = {}
    for row in rows.index[~is_total]:
        alike = tuple(rows.loc[row, key] for key in item.alike)
        parts.setdefault(alike, {})[name, int(row), column] = 1
        if (total := totals.get(_key(rows, row, item))) is not None:
            parts[alike][name, int(total), column] = -1
    # A total row stands for the patients analysed as well: alone, it must add up with their number.
    yield from parts.values()
    yield from ({(name, int(row), column): 1} for row in totals.values() if name != ATTRITION)


def _key(rows: pd.DataFrame, row: Any, item: Sum) -> tuple[Any, ...]:
    of_total = item.total[0] if item.total else ""
    return tuple(rows.loc[row, key] for key in item.alike if key != of_total)


def _too_close(name: str, frame: pd.DataFrame, rule: Counts, counts: Mapping[Cell, int]) -> Iterator[Cell]:
    """Counts over time that differ by 1 to 4 from the last one shown: their difference would be a small count."""
    if not rule.running:
        return
    for positions in frame.groupby(list(rule.running), sort=False).indices.values():
        for column in rule.columns:
            last: int | None = None
            for row in positions:
                cell = (name, int(row), column)
                if last is not None and small(abs(counts[cell] - last)):
                    yield cell
                elif not small(counts[cell]):
                    last = counts[cell]


def _written(
    name: str, frame: pd.DataFrame, rule: Counts, hidden: set[Cell], beside: set[Cell]
) -> pd.DataFrame:
    """The table with words for what is withheld: counts, what gives one away, and what gives a sum away."""
    table = frame.drop(columns=list(rule.individual), errors="ignore").astype("object")
    for row in range(len(frame)):
        gone = {column: count for column, count in rule.derived.items() if (name, row, count) in hidden}
        gone |= {column: count for column, count in rule.shares.items() if (name, row, count) in beside}
        for column in rule.columns:
            if (name, row, column) in hidden:
                table.loc[row, column] = _word(frame[column].iloc[row])
        for column in gone:
            if not pd.isna(table[column].iloc[row]):
                table.loc[row, column] = ALSO_SUPPRESSED
    return table


def _figure(figure: Figure, tables: Mapping[str, pd.DataFrame], barred: Barred) -> Figure | None:
    if isinstance(figure, KaplanMeierFigure):
        return _coarse_curves(figure, tables, barred)
    return _without_rows(figure, tables) if isinstance(figure, IntervalFigure) else None


def _without_rows(figure: IntervalFigure, tables: Mapping[str, pd.DataFrame]) -> IntervalFigure | None:
    if figure.table not in tables:
        return None
    rows = tables[figure.table].itertuples(index=False, name=None)
    whole = [row for row in rows if not any(_is_suppressed(cell) for cell in row)]
    kept = tuple(row for row in figure.rows if any(other[: len(row.key)] == row.key for other in whole))
    return replace(figure, rows=kept) if kept else None


def _is_suppressed(cell: object) -> bool:
    return isinstance(cell, str) and cell in {SUPPRESSED, ALSO_SUPPRESSED}


def _coarse_curves(
    figure: KaplanMeierFigure, tables: Mapping[str, pd.DataFrame], barred: Barred
) -> KaplanMeierFigure | None:
    """Curves of the groups whose size is shown, coarse enough that no step stands for fewer than five events."""
    sizes = tables["groups"].set_index("group")["n"]
    risk = tuple(
        RiskCell(row["group"], row["month"], row["at_risk"], row["censored"], row["events"])
        for row in tables["risk_table"].to_dict("records")
    )
    curves = tuple(
        _coarse(
            curve,
            [cell.time for cell in risk if cell.group == curve.group and isinstance(cell.events, int)],
            barred,
        )
        for curve in figure.curves
        if not _is_suppressed(sizes[curve.group])
    )
    drawn = tuple(curve for curve in curves if curve.end > 0)
    return replace(figure, curves=drawn, risk=risk) if drawn else None


def _coarse(curve: StepCurve, told: list[float], barred: Barred) -> StepCurve:
    """The curve with a step where five more had the event since the last one, and where the table tells the events.

    Args:
        curve: the whole curve.
        told: times at which the table beneath shows how many had the event.
        barred: whether it may not step at a time of its own.
    """
    steps: list[tuple[float, int]] = []
    events = list(accumulate(curve.events))
    for until in (*told, math.inf):
        upto = bisect_right(curve.times, until)
        total = events[upto - 1] if upto else 0
        for place in range(upto):
            since = events[place] - _seen(steps, events)
            apart = until == math.inf or total - events[place] >= SMALLEST_SHOWN
            if since >= SMALLEST_SHOWN and apart and not barred(curve.group, curve.times[place]):
                steps.append((curve.times[place], place))
        if until != math.inf and total > _seen(steps, events):
            steps.append((until, upto - 1))
    enough = [
        time for time, at_risk in zip(curve.times, curve.at_risk, strict=True) if at_risk >= SMALLEST_SHOWN
    ]
    places = [place for _, place in steps]
    return StepCurve(
        group=curve.group,
        # Beyond what is told, a flat line would say that nobody had the event.
        end=min(max(enough, default=0.0), max([*told, *(time for time, _ in steps)], default=0.0)),
        times=tuple(time for time, _ in steps),
        survival=tuple(curve.survival[place] for place in places),
        lower=tuple(curve.lower[place] for place in places),
        upper=tuple(curve.upper[place] for place in places),
        at_risk=(SMALLEST_SHOWN,) * len(steps),
        events=(SMALLEST_SHOWN,) * len(steps),
        censored=(0,) * len(steps),
    )


def _seen(steps: list[tuple[float, int]], events: list[int]) -> int:
    return events[steps[-1][1]] if steps else 0
