"""Advice on every decision: 1,000 invented patients on one day, and a replay of 100 over all their days."""

from __future__ import annotations

from time import process_time

from cartwise.guidelines import advise, catalogue, replay
from cartwise.invention import invent
from cartwise.study import LINE, Patient, build


def invented(patients: int) -> list[Patient]:
    """Invented patients, through the door of a study."""
    made = invent("peking", patients=patients, seed=1)
    raw = {
        name: frame.astype("object")
        .where(frame.notna(), "")
        .astype(str)
        .assign(**{LINE: range(2, len(frame) + 2)})
        for name, frame in made.tables.items()
    }
    return list(build(made.about, raw).patients.values())


def main() -> None:
    """Print processor seconds; the targets stand beside them."""
    patients = invented(200)
    sentences = sum(len(guideline.recommendations) for guideline in catalogue())
    advise(patients[0].as_of(60))
    start = process_time()
    for patient in patients:
        advise(patient.as_of(60))
    each = (process_time() - start) / len(patients)
    print(
        f"{sentences} statements, one day: {each * 1e3:.1f} ms a patient, {each * 1000:.1f} s for 1,000 (target 10 s)"
    )
    start = process_time()
    days = sum(len(patient.change_days()) for patient in patients[:20])
    for patient in patients[:20]:
        list(replay(patient))
    spent = process_time() - start
    print(
        f"replay: {spent / 20 * 1e3:.0f} ms a patient ({days / 20:.0f} days), {spent * 5:.1f} s for 100 (target 5 s)"
    )
