"""How long a measure takes: every measure of 1,000 made-up patients, and the same on 40 days as guidance asks for them.

Run: python benchmarks/measures.py
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pandas as pd

from cartwise.measures import Sheet, catalogue
from cartwise.study import LINE, About, Study, build

PATIENTS = 1_000
DAYS = (0, 1, 3, 5, 7, 10, 14, 21, 28, 60, 91, 152, 183, 274, 365)


def main() -> None:
    """Time all measures of all patients, topic by topic, and print microseconds per measure."""
    study = made_up()
    names = catalogue()
    seconds = timed(lambda: [list(Sheet(patient).all()) for patient in study.patients.values()])
    print(f"{len(names)} measures of {PATIENTS} patients in {seconds:.2f} s")
    print(f"{1e6 * seconds / len(names) / PATIENTS:8.1f} us per measure (aim: under 50)")
    views = [
        patient.as_of(day) for patient in list(study.patients.values())[:100] for day in range(0, 400, 10)
    ]
    seconds = timed(lambda: [list(Sheet(view).all()) for view in views])
    print(f"{1e6 * seconds / len(names) / len(views):8.1f} us per measure over 40 days of 100 patients")
    for topic in sorted({item.topic for item in names.values()}):
        chosen = [name for name, item in names.items() if item.topic == topic]
        seconds = timed(lambda: [list(Sheet(patient).all(chosen)) for patient in study.patients.values()])  # noqa: B023
        print(f"{1e6 * seconds / len(chosen) / PATIENTS:8.1f} us per measure of {topic}")


def timed(work: Callable[[], object]) -> float:
    """Processor seconds that the work takes, whatever else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began


def made_up() -> Study:
    """A study with about 80 records a patient; its numbers mean nothing."""
    chance = random.Random(7)
    tables: dict[str, list[dict[str, object]]] = {}
    for number in range(PATIENTS):
        for table, rows in records(chance).items():
            tables.setdefault(table, []).extend({"patient_id": f"INV-{number:04}", **row} for row in rows)
    return build(
        About("Made up for timing", invented=True), {name: text(rows) for name, rows in tables.items()}
    )


def records(chance: random.Random) -> dict[str, list[dict[str, object]]]:
    """The records of one patient."""
    levels = {day: round(chance.lognormvariate(9 - abs(day - 10) / 20, 1), 1) for day in DAYS}
    states = ("negative", "negative", "detected below quantification", "positive")
    return {
        "patients": [{"age_at_index_years": chance.randint(1, 25), "relapse_number": chance.randint(0, 3)}],
        "genetics": [{"lesion": "none", "status": "absent"}],
        "infusions": [
            {"day": 0, "course": 1, "product": "made up", "costimulation": "4-1BB", "cells_per_kg": 1e6}
        ],
        "transgene": [
            {"day": day, "specimen": "blood", "copies_per_ug": level} for day, level in levels.items()
        ],
        "b_cells": [
            {
                "day": day,
                "specimen": "blood",
                "count": chance.randint(0, 80),
                "percent_of_lymphocytes": chance.randint(0, 6),
            }
            for day in DAYS
        ],
        "mrd": [
            {
                "day": day,
                "method": method,
                "specimen": "marrow",
                "result": chance.choice(states),
                "sensitivity": 1e-4,
            }
            for day in (-10, 28, 91, 183, 365)
            for method in ("flow", "IG/TR RQ-PCR", "NGS")
        ],
        "marrow": [{"day": day, "blasts": chance.randint(0, 60)} for day in (-10, 28, 91)],
        "treatments": [
            {"day": -400, "kind": "chemotherapy", "intent": "first line"},
            {"day": -5, "kind": "lymphodepletion"},
            {"day": 6, "kind": "tocilizumab"},
        ],
        "toxicities": [
            {"day": day, "kind": kind, "grade": chance.randint(0, 3), "scale": "ASTCT 2019"}
            for day in range(15)
            for kind in ("CRS", "ICANS")
        ],
        "assessments": [
            {"day": 28, "kind": "response", "value": "CR"},
            {"day": 31, "kind": "HCT eligibility", "value": "eligible"},
        ],
        "follow_up": [{"day": 400, "status": "alive"}],
    }


def text(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a reader hands them over: text with line numbers."""
    frame = pd.DataFrame(rows).map(str)
    return frame.assign(**{LINE: range(2, len(frame) + 2)})


if __name__ == "__main__":
    main()
