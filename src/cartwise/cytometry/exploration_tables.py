"""An exploration as tables, each of which says that it is one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cartwise import __version__
from cartwise.cytometry.agreement import adjusted_rand_index, contingency
from cartwise.cytometry.exploring import EXPLORATORY, Exploration

LABELS = ("population", "subset")


def exploration_tables(found: Exploration, *, invented: bool = False) -> dict[str, pd.DataFrame]:
    """The tables of an exploration by name; the last column of each says what it is, and whether the data are invented.

    `cells`: sample, event in the file (from 0), labels, cluster, metacluster, place on the plane. `clusters`: the nodes.
    `metaclusters`: their cells and the median of every marker that all samples have. `frequencies`: by sample, of the
    cells looked at. `agreement` and `contingency`: metaclusters against gates (`population`) and classifier (`subset`).
    `consensus`: area and its gain by number of metaclusters. `about`: what the views were made with.
    """
    cells = _cells(found)
    tables = {
        "cells": cells,
        "clusters": _clusters(found),
        "metaclusters": _medians(found),
        "frequencies": _frequencies(cells),
        "agreement": _agreement(cells),
        "contingency": pd.concat([_contingency(cells, label) for label in LABELS], ignore_index=True),
        "consensus": _consensus(found.clusters.groups.areas),
        "about": _about(found),
    }
    standing = EXPLORATORY + ("; invented data" if invented else "")
    return {name: table.assign(standing=standing) for name, table in tables.items()}


def _cells(found: Exploration) -> pd.DataFrame:
    method = found.plane.method
    return pd.DataFrame(
        {
            "sample": found.names,
            "event": np.concatenate([item.places for item in found.samples]),
            "population": pd.concat(
                [pd.Series(item.population, dtype=object) for item in found.samples]
            ).to_numpy(),
            "subset": pd.concat([pd.Series(item.subset, dtype=object) for item in found.samples]).to_numpy(),
            "cluster": found.cluster,
            "metacluster": found.metacluster,
            f"{method}_1": found.plane.places[:, 0],
            f"{method}_2": found.plane.places[:, 1],
        }
    )


def _clusters(found: Exploration) -> pd.DataFrame:
    fitted, markers = found.clusters.map, found.clusters.markers
    rows, columns = np.divmod(np.arange(len(fitted.nodes)), fitted.grid[1])
    own = pd.DataFrame(fitted.nodes, columns=[f"{marker} (node)" for marker in markers])
    places = pd.DataFrame(
        {
            "cluster": np.arange(1, len(fitted.nodes) + 1),
            "row": rows + 1,
            "column": columns + 1,
            "metacluster": found.clusters.metacluster_of_nodes,
            "cells_of_fit": fitted.cells,
        }
    )
    return pd.concat([places, own], axis=1)


def _medians(found: Exploration) -> pd.DataFrame:
    first = found.samples[0].cells.markers
    markers = [name for name in first if all(name in item.cells.markers for item in found.samples)]
    values = pd.DataFrame(np.concatenate([item.cells.of(markers) for item in found.samples]), columns=markers)
    groups = values.groupby(found.metacluster)
    sizes = groups.size()
    medians = groups.median()
    medians.insert(0, "cells", sizes)
    medians.insert(1, "percent", 100 * sizes / sizes.sum())
    return medians.rename_axis("metacluster").reset_index().assign(scale=found.clusters.scale)


def _frequencies(cells: pd.DataFrame) -> pd.DataFrame:
    """A metacluster that a sample has no cell of has a row with 0; a sample without cells has no percent."""
    long = _long(pd.crosstab(cells["sample"], cells["metacluster"], dropna=False))
    sizes = long.groupby("sample")["cells"].transform("sum")
    return long.assign(sample_cells=sizes, percent=100 * long["cells"] / sizes)


def _agreement(cells: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for label in LABELS:
        table = contingency(cells[label], cells["metacluster"])
        index = adjusted_rand_index(table)
        rows.append((label, int(table.to_numpy().sum()), len(table), table.shape[1], index))
    return pd.DataFrame(
        rows, columns=["labels", "cells", "labels_seen", "metaclusters_seen", "adjusted_rand_index"]
    )


def _contingency(cells: pd.DataFrame, label: str) -> pd.DataFrame:
    table = (
        contingency(cells[label], cells["metacluster"])
        .rename_axis("label")
        .rename_axis(columns="metacluster")
    )
    return _long(table).assign(labels=label)[["labels", "label", "metacluster", "cells"]]


def _long(table: pd.DataFrame) -> pd.DataFrame:
    """A row a cell of the table, row after row."""
    first, second = str(table.index.name), str(table.columns.name)
    names = [(row, column) for row in table.index for column in table.columns]
    return pd.DataFrame(names, columns=[first, second]).assign(cells=table.to_numpy().ravel())


def _consensus(areas: Mapping[int, float]) -> pd.DataFrame:
    table = pd.DataFrame({"metaclusters": list(areas), "area": list(areas.values())})
    return table.assign(gain_percent=100 * table["area"].pct_change())


def _about(found: Exploration) -> pd.DataFrame:
    clusters = found.clusters
    said = {
        "cartwise": __version__,
        "samples": len(found.samples),
        "cells of the fit": clusters.cells,
        "grid": " x ".join(map(str, clusters.map.grid)),
        "markers": ", ".join(clusters.markers),
        "scale": clusters.scale,
        "metaclusters": f"{clusters.groups.count} ({clusters.groups.how})",
        "seed": clusters.seed,
        "plane": f"{found.plane.method}: {found.plane.how}",
        "remarks": " ".join(clusters.remarks),
    }
    return pd.DataFrame({"what": list(said), "value": [str(value) for value in said.values()]})
