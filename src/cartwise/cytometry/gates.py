"""Gates: the populations of a definition among the cells of a sample, with the cuts that data decide."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cuts import FEWEST, Cut, Found, mixture, quantile, valley
from cartwise.cytometry.definition import BRIGHT, CutRule, Definition, Population, Search
from cartwise.cytometry.density import histogram
from cartwise.cytometry.events import FloatArray, Mask
from cartwise.cytometry.step import Density, Step

FEW = 50
"""Cells below which a population is remarked upon."""


@dataclass(frozen=True, slots=True, eq=False)
class Gated:
    """The populations of a sample.

    Attributes:
        populations: name -> (n,) which cells belong to it.
        parents: name -> the population it is a part of; "" for one of all cells.
        cuts: name of the cut (`CD3`, `CD56 bright`) -> the cut that was used.
        steps: the account of every gate, in the order of the definition.
    """

    populations: Mapping[str, Mask]
    parents: Mapping[str, str]
    cuts: Mapping[str, Cut]
    steps: tuple[Step, ...]

    def count(self, name: str) -> int:
        """Cells of a population."""
        return int(np.count_nonzero(self.populations[name]))

    @property
    def positive_above(self) -> dict[str, float]:
        """Marker -> value above which a cell is positive."""
        return {name: cut.value for name, cut in self.cuts.items() if not name.endswith(BRIGHT)}

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks of all steps, each once."""
        return tuple(dict.fromkeys(remark for step in self.steps for remark in step.remarks))


def gate(
    cells: Cells,
    definition: Definition,
    *,
    cuts: Mapping[str, Cut] | None = None,
    control: Cells | None = None,
) -> Gated:
    """Find the populations of a definition.

    A cut is looked for among the cells of the population that the definition names, which may need other cuts
    first. A cell is positive above the cut and negative at or below it; a cell without a value is neither.

    Args:
        cells: (n, m) transformed cells.
        definition: populations and where their cuts are looked for.
        cuts: cuts found before (in another sample, or pooled); these are used as they are, all others are looked
            for here.
        control: FMO or CAR-negative sample, for cuts of the method `control`; gated with the cuts of `cells`.

    Raises:
        UserError: the panel lacks markers that the gates need, or a known cut stands on another scale.
    """
    _check(cells, definition, cuts or {}, control)
    gating = _Gating(cells, definition, cuts or {}, control)
    names = definition.names
    used = {
        name: gating.cut(name) for name in definition.cuts if definition.cuts[name].marker in cells.markers
    }
    return Gated(
        populations={name: gating.mask(name) for name in names},
        parents={population.name: population.parent for population in definition.populations},
        cuts=used,
        steps=_steps(gating, definition),
    )


def masks_by_cuts(
    cells: Cells, definition: Definition, cuts: Mapping[str, Cut], names: Iterable[str]
) -> dict[str, Mask]:
    """Some populations by known cuts alone, e.g. the T cells of a control sample by the cuts of the sample."""
    gating = _Gating(cells, definition, cuts, None)
    return {name: gating.mask(name) for name in names}


def batch_cuts(gated: Iterable[Gated]) -> dict[str, Cut]:
    """One cut for all samples of a batch: the median of those that data decided, by the method most of them used.

    Where data decided it in fewer than a fifth of the samples, the fallback of the definition stays: what one sample
    of many shows alone is more likely a chance of that sample. The interval holds every sample's cut that the
    median was taken of, and the median of their own intervals: how much samples differ is what one
    cut for all of them leaves open.

    Raises:
        UserError: samples stand on different scales.
    """
    by_name: dict[str, list[Cut]] = {}
    for sample in gated:
        for name, cut in sample.cuts.items():
            by_name.setdefault(name, []).append(cut)
    return {name: _batch_cut(cuts) for name, cuts in by_name.items()}


