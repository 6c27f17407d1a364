"""What was hidden from the clinic: the true course of each patient, for tests and back-tests only."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from cartwise.invention.biology import DAYS, World, b_cell_return_day, phenotype, relapse_day, unfold
from cartwise.invention.clinic import Clinic

HORIZON = 1826
"""Days (5 years) within which a transplant is said to have prevented a relapse."""

_GRID = np.concatenate((np.arange(0, 60, 1), np.arange(60, 365, 7), np.arange(365, HORIZON + 1, 28)))


def patient_truth(clinic: Clinic) -> dict[str, Any]:
    """One row: the parameters of a patient, and the course with and without the transplant that was given."""
    case, biology = clinic.case, clinic.case.biology
    untreated = unfold(biology)
    without = relapse_day(untreated, case.parameters)
    lived = relapse_day(clinic.world, case.parameters)
    return {
        **{f"kinetics_{name}": value for name, value in asdict(biology.expansion).items()},
        **{f"leukaemia_{name}": value for name, value in asdict(biology.leukaemia).items()},
        "burden": case.person.burden,
        "b_cell_return_day_without_hct": b_cell_return_day(untreated),
        "relapse_day_without_hct": without,
        "phenotype_without_hct": None
        if without is None
        else phenotype(untreated, biology.leukaemia, without),
        "hct_day": clinic.hct.day if clinic.hct else None,
        "relapse_day_as_treated": lived,
        "hct_prevented_relapse": _prevented(without, lived) if clinic.hct else None,
        "relapse_detected_day": clinic.detected,
        "death_day": clinic.death[0] if clinic.death and clinic.death[0] <= clinic.end else None,
        "end_of_observation_day": clinic.end,
    }


def _prevented(without: int | None, lived: int | None) -> bool:
    return without is not None and without <= HORIZON and (lived is None or lived > HORIZON)


def course_truth(world: World) -> dict[str, Any]:
    """Columns of the true course as treated, on a grid that is daily at first and coarser later."""
    return {
        "day": DAYS[_GRID],
        "car_t_copies_per_ug": world.level[_GRID],
        "b_cells_percent_of_lymphocytes": world.b_cells[_GRID],
        "cd19_positive_cells": world.positive[_GRID],
        "escape_cells": world.escape[_GRID],
    }
