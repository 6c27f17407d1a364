"""The second pass: one sample from its file to the counts and markers of its populations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cartwise.basis import Estimate
from cartwise.cytometry.car_gate import CarFrequency, car_frequency
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.classification import UNCLASSIFIED, Classification
from cartwise.cytometry.correction import Correction
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.events import Mask
from cartwise.cytometry.frequencies import Frequency, frequencies, frequency
from cartwise.cytometry.gates import Gated, gate
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.sample import Preparation, Prepared, SampleFile, prepare
from cartwise.cytometry.state_markers import StateMarker, state_markers
from cartwise.cytometry.step import Step


@dataclass(frozen=True, slots=True)
class Count:
    """What every sample of a run is counted with.

    Attributes:
        preparation: how files become cells.
        definition: the populations.
        cuts: by batch; empty where each sample is gated by its own cuts.
        controls: cells of the control that says where CAR+ begins, by batch.
        references: by rule; the first is the one whose frequencies are recorded.
        calibrate: what the rejection threshold is fitted to.
        correction: what the recorded rule does to cells whose subset is known; None where that cannot be undone.
    """

    preparation: Preparation
    definition: Definition
    cuts: Mapping[str, Mapping[str, Cut]]
    controls: Mapping[str, Cells]
    references: Mapping[str, Reference]
    calibrate: str
    correction: Correction | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What one sample was found to hold; small, so that many can be kept.

    Attributes:
        sample: the file.
        events: events in it.
        cells: intact, live, single cells among them.
        frequencies: of gated populations and of classified subsets.
        markers: state markers of the same populations.
        by_rule: rule -> subset -> cells, `unclassified` among them.
        kept_percent: by rule, part of the classified cells that have a subset; None without cells.
        limits: of the recorded rule, how far a cell may be from each subset and how that came about.
        car: the CAR+ gate with its uncertainty; None where the definition has none.
        cuts: name -> cut used.
        steps: cleaning and gating, in order.
        remarks: of the reader, the panel, the gates and the classifier.
    """

    sample: SampleFile
    events: int
    cells: int
    frequencies: tuple[Frequency, ...]
    markers: tuple[StateMarker, ...]
    by_rule: Mapping[str, Mapping[str, int]]
    kept_percent: Mapping[str, float | None]
    limits: tuple[tuple[str, float, str], ...]
    car: CarFrequency | None
    cuts: Mapping[str, Cut]
    steps: tuple[Step, ...]
    remarks: tuple[str, ...]


def count(sample: SampleFile, *, by: Count) -> Counted:
    """Take one sample from its file to its counts.

    Raises:
        UserError: it cannot be read, or does not match its panel.
    """
    prepared = prepare(sample, by.preparation)
    cells = prepared.cells
    control = by.controls.get(sample.batch)
    gated = gate(cells, by.definition, cuts=by.cuts.get(sample.batch), control=control)
    car = _car(cells, gated, by, control)
    classified = _classified(cells, gated, by)
    subsets = _subsets(gated, by, classified)
    recorded = next(iter(classified.values()), None)
    shown = _measured(gated, by.definition) | subsets
    return Counted(
        sample=sample,
        events=prepared.events,
        cells=len(cells),
        frequencies=(*_gated(gated, by.definition, car), *_of_subsets(subsets, gated, by)),
        markers=state_markers(cells, shown, by.definition.measure.state_markers, gated.positive_above),
        by_rule={rule: _counts(found) for rule, found in classified.items()},
        kept_percent={rule: found.kept_percent if len(found) else None for rule, found in classified.items()},
        limits=_limits(recorded),
        car=car,
        cuts=gated.cuts,
        steps=(*prepared.steps, *gated.steps),
        remarks=_remarks(prepared, gated, car, recorded),
    )


def intact_cells(sample: SampleFile, *, by: Preparation) -> Counted:
    """Take one sample as far as its intact cells; nothing in it is gated or counted.

    Raises:
        UserError: as `count`.
    """
    prepared = prepare(sample, by)
    return Counted(
        sample=sample,
        events=prepared.events,
        cells=len(prepared.cells),
        frequencies=(),
        markers=(),
        by_rule={},
        kept_percent={},
        limits=(),
        car=None,
        cuts={},
        steps=prepared.steps,
        remarks=_of_preparing(prepared),
    )


def _car(cells: Cells, gated: Gated, by: Count, control: Cells | None) -> CarFrequency | None:
    by_control = any(rule.searches[0].method == "control" for rule in by.definition.cuts.values())
    return car_frequency(cells, gated, by.definition, control=control) if by_control else None


