"""The events of one invented FCS file: cells, doublets, dead cells, debris and beads, as an instrument counts their ions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from cartwise.invention.cytometry_parameters import (
    antibody_columns,
    between,
    book,
    demo_panel,
    dna_columns,
    fixed,
    marker_names,
    mass_channels,
    populations,
    usual_brightness,
)
from cartwise.invention.cytometry_samples import CytometrySample

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

KINDS = ("cell", "dead", "doublet", "bead", "debris")
CELL, DEAD, DOUBLET, BEAD, DEBRIS = range(len(KINDS))


@dataclass(frozen=True, slots=True, eq=False)
class InventedEvents:
    """What stands in a file, and what each event truly is.

    Attributes:
        raw: (n, channels of the panel) as an instrument exports them, in the order of the panel and of time.
        labels: (n,) the population of an intact live single cell, else `dead`, `doublet`, `bead` or `debris`.
        car: (n,) whether it is an intact live single cell with a CAR.
    """

    raw: Floats
    labels: NDArray[np.str_]
    car: NDArray[np.bool_]


def draw_events(sample: CytometrySample, events: int, *, seed: SeedSequence) -> InventedEvents:
    """The events of one sample.

    Args:
        sample: as `plan_cytometry` gives it.
        events: how many the file holds, beads, debris, dead cells and doublets among them.
        seed: the sample's own; the same seed gives the same events.
    """
    rng = default_rng(seed)
    kind = _kinds(events, rng)
    cells = _drawn_cells(sample, events, rng)
    time = _times(events, rng)
    ions = _ions(sample, kind, cells, rng) * _sensitivity(sample, time, rng)[:, None]
    values = np.empty((events, len(demo_panel().channels)), dtype=np.float32)
    values[:, mass_channels()] = _counted(ions, rng)
    _write_pulse(values, kind, rng)
    values[:, _column("Time")] = time
    carrier, population = np.divmod(cells, len(populations()))
    alive = kind == CELL
    labels = np.where(alive, np.array(populations())[population], np.array(KINDS)[kind])
    return InventedEvents(values, labels, alive & (carrier == 1))


def _kinds(events: int, rng: Generator) -> Places:
    """What each event is."""
    shares = {name: between("events", name, rng) for name in KINDS[1:]}
    weights = [1 - sum(shares.values()), *shares.values()]
    return rng.choice(len(KINDS), size=events, p=weights)


def _drawn_cells(sample: CytometrySample, count: int, rng: Generator) -> Places:
    """Kinds of cell as places in the sample's flattened weights: first all without CAR, then all with it."""
    weights = sample.weights.ravel()
    return rng.choice(weights.size, size=count, p=weights / weights.sum())


def _ions(sample: CytometrySample, kind: Places, cells: Places, rng: Generator) -> Floats:
    """Ions that each event sends to the detector while it is at its full sensitivity."""
    ions = _cell_ions(sample, cells, rng)
    double, dead, bead, debris = (np.flatnonzero(kind == one) for one in (DOUBLET, DEAD, BEAD, DEBRIS))
    ions[double] += _partners(sample, len(double), rng)
    ions[dead] = _after_death(ions[dead], rng)
    ions[debris] *= _left_of_a_cell(len(debris), rng)
    ions[bead] = _bead_ions(len(bead), rng)
    return ions


def _after_death(ions: Floats, rng: Generator) -> Floats:
    """Dead cells: fewer of their own markers, some of every antibody, and the viability stain."""
    dead = ions.copy()
    dead[:, antibody_columns()] *= fixed("dead", "kept")
    dead[:, antibody_columns()] += fixed("dead", "sticky")
    brightness = np.exp(book()["dead"]["cisplatin"]["spread"] * rng.standard_normal(len(ions)))
    dead[:, marker_names().index("cisplatin")] = fixed("dead", "cisplatin") * brightness
    return dead


