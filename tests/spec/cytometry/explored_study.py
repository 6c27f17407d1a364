"""An invented study that was run once, for every test that looks at its cells."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cartwise.cli.inventing import write_with_cytometry
from cartwise.cytometry import (
    Clusters,
    LabelledCells,
    Labelling,
    Run,
    fit_clusters,
    label_samples,
    read_panel,
    read_settings,
    run_cytometry,
    shipped_definition,
)
from cartwise.invention import invent
from cartwise.study import cytometry_samples, load


@dataclass(frozen=True)
class Made:
    """The study's folder, what was run, and every labelled cell."""

    folder: Path
    run: Run
    by: Labelling
    cells: tuple[LabelledCells, ...]
    clusters: Clusters


@cache
def made() -> Made:
    """Two invented patients with 2000 events a file."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    study = folder / "study"
    write_with_cytometry(
        invent("lodz", patients=2, seed=5), study, events=2_000, progress=lambda _done, _total: None
    )
    panel = read_panel(study / "cytometry" / "panel.toml")
    panels = {panel.title: panel}
    settings = replace(read_settings(study), reference_cells=60)
    run = run_cytometry(cytometry_samples(load(study)), panels, shipped_definition("000"), settings)
    cells = label_samples(run)
    return Made(study, run, Labelling.of(run), cells, fit_clusters(cells, nodes=64, seed=1))
