"""Which events are single, intact cells: by the shape of their ion cloud and by their DNA."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry.cells import asinh
from cartwise.cytometry.events import FloatArray, Mask
from cartwise.cytometry.smooth_density import Shape, Values, picture, shape
from cartwise.cytometry.step import Density, Setting

SCALE = "asinh(x/5)"
COFACTOR = 5.0
KERNEL = 0.08
NUCLEATED = 2.0
"""Cells' DNA is looked for above this on asinh(x/5) (18 counts)."""
DOUBLET = math.log(2)
"""Two cells have twice the DNA: this far above the singlets on asinh(x/5), which is logarithmic there."""
UNFITTED = 0.5
"""Where more than this part of a Gaussian parameter is 0, the instrument did not fit it."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a step keeps, with its account.

    Attributes:
        keep: (n,) events that stay.
        settings, densities, remarks: as in `Step`.
    """

    keep: Mask
    settings: tuple[Setting, ...] = ()
    densities: tuple[Density, ...] = ()
    remarks: tuple[str, ...] = ()


def gaussian_singlets(
    parameters: Mapping[str, FloatArray], *, width: float, given: Mapping[str, float]
) -> Kept:
    """Events whose ion cloud has the usual shape: every parameter within bounds around its mode.

    The bounds lie `width` standard deviations from the mode, each side by its own: the median distance of the events
    on that side / 0.6745. Events with 0 in a fitted parameter had no fit; they are not single cells one can vouch for.

    Args:
        parameters: Event_length, Center, Offset, Width, Residual, those present: (n,) raw values each.
        width: standard deviations.
        given: thresholds that are not to be looked for, by setting name (`Width, upper`).
    """
    length = len(next(iter(parameters.values()), ()))
    keep = np.ones(length, dtype=np.bool_)
    settings: list[Setting] = []
    densities: list[Density] = []
    remarks: list[str] = []
    for name, values in parameters.items():
        fitted = (values != 0) if name != "Event_length" else np.ones(length, dtype=np.bool_)
        if length and 1 - fitted.mean() > UNFITTED:
            remarks.append(f"{name} is 0 in most events: the instrument did not fit it, and it is left out.")
            continue
        bounds = _parameter_bounds(name, values[fitted], width, given)
        if bounds is None:
            remarks.append(f"{name} has too few different values to set bounds; it is left out.")
            continue
        low, high = (bound.value for bound in bounds)
        keep &= fitted & (values >= low) & (values <= high)
        settings += bounds
        densities.append(picture(name, f"{name}, raw", values, (low, high)))
        if not fitted.all():
            remarks.append(f"{name} is 0 (no fit) in {int((~fitted).sum())} events; they are taken out.")
    return Kept(keep, tuple(settings), tuple(densities), tuple(remarks))


def dna_singlets(dna: FloatArray, *, width: float, given: Mapping[str, float]) -> Kept:
    """Events with the DNA of one cell.

    Two numbers for each event: the mean of its DNA channels on asinh(x/5), and (with two channels) their difference.
    The mean lies around the mode of nucleated events: above the valley towards debris or `width` standard deviations
    below the mode, whichever is higher, and under the valley towards doublets or, where none is seen, `width`
    standard deviations above the mode, but never further than twice the DNA. The difference lies within five
    standard deviations of its median.

    Args:
        dna: (n, d) raw DNA channels, d >= 1.
        width: standard deviations of the singlets' mode (by the half width at half its height).
        given: thresholds that are not to be looked for, by setting name (`DNA, upper`).
    """
    transformed = asinh(dna, COFACTOR)
    level = transformed.mean(axis=1)
    found = shape(level, kernel=KERNEL)
    if found is None or not bool((level > NUCLEATED).any()):
        return Kept(
            np.ones(len(dna), np.bool_),
            remarks=("Too few events with DNA to set bounds; none is taken out.",),
        )
    low, high = _dna_bounds(found, width, given)
    keep = (level >= low.value) & (level <= high.value)
    settings, densities = [low, high], [picture("DNA", f"DNA, {SCALE}", level, (low.value, high.value))]
    if dna.shape[1] == 2:
        difference = transformed[:, 0] - transformed[:, 1]
        bounds = _difference_bounds(difference[keep], given)
        keep &= (difference >= bounds[0].value) & (difference <= bounds[1].value)
        settings += bounds
        cuts = (bounds[0].value, bounds[1].value)
        densities.append(picture("DNA, first less second channel", f"difference, {SCALE}", difference, cuts))
    remark = (
        "Cycling cells hold up to twice the DNA; those above the upper bound are taken out with the doublets."
    )
    return Kept(keep, tuple(settings), tuple(densities), (remark,))


def setting(name: str, value: float, scale: str, how: str, given: Mapping[str, float]) -> Setting:
    """A threshold as it was found, or as it was given."""
    return Setting(name, given[name], scale, "given") if name in given else Setting(name, value, scale, how)


def _parameter_bounds(
    name: str, values: Values, width: float, given: Mapping[str, float]
) -> tuple[Setting, Setting] | None:
    found = shape(values)
    if found is None:
        return None
    mode = found.mode()
    how = f"mode, {width:g} standard deviations of its {{}} side"
    return (
        setting(f"{name}, lower", mode - width * _side(mode - values), "raw", how.format("lower"), given),
        setting(f"{name}, upper", mode + width * _side(values - mode), "raw", how.format("upper"), given),
    )


def _side(distances: NDArray[np.floating[Any]]) -> float:
    beyond = distances[distances > 0]
    return float(np.median(beyond)) / 0.6745 if len(beyond) else 0.0


def _dna_bounds(found: Shape, width: float, given: Mapping[str, float]) -> tuple[Setting, Setting]:
    mode = found.mode(above=NUCLEATED)
    below, above = found.spread(mode)
    debris = found.valley(above=NUCLEATED / 2, below=mode)
    low = mode - width * below
    lower = setting("DNA, lower", low, SCALE, f"mode - {width:g} standard deviations", given)
    if debris is not None and debris > low:
        lower = setting("DNA, lower", debris, SCALE, "valley between debris and singlets", given)
    doublets = found.valley(above=mode, below=mode + DOUBLET)
    high = mode + min(width * above, DOUBLET)
    upper = setting(
        "DNA, upper", high, SCALE, f"mode + {width:g} standard deviations, at most twice the DNA", given
    )
    if doublets is not None:
        upper = setting("DNA, upper", doublets, SCALE, "valley between singlets and doublets", given)
    return lower, upper


def _difference_bounds(difference: FloatArray, given: Mapping[str, float]) -> tuple[Setting, Setting]:
    middle = float(np.median(difference)) if len(difference) else 0.0
    spread = float(np.median(np.abs(difference - middle))) / 0.6745 if len(difference) else 0.0
    how = "median, five standard deviations (by the median absolute deviation)"
    return (
        setting("DNA difference, lower", middle - 5 * spread, SCALE, how, given),
        setting("DNA difference, upper", middle + 5 * spread, SCALE, how, given),
    )