def _left_of_a_cell(count: int, rng: Generator) -> Floats:
    """Share of a cell's ions that each piece of debris has."""
    entry = book()["nucleus"]["debris"]
    share = entry["middle"] * np.exp(entry["spread"] * rng.standard_normal((count, 1)))
    return np.asarray(np.minimum(share, 1), dtype=np.float32)


def _cell_ions(sample: CytometrySample, cells: Places, rng: Generator) -> Floats:
    """Single cells: log-normal about the medians of their kind, larger cells brighter in every antibody."""
    shape = (sample.weights.size, len(marker_names()))
    median = sample.log_counts.reshape(shape).astype(np.float32)
    spread = usual_brightness()[1].reshape(shape).astype(np.float32)
    log = rng.standard_normal((len(cells), shape[1]), dtype=np.float32)
    log *= spread[cells]
    log += median[cells]
    for columns, common in (
        (antibody_columns(), fixed("spread", "size")),
        (dna_columns(), fixed("nucleus", "shared_spread")),
    ):
        log[:, columns] += np.float32(common) * rng.standard_normal((len(cells), 1), dtype=np.float32)
    return np.exp(log, out=log)


def _partners(sample: CytometrySample, count: int, rng: Generator) -> Floats:
    """The second of each doublet: most often a cell, now and then a bead."""
    cells = _cell_ions(sample, _drawn_cells(sample, count, rng), rng)
    is_bead = rng.random((count, 1)) < fixed("events", "bead_in_doublet")
    return np.where(is_bead, _bead_ions(count, rng), cells)


def _bead_ions(count: int, rng: Generator) -> Floats:
    """Beads: their metals, and next to nothing elsewhere."""
    channels = [demo_panel().channels[place].channel for place in mass_channels()]
    metals = [book()["bead"].get(name, book()["bead"]["background"])["middle"] for name in channels]
    shared = fixed("bead", "shared_spread") * rng.standard_normal((count, 1))
    own = fixed("bead", "own_spread") * rng.standard_normal((count, len(channels)))
    return np.asarray(metals * np.exp(shared + own), dtype=np.float32)


def _times(events: int, rng: Generator) -> Floats:
    """Milliseconds from the start of the run, in order."""
    length = 60_000 * between("run", "minutes", rng)
    return np.sort(rng.integers(0, round(length), size=events)).astype(np.float32)


def _sensitivity(sample: CytometrySample, time: Floats, rng: Generator) -> Floats:
    """What the detector still sees, common to all masses: it sinks through the run, with a slow wave."""
    part = time / max(float(time[-1]), 1.0)
    loss, phase = between("run", "loss", rng), rng.uniform(0, 2 * np.pi)
    wave = fixed("run", "wander") * np.sin(4 * np.pi * part + phase)
    return np.asarray(sample.sensitivity * (1 - loss * part) * (1 + wave), dtype=np.float32)


def _counted(ions: Floats, rng: Generator) -> Floats:
    """Whole ions, spread evenly over the unit below as instruments export them; none stays zero."""
    counts: Floats = rng.poisson(ions).astype(np.float32)
    counts -= rng.random(counts.shape, dtype=np.float32)
    return np.maximum(counts, 0, out=counts)


def _write_pulse(values: Floats, kind: Places, rng: Generator) -> None:
    """Event_length and the Gaussian parameters of each event's ion cloud; a longer cloud is a wider one."""
    length = rng.standard_normal(len(kind))
    for name, entry in book()["pulse"].items():
        if name == "source":
            continue
        middle = np.array([entry[one] for one in KINDS], dtype=float)[kind]
        alone = rng.standard_normal(len(kind))
        shape = {"Event_length": length, "Width": 0.8 * length + 0.6 * alone}.get(name, alone)
        cloud = middle * np.exp(entry["spread"] * shape)
        values[:, _column(name)] = np.round(cloud) if name == "Event_length" else cloud


def _column(channel: str) -> int:
    return next(i for i, one in enumerate(demo_panel().channels) if one.channel == channel)
