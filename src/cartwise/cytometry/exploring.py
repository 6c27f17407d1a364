"""Exploring a run without its definition: clusters of all samples' cells on one map, held against gates and classifier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cell_labels import LabelledCells
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.metaclusters import Metaclusters, metaclusters
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.plane import Plane, pca_plane, umap_plane
from cartwise.cytometry.self_organising_map import NODES, SelfOrganisingMap, fit_map

Codes = NDArray[np.intp]

CELLS = 2_000
"""Cells of one sample: as many of each, so that a large file does not make the map alone."""

EXPLORATORY = "exploratory view; no record of the study; research use"
"""Stands in every table and file that clusters enter."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """A map and its metaclusters, which any cell can be placed on.

    Attributes:
        map: nodes among cells.
        groups: metaclusters of the nodes.
        markers: (m,) the map was fitted on.
        scale: of the cells.
        seed: of everything that was drawn.
        cells: cells of the fit.
        remarks: what a reader should know.
    """

    map: SelfOrganisingMap
    groups: Metaclusters
    markers: tuple[str, ...]
    scale: str
    seed: int
    cells: int
    remarks: tuple[str, ...]

    def place(self, cells: Cells) -> tuple[Codes, Codes]:
        """(n,) cluster and metacluster of each cell, both from 1; 0 where a marker is no finite number.

        A cell next to a node that had no cell in the fit has the metacluster of the nearest node that had.

        Raises:
            UserError: the cells lack a marker, or stand on another scale.
        """
        if cells.scale != self.scale:
            raise UserError(
                f"The map was fitted on {self.scale}, the cells stand on {cells.scale}. Use one cofactor for both."
            )
        nodes = self.map.place(cells.of(self.markers))
        return nodes + 1, np.where(nodes < 0, 0, self.metacluster_of_nodes[nodes])

    @property
    def metacluster_of_nodes(self) -> Codes:
        """(k,) metacluster of each node, from 1; a node without cells takes that of the nearest one with cells."""
        used = np.flatnonzero(self.groups.labels >= 0)
        apart = ((self.map.nodes[:, None] - self.map.nodes[used]) ** 2).sum(axis=2)
        return np.asarray(self.groups.labels[used[apart.argmin(axis=1)]] + 1, dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """Some cells of every sample, clustered and drawn: a view of the samples, never a record of the study.

    Attributes:
        clusters: the map.
        samples: the cells, sample by sample.
        cluster, metacluster: (n,) of each cell of all samples in their order, from 1.
        plane: (n, 2) of the same cells.
    """

    clusters: Clusters
    samples: tuple[LabelledCells, ...]
    cluster: Codes
    metacluster: Codes
    plane: Plane

    @property
    def names(self) -> pd.Categorical:
        """(n,) sample of each cell."""
        codes = np.repeat(np.arange(len(self.samples)), [len(item) for item in self.samples])
        return pd.Categorical.from_codes(
            codes.tolist(), pd.Index([item.sample.name for item in self.samples])
        )


def fit_clusters(
    samples: Sequence[LabelledCells],
    *,
    nodes: int = NODES,
    metacluster_count: int | None = None,
    seed: int = 1,
) -> Clusters:
    """One map of the lineage markers of all samples, and its metaclusters.

    Args:
        samples: some cells of each sample, about as many of each.
        nodes: of the map, at most.
        metacluster_count: chosen by the consensus where None.
        seed: of start and draws.

    Raises:
        UserError: no samples, scales that differ, no two lineage markers in common, too few cells.
    """
    if not samples:
        raise UserError("No sample has cells to explore.")
    scales = sorted({item.cells.scale for item in samples})
    if len(scales) > 1:
        raise UserError(f"The samples stand on {' and '.join(scales)}. Use one cofactor for all panels.")
    markers, remarks = _markers([item.panel for item in samples])
    values = _values(samples, markers)
    found = fit_map(values, nodes=nodes, seed=seed)
    groups = metaclusters(found.nodes, found.cells, count=metacluster_count, seed=seed)
    return Clusters(found, groups, markers, scales[0], seed, len(values), remarks)


def explore(samples: Sequence[LabelledCells], clusters: Clusters, *, umap: bool = False) -> Exploration:
    """Place cells on a map and on a plane.

    Args:
        samples: some cells of each sample.
        clusters: the map.
        umap: draw the plane by UMAP (extra `umap`) instead of principal components.

    Raises:
        UserError: samples that do not fit the map; umap-learn is not installed.
    """
    values = _values(samples, clusters.markers)
    placed = [clusters.place(item.cells) for item in samples]
    return Exploration(
        clusters=clusters,
        samples=tuple(samples),
        cluster=np.concatenate([nodes for nodes, _ in placed]),
        metacluster=np.concatenate([groups for _, groups in placed]),
        plane=umap_plane(values, seed=clusters.seed) if umap else pca_plane(values),
    )


def _values(samples: Iterable[LabelledCells], markers: Sequence[str]) -> FloatArray:
    return np.concatenate([item.cells.of(markers) for item in samples])


def _markers(panels: Iterable[Panel]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Lineage markers that all panels name, and what was left out because one does not."""
    named = [
        [channel.marker for channel in panel.of_role("lineage")]
        for panel in {panel.title: panel for panel in panels}.values()
    ]
    shared = tuple(marker for marker in named[0] if all(marker in others for others in named))
    beyond = sorted({marker for markers in named for marker in markers} - set(shared))
    if len(shared) < 2:
        raise UserError(
            "A map needs two lineage markers that all panels name; these share "
            f"{', '.join(shared) or 'none'}. Give the role `lineage` to the markers in the panels."
        )
    if not beyond:
        return shared, ()
    return shared, (f"Not every panel names {', '.join(beyond)}; the map was made without them.",)
