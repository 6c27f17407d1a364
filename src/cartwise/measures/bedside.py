"""The bedside observations of a day: numbers and words, as the grading of toxicity reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cartwise.basis import convert, convertible
from cartwise.measures.course import in_first_course, set_aside
from cartwise.measures.grade_range import GradeRange, worst
from cartwise.study import Patient, Records, Row

Seen = Mapping[str, list[Row]]
"""The observations of one day, by kind."""

Days = Mapping[int, Seen]
"""Observations by day, in order; half days count to the day they began in."""


def bedside_days(patient: Patient, last: float = math.inf, first: float = 0.0) -> Days:
    """The observations of the first course from day `first`, at the earliest from infusion on, to day `last`, by day."""
    return by_day(in_first_course(patient, patient.observations, max(0.0, first), last))


def by_day(rows: Records) -> Days:
    """Observations by the day they were made on."""
    found: dict[int, dict[str, list[Row]]] = {}
    for row in rows:
        found.setdefault(math.floor(row.day), {}).setdefault(row.kind, []).append(row)
    return found


def observations_complete(patient: Patient) -> bool:
    """Whether no observation of the patient was set aside, so that one that is not recorded was not made."""
    return set_aside(patient, "observations") is None


def numbers(seen: Seen, kind: str, unit: str) -> list[float]:
    """The numbers of a kind in `unit`; one in a unit of another kind says nothing."""
    return [
        convert(row.value, row.unit, unit)
        for row in seen.get(kind, ())
        if row.value is not None and convertible(row.unit or "", unit)
    ]


def words(seen: Seen, kind: str) -> list[str]:
    """The words of a kind, each once."""
    return list(dict.fromkeys(row.text.strip().lower() for row in seen.get(kind, ()) if row.text))


def graded_by_words(
    seen: Seen, kind: str, grades: Mapping[str, GradeRange], otherwise: GradeRange
) -> GradeRange:
    """The worst grade of the words of a kind; `otherwise` where nothing of it is recorded.

    A word that the grading does not know settles nothing.
    """
    strange = GradeRange(0, 4, (f"{kind} in words that the grading knows",))
    said = [grades.get(word, strange) for word in words(seen, kind)]
    return worst(*said) if said else otherwise
