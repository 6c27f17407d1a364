"""Series of cytometry: what one subset, or one marker of it, was in each patient at each time point of the course."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.measures.subsets import (
    CHOICE,
    DAY_0,
    DAY_7,
    DAY_28,
    PRODUCT,
    Sample,
    TimePoint,
    sample_at,
)
from cartwise.study import Patient, Records, Row

NO_CYTOMETRY = (
    "No cytometry in this study that this could be answered from: no sample in `subset_frequencies` or "
    "`subset_markers` lies in the window of a time point (see the table of what is missing)."
)
SUBSETS = (
    "Treg memory",
    "CD4 naive",
    "CD4 central memory",
    "CD4 effector memory",
    "T helper",
    "CD8 naive",
    "CD8 central memory",
    "CD8 effector memory",
    "CD8 terminal effector",
    "CD4- MAIT/NKT",
    "CD4-CD8- gd",
    "T cells",
    "CAR+ T cells",
    "CD19+ cells",
    "early NK",
    "late NK",
    "classical monocytes",
    "transitional monocytes",
    "non-classical monocytes",
)
"""The order in which subsets are shown, that of 000; others follow by name."""


UNCLASSIFIED = "unclassified"
"""Cells that the classifier rejected: no subset, so nothing that is compared; bars leave their share white."""


CD19_CELLS = "CD19+ cells"
_CD19_HOLDS = (
    "CD19+ cells are B cells and CD19+ leukaemic blasts together: do not read a rise of them as B cells that have come "
    "back."
)
_FORMER = "populations of 000 1;"
_FORMER_HOLDS = (
    "What these records call B cells was counted by version 1 of the populations of 000, whose gate takes in CD19+ "
    "leukaemic blasts: do not read it as B cells that have come back, and run the cytometry again."
)


@dataclass(frozen=True, slots=True)
class Population:
    """A population whose subsets are followed: its name, the parents that stand for it, and its time points."""

    name: str
    parents: tuple[str, ...]
    points: tuple[TimePoint, ...]


CAR_T = Population("CAR+ T cells", ("CAR+ T cells", "CAR+"), (PRODUCT, DAY_7, DAY_28))
BLOOD = Population("cells of blood", ("leukocytes", "PBMC"), (DAY_0, DAY_7, DAY_28))
POPULATIONS = (CAR_T, BLOOD)
"""The two compartments of 000: CAR+ T cells from product to day 28, and the cells of blood from day 0 to 28."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, how many cells it rests on, and whether those are too few."""

    value: float
    cells: int | None
    few: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One subset, or one marker of it, on one scale: its readings by time point and patient."""

    population: Population
    subset: str
    marker: str
    scale: str
    readings: Mapping[str, Mapping[str, Reading]]

    def values(self, point: str, *, few: bool = False) -> dict[str, float]:
        """Values at a time point by patient; those of too few cells only where `few`."""
        found = self.readings.get(point, {})
        return {name: reading.value for name, reading in found.items() if few or not reading.few}

    @property
    def any_few(self) -> bool:
        """Whether any reading rests on too few cells."""
        return any(reading.few for found in self.readings.values() for reading in found.values())


@dataclass(frozen=True, slots=True)
class Collected:
    """Series, the samples they come from (one row each), sentences for the methods, and what names of subsets leave unsaid."""

    series: tuple[Series, ...]
    samples: pd.DataFrame
    notes: tuple[str, ...]
    holdings: tuple[str, ...]

    def about(self, text: str) -> str:
        """What stands beside the figures: the text, and what a reader of the subsets' names could overlook."""
        return " ".join((text, *self.holdings)) if self.series else NO_CYTOMETRY

    def of(self, population: Population, *scales: str) -> list[Series]:
        """The series of a population, on these scales where any are named."""
        return [
            one for one in self.series if one.population == population and (not scales or one.scale in scales)
        ]


Chosen = Mapping[str, Mapping[str, Sample]]
"""The sample of each time point and patient."""


def chosen_samples(
    cohort: Cohort, population: Population, rows_of: Callable[[Patient], Records], size: str
) -> Chosen:
    """The sample that stands for each time point of a population in each patient who has one."""
    patients = {name: sheet.patient for name, sheet in cohort.sheets.items()}
    rows = {name: rows_of(patient) for name, patient in patients.items()}
    return {
        point.name: {
            name: sample
            for name, patient in patients.items()
            if (sample := sample_at(patient, rows[name], point, size)) is not None
        }
        for point in population.points
    }


SampleRow = tuple[str, str, str, float, int | None, bool, int]


def sample_rows(population: Population, chosen: Chosen, size: str, fewest: int) -> list[SampleRow]:
    """One row a chosen sample, with the most cells that any of its values rests on."""
    rows: list[SampleRow] = []
    for point, samples in chosen.items():
        for name, sample in samples.items():
            cells = max(sample.rows.values(size), default=None)
            few = cells is not None and cells < fewest
            rows.append((population.name, name, point, sample.day, cells, few, sample.others))
    return rows


def samples_table(rows: list[SampleRow]) -> pd.DataFrame:
    """Rows of samples as a table."""
    columns = ["population", "patient", "time_point", "day", "cells", "too_few_cells", "other_samples"]
    return pd.DataFrame(rows, columns=columns).astype({"cells": "Int64"})


def in_order(names: Iterable[str]) -> list[str]:
    """Names of subsets in the order in which they are shown, without cells of no subset."""
    known = {name: place for place, name in enumerate(SUBSETS)}
    return sorted(set(names) - {UNCLASSIFIED}, key=lambda name: (known.get(name, len(known)), name))


ALL_POINTS = (PRODUCT, DAY_0, DAY_7, DAY_28)


def selection(points: Iterable[TimePoint] = ALL_POINTS) -> str:
    """How samples were chosen, for a methods section."""
    return f"Time points: {'; '.join(point.window for point in points)}; {CHOICE}."


def by_name(rows: Records, *columns: str) -> dict[str, list[Row]]:
    """Rows by the text of their naming columns, joined by a tab."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault("\t".join(getattr(row, column) for column in columns), []).append(row)
    return found


def conflicts_told(conflicts: int, of: str) -> list[str]:
    """A sentence where values were left out because a sample says two things."""
    if not conflicts:
        return []
    return [
        f"{conflicts} values of {of} were left out because their sample holds two that differ under one name."
    ]


def holdings(rows: Iterable[Row]) -> tuple[str, ...]:
    """Sentences on subsets whose gate takes in more than a reader of the name would think."""
    found = {(row.subset, _FORMER in (row.method or "")) for row in rows}
    told = [_CD19_HOLDS] if any(subset == CD19_CELLS for subset, _ in found) else []
    return (*told, _FORMER_HOLDS) if ("B cells", True) in found else tuple(told)


def methods_of_rows(rows: Iterable[Row]) -> list[str]:
    """The distinct methods that the records name for their values, three at most, with how many there are."""
    told = sorted({row.method for row in rows if row.method})
    more = f" (and {len(told) - 3} more)" if len(told) > 3 else ""
    return [f"As recorded: {'; '.join(told[:3])}{more}."] if told else []
