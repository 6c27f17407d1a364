"""Draw scaled Schoenfeld residuals over time, by which a change of a hazard ratio with time is seen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cartwise.analyses import ResidualFigure, ResidualPanel
from cartwise.reports.figures.style import FAINT, INK, colour, dash, new_figure

ACROSS = 2
"""Panels beside one another."""
NEIGHBOURS = 0.5
"""Of the events, the share that a point of the smooth line rests on."""


def draw(data: ResidualFigure) -> Any:
    """A panel a coefficient: its residuals, their smooth line, and the coefficient of the model."""
    down = math.ceil(len(data.panels) / ACROSS)
    across = min(len(data.panels), ACROSS)
    figure = new_figure(3.5 * across, 2.5 * down + 0.3)
    places = figure.subplots(down, across, squeeze=False).flat
    for panel, axes in zip(data.panels, places, strict=False):
        _panel(axes, panel)
        axes.set_xlabel(data.x_label)
        axes.set_ylabel(data.y_label)
    for axes in list(places):
        axes.set_visible(False)
    return figure


def _panel(axes: Any, panel: ResidualPanel) -> None:
    times, values = np.array(panel.times), np.array(panel.values)
    axes.plot(times, values, linestyle="none", marker="o", markersize=3, color=FAINT, markeredgecolor=INK)
    axes.axhline(panel.coefficient, color=colour(1), linestyle=dash(1), linewidth=1)
    if len(set(panel.times)) > 3:
        at = np.linspace(times.min(), times.max(), 40)
        axes.plot(at, smooth(times, values, at), color=colour(0), linewidth=1.8)
    axes.set_title(panel.title, loc="left")
    axes.annotate(panel.note, xy=(0.98, 0.97), xycoords="axes fraction", ha="right", va="top", fontsize=7.5)


def smooth(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Local means with tricube weights over the nearest half of the events (Cleveland, JASA 1979;74:829, degree 0).

    Args:
        times: (n,) of the events.
        values: (n,) the residuals.
        at: (m,) where the line is wanted.

    Returns:
        (m,) its heights.
    """
    near = max(math.ceil(NEIGHBOURS * times.size), 3)
    away = np.abs(at[:, None] - times[None, :])
    reach = np.sort(away, axis=1)[:, min(near, times.size) - 1, None]
    # The one farthest of those near has no weight; where all stand at one time each has the same.
    weights = np.clip(1 - (away / np.maximum(reach * 1.001, 1e-12)) ** 3, 0, None) ** 3
    mean: np.ndarray = weights @ values / weights.sum(axis=1)
    return mean
