"""Laboratory values of a test in one unit, and the latest before lymphodepletion."""

from __future__ import annotations

from dataclasses import dataclass

from cartwise.basis import Missing, convert
from cartwise.measures.burden import burden_day
from cartwise.measures.course import in_first_course
from cartwise.measures.settling import on_day
from cartwise.study import LABS, Patient, Records

BEFORE_DAYS = 7.0
"""How old a blood test may be at lymphodepletion to tell the state before it: one week, our choice."""

BEFORE = f"latest in the {BEFORE_DAYS:g} days to the first day of lymphodepletion, where that is not recorded to the infusion"


@dataclass(frozen=True, slots=True)
class Result:
    """A laboratory value on a day; None where it was below a limit that is not recorded."""

    day: float
    value: float | None


def results(rows: Records, test: str, unit: str = "") -> list[Result]:
    """The results that rows of a test give, in `unit` (the one in which measures compute it), in the order of days."""
    unit = unit or LABS[test]
    return [Result(row.day, None if row.below_limit else convert(row.value, row.unit, unit)) for row in rows]


def in_blood(patient: Patient, test: str) -> Records:
    """The rows of a test in blood; where the specimen is not recorded a blood test is taken as one."""
    return patient.labs.where(test=test, specimen=(None, "blood"))


def after_infusion(patient: Patient, test: str, first: float, last: float) -> list[Result]:
    """The results of a test in the first course, from day `first` to the end of day `last`."""
    rows = in_first_course(patient, in_blood(patient, test), first, last)
    return [item for item in results(rows, test) if item.day < last + 1]


def before_ld(patient: Patient, test: str, unit: str = "") -> Result | Missing:
    """The latest result before lymphodepletion."""
    end = burden_day(patient)
    found = results(in_blood(patient, test).between(end - BEFORE_DAYS, end), test, unit)
    if not found:
        wanted = f"{test} before lymphodepletion"
        return Missing(f"no {test} from day {end - BEFORE_DAYS:g} to {end:g}", wanted)
    if found[-1].value is None:
        return Missing(
            f"{test} {on_day(found[-1].day)} was below a limit that is not recorded", f"the limit of {test}"
        )
    return found[-1]
