"""Draw sampled cells on a plane, once by population and once by metacluster, each group's name at its middle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from cartwise.reports.figures.style import FAINT, INK, as_svg, colour, mark_invented, new_figure, settings

NAMED_FROM = 0.01
"""A group with a smaller part of the cells is drawn and not named: its name would cover its neighbours."""


def write_cell_map(cells: pd.DataFrame, axes: tuple[str, str], path: Path, *, invented: bool) -> Path:
    """Write the map as SVG; the points stand in it as one picture, so that it stays small.

    Args:
        cells: one row a cell with its places on the two axes, `population` and `metacluster`.
        axes: the columns that hold the places, e.g. `UMAP_1`, `UMAP_2`.
        path: where to.
        invented: whether the cells are.
    """
    with settings():
        figure = new_figure(11, 5.4)
        for place, (group, title) in enumerate(
            (("population", "By gates"), ("metacluster", "By metacluster"))
        ):
            _panel(figure.add_subplot(1, 2, place + 1), cells, axes, group, title)
        if invented:
            mark_invented(figure)
        path.write_text(as_svg(figure), encoding="utf-8", newline="\n")
    return path


def _panel(panel: Any, cells: pd.DataFrame, axes: tuple[str, str], group: str, title: str) -> None:
    x, y = axes
    named = cells[group].fillna("none").astype(str)
    sizes = named.value_counts()
    for number, name in enumerate(sorted(sizes.index)):
        mine = cells[named == name]
        panel.scatter(mine[x], mine[y], s=2, linewidths=0, color=colour(number), alpha=0.6, rasterized=True)
        if sizes[name] >= NAMED_FROM * len(cells):
            panel.annotate(
                name,
                (mine[x].median(), mine[y].median()),
                ha="center",
                fontsize=7,
                color=INK,
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
            )
    panel.set_title(f"{title} (exploratory)", loc="left")
    panel.set_xlabel(x.replace("_", " "))
    panel.set_ylabel(y.replace("_", " "))
    panel.tick_params(colors=FAINT, labelsize=7)
