"""One sample on its way from the file to cells by marker: read, matched with its panel, cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import Issue, UserError
from cartwise.cytometry.aligning import aligned
from cartwise.cytometry.batch import Alignment
from cartwise.cytometry.beads import find_beads
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cleaning import FEWEST_TO_NORMALISE, CleaningSettings, clean
from cartwise.cytometry.cleaning_columns import columns_from
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.panel_matching import match_panel
from cartwise.cytometry.spillover import Spillover, compensated
from cartwise.cytometry.step import Step


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file to be run, as the study lists it; no patient stands here.

    Attributes:
        name: what the sample is called in tables and messages of a run: the file's name relative to the study.
        path: where the file is.
        specimen: `product`, `blood`, `marrow` or `control`.
        panel: title of its panel (`name version`); "" where the study has one panel alone.
        batch: batch it was run in; "" where none is given.
        control: `none`, `FMO`, `CAR-negative`, `batch anchor` or `bead`.
        digest: SHA-256 of the file's bytes, "" where it cannot be read (reading it will say why).
    """

    name: str
    path: Path
    specimen: str
    panel: str = ""
    batch: str = ""
    control: str = "none"
    digest: str = ""

    @property
    def measured(self) -> bool:
        """Whether it is a patient's sample, whose cells are counted, and no control."""
        return self.control in {"", "none"} and self.specimen != "control"


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """How every file of a run becomes cells.

    Attributes:
        panels: by title.
        cleaning: how files are cleaned.
        spillover: taken out of the normalised values of the cells that cleaning keeps; None: nothing is.
        alignment: brings the cells of a batch to the scale of all; None: they stay on their own.
    """

    panels: Mapping[str, Panel]
    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    spillover: Spillover | None = None
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The intact, live, single cells of a sample, by marker.

    Attributes:
        cells: (n, m) transformed.
        places: (n,) which event of the file each cell is, from 0.
        events: events in the file.
        steps: what was done, in order.
        warnings: remarks of the reader.
        issues: remarks of the panel.
    """

    cells: Cells
    places: NDArray[np.intp]
    events: int
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    issues: tuple[Issue, ...]


def prepare(sample: SampleFile, by: Preparation, *, at_most: int | None = None) -> Prepared:
    """Read a file, match its panel, clean it, take spillover out, transform what stays, align it.

    Spillover is taken out of the cells that cleaning kept: its thresholds stand on values as they were measured.

    Args:
        sample: the file.
        by: panels and choices.
        at_most: look at so many events alone, evenly spread over the file.

    Raises:
        UserError: it cannot be read, has no panel, or does not match it or the spillover matrix.
    """
    events = read_fcs(sample.path)
    matched = match_panel(panel_of(sample, by.panels), events)
    places = _spread(len(events), at_most)
    seen = events if len(places) == len(events) else replace(events, values=events.values[places])
    cleaned = clean(seen, columns_from(matched.panel, events.channels), by.cleaning)
    steps = [*cleaned.steps]
    if by.spillover is None:
        cells = matched.cells(replace(seen, values=cleaned.values), cleaned.keep)
    else:
        values, step = compensated(cleaned.values[cleaned.keep], events.channels, by.spillover)
        cells = matched.cells(replace(seen, values=values))
        steps.append(step)
    if by.alignment is not None:
        cells, step = aligned(cells, sample.batch, by.alignment)
        steps.append(step)
    return Prepared(cells, places[cleaned.keep], len(events), tuple(steps), events.warnings, matched.issues)


def bead_intensities(
    sample: SampleFile, panels: Mapping[str, Panel], *, at_most: int
) -> dict[str, float] | None:
    """Bead channel -> mean raw intensity of a file's single beads; None where it has too few of them.

    The mean of these over all files of a study is what every file is brought to, so that files compare.

    Raises:
        UserError: as `prepare`.
    """
    events = read_fcs(sample.path)
    columns = columns_from(match_panel(panel_of(sample, panels), events).panel, events.channels)
    values = events.values[_spread(len(events), at_most)] if len(events) > at_most else events.values
    places = list(columns.beads.values())
    found = find_beads(values[:, places], values[:, list(columns.dna)]) if places and len(values) else None
    if found is None or found.single.sum() < FEWEST_TO_NORMALISE:
        return None
    means = values[found.single][:, places].mean(axis=0, dtype=np.float64)
    return dict(zip(columns.beads, means.tolist(), strict=True))


def _spread(events: int, at_most: int | None) -> NDArray[np.intp]:
    """Places of some events, evenly spread over the file, so that drift over the run is seen; of all where they are few."""
    if at_most is None or events <= at_most:
        return np.arange(events)
    return np.linspace(0, events - 1, at_most).astype(np.intp)


def panel_of(sample: SampleFile, panels: Mapping[str, Panel]) -> Panel:
    """The panel of a sample.

    Raises:
        UserError: it names none of the panels there are, or none where there are several.
    """
    named = [panel for title, panel in panels.items() if sample.panel in {title, panel.name}]
    if sample.panel and len(named) == 1:
        return named[0]
    if not sample.panel and len(panels) == 1:
        return next(iter(panels.values()))
    told = f"names panel {sample.panel!r}" if sample.panel else "names no panel"
    raise UserError(
        f"{sample.name} {told}; the settings give {', '.join(panels)}. "
        "Write its panel (name and version, or the name alone where it has one version) into the column `panel` of "
        "cytometry_files, or the panel's file into cytometry.toml."
    )
