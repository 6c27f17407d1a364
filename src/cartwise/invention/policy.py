"""The invented clinic's policy on transplant after CAR T cells: what it has seen, and what it then decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from cartwise.invention.parameters import draw
from cartwise.invention.person import Person


@dataclass(slots=True)
class Chart:
    """What the clinic has seen of one patient so far; it grows from visit to visit."""

    mrd_before: float
    mrd_after: bool = False
    copies: float | None = None
    aplasia: bool = False
    b_cells_back: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What will stand for or against a transplant, and how long it takes to arrange."""

    eligible: bool
    donor: bool
    wish: bool
    wait: int


def draw_circumstances(policy: Mapping[str, Any], rng: Generator) -> Circumstances:
    """The circumstances of one family."""
    eligible, donor, wish = (bool(rng.random() < policy[name]) for name in ("eligible", "donor", "wish"))
    return Circumstances(eligible, donor, wish, round(draw(policy["wait"], rng)))


REASONS: dict[str, Callable[[Chart, Person, Mapping[str, Any]], bool]] = {
    "MRD before infusion": lambda chart, _, policy: chart.mrd_before >= policy["mrd_before_at_least"],
    "MRD after infusion": lambda chart, _, __: chart.mrd_after,
    "high-risk genetics": lambda _, person, __: person.high_risk,
    "few CAR T cells": lambda chart, _, policy: (chart.copies or 0.0) < policy["few_copies_below"],
    "B cells back": lambda chart, _, __: chart.b_cells_back,
}


def reasons(chart: Chart, person: Person, policy: Mapping[str, Any]) -> list[str]:
    """The reasons for a transplant that hold now, by their names in the policy."""
    return [name for name in policy["reasons"] if REASONS[name](chart, person, policy)]


def obstacle(person: Person, circumstances: Circumstances) -> str | None:
    """What stands in the way, if anything."""
    obstacles = {
        "an earlier transplant": person.before.hct is not None,
        "not eligible": not circumstances.eligible,
        "no donor": not circumstances.donor,
        "the family avoids it": not circumstances.wish,
    }
    return next((name for name, stands in obstacles.items() if stands), None)
