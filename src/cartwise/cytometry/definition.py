"""What a laboratory calls its populations: where cuts are looked for, the tree of gates, what is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

METHODS = ("valley", "mixture", "quantile", "control", "fixed")
LEVELS = ("-", "low", "+", "high", "dim", "bright")
BRIGHT = " bright"
"""What follows a marker in the name of its second, higher cut."""


@dataclass(frozen=True, slots=True)
class Search:
    """One way of finding a cut.

    Attributes:
        method: `valley` (lowest density between the two main modes), `mixture` (two normal components, equal
            posterior), `quantile` (the `at` % quantile of the cells), `control` (the `at` % quantile of the control
            sample) or `fixed` (the number `at`).
        at: the number that the method needs; None for `valley` and `mixture`.
    """

    method: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class CutRule:
    """Where a marker's cut is looked for, and how.

    Attributes:
        name: the marker, or `MARKER bright` for its second cut.
        marker: whose values are looked at.
        within: population whose cells are looked at.
        searches: tried in order; the last one is `fixed`, so that a sample always has a cut.
    """

    name: str
    marker: str
    within: str
    searches: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """A gate.

    Attributes:
        name: unique in the definition.
        parent: population it is a part of; "" for all cells.
        where: marker -> level: `-` or `low` below its cut, `+` or `high` above, `bright` above the second cut,
            `dim` between the two.
        reference: whether its gated cells make part of the reference of the classifier.
        holds: what the gate takes in that a reader of the name could overlook; "" where there is nothing to say.
    """

    name: str
    parent: str
    where: Mapping[str, str]
    reference: bool = False
    holds: str = ""

    @property
    def cuts(self) -> tuple[str, ...]:
        """Names of the cuts that the gate needs beside its parent's."""
        return tuple(dict.fromkeys(name for item in self.where.items() for name in cuts_of(*item)))


@dataclass(frozen=True, slots=True)
class Classify:
    """What is classified.

    Attributes:
        cells: population every cell of which is classified.
        reference_cells: population whose gated parts make the reference.
        markers: that the classifier sees.
    """

    cells: str
    reference_cells: str
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted and measured.

    Attributes:
        gated: populations counted by gates, as a part of their parent and of all leukocytes.
        state_markers: whose median and positive fraction are given for each population.
    """

    gated: tuple[str, ...] = ()
    state_markers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """The populations of a study, declared in one TOML file.

    Attributes:
        name, version: as they stand in every record that is made by it.
        cuts: name of the cut -> its rule.
        populations: in the file's order.
        classify: None where nothing is classified.
        measure: what is counted and measured.
    """

    name: str
    version: str
    cuts: Mapping[str, CutRule]
    populations: tuple[Population, ...]
    classify: Classify | None = None
    measure: Measure = Measure()

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the populations, in the file's order."""
        return tuple(population.name for population in self.populations)

    @property
    def reference(self) -> tuple[str, ...]:
        """Names of the populations that make the reference of the classifier."""
        return tuple(population.name for population in self.populations if population.reference)

    @property
    def gated_markers(self) -> tuple[str, ...]:
        """Markers that the gates need."""
        return tuple(dict.fromkeys(marker for population in self.populations for marker in population.where))

    @property
    def needed_markers(self) -> tuple[str, ...]:
        """Markers that gates and classifier need."""
        classified = self.classify.markers if self.classify is not None else ()
        return tuple(dict.fromkeys((*self.gated_markers, *classified)))

    @property
    def holdings(self) -> tuple[str, ...]:
        """A sentence for each population whose name does not say all that its gate takes in."""
        return tuple(f"{found.name}: {found.holds}." for found in self.populations if found.holds)

    def population(self, name: str) -> Population:
        """The population of that name.

        Raises:
            KeyError: there is none.
        """
        return {population.name: population for population in self.populations}[name]

    def ancestors(self, name: str) -> Iterator[Population]:
        """The population and those it is a part of, from itself to the root."""
        while name:
            population = self.population(name)
            yield population
            name = population.parent


def cuts_of(marker: str, level: str) -> tuple[str, ...]:
    """Names of the cuts that a level stands on: `dim` lies between two."""
    if level == "dim":
        return marker, marker + BRIGHT
    return (marker + BRIGHT,) if level == "bright" else (marker,)
