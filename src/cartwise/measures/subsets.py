"""Cell subsets by mass cytometry: the time points of a course, which sample stands for each, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cartwise.basis import Missing
from cartwise.measures.course import course_end
from cartwise.measures.measure import measure
from cartwise.study import Patient, Records, Row

MIN_PARENT_CELLS = 50
"""A percent of fewer cells than this moves by two points and more a cell; the flag of the cytometry room."""
MIN_SUBSET_CELLS = 20
"""The median of 20 cells lies between their 6th and 15th at 95 %; of fewer it says little."""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A time point of the course: its name, its specimen, its nominal day, and the days that stand for it."""

    name: str
    specimen: str
    nominal: float
    first: float
    last: float

    @property
    def window(self) -> str:
        """The window in the words of a methods section."""
        return f"{self.name} ({self.specimen}, day {self.first:g} to {self.last:g})"


PRODUCT = TimePoint("product", "product", 0, -7, 7)
DAY_0 = TimePoint("day 0", "blood", 0, -3, 0)
DAY_7 = TimePoint("day 7", "blood", 7, 5, 9)
DAY_28 = TimePoint("day 28", "blood", 28, 21, 35)
"""The time points of 000; it prints no windows, so these are ours. Day 0 ends with the day of infusion."""

CHOICE = (
    "of several samples in a window the one nearest to the nominal day stands for it, of equally near ones the earlier, of "
    "one day the one with the most cells; first course only"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample that stands for a time point of one patient.

    Attributes:
        day: day it was taken.
        rows: its rows.
        others: samples of the window that were not chosen.
    """

    day: float
    rows: Records
    others: int


def sample_at(patient: Patient, rows: Records, point: TimePoint, size: str) -> Sample | None:
    """The sample of the first course that stands for a time point (see CHOICE); None where there is none.

    Args:
        patient: the patient.
        rows: rows of `subset_frequencies` or `subset_markers`; a sample is those of one day, file and version.
        point: the time point.
        size: the column that counts cells.
    """
    end = course_end(patient)
    samples: dict[tuple[float, str, str], list[Row]] = {}
    for row in rows.where(specimen=point.specimen).between(point.first, point.last):
        if row.day < end:
            samples.setdefault((row.day, row.version or "", row.file_hash or ""), []).append(row)
    if not samples:
        return None
    # A later version of the software comes first where nothing else tells two counts of one day apart.
    latest = sorted(samples, key=lambda key: key[1:], reverse=True)
    best = min(latest, key=lambda key: (abs(key[0] - point.nominal), key[0], -_largest(samples[key], size)))
    return Sample(best[0], Records(samples[best]), len(samples) - 1)


def _largest(rows: list[Row], size: str) -> int:
    return max((getattr(row, size) or 0 for row in rows), default=0)


def once(rows: Mapping[str, list[Row]], column: str) -> tuple[dict[str, Row], int]:
    """The row of each name that has a value in a column, and how many names say two things and are left out."""
    told = {key: [row for row in found if getattr(row, column) is not None] for key, found in rows.items()}
    kept = {key: found[0] for key, found in told.items() if len({getattr(row, column) for row in found}) == 1}
    return kept, sum(len(found) > 0 for found in told.values()) - len(kept)


@measure(
    unit="1",
    method="days and files with subset frequencies in product or blood",
    settled_by="cell subsets by cytometry (table subset_frequencies)",
    research=True,
)
def subset_samples(patient: Patient) -> int | Missing:
    """Samples in which cell subsets were counted by cytometry."""
    return _samples(patient.subset_frequencies, "no cell subsets by cytometry are recorded")


@measure(
    unit="1",
    method="days and files with state markers of subsets in product or blood",
    settled_by="state markers of cell subsets by cytometry (table subset_markers)",
    research=True,
)
def marker_samples(patient: Patient) -> int | Missing:
    """Samples in which state markers of cell subsets were measured by cytometry."""
    return _samples(patient.subset_markers, "no state markers of cell subsets by cytometry are recorded")


def _samples(rows: Records, reason: str) -> int | Missing:
    found = {(row.day, row.specimen, row.file_hash) for row in rows.where(specimen=("product", "blood"))}
    return len(found) or Missing(reason)
