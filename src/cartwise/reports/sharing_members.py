"""Which patients each shared count stands for, found again from their measures, so that counts of several results can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses import Analysis, KaplanMeierFigure, Result, catalogue, group_by
from cartwise.basis import DAYS_PER_MONTH, NO, UNKNOWN, YES
from cartwise.measures import Sheet
from cartwise.reports.sharing import ATTRITION, MISSING, Cell, Counted
from cartwise.study import Study

Who = frozenset[str]
Sheets = Mapping[str, Sheet]
Found = Iterator[tuple[Cell, Who]]
MONTHS_PER_UNIT = {"d": 1 / DAYS_PER_MONTH, "mo": 1.0}
PATIENTS, GAP = "Patients", "not known"
WHOLE = {"All", "All patients"}


@dataclass(frozen=True, slots=True)
class Traced:
    """The patients behind a result.

    Attributes:
        cells: those whom each count stands for.
        steps: those who had the event by each time at which a survival curve of a group may step.
    """

    cells: Mapping[Cell, Who]
    steps: Mapping[tuple[str, float], Who]


def traced(study: Study, result: Result, counted: Counted) -> Traced | None:
    """The patients behind each count of a result; None where one cannot be found, or others are found than counted."""
    chosen = catalogue()[result.name]
    sheets = {name: Sheet(patient) for name, patient in study.patients.items()}
    concerned = {name: sheet for name, sheet in sheets.items() if _is(chosen, sheet, YES)}
    steps = _steps(chosen, sheets, concerned, result.by)
    analysed = {name: concerned[name] for name in sorted(steps[-1])}
    cells = {(ATTRITION, row, "patients"): who for row, who in enumerate(steps)}
    cells |= dict(_gaps(counted.frames[MISSING], concerned))
    groups = _groups(analysed, result.by)
    for name, frame in counted.frames.items():
        cells |= dict(_of_table(name, frame, chosen, analysed, groups))
    agrees = all(cell in cells and len(cells[cell]) == count for cell, count in counted.counts.items())
    return Traced(cells, dict(_curve_steps(result, chosen, analysed, groups))) if agrees else None


def _is(chosen: Analysis, sheet: Sheet, truth: object) -> bool:
    return (YES if chosen.among is None else chosen.among.answer(sheet).truth) is truth


def _steps(chosen: Analysis, sheets: Sheets, concerned: Sheets, by: str) -> list[Who]:
    """The patients of each row of the attrition, as `analyses.run` counts them."""
    steps = [frozenset(sheets)]
    if chosen.among is not None:
        steps += [
            frozenset(n for n, sheet in sheets.items() if _is(chosen, sheet, truth))
            for truth in (NO, UNKNOWN)
        ]
    left = frozenset(concerned)
    for need in (*(measure.name for measure in chosen.needs), *([by] if by else [])):
        gone = frozenset(name for name in left if not concerned[name][need].known)
        steps.append(gone)
        left -= gone
    return [*steps, left]


def _gaps(frame: pd.DataFrame, concerned: Sheets) -> Found:
    for row, (measure, reason) in enumerate(zip(frame["measure"], frame["reason"], strict=True)):
        told = {name: sheet[measure] for name, sheet in concerned.items()}
        yield (
            (MISSING, row, "patients"),
            frozenset(n for n, item in told.items() if ("known" if item.known else item.reason) == reason),
        )


def _groups(analysed: Sheets, by: str) -> dict[str, Who]:
    whole = dict.fromkeys(WHOLE, frozenset(analysed))
    if not by:
        return whole
    of = group_by(analysed, by).of
    return whole | {level: frozenset(n for n in of if of[n] == level) for level in set(of.values())}


def _of_table(
    name: str, frame: pd.DataFrame, chosen: Analysis, analysed: Sheets, groups: Mapping[str, Who]
) -> Found:
    columns = set(frame.columns)
    if {"characteristic", "level", "n"} <= columns:
        yield from _of_levels(name, frame, chosen, analysed, groups)
    elif {"feature", "yes", "no", "not_known"} <= columns:
        yield from _of_features(name, frame, chosen, analysed)
    elif {"month", "at_risk", "censored", "events"} <= columns and len(chosen.needs) > 1:
        yield from _of_risks(name, frame, chosen, analysed, groups)
    elif {"group", "n"} <= columns:
        yield from (
            ((name, row, "n"), groups.get(group, frozenset())) for row, group in enumerate(frame["group"])
        )


def _of_levels(
    name: str, frame: pd.DataFrame, chosen: Analysis, analysed: Sheets, groups: Mapping[str, Who]
) -> Found:
    labels = [label for label in dict.fromkeys(frame["characteristic"]) if label != PATIENTS]
    if len(labels) != len(chosen.uses):
        return
    measures = {label: measure.name for label, measure in zip(labels, chosen.uses, strict=True)}
    levels = {
        label: {patient: _level(sheet, measure) for patient, sheet in analysed.items()}
        for label, measure in measures.items()
    }
    grouped = frame.get("group", pd.Series("All", index=frame.index))
    rows = zip(frame["characteristic"], frame["level"], grouped, strict=True)
    for row, (label, level, group) in enumerate(rows):
        of = levels.get(label, {})
        who = frozenset(n for n in of if of[n] == level or (level == "known" and of[n] != GAP))
        if label == PATIENTS:
            who = frozenset(analysed)
        yield (name, row, "n"), who & groups.get(group, frozenset())


def _level(sheet: Sheet, measure: str) -> str:
    measured = sheet[measure]
    return measured.text if measured.known else GAP


def _of_features(name: str, frame: pd.DataFrame, chosen: Analysis, analysed: Sheets) -> Found:
    yes_or_no = [
        measure.name
        for measure in chosen.uses
        if any(isinstance(sheet.value(measure.name), bool) for sheet in analysed.values())
    ]
    if len(yes_or_no) != len(frame):
        return
    for row, measure in enumerate(yes_or_no):
        values = {patient: sheet.value(measure) for patient, sheet in analysed.items()}
        for column, wanted in (("yes", True), ("no", False)):
            yield (name, row, column), frozenset(n for n, value in values.items() if value is wanted)
        yield (
            (name, row, "not_known"),
            frozenset(n for n, value in values.items() if not isinstance(value, bool)),
        )


def _of_risks(
    name: str, frame: pd.DataFrame, chosen: Analysis, analysed: Sheets, groups: Mapping[str, Who]
) -> Found:
    followed = _followed(chosen, analysed)
    for row, (group, month) in enumerate(zip(frame["group"], frame["month"], strict=True)):
        members = groups.get(group, frozenset())
        yield (name, row, "at_risk"), frozenset(n for n in members if followed[n][0] >= month)
        yield (
            (name, row, "censored"),
            frozenset(n for n in members if followed[n][0] <= month and not followed[n][1]),
        )
        yield (name, row, "events"), _with_event(followed, members, month)


def _with_event(followed: Mapping[str, tuple[float, bool]], members: Who, month: float) -> Who:
    return frozenset(n for n in members if followed[n][0] <= month and followed[n][1])


def _followed(chosen: Analysis, analysed: Sheets) -> dict[str, tuple[float, bool]]:
    """Months of follow-up and whether the event ended it."""
    time, event = chosen.needs[:2]
    scale = MONTHS_PER_UNIT.get(time.unit, float("nan"))
    return {
        name: (float(value) * scale, sheet.value(event.name) is True)
        for name, sheet in analysed.items()
        if isinstance(value := sheet.value(time.name), int | float)
    }


def _curve_steps(
    result: Result, chosen: Analysis, analysed: Sheets, groups: Mapping[str, Who]
) -> Iterator[tuple[tuple[str, float], Who]]:
    for figure in result.figures.values():
        for curve in figure.curves if isinstance(figure, KaplanMeierFigure) else ():
            followed = _followed(chosen, analysed)
            for time in curve.times:
                yield (
                    (curve.group, time),
                    _with_event(followed, groups.get(curve.group, frozenset()), time),
                )
