"""Who an invented child is before CAR T cells: age, history, lesion, burden, product."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.random import Generator

from cartwise.basis import DAYS_PER_MONTH
from cartwise.invention.parameters import Parameters

HIGH_RISK = ("BCR-ABL1", "Ph-like", "KMT2Ar", "TP53", "hypodiploid")
FUSIONS = ("BCR-ABL1", "ETV6-RUNX1", "KMT2Ar")
RELAPSES_BY_INDICATION = {
    "first relapse after HCT": 1,
    "first relapse refractory to reinduction": 1,
    "second relapse": 2,
    "third or later relapse": 4,
}


@dataclass(frozen=True, slots=True)
class Before:
    """Days, relative to infusion, of what a child has been through; None where it was spared."""

    relapses: tuple[int, ...]
    hct: int | None
    car_t: int | None
    blinatumomab: int | None
    inotuzumab: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """An invented child; days are relative to infusion.

    Attributes:
        burden: leukaemic share of marrow cells before lymphodepletion.
    """

    female: bool
    age_at_diagnosis: float
    age: float
    diagnosis_day: int
    referral_day: int
    apheresis_day: int
    down_syndrome: bool
    germline: bool
    indication: str
    before: Before
    lesion: str
    burden: float
    overt: bool
    cells_per_kg: float
    split_dose: bool
    viability: float
    transduction: float
    comorbidity: bool
    seizures: bool

    def on(self, day: int) -> Person:
        """The child as old as it is on a day."""
        return replace(self, age=self.age + day / 365.25)

    @property
    def weight(self) -> float:
        """Body weight in kg, by a plain rule of thumb for age."""
        return round(3.5 + 2.6 * self.age + 0.05 * self.age**2, 1)

    @property
    def height(self) -> float:
        """Height in cm, by a plain rule of thumb for age."""
        return float(round(min(52 + 26 * self.age**0.63, 180)))

    @property
    def high_risk(self) -> bool:
        """Whether the lesion is one that the invented clinic calls high risk."""
        return self.lesion in HIGH_RISK


def draw_person(p: Parameters, rng: Generator) -> Person:
    """One child by the laws of the design."""
    age_at_diagnosis = p.draw("person", "age_at_diagnosis", rng)
    diagnosis_day = -round(p.draw("person", "diagnosis", rng) * DAYS_PER_MONTH)
    indication = p.one_of("person", "indication", rng)
    overt = p.chance("burden", "overt", rng)
    share, decades = p.draw("burden", "overt_share", rng), p.draw("burden", "decades", rng)
    return Person(
        female=p.chance("person", "female", rng),
        age_at_diagnosis=age_at_diagnosis,
        age=round(age_at_diagnosis - diagnosis_day / 365.25, 1),
        diagnosis_day=diagnosis_day,
        referral_day=-round(p.draw("person", "referral", rng)),
        apheresis_day=-round(p.draw("person", "apheresis", rng)),
        down_syndrome=p.chance("person", "down_syndrome", rng),
        germline=p.chance("person", "germline", rng),
        indication=indication,
        lesion=p.one_of("lesion", "choice", rng),
        burden=share if overt else 10**decades,
        overt=overt,
        cells_per_kg=p.draw("person", "cells_per_kg", rng),
        split_dose=p.chance("person", "split_dose", rng),
        viability=p.draw("person", "viability", rng),
        transduction=p.draw("person", "transduction", rng),
        comorbidity=p.chance("person", "comorbidity", rng),
        seizures=p.chance("person", "seizures", rng),
        before=_before(p, diagnosis_day, indication, rng),
    )


def _before(p: Parameters, diagnosis_day: int, indication: str, rng: Generator) -> Before:
    """Days of what came before, as shares of the time from diagnosis to infusion."""
    had_hct = p.chance("person", "prior_hct", rng) or indication == "first relapse after HCT"
    had_car_t = p.chance("person", "prior_car_t", rng)
    had_blinatumomab = p.chance("person", "blinatumomab", rng)
    had_inotuzumab = p.chance("person", "inotuzumab", rng)
    count = RELAPSES_BY_INDICATION.get(indication, 0)
    first = 0.55 if had_hct else 0.4

    def at(share: float) -> int:
        return round(diagnosis_day * (1 - share))

    return Before(
        relapses=tuple(at(first + (0.85 - first) * number / count) for number in range(count)),
        hct=at(0.35) if had_hct else None,
        car_t=at(0.5) if had_car_t else None,
        blinatumomab=at(0.62) if had_blinatumomab else None,
        inotuzumab=at(0.74) if had_inotuzumab else None,
    )
