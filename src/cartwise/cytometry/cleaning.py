"""From raw events to single living leukocytes: every step of cleaning in its order, with its account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cartwise.basis import UserError
from cartwise.cytometry.bead_normalisation import WINDOW, NormalisedValues, normalise
from cartwise.cytometry.beads import TRIM, Beads, find_beads
from cartwise.cytometry.cleaning_columns import GAUSSIAN, CleaningColumns, picked
from cartwise.cytometry.drift import Flags, drift_flags
from cartwise.cytometry.events import Events, FloatArray, Mask
from cartwise.cytometry.singlets import Kept, dna_singlets, gaussian_singlets
from cartwise.cytometry.step import Setting, Step
from cartwise.cytometry.viability import alive, cd45_positive

FEWEST_TO_NORMALISE = 50
"""Fewer single beads do not make a running median worth dividing by."""

GIVEN = (
    "beads, weakest channel, lower",
    *(f"{name}, {side}" for name in GAUSSIAN for side in ("lower", "upper")),
    "DNA, lower",
    "DNA, upper",
    "DNA difference, lower",
    "DNA difference, upper",
    "viability, upper",
    "CD45, lower",
)
"""Thresholds that a laboratory may give instead of having them looked for."""


@dataclass(frozen=True, slots=True)
class CleaningSettings:
    """How a file is cleaned.

    Attributes:
        normalise: whether signals are normalised by beads.
        baseline: bead channel -> raw intensity that beads are brought to; empty: the file's own means. One baseline
            for a whole study makes its files comparable.
        window: beads in the running median of the normalisation, at most a third of the file's.
        trim: median absolute deviations that beads guiding the normalisation may differ from their median.
        gaussian_width, dna_width: standard deviations from the mode that single cells may differ.
        unsteady: what is done with stretches of time that differ: `flag`, `remove`, or `ignore`.
        given: thresholds by setting name (GIVEN) that are taken as they are.
    """

    normalise: bool = True
    baseline: Mapping[str, float] = field(default_factory=dict)
    window: int = WINDOW
    trim: float = TRIM
    gaussian_width: float = 3.0
    dna_width: float = 3.0
    unsteady: Literal["flag", "remove", "ignore"] = "flag"
    given: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        strange = sorted(set(self.given) - set(GIVEN))
        if strange:
            raise UserError(
                f"Cleaning has no threshold {', '.join(strange)}. Its thresholds are {'; '.join(GIVEN)}."
            )
        if self.unsteady not in {"flag", "remove", "ignore"}:
            raise UserError(f"unsteady is {self.unsteady!r}; it may be 'flag', 'remove' or 'ignore'.")


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """A file's events after cleaning.

    Attributes:
        keep: (n,) the events that stay, over all events of the file.
        values: (n, c) all events, normalised by beads; the file's own array where nothing was normalised.
        unsteady: (n,) events in stretches of time that differ from the rest; kept unless removal was asked for.
        steps: the account, in order; a step that was left out says why.
    """

    keep: Mask
    values: FloatArray
    unsteady: Mask
    steps: tuple[Step, ...]


def clean(events: Events, columns: CleaningColumns, settings: CleaningSettings | None = None) -> Cleaned:
    """Normalise by beads, then take out beads, doublets, debris, the dead and what is no leukocyte.

    Args:
        events: a file as it was read.
        columns: where its channels stand (`columns_from`).
        settings: how; the defaults find every threshold in the file's own densities.

    Returns:
        The same for the same file and settings: nothing is drawn at random.

    Raises:
        UserError: a baseline that does not name every bead channel.
    """
    return _Course(events, columns, settings or CleaningSettings()).run()


class _Course:
    """The steps of one file; holds what has been kept so far and the account of it."""

    def __init__(self, events: Events, columns: CleaningColumns, settings: CleaningSettings) -> None:
        self.columns, self.settings, self.channels = columns, settings, events.channels
        self.raw = events.values
        self.values = events.values
        self.keep = np.ones(len(events), dtype=np.bool_)
        self.unsteady = np.zeros(len(events), dtype=np.bool_)
        self.steps: list[Step] = []

    def run(self) -> Cleaned:
        if len(self.keep):
            for step in (
                self._finite,
                self._beads,
                self._time,
                self._gaussian,
                self._dna,
                self._alive,
                self._cd45,
            ):
                step()
        else:
            self._left_out("events", "The file holds no events.")
        return Cleaned(self.keep, self.values, self.unsteady, tuple(self.steps))

    def _take(self, name: str, kept: Kept) -> None:
        before = int(self.keep.sum())
        self.keep[self.keep] = kept.keep
        self.steps.append(
            Step(name, before, int(kept.keep.sum()), kept.settings, kept.densities, kept.remarks)
        )

    def _left_out(self, name: str, why: str) -> None:
        left = int(self.keep.sum())
        self.steps.append(Step(name, left, left, remarks=(why,)))

    def _kept(self, column: int) -> FloatArray:
        kept: FloatArray = self.values[self.keep, column]
        return kept

    def _finite(self) -> None:
        used = [*self.columns.gaussian.values(), *self.columns.dna, *self.columns.beads.values()]
        used += [*self.columns.viability.values()]
        used += [column for column in (self.columns.time, self.columns.cd45) if column is not None]
        finite = np.ones(len(self.keep), dtype=np.bool_)
        for column in used:
            finite &= np.isfinite(self.raw[:, column])
        if not finite.all():
            remark = "Events with a value that is no number, in a channel that cleaning needs, are taken out."
            self._take("values that are numbers", Kept(finite, remarks=(remark,)))

    # ---- beads --------------------------------------------------------------------------------------------------

    def _beads(self) -> None:
        if not self.columns.beads:
            self._left_out("bead normalisation", "The panel names no bead channel that the file has.")
            self._left_out("bead removal", "The panel names no bead channel that the file has.")
            return
        found = find_beads(
            picked(self.raw, self.keep, self.columns.beads.values()),
            picked(self.raw, self.keep, self.columns.dna),
            given=self.settings.given.get("beads, weakest channel, lower"),
            trim=self.settings.trim,
        )
        if found is None:
            self._left_out(
                "bead normalisation", "The file has no beads: no events are high in all bead channels."
            )
            self._left_out("bead removal", "The file has no beads: no events are high in all bead channels.")
            return
        self._normalise(found)
        doublets = int(found.holding.sum() - found.single.sum())
        remark = f"{int(found.single.sum())} single beads; {doublets} doublets with a cell or bead, or unusual beads."
        self._take("bead removal", Kept(~found.holding, found.settings, found.densities, (remark,)))

    def _normalise(self, found: Beads) -> None:
        name = "bead normalisation"
        singles = int(found.single.sum())
        if not self.settings.normalise:
            self._left_out(name, "Not asked for.")
        elif singles < FEWEST_TO_NORMALISE:
            self._left_out(name, f"Only {singles} single beads; {FEWEST_TO_NORMALISE} are needed.")
        else:
            mask = np.zeros(len(self.keep), dtype=np.bool_)
            mask[self.keep] = found.single
            done = normalise(
                self.raw,
                self._clock(),
                mask,
                tuple(self.columns.beads.values()),
                self.columns.mass,
                baseline=self._baseline(),
                window=self.settings.window,
            )
            self.values = done.values
            left = int(self.keep.sum())
            self.steps.append(
                Step(name, left, left, tuple(self._normalisation(done)), remarks=self._time_remark())
            )

    def _clock(self) -> FloatArray:
        if self.columns.time is None:
            return np.arange(len(self.raw), dtype=np.float32)
        return np.ascontiguousarray(self.raw[:, self.columns.time])

    def _time_remark(self) -> tuple[str, ...]:
        return (
            () if self.columns.time is not None else ("No time channel: the order of events stands for it.",)
        )

    def _baseline(self) -> list[float] | None:
        given = self.settings.baseline
        if not given:
            return None
        wanting = [channel for channel in self.columns.beads if channel not in given]
        if wanting:
            raise UserError(f"The baseline of the beads names no intensity for {', '.join(wanting)}.")
        return [given[channel] for channel in self.columns.beads]

    def _normalisation(self, done: NormalisedValues) -> list[Setting]:
        how = "given" if self.settings.baseline else "mean of the file's single beads"
        low, high = float(done.factors.min()), float(done.factors.max())
        settings = [
            Setting(
                "running median, beads", done.window, "events", "as set; odd, at most a third of the beads"
            ),
            Setting("factor, lowest", low, "ratio", "by the beads"),
            Setting("factor, highest", high, "ratio", "by the beads"),
        ]
        for place, channel in enumerate(self.columns.beads):
            settings += [
                Setting(f"{channel}, baseline", float(done.baseline[place]), "raw", how),
                Setting(f"{channel}, drift before", float(done.drift_before[place]), "ratio", _DRIFT),
                Setting(f"{channel}, drift after", float(done.drift_after[place]), "ratio", _DRIFT),
            ]
        return settings

    # ---- time ---------------------------------------------------------------------------------------------------

    def _time(self) -> None:
        if self.settings.unsteady == "ignore" or self.columns.time is None:
            self._left_out(
                "steady run", "Not asked for." if self.columns.time is not None else "No time channel."
            )
            return
        signals = sorted(set(self.columns.mass) - set(self.columns.beads.values()))
        found = drift_flags(self._kept(self.columns.time), picked(self.values, self.keep, signals))
        if found is None:
            self._left_out("steady run", "Too few events, or no course of time, to compare stretches of it.")
            return
        self.unsteady[self.keep] = found.flagged
        removed = self.settings.unsteady == "remove"
        keep = ~found.flagged if removed else np.ones(len(found.flagged), dtype=np.bool_)
        shifted = [self.channels[signals[place]] for place in found.shifted]
        self._take("steady run", Kept(keep, _segments(found), remarks=_said(found, shifted, removed=removed)))

    # ---- cells --------------------------------------------------------------------------------------------------

    def _gaussian(self) -> None:
        if not self.columns.gaussian:
            self._left_out("Gaussian singlets", "The file has no Event_length and no Gaussian parameters.")
            return
        parameters = {name: self._kept(column) for name, column in self.columns.gaussian.items()}
        width = self.settings.gaussian_width
        self._take("Gaussian singlets", gaussian_singlets(parameters, width=width, given=self.settings.given))

    def _dna(self) -> None:
        if not self.columns.dna:
            self._left_out("DNA singlets", "The panel names no DNA channel that the file has.")
            return
        dna = picked(self.values, self.keep, self.columns.dna)
        self._take(
            "DNA singlets", dna_singlets(dna, width=self.settings.dna_width, given=self.settings.given)
        )

    def _alive(self) -> None:
        if not self.columns.viability:
            self._left_out("viability", "The panel names no viability channel that the file has.")
            return
        name, column = next(iter(self.columns.viability.items()))
        self._take("viability", alive(self._kept(column), name=name, given=self.settings.given))

    def _cd45(self) -> None:
        if self.columns.cd45 is None:
            self._left_out("CD45+", "The panel names no CD45 that the file has.")
            return
        self._take("CD45+", cd45_positive(self._kept(self.columns.cd45), given=self.settings.given))


_DRIFT = "highest / lowest running median of the beads"


def _segments(found: Flags) -> tuple[Setting, ...]:
    return (
        Setting("segments of time", found.segments, "segments", "equal numbers of events, at least 200"),
        Setting("unsteady by rate", float(found.by_rate.sum()), "segments", "factor 1.5 and 5 deviations"),
        Setting(
            "unsteady by median",
            float(found.by_median.sum()),
            "segments",
            "0.3 on asinh(x/5) and 5 deviations",
        ),
    )


def _said(found: Flags, shifted: list[str], *, removed: bool) -> tuple[str, ...]:
    flagged = int(found.flagged.sum())
    if not flagged:
        return ("The run was steady.",)
    fate = "taken out, as asked" if removed else "flagged and kept"
    said = f"{flagged} events lie in stretches that differ from the rest of the run; they are {fate}."
    return (said, f"Medians that left their course: {', '.join(shifted)}.") if shifted else (said,)
