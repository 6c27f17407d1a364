"""When an invented clinic sees a child: planned visits, some late, some missed."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from cartwise.invention.biology import LIFETIME
from cartwise.invention.parameters import Parameters


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """One visit; `marrow` says that a marrow is taken, `ward` that the child is in hospital."""

    day: int
    marrow: bool = False
    ward: bool = False
    reason: str = "planned"


def planned_visits(p: Parameters, rng: Generator) -> list[Visit]:
    """All planned visits from day 0 in order, as they were kept."""
    ward, clinic, marrow = (p.entry("schedule", name)["days"] for name in ("ward", "clinic", "marrow"))
    on_ward = [Visit(_shifted(day, rng), day in marrow, ward=True) for day in ward]
    later = sorted({*clinic, *(day for day in marrow if day not in ward), *_later_years(p)})
    kept = [
        visit for day in later if (visit := _kept(p, Visit(day, day in marrow or day > 365), rng)) is not None
    ]
    return one_a_day([*on_ward, *kept])


def marrows_after(p: Parameters, hct_day: int, rng: Generator) -> list[Visit]:
    """The marrows that follow a transplant."""
    days = [hct_day + gap for gap in p.entry("schedule", "marrow_after_hct")["days"]]
    return [visit for day in days if (visit := _kept(p, Visit(day, marrow=True), rng)) is not None]


def one_a_day(visits: list[Visit]) -> list[Visit]:
    """Visits in order; two on one day are one, with a marrow if either had one."""
    days: dict[int, Visit] = {}
    for visit in visits:
        other = days.get(visit.day, visit)
        days[visit.day] = Visit(
            visit.day, visit.marrow or other.marrow, visit.ward or other.ward, visit.reason
        )
    return [days[day] for day in sorted(days)]


def _shifted(day: int, rng: Generator) -> int:
    """Ward samples move by a day now and then; day 0 and day 28 keep theirs."""
    return day if day in (0, 28) else day + int(rng.integers(0, 4) == 0) - int(rng.integers(0, 4) == 0)


def _kept(p: Parameters, visit: Visit, rng: Generator) -> Visit | None:
    missed, late = p.chance("schedule", "missed", rng), p.chance("schedule", "late", rng)
    delay = round(p.draw("schedule", "lateness", rng))
    if missed:
        return None
    return Visit(visit.day + (delay if late else 0), visit.marrow, visit.ward)


def _later_years(p: Parameters) -> list[int]:
    gaps = p.entry("schedule", "yearly")["days"]
    days, day = [], 378
    while day < LIFETIME:
        day += gaps[min(day // 365 - 1, len(gaps) - 1)]
        days.append(day)
    return days
