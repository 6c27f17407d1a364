"""A patient, as known on a day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from cartwise.basis import UserError
from cartwise.study.definitions import Definitions
from cartwise.study.record import NOTHING, History, Records, Row
from cartwise.study.tables import TABLES

DAY = "day"
"""Stands among the tables read where an answer also depends on the day it is asked."""


class Patient:
    """One patient's record as it stood at the end of a day; `patient.<table>` gives that table's rows.

    Attributes:
        id: the pseudonym.
        anchor: what day 0 is (`infusion`, `referral`, or `record` where the record has neither).
        cut_day: the day on which the records were cut, or infinity where no cut is stated.
        definitions: the definitions the study chose.
        region: whose labels hold at the centre, "" where the study does not say.
        label_edition: year of the labels that hold there, None where the study does not say.
        set_aside: names of the tables of which a row of this patient was set aside, so that absence says nothing.
        reads: names of the tables read since it was last emptied, and DAY where the day itself was asked for.
    """

    __slots__ = (
        "_day",
        "_histories",
        "_seen",
        "anchor",
        "cut_day",
        "definitions",
        "id",
        "label_edition",
        "reads",
        "region",
        "set_aside",
    )

    def __init__(
        self,
        id: str,  # noqa: A002 - the word everybody uses for it
        histories: Mapping[str, History],
        *,
        definitions: Definitions,
        anchor: str = "infusion",
        cut_day: float = math.inf,
        day: float = math.inf,
        region: str = "",
        label_edition: int | None = None,
        set_aside: frozenset[str] = frozenset(),
    ) -> None:
        self.id = id
        self._day = day
        self.anchor = anchor
        self.cut_day = cut_day
        self.definitions = definitions
        self.region = region
        self.label_edition = label_edition
        self.set_aside = set_aside
        self._histories = histories
        self._seen: dict[str, Records] = {}
        self.reads: set[str] = set()

    @property
    def day(self) -> float:
        """The day as of which the record is seen; infinity for the whole record."""
        self.reads.add(DAY)
        return self._day

    def __getattr__(self, table: str) -> Records:
        """The rows of a table, sorted by day.

        Raises:
            AttributeError: where no table has this name.
        """
        if table.startswith("_") or table not in TABLES:
            raise AttributeError(f"No record table is called {table!r}; there are {', '.join(TABLES)}.")
        self.reads.add(table)
        return self._rows(table)

    def _rows(self, table: str) -> Records:
        records = self._seen.get(table)
        if records is None:
            history = self._histories.get(table)
            records = self._seen[table] = NOTHING if history is None else history.as_of(self._day)
        return records

    @property
    def profile(self) -> Row:
        """The patient's row of `patients`: what holds from referral on."""
        return self.__getattr__("patients")[0]

    def as_of(self, day: float) -> Patient:
        """The record as it stood at the end of `day`; a later view never widens an earlier one."""
        return Patient(
            self.id,
            self._histories,
            definitions=self.definitions,
            anchor=self.anchor,
            cut_day=self.cut_day,
            day=min(day, self._day),
            region=self.region,
            label_edition=self.label_edition,
            set_aside=self.set_aside,
        )

    def reads_as(self, other: Patient, tables: Iterable[str] | None = None) -> bool:
        """Whether these tables, or all that were read in the other view, hold the same rows in this one."""
        named = other._seen if tables is None else tables
        return all(self._rows(table) is other._rows(table) for table in named)

    @property
    def last_day(self) -> float | None:
        """The last day on which anything of the patient is recorded, in this view; None for an empty record."""
        self.reads.add(DAY)
        # Past `__getattr__`, so that asking for it does not count as reading every table.
        latest = (
            history.as_of(self._day).last for table, history in self._histories.items() if table != "patients"
        )
        days = [row.day for row in latest if row is not None]
        return max((day for day in days if day is not None), default=None)

    def change_days(self) -> list[float]:
        """The days up to `day` on which something became known, in order."""
        found = {day for history in self._histories.values() for day in history.change_days()}
        return sorted(day for day in found if day <= self._day)

    def __repr__(self) -> str:
        """Name the view, never a value of the record."""
        seen = "whole record" if math.isinf(self._day) else f"as of day {self._day:g}"
        return f"<Patient, {seen}>"


def patient_named(patients: Mapping[str, Patient], name: str) -> Patient:
    """A patient by pseudonym.

    Raises:
        UserError: where the study has no such patient.
    """
    if name not in patients:
        some: list[Any] = sorted(patients)[:5]
        raise UserError(
            f"The study has no patient {name!r}. It has {len(patients)} patients, for example {', '.join(some) or 'none'}."
        )
    return patients[name]