def _classified(cells: Cells, gated: Gated, by: Count) -> dict[str, Classification]:
    """Each rule's classification of the cells that the definition wants classified."""
    wanted = by.definition.classify
    if wanted is None or not by.references:
        return {}
    chosen = cells.only(gated.populations[wanted.cells])
    recorded = next(iter(by.references))
    return {
        rule: reference.classify(chosen, calibrate=by.calibrate if rule == recorded else None)
        for rule, reference in by.references.items()
    }


def _subsets(gated: Gated, by: Count, classified: Mapping[str, Classification]) -> dict[str, Mask]:
    """(n,) mask of each subset over all cells, by the recorded rule; `unclassified` last."""
    wanted = by.definition.classify
    if wanted is None or not classified:
        return {}
    found = next(iter(classified.values()))
    places = np.flatnonzero(gated.populations[wanted.cells])
    masks = {}
    for name in (*by.definition.reference, UNCLASSIFIED):
        mask = np.zeros(len(gated.populations[wanted.cells]), dtype=np.bool_)
        mask[places[found.labels == name]] = True
        masks[name] = mask
    return masks


def _measured(gated: Gated, definition: Definition) -> dict[str, Mask]:
    return {name: gated.populations[name] for name in definition.measure.gated}


def _gated(gated: Gated, definition: Definition, car: CarFrequency | None) -> tuple[Frequency, ...]:
    """Gated populations as a part of their parent and of all leukocytes."""
    root = next(population.name for population in definition.populations if not population.parent)
    pairs = dict.fromkeys(
        (name, parent)
        for name in definition.measure.gated
        for parent in (gated.parents[name], root)
        if parent
    )
    found = (frequency(name, parent, gated.count(name), gated.count(parent)) for name, parent in pairs)
    return tuple(_with_gate(item, car) for item in found)


def _with_gate(item: Frequency, car: CarFrequency | None) -> Frequency:
    """The CAR+ frequency with limits that cover the cut as well, and less what the control shows above it."""
    if car is None or item.subset != car.population or item.percent is None:
        return item
    # The gate speaks of its own parent; of another population it is as many times less as that one has more cells.
    scale = car.parent_cells / item.parent_cells
    ends = [scale * end for end in (car.at_lower_cut, car.at_upper_cut) if end is not None]
    corrected = scale * car.corrected.value if isinstance(car.corrected, Estimate) else None
    return replace(
        item,
        lower=min([*ends, item.lower or 0.0]),
        upper=max([*ends, item.upper or 0.0]),
        corrected=corrected,
        covers="counting (Clopper-Pearson) and the limits of the CAR's cut; corrected: less the control's background",
    )


def _of_subsets(subsets: Mapping[str, Mask], gated: Gated, by: Count) -> tuple[Frequency, ...]:
    wanted = by.definition.classify
    if wanted is None or not subsets:
        return ()
    counts = {name: int(np.count_nonzero(mask)) for name, mask in subsets.items()}
    raw = frequencies(counts, wanted.cells, gated.count(wanted.cells))
    corrected = {} if by.correction is None else by.correction.percent(counts)
    covers = "counting (Clopper-Pearson); corrected: for the confusion of subsets in left-out samples and for refused cells"
    return tuple(replace(item, corrected=corrected.get(item.subset), covers=covers) for item in raw)


def _counts(found: Classification) -> dict[str, int]:
    names, numbers = np.unique(found.labels.astype(str), return_counts=True)
    seen = dict(zip(names.tolist(), numbers.tolist(), strict=True))
    return {name: seen.get(name, 0) for name in (*found.populations, UNCLASSIFIED)}


def _limits(found: Classification | None) -> tuple[tuple[str, float, str], ...]:
    if found is None:
        return ()
    return tuple((limit.population, limit.squared, limit.how) for limit in found.threshold.limits)


def _remarks(
    prepared: Prepared, gated: Gated, car: CarFrequency | None, found: Classification | None
) -> tuple[str, ...]:
    said = [*_of_preparing(prepared), *gated.remarks, *(car.remarks if car else ())]
    if found is not None and found.ties:
        said.append(
            f"{found.ties} cells lie as near to two subsets; the first in the reference's order has them."
        )
    return tuple(dict.fromkeys(said))


def _of_preparing(prepared: Prepared) -> tuple[str, ...]:
    said = [*prepared.warnings, *(issue.message for issue in prepared.issues)]
    said += [remark for step in prepared.steps for remark in step.remarks]
    return tuple(dict.fromkeys(said))
