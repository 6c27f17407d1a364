"""The back-test: what a patient costs for the decision on HCT and for all guidelines, and 10,000 on two cores."""

from __future__ import annotations

from time import perf_counter, process_time

from benchmarks.guidelines import invented
from cartwise.backtest import Means, backtest, replay_patient
from cartwise.backtest.statements import chosen
from cartwise.study import About, Patient, Study

LIMIT = {"consolidative-hct": 5, None: 20}
"""Minutes that 10,000 patients may take on two cores, by decision."""


def main() -> None:
    """Print seconds; the targets stand beside them."""
    patients = [_two_years(patient) for patient in invented(120)]
    for decision, minutes in LIMIT.items():
        _replays(patients[: 80 if decision else 30], decision, minutes)
    _whole(patients)


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


def _whole(patients: list[Patient]) -> None:
    study = Study(About(name="Benchmark", invented=True), {p.id: p for p in patients}, {}, ())
    start = perf_counter()
    backtest(study, decision="consolidative-hct", sampling=False, means=Means("processes", 2))
    print(
        f"whole run on HCT of {len(patients)} patients in two processes, tables and all: {perf_counter() - start:.1f} s"
    )


if __name__ == "__main__":
    main()
