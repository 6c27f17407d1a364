"""FCS files with labels: the events as they stood in the file, and columns of whole numbers to gate on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartwise import __version__
from cartwise.basis import UserError
from cartwise.cytometry.cell_labels import LabelledCells, Labelling
from cartwise.cytometry.exploring import EXPLORATORY, Clusters
from cartwise.cytometry.fcs_reading import file_hash, read_fcs
from cartwise.cytometry.fcs_writing import write_fcs

COLUMNS = ("cw_population", "cw_subset", "cw_cluster", "cw_metacluster")

KEPT_KEYWORDS = re.compile(r"cyt|timestep|spillover|spill|p\d+[gdl]")
"""What other programs need to show the values as before. Names, places, dates and comments of a file stay behind: any
of them may hold a patient."""

NONE = "none, or no intact, live, single cell"


def write_labelled_fcs(
    path: Path | str,
    item: LabelledCells,
    by: Labelling,
    clusters: Clusters | None = None,
    *,
    invented: bool = False,
) -> None:
    """Write a sample's file once more, with its labels as further columns; an existing file is replaced.

    Every event of the original is there in its order, with its values as they were read. `cw_population` and
    `cw_subset` hold the codes that the keywords CARTWISE_POPULATION_1, CARTWISE_SUBSET_1 ... name; `cw_cluster` and
    `cw_metacluster` the numbers of the map (exploratory). 0 is an event that cleaning took out, or without the label.

    Args:
        path: of the new file.
        item: all labelled cells of the sample.
        by: what they were labelled by.
        clusters: the map; without it both its columns are left out.
        invented: whether the study is.

    Raises:
        UserError: the file changed since, has such columns already, or cannot be written over itself.
    """
    path, source = Path(path), item.sample.path
    _check(path, item)
    events = read_fcs(source)
    taken = [name for name in COLUMNS if name in events.channels]
    if taken:
        raise UserError(
            f"{source.name} has channels {', '.join(taken)} already. Export from the original file."
        )
    labels = _labels(item, clusters)
    write_fcs(
        path,
        _beside(events.values, labels),
        (*events.channels, *labels),
        (*events.markers, *[""] * len(labels)),
        {**_kept(events.keywords), **_said(item, by, clusters, invented=invented)},
    )


def code_table(by: Labelling) -> pd.DataFrame:
    """What the codes of a labelled file mean: `column, code, label`."""
    rows = [
        (column, code, label)
        for column, names in _codes(by).items()
        for code, label in enumerate([NONE, *names])
    ]
    return pd.DataFrame(rows, columns=["column", "code", "label"])


def _check(path: Path, item: LabelledCells) -> None:
    source = item.sample.path
    if path.resolve() == source.resolve():
        raise UserError(f"{source.name} is the original file. Give another folder for the labelled one.")
    if item.sample.digest and file_hash(source) != item.sample.digest:
        raise UserError(f"{source.name} has changed since it was counted. Run the cytometry again.")


def _codes(by: Labelling) -> dict[str, Sequence[str]]:
    return {COLUMNS[0]: by.populations, COLUMNS[1]: by.subsets}


def _labels(item: LabelledCells, clusters: Clusters | None) -> dict[str, NDArray[np.float32]]:
    codes = [item.population.codes + 1, item.subset.codes + 1]
    codes += [] if clusters is None else clusters.place(item.cells)
    return {name: _whole(item, code) for name, code in zip(COLUMNS, codes, strict=False)}


def _whole(item: LabelledCells, codes: NDArray[np.integer]) -> NDArray[np.float32]:
    """(events, 1) the codes at their places in the file, 0 elsewhere."""
    whole = np.zeros((item.events, 1), np.float32)
    whole[item.places, 0] = codes
    return whole


def _beside(raw: NDArray[np.float32], labels: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate([raw, *labels.values()], axis=1)


def _kept(keywords: Mapping[str, str]) -> dict[str, str]:
    return {
        f"${key.upper()}": value for key, value in keywords.items() if KEPT_KEYWORDS.fullmatch(key) and value
    }


def _said(item: LabelledCells, by: Labelling, clusters: Clusters | None, *, invented: bool) -> dict[str, str]:
    said = {
        f"CARTWISE_{column.removeprefix('cw_').upper()}_{code}": label
        for column, names in _codes(by).items()
        for code, label in enumerate(names, 1)
    }
    said |= {
        "CARTWISE_VERSION": __version__,
        "CARTWISE_DEFINITION": by.definition.title,
        "CARTWISE_SOURCE_SHA256": item.sample.digest or file_hash(item.sample.path),
        "CARTWISE_CODE_0": NONE,
        "CARTWISE_USE": "research use",
    }
    if clusters is not None:
        said["CARTWISE_CLUSTERS"] = f"{EXPLORATORY}; seed {clusters.seed}"
    return said | ({"CARTWISE_INVENTED": "these are invented data"} if invented else {})