def _batch_cut(cuts: list[Cut]) -> Cut:
    scales = {cut.scale for cut in cuts}
    if len(scales) > 1:
        raise UserError(
            f"Cuts of {cuts[0].name} stand on the scales {', '.join(sorted(scales))} and have no median. "
            "Use one cofactor for a batch."
        )
    methods = Counter(cut.method for cut in cuts if cut.found)
    if sum(methods.values()) < len(cuts) / 5:
        return next(cut for cut in cuts if not cut.found)
    method = methods.most_common(1)[0][0]
    used = [cut for cut in cuts if cut.found and cut.method == method]
    values = [cut.value for cut in used]
    return replace(
        used[0],
        value=median(values),
        how=f"median of {len(used)} of {len(cuts)} samples, each by {method}",
        lower=min(*values, median(cut.lower for cut in used)),
        upper=max(*values, median(cut.upper for cut in used)),
        cells=sum(cut.cells for cut in used),
    )


def _check(cells: Cells, definition: Definition, cuts: Mapping[str, Cut], control: Cells | None) -> None:
    samples = {"the cells": cells} | ({"the control": control} if control is not None else {})
    for what, sample in samples.items():
        if wanting := [marker for marker in definition.needed_markers if marker not in sample.markers]:
            raise UserError(
                f"The gates and the classifier of {definition.title} need {', '.join(wanting)}, and the panel of {what} "
                "does not name them. Name them in the panel, or write a definition without them: `cartwise cytometry "
                "populations` prints the shipped one to start from."
            )
        if sample.scale != cells.scale:
            raise UserError(
                f"The cells stand on {cells.scale}, the control on {sample.scale}. Use one cofactor for both."
            )
    if other := [name for name, cut in cuts.items() if cut.scale != cells.scale]:
        raise UserError(
            f"The cuts of {', '.join(other)} stand on {cuts[other[0]].scale}, the cells on {cells.scale}. "
            "Find the cuts on cells of the same cofactor."
        )


class _Gating:
    """Cuts and populations as they are asked for, each found once: a cut may need a population, and it a cut."""

    def __init__(
        self, cells: Cells, definition: Definition, known: Mapping[str, Cut], control: Cells | None
    ) -> None:
        self.cells = cells
        self.definition = definition
        self.known = known
        self.control = control
        self.pictures: dict[str, Density] = {}
        self.remarks: dict[str, list[str]] = {}
        self._cuts: dict[str, Cut] = {}
        self._masks: dict[str, Mask] = {}
        self._sides: dict[tuple[str, str], Mask] = {}

    def cut(self, name: str) -> Cut:
        if name not in self._cuts:
            self._cuts[name] = self._looked_for(self.definition.cuts[name])
        return self._cuts[name]

    def mask(self, name: str) -> Mask:
        if name not in self._masks:
            population = self.definition.population(name)
            mask = (
                self.mask(population.parent).copy()
                if population.parent
                else np.ones(len(self.cells), np.bool_)
            )
            for marker, level in population.where.items():
                mask &= self._side(marker, level)
            self._masks[name] = mask
        return self._masks[name]

    def _side(self, marker: str, level: str) -> Mask:
        if level == "dim":
            return self._side(marker, "+") & ~self._side(marker, "bright")
        level = {"low": "-", "high": "+"}.get(level, level)
        if (marker, level) not in self._sides:
            cut = self.cut(marker + BRIGHT if level == "bright" else marker).value
            values = self.cells[marker]
            self._sides[marker, level] = values <= cut if level == "-" else values > cut
        return self._sides[marker, level]

    def _looked_for(self, rule: CutRule) -> Cut:
        values, lost = _finite(self.cells[rule.marker][self.mask(rule.within)])
        if lost:
            self._remark(
                rule.name, f"{lost} cells have no value of {rule.marker} and are neither side of its cut."
            )
        cut = self.known.get(rule.name) or self._found(rule, values)
        counts = histogram(values)
        if counts is not None:
            label = f"{rule.marker}, {self.cells.scale}"
            self.pictures[rule.name] = counts.picture(f"{rule.name} of {rule.within}", label, (cut.value,))
        return cut

    def _found(self, rule: CutRule, values: FloatArray) -> Cut:
        failed = []
        for search in rule.searches:
            found, why_not = self._searched(rule, search, values)
            if found is not None:
                break
            failed.append(f"no cut by {search.method} ({why_not})")
        else:  # a definition ends each rule with a fixed number, so this is never reached from a file
            raise UserError(
                f"No cut of {rule.name} was found, and its rule ends in no fixed number. Give one."
            )
        if failed:
            self._remark(rule.name, f"{rule.name}: {', '.join(failed)}; used instead: {found.how}.")
        if not math.isfinite(found.upper):
            self._remark(
                rule.name,
                f"The cut of {rule.name} has no upper limit: the sample it was found in has too few cells.",
            )
        return Cut(
            name=rule.name,
            value=found.value,
            scale=self.cells.scale,
            how=found.how,
            lower=found.lower,
            upper=found.upper,
            method=search.method,
            found=search.method != "fixed" or len(rule.searches) == 1,
            cells=len(values),
        )

    def _searched(self, rule: CutRule, search: Search, values: FloatArray) -> tuple[Found | None, str]:
        """What a method finds, and otherwise why it finds nothing."""
        if search.at is not None and search.method == "fixed":
            return Found(search.at, search.at, search.at, f"the definition's {search.at:g}"), ""
        if search.at is not None and search.method == "quantile":
            found = _of_many(values, lambda: quantile(values, search.at or 0))
            return found, f"only {len(values)} of {rule.within}"
        if search.at is not None and search.method == "control":
            return self._by_control(rule, search.at)
        counts = histogram(values)
        if counts is None or len(values) < FEWEST:
            return None, f"only {len(values)} of {rule.within}"
        return {"valley": valley, "mixture": mixture}[search.method](
            counts
        ), f"no two modes among {rule.within}"

    def _by_control(self, rule: CutRule, at: float) -> tuple[Found | None, str]:
        if self.control is None:
            return None, "no control sample was given"
        needed = {cut for population in self.definition.ancestors(rule.within) for cut in population.cuts}
        cuts = {name: self.cut(name) for name in needed}
        mask = masks_by_cuts(self.control, self.definition, cuts, [rule.within])[rule.within]
        values, _ = _finite(self.control[rule.marker][mask])
        found = _of_many(values, lambda: quantile(values, at))
        return found and replace(
            found, how=f"{at:g} % quantile of {len(values)} {rule.within} of the control"
        ), (f"the control has only {len(values)} of {rule.within}")

    def _remark(self, name: str, remark: str) -> None:
        self.remarks.setdefault(name, []).append(remark)


