"""Reference cells from a folder of sorted populations: one FCS file a population, named after it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.panel_matching import match_panel


def sorted_populations(folder: Path | str, panel: Panel) -> tuple[Cells, NDArray[np.str_]]:
    """Cells (n, m) of every FCS file of a folder, and the population of each: its file's name without the ending.

    Raises:
        UserError: no such folder, fewer than two FCS files, or a file that cannot be read or lacks the panel.
    """
    files = sorted(path for path in Path(folder).glob("*") if path.suffix.lower() == ".fcs")
    if len(files) < 2:
        raise UserError(
            f"{Path(folder).name} holds {len(files)} FCS file(s). A reference of sorted populations needs a folder "
            "with one file a population, at least two, each named after its population (CD4 naive.fcs)."
        )
    found = []
    for path in files:
        events = read_fcs(path)
        try:
            found.append(match_panel(panel, events).cells(events))
        except UserError as error:
            raise UserError(f"{path.name}: {error}") from error
    values = np.concatenate([cells.values for cells in found])
    labels = np.repeat([path.stem for path in files], [len(cells) for cells in found])
    return Cells(values, found[0].markers, found[0].scale), labels
