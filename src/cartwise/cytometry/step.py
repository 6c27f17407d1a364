"""One step of preparing a sample: events in and out, the thresholds it set, and the picture of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a step chose or was given.

    Attributes:
        name: what it bounds, e.g. `CD45, lower`.
        value: the number.
        scale: the scale it stands on: `raw`, `asinh(x/5)`, `events`, `%` ...
        how: how it came about, e.g. `valley between two modes`, `given`, `99.9 % of the control`.
    """

    name: str
    value: float
    scale: str
    how: str


@dataclass(frozen=True, slots=True)
class Density:
    """A histogram with the cuts that were set in it.

    Attributes:
        title: what is counted.
        x_label: marker or channel with its scale.
        edges: (b + 1,) borders of the bins.
        counts: (b,) events a bin.
        cuts: where thresholds stand.
    """

    title: str
    x_label: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its account.

    Attributes:
        name: e.g. `bead removal`, `DNA singlets`, `CAR+`.
        before, after: events that entered and that stayed.
        settings: the numbers it used, in the order it set them.
        densities: pictures of the thresholds.
        remarks: what a reader should know, as sentences.
    """

    name: str
    before: int
    after: int
    settings: tuple[Setting, ...] = ()
    densities: tuple[Density, ...] = ()
    remarks: tuple[str, ...] = ()
