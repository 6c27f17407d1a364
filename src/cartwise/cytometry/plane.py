"""Cells on a plane for the eye: UMAP where the extra is installed and asked for, otherwise principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import UserError
from cartwise.cytometry.extras import optional

NEIGHBOURS = 15
LEAST_DISTANCE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Where cells stand on a plane.

    Attributes:
        places: (n, 2) float64; NaN for a cell with a missing marker.
        method: `PCA` or `UMAP`.
        how: parameters, in one line; of PCA the part of the variance that each axis shows.
    """

    places: NDArray[np.float64]
    method: str
    how: str


def pca_plane(values: ArrayLike) -> Plane:
    """The first two principal components of (n, m) values, each turned so that its largest loading is positive.

    Raises:
        UserError: fewer than two markers or three cells.
    """
    cells, usable = _usable(values)
    centred = cells[usable] - cells[usable].mean(axis=0)
    spread, axes = np.linalg.eigh(centred.T @ centred)
    loadings = axes[:, ::-1][:, :2]
    loadings = loadings * np.sign(loadings[np.abs(loadings).argmax(axis=0), [0, 1]])
    total = spread.sum()
    parts = spread[::-1][:2] / total if total > 0 else np.zeros(2)
    how = f"axes show {parts[0]:.1%} and {parts[1]:.1%} of the variance"
    return Plane(_whole(centred @ loadings, usable), "PCA", how)


def umap_plane(values: ArrayLike, *, seed: int = 1) -> Plane:
    """UMAP of (n, m) values by umap-learn (extra `umap`), the same for the same cells and seed on one machine.

    Distances between groups and their sizes on the plane mean nothing; neighbours do.

    Raises:
        UserError: umap-learn is not installed, or there are no more cells than neighbours.

    Source: McInnes, Healy, Melville, arXiv 1802.03426.
    """
    umap = optional("umap")
    cells, usable = _usable(values)
    if usable.sum() <= NEIGHBOURS:
        raise UserError(
            f"{int(usable.sum())} cells are too few for UMAP with {NEIGHBOURS} neighbours. Leave out --umap."
        )
    # One job: with a seed umap-learn allows no more, and says so as a warning.
    model = umap.UMAP(n_neighbors=NEIGHBOURS, min_dist=LEAST_DISTANCE, random_state=seed, n_jobs=1)
    places = np.asarray(model.fit_transform(cells[usable]), np.float64)
    return Plane(
        _whole(places, usable),
        "UMAP",
        f"{NEIGHBOURS} neighbours, least distance {LEAST_DISTANCE}, seed {seed}",
    )


def _usable(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    cells = np.asarray(values, np.float64)
    usable = np.asarray(np.isfinite(cells).all(axis=1), dtype=np.bool_)
    if cells.shape[1] < 2 or usable.sum() < 3:
        raise UserError(
            f"{int(usable.sum())} cells by {cells.shape[1]} markers make no plane: give three cells and two markers or more."
        )
    return cells, usable


def _whole(places: NDArray[np.float64], usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    whole = np.full((len(usable), 2), np.nan)
    whole[usable] = places
    return whole
