"""The first three weeks at the bedside: daily grades, and observations that agree with them."""

from __future__ import annotations

from numpy.random import Generator

from cartwise.invention.notebook import Notebook
from cartwise.invention.parameters import Parameters
from cartwise.invention.person import Person
from cartwise.invention.toxicity import Toxicity

WARD_DAYS = 14
AROUSAL = (
    "awakens spontaneously",
    "awakens spontaneously",
    "awakens to voice",
    "awakens to touch",
    "unarousable",
)
ICE_BY_GRADE = ((10, 10), (7, 9), (3, 6), (0, 2), (0, 0))
CAPD_BY_GRADE = ((0, 0), (1, 4), (5, 8), (9, 16), (17, 24))
YOUNGEST_FOR_ICE = 12


def watch(p: Parameters, person: Person, toxicity: Toxicity, notebook: Notebook, rng: Generator) -> None:
    """Write every day on the ward, and the drugs and infection of these weeks."""
    scale = p.entry("toxicity", "crs_scale")["text"]
    for day in range(max(WARD_DAYS, toxicity.crs.end + 1, toxicity.icans.end + 1) + 1):
        crs, icans = toxicity.crs.on(day), toxicity.icans.on(day)
        notebook.write("toxicities", day=day, kind="CRS", grade=crs, scale=scale)
        notebook.write("toxicities", day=day, kind="ICANS", grade=icans, scale="ASTCT 2019")
        _circulation(notebook, day, crs, scale, rng)
        _consciousness(notebook, day, icans, person, rng)
    _drugs(person, toxicity, notebook)


def _circulation(notebook: Notebook, day: int, grade: int, scale: str, rng: Generator) -> None:
    fever = 38.2 + 0.4 * grade if grade else 36.3
    _observe(notebook, day, "temperature", value=round(fever + 0.9 * float(rng.random()), 1), unit="Cel")
    # The Penn scale calls oxygen grade 3; the ASTCT scale calls low-flow oxygen grade 2.
    if grade >= (3 if scale == "Penn" else 2):
        flow = 2.0 if grade == 2 else 10.0
        _observe(notebook, day, "oxygen flow", value=flow, unit="L/min")
        _observe(
            notebook, day, "oxygen device", text="nasal cannula" if grade == 2 else "high-flow nasal cannula"
        )
    if grade >= 3:
        _observe(notebook, day, "vasopressors", value=float(grade - 2), unit="1")


def _consciousness(notebook: Notebook, day: int, grade: int, person: Person, rng: Generator) -> None:
    score, ranges = ("ICE", ICE_BY_GRADE) if person.age >= YOUNGEST_FOR_ICE else ("CAPD", CAPD_BY_GRADE)
    low, high = ranges[grade]
    _observe(notebook, day, score, value=float(rng.integers(low, high + 1)), unit="1")
    if grade:
        _observe(notebook, day, "arousal", text=AROUSAL[grade])


def _observe(notebook: Notebook, day: int, kind: str, **cells: object) -> None:
    notebook.write("observations", day=day, kind=kind, **cells)


def _drugs(person: Person, toxicity: Toxicity, notebook: Notebook) -> None:
    """Tocilizumab at the height, steroids after it, and the infection of these weeks."""
    peak, infected = toxicity.crs.peak_day, toxicity.infection_day
    if toxicity.tocilizumab:
        drug = {"kind": "tocilizumab", "dose": 12.0 if person.weight < 30 else 8.0, "dose_unit": "mg/kg"}
        notebook.write("treatments", day=peak, intent="toxicity", end_day=peak, **drug)
    if toxicity.steroid:
        start = peak + 1 if toxicity.crs.highest else toxicity.icans.onset
        drug = {"kind": "steroid", "detail": "dexamethasone"}
        notebook.write("treatments", day=start, intent="toxicity", end_day=start + 3, **drug)
    if infected is not None:
        kind = toxicity.infection_kind
        notebook.write("infections", day=infected, kind=kind, grade=3, end_day=infected + 10)
