"""Panels of heat maps of cytometry: subsets down, markers or characteristics across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cartwise.analyses.cytometry_series import in_order
from cartwise.analyses.figure import HeatPanel

SIGNIFICANT = 0.05
"""An adjusted p value below this has a star."""

HeatCell = tuple[float | None, str]
"""A number, and what is written beside it."""


def heat_panel(title: str, cells: Mapping[tuple[str, str], HeatCell], columns: Sequence[str]) -> HeatPanel:
    """A panel of the cells by (subset, column); rows in the order in which subsets are shown."""
    rows = in_order(subset for subset, _ in cells)
    table = [[cells.get((row, column), (None, "")) for column in columns] for row in rows]
    return HeatPanel(
        title,
        tuple(rows),
        tuple(columns),
        tuple(tuple(value for value, _ in line) for line in table),
        tuple(tuple(mark for _, mark in line) for line in table),
    )


def star(p_adjusted: float | None) -> str:
    """A star where an adjusted p value is below SIGNIFICANT."""
    return "*" if p_adjusted is not None and p_adjusted < SIGNIFICANT else ""
