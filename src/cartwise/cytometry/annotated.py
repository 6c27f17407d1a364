"""Cells with their labels as AnnData (h5ad), out for other programs and in again as cells of a reference."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartwise import __version__
from cartwise.basis import UserError
from cartwise.cytometry.cell_labels import LabelledCells
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.classification import UNCLASSIFIED
from cartwise.cytometry.exploring import EXPLORATORY, Clusters
from cartwise.cytometry.extras import optional
from cartwise.cytometry.panel import MARKER_ROLES
from cartwise.cytometry.running import Run

OURS = "cartwise"
"""Key of `uns` under which everything that cartwise says of the file stands."""


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedCells:
    """What an h5ad file holds.

    Attributes:
        cells: (n, m) X by var_names; `scale` is what the file says, "as in the file" where it says nothing.
        annotation: (n, a) obs.
        markers: (m, b) var.
        account: what cartwise wrote of it (settings, definition, versions, invented ...); empty for a file of others.
    """

    cells: Cells
    annotation: pd.DataFrame
    markers: pd.DataFrame
    account: Mapping[str, Any]

    def labels(self, column: str = "subset") -> NDArray[np.object_]:
        """(n,) labels for `Reference.fit`: "" for a cell without one or rejected by the classifier.

        Args:
            column: of the annotation.

        Raises:
            UserError: no such column.
        """
        if column not in self.annotation:
            raise UserError(
                f'The cells have no annotation "{column}"; they have: {", ".join(self.annotation.columns)}.'
            )
        given = self.annotation[column].astype(object)
        return np.asarray(given.where(given.notna() & (given != UNCLASSIFIED), ""), dtype=object)


def annotated(
    item: LabelledCells, run: Run, clusters: Clusters | None = None, *, invented: bool = False
) -> Any:
    """One sample as AnnData (extra `anndata`).

    X: transformed values, float32. obs: `sample, specimen, event` (its place in the file, from 0), `population, subset,
    rejected` and, with a map, `cluster, metacluster` (0 for none). var: `channel, isotope, roles`, by marker.
    uns["cartwise"]: scale, settings, definition (both as JSON), versions, the file's hash, whether the data are
    invented, and that clusters are exploratory. Of the patient it holds the name of the file alone.

    Args:
        item: labelled cells.
        run: that they were labelled by.
        clusters: the map, where there is one.
        invented: whether the study is.

    Raises:
        UserError: anndata is not installed.
    """
    module = optional("anndata")
    return module.AnnData(
        X=np.ascontiguousarray(item.cells.values, dtype=np.float32),
        obs=_observed(item, clusters),
        var=_variables(item),
        uns={OURS: _account(item, run, clusters, invented=invented)},
    )


def write_annotated(
    path: Path | str,
    item: LabelledCells,
    run: Run,
    clusters: Clusters | None = None,
    *,
    invented: bool = False,
) -> None:
    """Write `annotated` as h5ad; an existing file is replaced.

    Raises:
        UserError: anndata is not installed, or the file cannot be written.
    """
    made = annotated(item, run, clusters, invented=invented)
    try:
        made.write_h5ad(Path(path), compression="gzip")
    except OSError as error:
        raise UserError(
            f"{Path(path).name} cannot be written: {error}. Check the folder and its space."
        ) from None


def read_annotated(path: Path | str) -> AnnotatedCells:
    """Read an h5ad file, cartwise's own or another's.

    Raises:
        UserError: anndata is not installed, or this is no h5ad file with cells by named markers.
    """
    path, module = Path(path), optional("anndata")
    if not path.is_file():
        raise UserError(f"{path} is not a file. Check the path.")
    try:
        found = module.read_h5ad(path)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise UserError(f"{path.name} cannot be read as h5ad: {error}") from None
    return from_annotated(found)


def from_annotated(found: Any) -> AnnotatedCells:
    """AnnData as cells with their annotation.

    Raises:
        UserError: it has no X, or a marker's name stands twice.
    """
    if found.X is None:
        raise UserError("The AnnData has no X: there are no values to read.")
    markers = tuple(map(str, found.var_names))
    repeated = sorted({name for name in markers if markers.count(name) > 1})
    if repeated:
        raise UserError(
            f"Markers that stand more than once: {', '.join(repeated)}. Make var_names unique (var_names_make_unique)."
        )
    values = found.X.toarray() if hasattr(found.X, "toarray") else found.X
    account = dict(found.uns.get(OURS, {}))
    cells = Cells(np.asarray(values, np.float32), markers, str(account.get("scale", "as in the file")))
    return AnnotatedCells(cells, found.obs.copy(), found.var.copy(), account)


def _observed(item: LabelledCells, clusters: Clusters | None) -> pd.DataFrame:
    # Names that stay unique when the files of several samples are joined.
    names = [f"{item.sample.name}:{place}" for place in item.places]
    table = pd.DataFrame(
        {
            "sample": pd.Categorical([item.sample.name] * len(item)),
            "specimen": pd.Categorical([item.sample.specimen] * len(item)),
            "event": item.places,
            "population": item.population,
            "subset": item.subset,
            "rejected": item.rejected,
        },
        index=pd.Index(names, dtype=object),
    )
    if clusters is None:
        return table
    cluster, metacluster = clusters.place(item.cells)
    return table.assign(cluster=cluster, metacluster=metacluster)


def _variables(item: LabelledCells) -> pd.DataFrame:
    channels = item.panel.of_role(*MARKER_ROLES)
    return pd.DataFrame(
        {
            "channel": [channel.channel for channel in channels],
            "isotope": [channel.isotope for channel in channels],
            "roles": [", ".join(channel.roles) for channel in channels],
        },
        index=pd.Index([channel.marker for channel in channels], name="marker", dtype=object),
    )


def _account(item: LabelledCells, run: Run, clusters: Clusters | None, *, invented: bool) -> dict[str, Any]:
    said = {
        "scale": item.cells.scale,
        "settings": json.dumps(asdict(run.settings), default=_plain),
        "definition": json.dumps({"title": run.definition.title, **asdict(run.definition)}),
        "panel": item.panel.title,
        "file_hash": item.sample.digest,
        "events_in_file": item.events,
        "versions": {name: importlib.metadata.version(name) for name in ("anndata", "numpy")}
        | {"cartwise": __version__},
        "invented": invented,
        "use": "research use",
    }
    return said if clusters is None else said | {"clusters": EXPLORATORY, "clusters_seed": clusters.seed}


def _plain(value: Any) -> Any:
    """Arrays of the settings (a spillover matrix) as lists."""
    return value.tolist() if isinstance(value, np.ndarray) else str(value)
