"""A run of a mass cytometer drawn with its truth: cells, doublets, debris, dead cells, beads and a drift of signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartwise.cytometry.events import Events
from cartwise.cytometry.panel import Channel, Panel

GAUSSIAN = ("Event_length", "Center", "Offset", "Width", "Residual")
BEADS = ("Ce140Di", "Eu151Di", "Eu153Di", "Ho165Di", "Lu175Di")
MARKERS = ("Nd142Di", "Nd145Di", "Nd146Di", "Er168Di")
CHANNELS = ("Time", *GAUSSIAN, "Y89Di", *BEADS, *MARKERS, "Ir191Di", "Ir193Di", "Pt195Di")
KINDS = ("cell", "doublet", "debris", "dead", "CD45-", "bead", "bead doublet")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Events with what each of them is (index into KINDS), and the signal's course that was laid on them."""

    events: Events
    kind: np.ndarray
    drift: np.ndarray

    def column(self, channel: str) -> np.ndarray:
        return self.events.values[:, self.events.channels.index(channel)]


def panel(*, without: tuple[str, ...] = ()) -> Panel:
    """The panel of the run; roles named in `without` are left out."""
    roles = {"Time": "time", **dict.fromkeys(GAUSSIAN, "Gaussian"), **dict.fromkeys(BEADS, "bead")}
    roles |= {"Y89Di": "lineage", "Ir191Di": "DNA", "Ir193Di": "DNA", "Pt195Di": "viability"}
    roles |= dict.fromkeys(MARKERS, "lineage")
    marker = {"Y89Di": "CD45", **{channel: f"M{channel}" for channel in MARKERS}}
    return Panel(
        "run",
        "1",
        5,
        tuple(
            Channel(channel, "", marker.get(channel, ""), (roles[channel],))
            for channel in CHANNELS
            if roles[channel] not in without
        ),
    )


def run(
    events: int = 20_000,
    *,
    seed: int = 1,
    loss: float = 0.0,
    shares: tuple[float, ...] = (0.66, 0.08, 0.06, 0.08, 0.04, 0.06, 0.02),
) -> Run:
    """Draw a run.

    Args:
        loss: part of the signal that is lost from the first event to the last, along a straight line.
        shares: part of each kind, in the order of KINDS.
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(KINDS), size=events, p=shares)
    time = np.sort(rng.uniform(0, 1e6, events))
    drift = 1 - loss * time / 1e6
    is_bead = np.isin(kind, [5, 6])
    has_cell = np.isin(kind, [0, 1, 3, 4, 6])
    doubled = kind == 1

    def lognormal(middle: float, sd: float) -> np.ndarray:
        return np.exp(rng.normal(np.log(middle), sd, events))

    def noise(mean: float = 0.6) -> np.ndarray:
        return np.where(rng.random(events) < 0.5, 0.0, rng.exponential(mean, events))

    wide = np.where(doubled, 1.8, 1.0)
    cloud = {
        "Event_length": np.round(rng.normal(26, 3, events) * wide),
        "Center": rng.normal(600, 60, events) * wide,
        "Offset": rng.normal(100, 12, events) * wide,
        "Width": rng.normal(45, 6, events) * wide,
        "Residual": rng.normal(80, 15, events) * wide,
    }
    cells = np.where(doubled, 2.0, 1.0)
    dna = np.where(has_cell, lognormal(600, 0.12) * cells, np.where(kind == 2, lognormal(25, 0.6), noise()))
    mass = {
        "Y89Di": np.where(has_cell & (kind != 4), lognormal(150, 0.4) * cells, noise()),
        **{channel: np.where(is_bead, lognormal(1500, 0.12), noise()) for channel in BEADS},
        **{
            channel: np.where(has_cell & (rng.random(events) < 0.4), lognormal(60, 0.6) * cells, noise())
            for channel in MARKERS
        },
        "Ir191Di": dna * lognormal(1, 0.03),
        "Ir193Di": 1.7 * dna * lognormal(1, 0.03),
        "Pt195Di": np.where(kind == 3, lognormal(400, 0.5), np.where(has_cell, lognormal(12, 0.4), noise())),
    }
    columns = [time, *cloud.values(), *(drift * mass[channel] for channel in CHANNELS[6:])]
    return Run(
        Events(np.stack(columns, axis=1).astype(np.float32), CHANNELS, ("",) * len(CHANNELS)), kind, drift
    )
