"""The back-test: what a patient costs for the decision on HCT and for all guidelines, and 10,000 on two cores."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.guidelines import invented
from cartwise.backtest import Means, backtest, replay_patient
from cartwise.backtest.statements import chosen
from cartwise.invention import invent
from cartwise.reports import write_backtest
from cartwise.study import Patient, load, write_study

LIMIT = {"consolidative-hct": 5, None: 20}
"""Minutes that 10,000 patients may take on two cores, by decision."""
SIZES = (50, 200)
"""Patients of the two whole runs that are compared."""


def main() -> None:
    """Print seconds; the targets stand beside them."""
    patients = [_two_years(patient) for patient in invented(80)]
    for decision, minutes in LIMIT.items():
        _replays(patients if decision else patients[:30], decision, minutes)
    _whole()


def _two_years(patient: Patient) -> Patient:
    return patient.as_of(731)


def _replays(patients: list[Patient], decision: str | None, minutes: int) -> None:
    titles = tuple((item.source, item.title) for item in chosen(None, decision))
    replay_patient(patients[0], titles)
    start = process_time()
    for patient in patients:
        replay_patient(patient, titles)
    each = (process_time() - start) / len(patients)
    print(
        f"{decision or 'all guidelines'}: {each * 1e3:.0f} ms a patient of two years, "
        f"{each * 10_000 / 2 / 60:.1f} min for 10,000 on two cores (target {minutes} min)"
    )


def _whole() -> None:
    """What a further patient costs from the files to the page, sampling runs included; what every run costs is set apart."""
    few, many = (_processor_seconds(number) for number in SIZES)
    each = (many - few) / (SIZES[1] - SIZES[0])
    print(
        f"whole run on HCT, from files to page with sampling runs: {each * 1e3:.0f} ms of processor time a patient beside "
        f"{few - each * SIZES[0]:.0f} s a run, {each * 10_000 / 2 / 60:.1f} min for 10,000 on two cores (target 5 min)"
    )


def _processor_seconds(patients: int) -> float:
    with TemporaryDirectory() as folder:
        made = invent("peking", patients=patients, seed=1)
        write_study(Path(folder) / "study", made.about, made.tables)
        start = _used()
        loaded = load(Path(folder) / "study")
        study = replace(loaded, patients={p.id: _two_years(p) for p in loaded.patients.values()})
        found = backtest(study, decision="consolidative-hct", means=Means("processes", 2))
        write_backtest(found, Path(folder) / "out")
        return _used() - start


def _used() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    main()
