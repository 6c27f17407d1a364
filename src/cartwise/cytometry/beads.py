"""Which events are calibration beads, and which hold a bead beside something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartwise.cytometry.cells import asinh
from cartwise.cytometry.events import FloatArray, Mask
from cartwise.cytometry.smooth_density import Shape, picture, shape
from cartwise.cytometry.step import Density, Setting

COFACTOR = 5.0
SCALE = "asinh(x/5)"
KERNEL = 0.12
"""Kernel on the scale asinh(x/5): wider than the steps between single counts, narrower than a population."""
SIGNAL = 2.0
"""A bead's weakest channel stands above this on asinh(x/5) (18 counts); the search for a valley starts below it."""
FEWEST_BEADS = 10
TRIM = 5.0
"""Single beads further than this many median absolute deviations from the beads' median do not guide normalisation."""


@dataclass(frozen=True, slots=True, eq=False)
class Beads:
    """The beads of a file.

    Attributes:
        single: (n,) beads alone and of usual intensity: what normalisation is guided by.
        holding: (n,) every event with a bead in it: single beads, two at once, and bead with cell.
        settings, densities: the thresholds and their pictures.
    """

    single: Mask
    holding: Mask
    settings: tuple[Setting, ...]
    densities: tuple[Density, ...]


def find_beads(
    beads: FloatArray, dna: FloatArray, *, given: float | None = None, trim: float = TRIM
) -> Beads | None:
    """Find beads: all bead channels high; alone where DNA is low.

    Candidates are events whose weakest bead channel stands above their DNA. Every event whose weakest bead channel
    lies above the valley below the candidates' mode holds a bead; those of them with cells' DNA are doublets.

    Args:
        beads: (n, b) raw bead channels, b >= 1.
        dna: (n, d) raw DNA channels; with d = 0 no doublet can be told from a bead.
        given: threshold of the weakest bead channel on asinh(x/5), instead of the valley.
        trim: median absolute deviations that single beads may differ from their median.

    Returns:
        None where there are fewer than FEWEST_BEADS candidates.
    """
    transformed = asinh(beads, COFACTOR)
    weakest = transformed.min(axis=1)
    stain = asinh(dna, COFACTOR).max(axis=1) if dna.shape[1] else np.zeros(len(beads), np.float32)
    candidates = (weakest > SIGNAL) & (weakest > stain)
    if int(candidates.sum()) < FEWEST_BEADS:
        return None
    cut = _bead_cut(weakest, candidates) if given is None else Setting(_CUT, given, SCALE, "given")
    holding = weakest > cut.value
    dna_cut = _dna_cut(stain, holding & candidates)
    single = holding & candidates & (stain < dna_cut.value)
    single &= _usual(transformed, single, trim)
    densities = (
        picture("Beads", f"weakest bead channel, {SCALE}", weakest, (cut.value,)),
        picture("DNA of events with a bead", f"DNA, {SCALE}", stain[holding], (dna_cut.value,)),
    )
    trimmed = Setting("beads, distance to their median", trim, "median absolute deviations", "as set")
    return Beads(single, holding, (cut, dna_cut, trimmed), densities)


_CUT = "beads, weakest channel, lower"


def _bead_cut(weakest: FloatArray, candidates: Mask) -> Setting:
    middle = float(np.median(weakest[candidates]))
    found = shape(weakest, kernel=KERNEL)
    valley = found.valley(above=0.0, below=middle) if found else None
    if valley is None:
        return Setting(_CUT, SIGNAL, SCALE, "fixed: no valley below the beads' mode")
    return Setting(_CUT, valley, SCALE, "valley below the beads' mode")


def _dna_cut(stain: FloatArray, candidates: Mask) -> Setting:
    """Where cells' DNA begins, as far as it can be told from the beads' own background."""
    name = "single beads, DNA, upper"
    found: Shape | None = shape(stain, kernel=KERNEL)
    background = float(np.median(stain[candidates]))
    valley = found.valley(above=background) if found else None
    if valley is None:
        return Setting(
            name, float(np.arcsinh(4.0)), SCALE, "fixed (20 counts): no valley between beads and cells"
        )
    return Setting(name, valley, SCALE, "valley between the DNA of beads and of cells")


def _usual(transformed: FloatArray, single: Mask, trim: float) -> Mask:
    if not single.any():
        return single
    middle = np.median(transformed[single], axis=0)
    spread = np.median(np.abs(transformed[single] - middle), axis=0)
    usual: Mask = (np.abs(transformed - middle) <= trim * np.maximum(spread, 0.02)).all(axis=1)
    return usual
