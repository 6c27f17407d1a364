"""The bedside: daily grades of the first weeks with observations that agree with them, and later check-ups."""

from __future__ import annotations

from statistics import NormalDist

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
PRESSORS_FROM = 3
"""Grade of CRS from which there is hypotension, on both scales; grade 2 is always one by oxygen here."""
GROWN = 10.0
"""Age in years from which blood pressure is taken as steady."""
FIRST_MONTHS = 100
"""Last day of visits at which temperature, breathing and blood pressure are written down."""
IEC_HS_CLEARED = 14
"""Days after which IEC-HS is looked for again."""


def last_watched(toxicity: Toxicity) -> int:
    """The last day that is charted and graded every day."""
    return max(WARD_DAYS, toxicity.crs.end + 1, toxicity.icans.end + 1)


def watch(
    p: Parameters,
    person: Person,
    toxicity: Toxicity,
    notebook: Notebook,
    *,
    rng: Generator,
    charts: Generator,
) -> None:
    """Write every day on the ward, and the drugs and infection of these weeks."""
    scale = p.entry("toxicity", "crs_scale")["text"]
    for day in range(last_watched(toxicity) + 1):
        crs, icans = toxicity.crs.on(day), toxicity.icans.on(day)
        notebook.write("toxicities", day=day, kind="CRS", grade=crs, scale=scale)
        notebook.write("toxicities", day=day, kind="ICANS", grade=icans, scale="ASTCT 2019")
        _circulation(notebook, day, crs, scale, rng)
        _consciousness(notebook, day, icans, person, rng)
        _chart(p, person, notebook, day, charts, grade=crs, oxygen=crs >= oxygen_from(scale))
    _drugs(person, toxicity, notebook)
    _look_for_iec_hs(p, toxicity, notebook)


def check_up(p: Parameters, person: Person, notebook: Notebook, day: int, charts: Generator) -> None:
    """What a visit after the ward takes of a child without fever: its weight, and in the first months its state."""
    weight = person.on(day).weight * p.draw("bedside", "weight_noise", charts)
    _observe(notebook, day, "weight", value=round(weight, 1), unit="kg")
    if day <= FIRST_MONTHS:
        temperature = round(36.3 + 0.9 * float(charts.random()), 1)
        _observe(notebook, day, "temperature", value=temperature, unit="Cel")
        _chart(p, person, notebook, day, charts, grade=0, oxygen=False)


def oxygen_from(scale: str) -> int:
    """The lowest grade that needs oxygen: the Penn scale calls it grade 3; the ASTCT scale calls low flow grade 2."""
    return 3 if scale == "Penn" else 2


def _chart(
    p: Parameters,
    person: Person,
    notebook: Notebook,
    day: int,
    charts: Generator,
    *,
    grade: int,
    oxygen: bool,
) -> None:
    """Blood pressure, and room air where no oxygen is given; now and then one of them was not charted."""
    low = grade >= PRESSORS_FROM
    seen: dict[str, dict[str, object]] = {
        "systolic pressure": {"value": _systolic(p, person.on(day).age, charts, low=low), "unit": "mm[Hg]"},
        "hypotension": {"text": "present" if low else "absent"},
    }
    if not oxygen:
        seen["oxygen device"] = {"text": "room air"}
    for kind, cells in seen.items():
        if not p.chance("bedside", "not_charted", charts):
            _observe(notebook, day, kind, **cells)


def _systolic(p: Parameters, age: float, charts: Generator, *, low: bool) -> float:
    usual = p.fixed("bedside", "systolic_when_low" if low else "systolic")
    usual += p.fixed("bedside", "systolic_by_year") * min(age, GROWN)
    return float(round(usual * p.draw("bedside", "systolic_noise", charts)))


def _look_for_iec_hs(p: Parameters, toxicity: Toxicity, notebook: Notebook) -> None:
    """Looked for as CRS wanes, and again where it was found: in the most inflamed, who have the highest ferritin."""
    found = toxicity.inflammation > NormalDist().inv_cdf(1 - p.fixed("bedside", "iec_hs"))
    day = toxicity.crs.end if found else max(WARD_DAYS, toxicity.crs.end + 1)
    notebook.write("assessments", day=day, kind="IEC-HS", value="present" if found else "absent")
    if found:
        notebook.write("assessments", day=day + IEC_HS_CLEARED, kind="IEC-HS", value="absent")


def _circulation(notebook: Notebook, day: int, grade: int, scale: str, rng: Generator) -> None:
    fever = 38.2 + 0.4 * grade if grade else 36.3
    _observe(notebook, day, "temperature", value=round(fever + 0.9 * float(rng.random()), 1), unit="Cel")
    if grade >= oxygen_from(scale):
        flow = 2.0 if grade == 2 else 10.0
        _observe(notebook, day, "oxygen flow", value=flow, unit="L/min")
        _observe(
            notebook, day, "oxygen device", text="nasal cannula" if grade == 2 else "high-flow nasal cannula"
        )
    if grade >= PRESSORS_FROM:
        _observe(notebook, day, "vasopressors", value=float(grade - 2), unit="1")


def _consciousness(notebook: Notebook, day: int, grade: int, person: Person, rng: Generator) -> None:
    score, ranges = ("ICE", ICE_BY_GRADE) if person.age >= YOUNGEST_FOR_ICE else ("CAPD", CAPD_BY_GRADE)
    low, high = ranges[grade]
    _observe(notebook, day, score, value=float(rng.integers(low, high + 1)), unit="1")
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
