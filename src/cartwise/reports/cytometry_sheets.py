"""The quality sheet of one sample: what each step took away, where it cut, and what was counted in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cartwise.reports import cytometry_wording as wording
from cartwise.reports.figures import densities, steps
from cartwise.reports.figures.steps import StepBar

if TYPE_CHECKING:  # the room is slow to import, and those who import the reports seldom need it
    from cartwise.cytometry import CarFrequency, Counted, Definition, Density, Frequency, Step

HOW_TO_READ = "the numbers stand in the table below"


@dataclass(frozen=True, slots=True)
class Flag:
    """What a reader of the overview should know of one sample.

    Attributes:
        small: parents with too few cells for a percentage.
        remarks: how many there are.
    """

    small: tuple[str, ...]
    remarks: int


def flags(item: Counted) -> Flag:
    """The flags of a sample."""
    small = dict.fromkeys(found.parent for found in item.frequencies if found.small)
    return Flag(tuple(small), len(item.remarks))


def car_percent(item: Counted) -> str:
    """The CAR+ part of its parent with limits that cover counting and the cut."""
    car = item.car
    if car is None:
        return wording.NONE
    for found in item.frequencies:
        if (found.subset, found.parent) == (car.population, car.parent) and found.percent is not None:
            return f"{wording.percent(found.percent)} ({wording.limits(found.lower, found.upper)})"
    return wording.estimate(car.frequency)


def classified(item: Counted) -> str:
    """Part of the classified cells that have a subset under the recorded rule."""
    return wording.percent(next(iter(item.kept_percent.values()), None))


def sheet(item: Counted, definition: Definition) -> dict[str, Any]:
    """What the page of a sample shows."""
    gates = set(definition.names)
    cleaning = [step for step in item.steps if step.name not in gates]
    by_name = {step.name: step for step in item.steps if step.name in gates}
    gating = [by_name[name] for name in _in_tree(definition) if name in by_name]
    return {
        "item": item,
        "car_percent": car_percent(item),
        "classified": classified(item),
        "intact": wording.share(item.cells, item.events),
        "cleaning": cleaning,
        "gating": [(step, definition.population(step.name).parent) for step in gating],
        "cleaning_bars": _drawn(_cleaning_bars(item, cleaning)),
        "gating_bars": _drawn(_gating_bars(gating, definition)),
        "cleaning_densities": _densities(cleaning, "cleaning"),
        "gating_densities": _densities(gating, "the gates"),
        "cuts": _cuts(item, definition),
        "car": _car(item),
        "frequencies": _by_parent(item, definition),
        "holdings": definition.holdings,
        "rules": _rules(item),
        "heights": densities.HEIGHTS,
        "in_words": wording,
    }


def _in_tree(definition: Definition, parent: str = "") -> list[str]:
    """Names of the populations, each followed by those below it."""
    return [
        name
        for population in definition.populations
        if population.parent == parent
        for name in (population.name, *_in_tree(definition, population.name))
    ]


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - ours, and its words are escaped there


def _cleaning_bars(item: Counted, cleaning: list[Step]) -> str:
    bars = [StepBar(step.name, step.before, step.after, item.events) for step in cleaning]
    title = f"Events kept by each step of cleaning; {HOW_TO_READ}"
    return steps.draw(bars, title=title, x_label="% of the events in the file")


def _gating_bars(gating: list[Step], definition: Definition) -> str:
    bars = [
        StepBar(
            step.name, step.before, step.after, step.before, len(list(definition.ancestors(step.name))) - 1
        )
        for step in gating
    ]
    title = f"Cells of each gate as a part of its parent; {HOW_TO_READ}"
    return steps.draw(bars, title=title, x_label="% of the parent population")


def _densities(of: list[Step], what: str) -> Markup | None:
    pictures = [density for step in of for density in step.densities]
    if not pictures:
        return None
    return _drawn(densities.draw(pictures, title=f"Histograms with the cuts of {what}; {HOW_TO_READ}"))


def _cuts(item: Counted, definition: Definition) -> list[tuple[Any, str]]:
    """Each cut with the gates that use it."""
    return [
        (cut, ", ".join(population.name for population in definition.populations if name in population.cuts))
        for name, cut in item.cuts.items()
    ]


def _car(item: Counted) -> tuple[CarFrequency, Markup | None] | None:
    if item.car is None:
        return None
    picture = _car_picture(item, item.car)
    if picture is None:
        return item.car, None
    title = f"{picture.title}: histogram with the cut and its limits; {HOW_TO_READ}"
    bounds = (item.car.cut.lower, item.car.cut.upper)
    return item.car, _drawn(densities.draw_one(picture, limits=bounds, title=title))


def _car_picture(item: Counted, car: CarFrequency) -> Density | None:
    """The histogram in which the step of the CAR drew this very cut."""
    return next(
        (
            density
            for step in item.steps
            if step.name == car.population
            for density in step.densities
            if density.cuts == (car.cut.value,)
        ),
        None,
    )


def _by_parent(item: Counted, definition: Definition) -> Iterator[tuple[str, int, list[Frequency]]]:
    """The frequencies of one parent together, with how many cells it has; parents in the definition's order."""
    places = {name: place for place, name in enumerate(definition.names)}
    ordered = sorted(
        item.frequencies, key=lambda found: places[found.parent]
    )  # stable: subsets stay in order
    for parent, group in groupby(ordered, key=lambda found: found.parent):
        of = list(group)
        yield parent, of[0].parent_cells, of


def _rules(item: Counted) -> list[tuple[str, list[tuple[int, str]]]]:
    """Each subset with its cells and percent under each rule."""
    subsets = dict.fromkeys(subset for counts in item.by_rule.values() for subset in counts)
    return [
        (
            subset,
            [
                (counts.get(subset, 0), wording.share(counts.get(subset, 0), sum(counts.values())))
                for counts in item.by_rule.values()
            ],
        )
        for subset in subsets
    ]
