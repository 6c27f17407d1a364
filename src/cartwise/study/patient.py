"""A patient, as known on a day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

from cartwise.basis import UserError
from cartwise.study.definitions import Definitions
from cartwise.study.record import History, Records, Row
from cartwise.study.table_seen import Read, TableSeen
from cartwise.study.tables import TABLES

DAY = "day"
"""Stands among the tables read where an answer also depends on the day it is asked."""
SET_ASIDE = "set aside"
"""Stands among them where an answer also depends on which rows were set aside."""


class Patient:
    """One patient's record as it stood at the end of a day; `patient.<table>` gives that table's rows.

    Attributes:
        id: the pseudonym.
        anchor: what day 0 is (`infusion`, `referral`, or `record` where the record has neither).
        cut_day: the day on which the records were cut, or infinity where no cut is stated.
        definitions: the definitions the study chose.
        region: whose labels hold at the centre, "" where the study does not say.
        label_edition: year of the labels that hold there, None where the study does not say.
        reads: tables and parts of them read since it was last emptied, by whichever view of the patient; DAY and
            SET_ASIDE where these were asked for.
    """

    __slots__ = (
        "_day",
        "_histories",
        "_last_day",
        "_set_aside",
        "anchor",
        "cut_day",
        "definitions",
        "id",
        "label_edition",
        "reads",
        "region",
        *TABLES,
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
        set_aside: Mapping[str, float] | None = None,
        reads: set[Read] | None = None,
    ) -> None:
        """Take the record; `set_aside` holds the first day of the rows set aside, by table, minus infinity if unread."""
        self.id = id
        self._day = day
        self.anchor = anchor
        self.cut_day = cut_day
        self.definitions = definitions
        self.region = region
        self.label_edition = label_edition
        self._set_aside = set_aside or {}
        self._histories = histories
        self._last_day: float | None = math.nan  # not asked yet
        self.reads: set[Read] = set() if reads is None else reads

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
        # Comes here only for what is not kept yet, so a table once looked at costs no more than any attribute.
        if table not in TABLES:
            raise AttributeError(f"No record table is called {table!r}; there are {', '.join(TABLES)}.")
        seen = TableSeen(table, self._histories.get(table), self._day, self.reads)
        setattr(self, table, seen)
        return cast("Records", seen)  # it reads as they do

    @property
    def profile(self) -> Row:
        """The patient's row of `patients`: what holds from referral on."""
        rows: Records = self.patients
        return rows[0]

    def as_of(self, day: float) -> Patient:
        """The record as it stood at the end of `day`; a later view never widens an earlier one."""
        return self._viewed(self._histories, min(day, self._day))

    def with_tables(self, changed: Mapping[str, History]) -> Patient:
        """The same patient in the same view, but for the histories of these tables."""
        return self._viewed({**self._histories, **changed}, self._day)

    def _viewed(self, histories: Mapping[str, History], day: float) -> Patient:
        return Patient(
            self.id,
            histories,
            definitions=self.definitions,
            anchor=self.anchor,
            cut_day=self.cut_day,
            day=day,
            region=self.region,
            label_edition=self.label_edition,
            set_aside=self._set_aside,
            reads=self.reads,
        )

    def news_since(self, earlier: Patient) -> set[Read]:
        """The tables, and of them the parts asked for so far, that hold other rows than in an earlier view of this patient."""
        aside = self._set_aside_by(self._day) != self._set_aside_by(earlier._day)
        news: set[Read] = {SET_ASIDE} if aside else set()
        for table, history in self._histories.items():
            if history.differs(earlier._day, self._day):
                news.add(table)
                news.update((table, part) for part in history.parts_that_differ(earlier._day, self._day))
        return news

    @property
    def set_aside(self) -> frozenset[str]:
        """The tables of which a row up to this day was set aside, so that absence from them says nothing."""
        self.reads.add(SET_ASIDE)
        return self._set_aside_by(self._day)

    @property
    def infusion_lost(self) -> bool:
        """Whether the first infusion so far was set aside, so that nothing can be told before or after it.

        One whose day cannot be read may be the first, unless a row that stands says that it is of course 1.
        """
        if "infusions" not in self._set_aside or "infusions" not in self.set_aside:
            return False
        first, day = self.__getattr__("infusions").first, self._set_aside["infusions"]
        return first is None or (first.course != 1 if math.isinf(day) else day < first.day)

    def _set_aside_by(self, day: float) -> frozenset[str]:
        return frozenset(table for table, first in self._set_aside.items() if first <= day)

    @property
    def last_day(self) -> float | None:
        """The last day on which anything of the patient is recorded, in this view; None for an empty record."""
        self.reads.add(DAY)
        # Past `__getattr__`, so that asking for it does not count as reading every table.
        if self._last_day is not None and math.isnan(self._last_day):
            latest = (
                history.as_of(self._day).last
                for table, history in self._histories.items()
                if table != "patients"
            )
            days = [row.day for row in latest if row is not None]
            self._last_day = max((day for day in days if day is not None), default=None)
        return self._last_day

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
