"""Which samples of an invented study go through the mass cytometer, in which batch, and what is truly in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence, default_rng

from cartwise.invention.cytometry_composition import Donor, donor_of, healthy_weights, patient_weights
from cartwise.invention.cytometry_parameters import (
    Array,
    antibody_columns,
    book,
    demo_panel,
    fixed,
    marker_names,
    populations,
    shifts,
    usual_brightness,
)
from cartwise.invention.study import Invention

FOLDER = "cytometry"
"""Folder of the FCS files inside the study's."""

_PATIENTS, _BATCHES, _DONORS = 1000, 1001, 1002
"""Second part of the spawn keys, beyond the streams that make the study, so that cytometry changes nothing else."""


@dataclass(frozen=True, slots=True, eq=False)
class CytometrySample:
    """One file to be: what it is called in the records, and the truth it is drawn from.

    Attributes:
        file: relative to the study's folder.
        patient_id: whose sample it is; for a control, the first patient of its batch.
        day, specimen, batch, control_role: as `cytometry_files` has them; `none` for a patient's sample.
        weights: (2, populations) expected share of each kind of cell, without CAR and with it; sums to one.
        log_counts: (2, populations, mass channels) log of the median ion count.
        sensitivity: of the instrument at the start of the run, 1 being usual.
    """

    file: str
    patient_id: str
    day: int
    specimen: str
    batch: str
    control_role: str
    weights: Array
    log_counts: Array
    sensitivity: float


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """A day at the instrument: how well it stained, how much it saw."""

    name: str
    staining: Array
    sensitivity: float


def plan_cytometry(made: Invention) -> tuple[CytometrySample, ...]:
    """The samples of a study's patients and the controls of each batch, in the order in which they are run.

    Infused patients give their product and blood of days 0, 7 and 28 as far as they are observed; a few samples of
    blood are missing. The same study plans the same samples.
    """
    patients = made.tables["patients"]["patient_id"].tolist()
    infused = set(made.tables["infusions"]["patient_id"])
    numbered = [(number, name) for number, name in enumerate(patients, 1) if name in infused]
    size = int(fixed("samples", "patients_per_batch"))
    samples: list[CytometrySample] = []
    for start in range(0, len(numbered), size):
        batch = _batch(made.seed, 1 + start // size)
        members = numbered[start : start + size]
        for number, name in members:
            samples += _patient_samples(made, number, name, batch)
        samples += _controls(made.seed, 1 + start // size, members[0][1], batch)
    return tuple(samples)


def with_cytometry(made: Invention, samples: tuple[CytometrySample, ...]) -> Invention:
    """The study with a row of `cytometry_files` for every sample."""
    rows = [
        {
            "patient_id": sample.patient_id,
            "day": sample.day,
            "specimen": sample.specimen,
            "file": sample.file,
            "panel": demo_panel().title,
            "batch": sample.batch,
            "control_role": sample.control_role,
        }
        for sample in samples
    ]
    return replace(made, tables={**made.tables, "cytometry_files": pd.DataFrame(rows)})


def _patient_samples(made: Invention, number: int, name: str, batch: _Batch) -> Iterator[CytometrySample]:
    rng = _stream(made.seed, number, _PATIENTS)
    donor, own = donor_of(made, name), _own_brightness(rng)
    for timepoint, day, specimen in _kept(donor, rng):
        yield CytometrySample(
            file=f"{FOLDER}/{name}_{timepoint}.fcs",
            patient_id=name,
            day=day,
            specimen=specimen,
            batch=batch.name,
            control_role="none",
            weights=patient_weights(donor, timepoint, day, rng),
            log_counts=own + shifts(timepoint, crs=donor.crs) + batch.staining,
            sensitivity=batch.sensitivity,
        )


def _kept(donor: Donor, rng: Generator) -> list[tuple[str, int, str]]:
    """Time point, day and specimen of each sample there is."""
    nominal = book()["samples"]["blood_days"]["days"]
    there = rng.random(len(nominal)) >= fixed("samples", "missing_blood")
    days = {day: _day_taken(donor, day) for day, kept in zip(nominal, there, strict=True) if kept}
    blood = [(f"day_{day}", taken, "blood") for day, taken in days.items() if taken <= donor.last_day]
    return [("product", 0, "product"), *blood]


def _day_taken(donor: Donor, nominal: int) -> int:
    """The day on which blood was taken for the transgene as well, where there is one near the planned day."""
    near = [day for day in donor.visits if abs(day - nominal) <= fixed("samples", "off_plan")]
    return min(near, key=lambda day: abs(day - nominal), default=nominal) if nominal > 0 else nominal


def _controls(seed: int, number: int, patient_id: str, batch: _Batch) -> Iterator[CytometrySample]:
    """A CAR-negative sample of a donor of the day, and the anchor: the same donor in every batch."""
    for role, donor in (("CAR-negative", number), ("batch anchor", 0)):
        rng = _stream(seed, donor, _DONORS)
        yield CytometrySample(
            file=f"{FOLDER}/{batch.name}_{role.replace(' ', '-')}.fcs",
            patient_id=patient_id,
            day=0,
            specimen="control",
            batch=batch.name,
            control_role=role,
            weights=healthy_weights(rng),
            log_counts=_own_brightness(rng) + shifts("healthy", crs=False) + batch.staining,
            sensitivity=batch.sensitivity,
        )


def _own_brightness(rng: Generator) -> Array:
    """What a person's cells show of each marker, the same at every time."""
    per_marker = fixed("spread", "patient") * rng.standard_normal(len(marker_names()))
    per_population = rng.standard_normal((len(populations()), len(marker_names())))
    own = per_marker + fixed("spread", "patient_population") * per_population
    return usual_brightness()[0] + own * _is_stained()


def _batch(seed: int, number: int) -> _Batch:
    rng = _stream(seed, number, _BATCHES)
    staining = fixed("spread", "batch") * rng.standard_normal(len(marker_names())) * _is_stained()
    return _Batch(
        f"batch-{number}", staining, float(np.exp(fixed("run", "sensitivity") * rng.standard_normal()))
    )


def _is_stained() -> Array:
    """1 for a channel with an antibody, 0 for metals that no antibody carries."""
    stained = np.zeros(len(marker_names()))
    stained[antibody_columns()] = 1
    return stained


def _stream(seed: int, number: int, part: int) -> Generator:
    return default_rng(SeedSequence(entropy=seed, spawn_key=(number, part)))
