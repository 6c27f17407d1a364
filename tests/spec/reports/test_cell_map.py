"""The map of sampled cells: the same bytes each time, its groups named, and what it is said on its face."""

from __future__ import annotations

import pandas as pd

from cartwise.reports import write_cell_map

CELLS = pd.DataFrame(
    {
        "PCA_1": [0.0, 0.1, 5.0, 5.1],
        "PCA_2": [0.0, 0.2, 4.0, 4.2],
        "population": ["CD8 naive", "CD8 naive", "B cells", None],
        "metacluster": [1, 1, 2, 2],
    }
)


def drawn(folder, name="map.svg", *, invented=True):
    return write_cell_map(CELLS, ("PCA_1", "PCA_2"), folder / name, invented=invented).read_text(
        encoding="utf-8"
    )


def test_the_same_cells_give_the_same_bytes(tmp_path) -> None:
    assert drawn(tmp_path) == drawn(tmp_path, "again.svg")


def test_groups_axes_and_standing_are_written_in_it(tmp_path) -> None:
    text = drawn(tmp_path)
    assert all(
        word in text for word in ("CD8 naive", "B cells", "none", "PCA 1", "exploratory", "Invented data")
    )
    assert "Invented data" not in drawn(tmp_path, invented=False)
