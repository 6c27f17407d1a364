"""How many cells carry the CAR: by a control's quantile, with the cut's uncertainty and the control's background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cartwise.basis import Estimate, Missing, UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.definition import Definition, Population
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.gates import Gated, masks_by_cuts

LEVEL = 0.95
_SETTLED_BY = "an FMO or a CAR-negative sample, stained and run with the batch"


@dataclass(frozen=True, slots=True)
class CarFrequency:
    """The CAR+ part of a population.

    Attributes:
        population, parent: names, e.g. `CAR+ T cells` and `T cells`.
        cut: where CAR+ begins.
        cells, parent_cells: counts.
        frequency: % above the cut, with exact binomial limits; Missing without cells of the parent.
        at_lower_cut, at_upper_cut: % above the lower and the upper limit of the cut (the first is the greater);
            None without cells.
        background: % of the control's parent population above the same cut; Missing without a control.
        corrected: frequency less background, its limits covering the counts of both and the cut; Missing without a
            control.
        remarks: what a reader should know, as sentences.
    """

    population: str
    parent: str
    cut: Cut
    cells: int
    parent_cells: int
    frequency: Estimate | Missing
    at_lower_cut: float | None
    at_upper_cut: float | None
    background: Estimate | Missing
    corrected: Estimate | Missing
    remarks: tuple[str, ...] = ()


def car_frequency(
    cells: Cells, gated: Gated, definition: Definition, *, control: Cells | None = None, population: str = ""
) -> CarFrequency:
    """The frequency of CAR+ cells, at its cut and at the limits of the cut, less what a control shows above it.

    The limits cover counting and the cut. They do not cover that cells of another person than the control's may
    show another background: where the patient's own sample before infusion was stained, it is the better control.

    Args:
        cells: (n, m) the cells that were gated.
        gated: their populations and cuts.
        definition: the definition they were gated by.
        control: FMO or CAR-negative sample; its parent population is gated with the sample's cuts.
        population: whose gate rests on the CAR alone; by default the one whose cut is looked for in a control.

    Raises:
        UserError: the definition has no population whose gate rests on a control, or the one named does not rest on
            one marker.
    """
    chosen = _population(definition, population)
    marker = next(iter(chosen.where))
    cut = gated.cuts[marker]
    values = cells[marker][gated.populations[chosen.parent]] if chosen.parent else cells[marker]
    background = None if control is None else _control_values(control, definition, gated, chosen, marker)
    positive = _above(values, cut.value)
    ends = [_percent(values, end) for end in (cut.lower, cut.upper)]
    return CarFrequency(
        population=chosen.name,
        parent=chosen.parent,
        cut=cut,
        cells=positive,
        parent_cells=len(values),
        frequency=_exact(
            positive, len(values), f"{chosen.name} of {chosen.parent or 'all cells'}, above {cut.how}"
        ),
        at_lower_cut=ends[0],
        at_upper_cut=ends[1],
        background=_background(background, cut, chosen),
        corrected=_corrected(values, background, cut),
        remarks=_remarks(cut, background, values),
    )


def _population(definition: Definition, name: str) -> Population:
    if name:
        chosen = [population for population in definition.populations if population.name == name]
    else:
        chosen = [
            population
            for population in definition.populations
            if any(definition.cuts[cut].searches[0].method == "control" for cut in population.cuts)
        ]
    if not chosen or set(chosen[0].where.values()) - {"+", "high"} or len(chosen[0].where) != 1:
        raise UserError(
            f"{definition.title} has no population {f'{name!r} ' if name else ''}that one marker above a control's "
            'cut makes. Declare one, e.g. where = { CAR = "+" } with the cut method "control".'
        )
    return chosen[0]


def _control_values(
    control: Cells, definition: Definition, gated: Gated, chosen: Population, marker: str
) -> FloatArray:
    if not chosen.parent:
        return control[marker]
    mask = masks_by_cuts(control, definition, gated.cuts, [chosen.parent])[chosen.parent]
    return control[marker][mask]


def _above(values: FloatArray, cut: float) -> int:
    return int(np.count_nonzero(values > cut))


def _percent(values: FloatArray, cut: float) -> float | None:
    return 100 * _above(values, cut) / len(values) if len(values) else None


def _exact(count: int, n: int, what: str) -> Estimate | Missing:
    """A percentage with the limits of Clopper and Pearson (Biometrika 1934;26:404)."""
    from scipy.special import betaincinv  # noqa: PLC0415  # scipy is slow to import and not every run needs it

    if n == 0:
        return Missing("the sample has no cells of the parent population")
    tail = (1 - LEVEL) / 2
    lower = float(betaincinv(count, n - count + 1, tail)) if count else 0.0
    upper = float(betaincinv(count + 1, n - count, 1 - tail)) if count < n else 1.0
    method = f"percentage of {what}, with exact (Clopper-Pearson) {100 * LEVEL:g} % limits"
    return Estimate(100 * count / n, 100 * lower, 100 * upper, LEVEL, "%", None, method)


def _background(control: FloatArray | None, cut: Cut, chosen: Population) -> Estimate | Missing:
    if control is None:
        return Missing("no control sample was given", _SETTLED_BY)
    if not len(control):
        return Missing("the control has no cells of the parent population", _SETTLED_BY)
    return _exact(_above(control, cut.value), len(control), f"{chosen.parent} of the control above the cut")


def _corrected(values: FloatArray, control: FloatArray | None, cut: Cut) -> Estimate | Missing:
    """Frequency less background.

    At each of three cuts (lower limit, value, upper limit) the difference of the two proportions has Newcombe's limits
    (Stat Med 1998;17:873, method 10); the limits given are the lowest and the highest of the three, so that
    they cover both the counts and the cut. Neither is below zero.
    """
    if control is None or not len(control):
        return Missing("without a control its background is not known", _SETTLED_BY)
    if not len(values):
        return Missing("the sample has no cells of the parent population")
    bounds = [_difference(values, control, at) for at in (cut.value, cut.lower, cut.upper)]
    method = (
        f"percentage above {cut.how} less that of the control, with {100 * LEVEL:g} % limits by Newcombe's method 10, "
        "the widest over the cut's own limits"
    )
    return Estimate(
        value=max(0.0, 100 * bounds[0][0]),
        lower=max(0.0, 100 * min(lower for _, lower, _ in bounds)),
        upper=max(0.0, 100 * max(upper for _, _, upper in bounds)),
        level=LEVEL,
        unit="%",
        method=method,
    )


def _difference(values: FloatArray, control: FloatArray, cut: float) -> tuple[float, float, float]:
    one, low, high = _wilson(_above(values, cut), len(values))
    other, other_low, other_high = _wilson(_above(control, cut), len(control))
    apart = one - other
    return (
        apart,
        apart - math.hypot(one - low, other_high - other),
        apart + math.hypot(high - one, other - other_low),
    )


def _wilson(count: int, n: int) -> tuple[float, float, float]:
    """A proportion with the limits of Wilson (J Am Stat Assoc 1927;22:209)."""
    z = 1.959963984540054
    part = count / n
    middle = (part + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(part * (1 - part) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return part, max(0.0, middle - half), min(1.0, middle + half)


def _remarks(cut: Cut, control: FloatArray | None, values: FloatArray) -> tuple[str, ...]:
    remarks = []
    if control is None:
        remarks.append(
            f"CAR+ begins at {cut.how}, and no control says how many cells without CAR lie above it: a small frequency "
            "may be background alone."
        )
    elif (
        len(values)
        and len(control)
        and (_percent(values, cut.value) or 0) < (_percent(control, cut.value) or 0)
    ):
        remarks.append(
            "Fewer cells lie above the cut than in the control: the corrected frequency is given as zero."
        )
    if not math.isfinite(cut.upper):
        remarks.append(
            "The control has too few cells to bound the cut from above; the lower limit is zero for that."
        )
    if len(values):
        remarks.append("Cells whose CAR lies below the cut are not counted.")
    return tuple(remarks)
