"""One sample on its way from the file to cells by marker: read, matched with its panel, cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cartwise.basis import Issue, UserError
from cartwise.cytometry.beads import find_beads
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.cleaning import FEWEST_TO_NORMALISE, CleaningSettings, clean
from cartwise.cytometry.cleaning_columns import columns_from
from cartwise.cytometry.events import Events
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.panel_matching import match_panel
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
class Prepared:
    """The intact, live, single cells of a sample, by marker.

    Attributes:
        cells: (n, m) transformed.
        events: events in the file.
        steps: what cleaning did, in order.
        warnings: remarks of the reader.
        issues: remarks of the panel.
    """

    cells: Cells
    events: int
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    issues: tuple[Issue, ...]


def prepare(
    sample: SampleFile,
    panels: Mapping[str, Panel],
    *,
    at_most: int | None = None,
    cleaning: CleaningSettings | None = None,
) -> Prepared:
    """Read a file, match its panel, clean it, transform what stays.

    Args:
        sample: the file.
        panels: by title.
        at_most: look at so many events alone, evenly spread over the file.
        cleaning: how it is cleaned.

    Raises:
        UserError: it cannot be read, has no panel, or does not match it.
    """
    events = read_fcs(sample.path)
    total = len(events)
    if at_most is not None and total > at_most:
        events = replace(events, values=_spread(events, at_most))
    matched = match_panel(panel_of(sample, panels), events)
    cleaned = clean(events, columns_from(matched.panel, events.channels), cleaning)
    used = replace(events, values=cleaned.values)
    return Prepared(matched.cells(used, cleaned.keep), total, cleaned.steps, events.warnings, matched.issues)


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
    values = _spread(events, at_most) if len(events) > at_most else events.values
    places = list(columns.beads.values())
    found = find_beads(values[:, places], values[:, list(columns.dna)]) if places and len(values) else None
    if found is None or found.single.sum() < FEWEST_TO_NORMALISE:
        return None
    means = values[found.single][:, places].mean(axis=0, dtype=np.float64)
    return dict(zip(columns.beads, means.tolist(), strict=True))


def _spread(events: Events, at_most: int) -> np.ndarray:
    """Some events, evenly spread over the file, so that drift over the run is seen."""
    return events.values[np.linspace(0, len(events) - 1, at_most).astype(np.intp)]


def panel_of(sample: SampleFile, panels: Mapping[str, Panel]) -> Panel:
    """The panel of a sample.

    Raises:
        UserError: it names none of the panels there are, or none where there are several.
    """
    if sample.panel in panels:
        return panels[sample.panel]
    if not sample.panel and len(panels) == 1:
        return next(iter(panels.values()))
    told = f"names panel {sample.panel!r}" if sample.panel else "names no panel"
    raise UserError(
        f"{sample.name} {told}; the settings give {', '.join(panels)}. "
        "Write its panel into the column `panel` of cytometry_files, or the panel's file into cytometry.toml."
    )
