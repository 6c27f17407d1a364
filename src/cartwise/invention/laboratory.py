"""Routine blood of an invented child: haemoglobin, LDH and creatinine about what is usual for it, and IgG of the first weeks.

Now and then a test is not taken. All this has a stream of random numbers of its own: without it the rest of a study would
be the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from numpy.random import Generator

from cartwise.invention import assays
from cartwise.invention.assays import Cells, heat, rounded
from cartwise.invention.biology import Array
from cartwise.invention.notebook import Notebook
from cartwise.invention.parameters import Parameters
from cartwise.invention.person import Person
from cartwise.invention.toxicity import Toxicity

RECOVERY_FROM = 10
"""Day from which red cells come back after lymphodepletion, as neutrophils do."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """The laboratory of one child.

    Attributes:
        haemoglobin: g/dL of the child in health.
        fall: g/dL that earlier therapy has taken of it before lymphodepletion.
        ldh: U/L without leukaemia or inflammation.
        filtration: glomerular filtration, mL/min/1.73 m2.
    """

    parameters: Parameters
    person: Person
    toxicity: Toxicity
    rng: Generator
    haemoglobin: float
    fall: float
    ldh: float
    filtration: float


def open_laboratory(p: Parameters, person: Person, toxicity: Toxicity, rng: Generator) -> Laboratory:
    """The laboratory of a child, with what is usual for it."""
    names = ("haemoglobin", "haemoglobin_fall", "ldh", "filtration")
    return Laboratory(p, person, toxicity, rng, *(p.draw("laboratory", name, rng) for name in names))


def write_blood(lab: Laboratory, share: float, day: int, notebook: Notebook) -> None:
    """The routine tests of a visit; `share` is the leukaemic share of marrow cells."""
    tests: list[Cells] = [
        _red_cells(lab, share, day),
        {"test": "LDH", "value": float(round(_ldh(lab, share, day))), "unit": "U/L"},
        {"test": "creatinine", "value": rounded(_creatinine(lab, day), 2), "unit": "mg/dL"},
    ]
    for test in tests:
        if _taken(lab):
            notebook.write("labs", day=day, specimen="blood", **test)


def write_next_count(lab: Laboratory, shares: Array, notebook: Notebook) -> None:
    """The blood count that follows day 28, near home; `shares` is the leukaemic share by day."""
    p = lab.parameters
    day = round(p.draw("laboratory", "next_count", lab.rng))
    share = float(shares[day])
    counts = [*assays.blood_counts(lab.toxicity, share, day, lab.rng), _red_cells(lab, share, day)]
    if _taken(lab):
        for test in counts:
            notebook.write("labs", day=day, specimen="blood", **test)


def write_immunoglobulin(lab: Laboratory, percent_b_cells: float, day: int, notebook: Notebook) -> None:
    """IgG of a day, and immunoglobulin once a low level is known."""
    p, test = lab.parameters, assays.immunoglobulin(percent_b_cells, day, lab.rng)
    known = day + round(p.draw("delay", "immunoglobulin", lab.rng))
    if not _taken(lab):
        return
    notebook.write("labs", day=day, available_day=known, specimen="blood", **test)
    if test["value"] < assays.REPLACED_BELOW:
        notebook.write("treatments", day=known, kind="immunoglobulin", intent="prophylaxis", end_day=known)


def _taken(lab: Laboratory) -> bool:
    return not lab.parameters.chance("laboratory", "not_taken", lab.rng)


def _red_cells(lab: Laboratory, share: float, day: int) -> Cells:
    return {"test": "haemoglobin", "value": round(_haemoglobin(lab, share, day), 1), "unit": "g/dL"}


def _haemoglobin(lab: Laboratory, share: float, day: int) -> float:
    """Low after lymphodepletion, back over weeks; a child that would fall below the trigger has been transfused."""
    p, fall = lab.parameters, lab.fall
    if day >= -4:
        fall += p.fixed("laboratory", "fall_by_lymphodepletion")
        fall += p.fixed("laboratory", "fall_with_neutropenia") if lab.toxicity.neutropenia else 0.0
        fall *= exp(-max(day - RECOVERY_FROM, 0) / p.fixed("laboratory", "red_cell_recovery"))
    fall += p.fixed("laboratory", "fall_by_blasts") * share
    value = lab.haemoglobin - fall + p.draw("laboratory", "haemoglobin_noise", lab.rng)
    trigger = p.fixed("laboratory", "transfused_below")
    return trigger + abs(value - trigger)


def _ldh(lab: Laboratory, share: float, day: int) -> float:
    p, drive = lab.parameters, max(lab.toxicity.inflammation, 0.0)
    burden = 1 + p.fixed("laboratory", "ldh_by_blasts") * share
    inflamed = exp(p.fixed("laboratory", "ldh_by_inflammation") * drive * heat(lab.toxicity, day))
    return lab.ldh * burden * inflamed * p.draw("laboratory", "ldh_noise", lab.rng)


def _creatinine(lab: Laboratory, day: int) -> float:
    """By height and filtration, which severe CRS lowers for some days."""
    p = lab.parameters
    hurt = p.fixed("laboratory", "filtration_lost_in_severe_crs") if lab.toxicity.crs.highest >= 3 else 0.0
    filtration = lab.filtration * (1 - hurt * heat(lab.toxicity, day))
    by_height = p.fixed("laboratory", "creatinine_by_height") * lab.person.on(day).height
    return by_height / filtration * p.draw("laboratory", "creatinine_noise", lab.rng)
