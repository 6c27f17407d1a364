"""The dose that was known on the day of infusion: what was given on that day, without the later portions of a split dose."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import index_infusion, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient


@measure(
    unit="{cells}/kg",
    method="sum of the infusions on the index day; later portions of a split dose do not enter",
    settled_by="the cells per kilogram of every infusion on the index day",
)
def dose_on_day_0(patient: Patient) -> float | Noted | Missing:
    """CAR-positive cells per kilogram given on the index day: the dose to which later events can be related (001:169).

    Later portions are given to those who live and have no severe toxicity by then, so that the sum of a course is
    first known after infusion.
    """
    first = index_infusion(patient)
    rows = [] if first is None else [row for row in patient.infusions if row.day == first.day]
    doses = [row.cells_per_kg for row in rows]
    if not doses or None in doses:
        return unseen(
            patient,
            "an infusion on the index day has no dose per kilogram",
            "the cells per kilogram of every infusion on the index day",
        )
    return doses[0] if len(doses) == 1 else Noted(sum(doses), f"{len(doses)} portions on one day")
