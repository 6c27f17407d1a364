"""Patients in remission after infusion, drawn from what differs between them, and studies of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cartwise.study import Study
from tests.drawing import study_of

Drawn = Mapping[str, Sequence[str]]

COLUMNS = {
    "patients": "disease | disease_indication",
    "infusions": "day | course | product | costimulation",
    "treatments": "day | kind",
    "assessments": "day | kind | value",
    "mrd": "day | method | specimen | sensitivity | result",
    "labs": "day | test | value | unit | available_day",
    "relapses": "day | site | immunophenotype | available_day",
    "follow_up": "day | status",
    "infections": "day | kind",
    "toxicities": "day | kind | grade | scale",
}


def drawn_patient(
    *,
    mrd: int | None = 100,
    relapse: int | None = None,
    reported: int | None = None,
    given: int | None = None,
    seen: int = 800,
    before: Sequence[str] = (),
    exposure: str = "",
) -> Drawn:
    """In remission without MRD on day 28; MRD first detected on day `mrd`, or looked for no more.

    Args:
        mrd, relapse: days of the first MRD and of a CD19+ relapse.
        reported: day on which the relapse was known, where that is later.
        given: day of blinatumomab.
        seen: last day on which the patient was seen.
        before: treatments before infusion, as rows.
        exposure: "AUC | day on which it was known" of fludarabine given five days before infusion.
    """
    found = [] if mrd is None else [f"{mrd} | flow | marrow | 0.0001 | positive"]
    value, _, known = exposure.partition(" | ")
    return {
        "patients": ["B-ALL | MRD re-emergence"],
        "infusions": ["0 | 1 | tisagenlecleucel | 4-1BB"],
        "treatments": [*before, *([f"{given} | blinatumomab"] if given is not None else [])],
        "assessments": ["28 | response | CR"],
        "mrd": ["28 | flow | marrow | 0.0001 | negative", *found],
        "labs": [f"-3 | fludarabine AUC | {value} | mg.h/L | {known}"] if exposure else [],
        "relapses": [f"{relapse} | marrow | CD19+ | {reported or ''}"] if relapse is not None else [],
        "follow_up": [f"{seen} | alive"],
    }


def drawn_study(*drawn: Drawn) -> Study:
    """The patients P00, P01 ... as a study; every row must be in order."""
    rows = {
        table: [f"P{n:02d} | {row}" for n, patient in enumerate(drawn) for row in patient.get(table, ())]
        for table in COLUMNS
    }
    study = study_of(
        **{table: "\n".join([f"patient_id | {COLUMNS[table]}", *own]) for table, own in rows.items() if own}
    )
    assert study.quarantined == 0, [issue.as_dict() for issue in study.issues]
    return study
