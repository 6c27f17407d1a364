"""An invented study: patients made one by one from a seed, their records as a clinic would have them, and the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence, default_rng

from cartwise.basis import UserError
from cartwise.invention.agenda import planned_visits
from cartwise.invention.bedside import watch
from cartwise.invention.biology import LIFETIME, Biology, draw_b_cells, draw_leukaemia
from cartwise.invention.clinic import Case, Clinic, Fate
from cartwise.invention.expansion import draw_expansion
from cartwise.invention.history import BASELINE_DAY, CENTRE, mrd_methods, write_baseline, write_history
from cartwise.invention.laboratory import Laboratory, open_laboratory, write_blood
from cartwise.invention.notebook import Notebook, as_tables
from cartwise.invention.parameters import Design, Parameters, design_named
from cartwise.invention.person import draw_person
from cartwise.invention.policy import Chart, draw_circumstances
from cartwise.invention.toxicity import draw_toxicity
from cartwise.invention.truth import course_truth, patient_truth
from cartwise.study import About

NOTE = "Invented data: simulated by cartwise. No patient, no centre and no result here is real."
DEMO_SEED = 37
"""The seed of the demonstration: the `peking` study of seeds 0 to 199 nearest the published cohort."""

_STREAMS = (
    "person",
    "expansion",
    "b_cells",
    "leukaemia",
    "toxicity",
    "clinic",
    "visits",
    "samples",
    "chances",
    "laboratory",
    "bedside",
)


@dataclass(frozen=True, slots=True)
class Invention:
    """An invented study.

    Attributes:
        design, seed: what it was made from; the same pair makes the same study anywhere.
        tables: record tables by name, with the declared columns that are used; days since infusion; blank is NA.
        about: what goes into `study.toml`; says that the data are invented.
        truth: what the clinic could not see, by name (`patients`, `courses`); for tests and back-tests only.
    """

    design: str
    seed: int
    tables: dict[str, pd.DataFrame]
    about: About
    truth: dict[str, pd.DataFrame]


def invent(design: str = "peking", *, patients: int | None = None, seed: int) -> Invention:
    """Invent a study by mechanism.

    A patient's random numbers depend on the seed and the patient's number alone: more patients leave the first ones
    as they are, and `no-hct` holds the very patients of `peking`.

    Args:
        design: one of `designs()`.
        patients: how many; by default as many as the design's model had.
        seed: a whole number, 0 or more.

    Raises:
        UserError: no such design, or a count or seed that makes no study.
    """
    plan = design_named(design)
    count = plan.patients if patients is None else patients
    if count < 1 or seed < 0:
        raise UserError(
            "An invented study needs at least 1 patient and a seed of 0 or more; change --patients or --seed."
        )
    clinics = [follow_patient(plan, seed, number) for number in range(1, count + 1)]
    return Invention(
        plan.name,
        seed,
        as_tables(clinic.notebook for clinic in clinics),
        _about(plan, seed),
        _truth(clinics),
    )


def follow_patient(plan: Design, seed: int, number: int) -> Clinic:
    """One patient from first diagnosis to last contact."""
    p, rng = plan.parameters, _streams(seed, number)
    person = draw_person(p, rng["person"])
    expansion = draw_expansion(p, rng["expansion"])
    case = Case(
        person,
        Biology(p, expansion, draw_b_cells(p, rng["b_cells"]), draw_leukaemia(p, person, rng["leukaemia"])),
        draw_toxicity(p, person, expansion, rng["toxicity"]),
        mrd_methods(p, person, rng["clinic"]),
        draw_circumstances(plan.policy, rng["clinic"]),
        plan.policy,
    )
    notebook = Notebook(f"INV-{number:03d}")
    laboratory = open_laboratory(p, person, case.toxicity, rng["laboratory"])
    chart = Chart(_admit(case, notebook, laboratory, rng))
    visits = planned_visits(p, rng["visits"])
    fate, streams = _fate(p, rng["chances"]), (rng["samples"], rng["chances"], rng["bedside"])
    clinic = Clinic(case, fate, notebook, chart, visits, *streams, laboratory)
    clinic.follow()
    return clinic


def _streams(seed: int, number: int) -> dict[str, Generator]:
    """One stream a part of the world, so that a change in one part leaves the others as they were."""
    children = SeedSequence(entropy=seed, spawn_key=(number,)).spawn(len(_STREAMS))
    return {name: default_rng(child) for name, child in zip(_STREAMS, children, strict=True)}


def _admit(case: Case, notebook: Notebook, laboratory: Laboratory, rng: dict[str, Generator]) -> float:
    p, person, samples = case.parameters, case.person, rng["samples"]
    write_history(p, person, notebook)
    level = write_baseline(p, person, case.toxicity, notebook, samples, methods=case.methods)
    write_blood(laboratory, person.burden, BASELINE_DAY, notebook)
    watch(p, person, case.toxicity, notebook, rng=samples, charts=rng["bedside"])
    return level


def _fate(p: Parameters, rng: Generator) -> Fate:
    death = round(p.draw("fate", "infection_death_after", rng))
    dies = p.chance("fate", "infection_death", rng)
    cut, lost = round(p.draw("fate", "data_cut", rng)), round(p.draw("fate", "drop_out_days", rng))
    return Fate(cut, lost, death if dies else LIFETIME)


def _about(plan: Design, seed: int) -> About:
    return About(
        name=f"Invented study {plan.name}, seed {seed}",
        centre=CENTRE,
        invented=True,
        note=NOTE,
        turnaround={"transgene": 3, "b_cells": 1, "marrow": 1, "mrd": 4, "mrd.NGS": 14},
    )


def _truth(clinics: list[Clinic]) -> dict[str, pd.DataFrame]:
    ids = [clinic.notebook.patient_id for clinic in clinics]
    rows = [{"patient_id": name, **patient_truth(clinic)} for name, clinic in zip(ids, clinics, strict=True)]
    courses = [course_truth(clinic.world) for clinic in clinics]
    columns = {name: np.concatenate([course[name] for course in courses]) for name in courses[0]}
    names = np.repeat(ids, len(courses[0]["day"]))
    return {"patients": pd.DataFrame(rows), "courses": pd.DataFrame({"patient_id": names, **columns})}
