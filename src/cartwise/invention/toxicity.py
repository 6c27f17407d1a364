"""CRS and ICANS of one patient by day, the drugs against them, and early infection: driven by burden and expansion."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from statistics import NormalDist

from numpy.random import Generator

from cartwise.invention.expansion import Expansion
from cartwise.invention.parameters import Parameters, pick
from cartwise.invention.person import Person


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode: its first day and the grade of each of its days."""

    onset: int
    grades: tuple[int, ...]

    @property
    def highest(self) -> int:
        """The highest grade; 0 without an episode."""
        return max(self.grades, default=0)

    def on(self, day: int) -> int:
        """The grade of a day."""
        index = day - self.onset
        return self.grades[index] if 0 <= index < len(self.grades) else 0

    @property
    def peak_day(self) -> int:
        """The first day of the highest grade."""
        return self.onset + (self.grades.index(self.highest) if self.grades else 0)

    @property
    def end(self) -> int:
        """The last day of the episode."""
        return self.onset + len(self.grades) - 1


@dataclass(frozen=True, slots=True)
class Toxicity:
    """What the first weeks did to one patient.

    Attributes:
        inflammation: the latent drive in standard deviations; cytokines and grades follow it.
    """

    crs: Episode
    icans: Episode
    inflammation: float
    tocilizumab: bool
    steroid: bool
    infection_day: int | None
    infection_kind: str
    neutropenia: bool


def draw_toxicity(p: Parameters, person: Person, expansion: Expansion, rng: Generator) -> Toxicity:
    """Grades, drugs and infection of the first weeks."""
    drive = _drive(p, person, expansion, rng)
    weight = p.fixed("toxicity", "icans_weight_of_crs")
    icans_drive = weight * drive + (1 - weight**2) ** 0.5 * float(rng.standard_normal())
    onset = max(1, round(expansion.tmax - p.draw("toxicity", "onset_before_peak", rng)))
    crs = _episode(p, onset, _grade(p, "crs_at_least", drive), rng)
    later = round(p.draw("toxicity", "icans_after_crs", rng))
    icans = _episode(p, onset + later, _grade(p, "icans_at_least", icans_drive), rng)
    return Toxicity(
        crs=crs,
        icans=icans,
        inflammation=drive,
        tocilizumab=_given(p, "tocilizumab_by_grade", crs.highest, rng),
        steroid=_given(p, "steroid_by_grade", max(crs.highest, icans.highest), rng),
        infection_day=1 + pick([1.0] * 26, rng) if p.chance("toxicity", "infection", rng) else None,
        infection_kind=p.one_of("toxicity", "infection_kind", rng),
        neutropenia=p.chance("toxicity", "grade_four_neutropenia", rng),
    )


def _drive(p: Parameters, person: Person, expansion: Expansion, rng: Generator) -> float:
    """A standard normal made of burden, expansion and chance, so that thresholds are plain quantiles."""
    burden, expanded = p.fixed("toxicity", "weight_of_burden"), p.fixed("toxicity", "weight_of_expansion")
    law = p.entry("burden", "decades")
    standing = min((log10(person.burden) - law["middle"]) / law["spread"], 2.5)
    rest = (1 - burden**2 - expanded**2) ** 0.5
    return float(burden * standing + expanded * expansion.standing + rest * float(rng.standard_normal()))


def _grade(p: Parameters, name: str, drive: float) -> int:
    shares = [share for share in p.entry("toxicity", name)["shares"] if share > 0]
    return sum(drive > NormalDist().inv_cdf(1 - share) for share in shares)


def _episode(p: Parameters, onset: int, highest: int, rng: Generator) -> Episode:
    """Grades that climb to the highest and come down."""
    length = round(p.draw("toxicity", "days_per_episode", rng)) + highest
    if highest == 0:
        return Episode(onset, ())
    middle = length // 3
    climb = [1 - abs(day - middle) / (length - middle) for day in range(length)]
    return Episode(onset, tuple(max(1, round(highest * part)) for part in climb))


def _given(p: Parameters, name: str, grade: int, rng: Generator) -> bool:
    return bool(rng.random() < p.entry("toxicity", name)["shares"][grade])