def _of_many(values: FloatArray, find: Callable[[], Found | None]) -> Found | None:
    return find() if len(values) >= FEWEST else None


def _finite(values: FloatArray) -> tuple[FloatArray, int]:
    there = np.isfinite(values)
    lost = len(values) - int(np.count_nonzero(there))
    return (values[there], lost) if lost else (values, 0)


def _steps(gating: _Gating, definition: Definition) -> tuple[Step, ...]:
    """One step a population; the picture and the remarks of a cut stand where it is first used.

    A cut that no gate uses (of a state marker) stands with the population it was looked for within.
    """
    gated = {name for population in definition.populations for name in population.cuts}
    shown: set[str] = set()
    steps = []
    for population in definition.populations:
        aside = [
            name
            for name, rule in definition.cuts.items()
            if rule.within == population.name and name not in gated and rule.marker in gating.cells.markers
        ]
        new = [name for name in population.cuts if name not in shown]
        shown.update(new)
        steps.append(_step(gating, population, aside, [*new, *aside]))
    return tuple(steps)


def _step(gating: _Gating, population: Population, aside: list[str], new: list[str]) -> Step:
    mask = gating.mask(population.name)
    after = int(np.count_nonzero(mask))
    before = int(np.count_nonzero(gating.mask(population.parent))) if population.parent else len(mask)
    remarks = [remark for name in new for remark in gating.remarks.get(name, [])]
    if after < FEW:
        remarks.append(f"{population.name}: only {after} cells; its percentages say little.")
    return Step(
        name=population.name,
        before=before,
        after=after,
        settings=tuple(gating.cut(name).setting for name in (*population.cuts, *aside)),
        densities=tuple(gating.pictures[name] for name in new if name in gating.pictures),
        remarks=tuple(remarks),
    )
