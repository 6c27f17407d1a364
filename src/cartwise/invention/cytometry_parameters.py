"""The numbers from which FCS files are invented: populations, their shares, brightness and changes, and the instrument."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cartwise.cytometry import Panel, shipped_panel

Array = NDArray[np.float64]

ANY_T_CELL = "T cells"
"""In the parameter file: every population of T cells."""


@cache
def book() -> Mapping[str, Any]:
    """The parameter file of this room's cytometry."""
    return tomllib.loads(files("cartwise.invention").joinpath("cytometry.toml").read_text(encoding="utf-8"))


@cache
def demo_panel() -> Panel:
    """The panel that invented samples are stained with."""
    return shipped_panel("demo")


def fixed(topic: str, name: str) -> float:
    """The middle of an entry."""
    return float(book()[topic][name]["middle"])


def between(topic: str, name: str, rng: Generator) -> float:
    """A value drawn evenly between the bounds of an entry."""
    entry = book()[topic][name]
    return float(rng.uniform(entry["low"], entry["high"]))


@cache
def populations() -> tuple[str, ...]:
    """Every kind of cell there is, T cells first."""
    return (*book()["populations_of_t_cells"], *book()["populations_of_other_cells"])


@cache
def t_populations() -> tuple[str, ...]:
    """The kinds of T cell, which may carry a CAR."""
    return tuple(book()["populations_of_t_cells"])


def places(names: Iterable[str]) -> list[int]:
    """Where populations stand; `T cells` stands for all of theirs."""
    listed = [one for name in names for one in (t_populations() if name == ANY_T_CELL else (name,))]
    return [populations().index(name) for name in listed]


@cache
def mass_channels() -> tuple[int, ...]:
    """Which columns of the panel count ions."""
    return tuple(i for i, channel in enumerate(demo_panel().channels) if channel.isotope)


@cache
def marker_names() -> tuple[str, ...]:
    """The markers of the mass channels, "" for a channel that carries none."""
    return tuple(demo_panel().channels[i].marker for i in mass_channels())


@cache
def antibody_columns() -> list[int]:
    """Which mass channels carry an antibody."""
    return [column for column, marker in enumerate(marker_names()) if marker in book()["marker"]]


@cache
def dna_columns() -> list[int]:
    """Which mass channels carry the DNA stain."""
    return [column for column, marker in enumerate(marker_names()) if marker.startswith("DNA")]


@cache
def usual_brightness() -> tuple[Array, Array]:
    """Log of the median ion count, and log-SD between cells: (2, populations, mass channels), without CAR and with it."""
    shape = (2, len(populations()), len(marker_names()))
    median, spread = np.full(shape, np.log(fixed("bead", "background"))), np.zeros(shape)
    for column, marker in enumerate(marker_names()):
        if marker in book()["marker"]:
            level = _levels(marker)
            background, positive = np.log(book()["marker"][marker]["counts"])
            median[:, :, column] = background + level * (positive - background)
            wide = fixed("spread", "background")
            narrow = book()["marker"][marker].get("spread", fixed("spread", "positive"))
            spread[:, :, column] = wide + np.minimum(level, 1) * (narrow - wide)
        elif marker in book()["nucleus"]:
            median[:, :, column] = np.log(fixed("nucleus", marker))
            spread[:, :, column] = book()["nucleus"][marker]["spread"]
    return median, spread


def _levels(marker: str) -> Array:
    """(2, populations) where a marker stands between background (0) and positive (1)."""
    entry, words = book()["marker"][marker], book()["levels"]
    level = np.zeros((2, len(populations())))
    for word in set(entry) & set(words) - {"source"}:
        level[:, places(entry[word])] = words[word]
    if marker == "CAR":
        level[1] = 1.0
    return level


def shifts(timepoint: str, *, crs: bool) -> Array:
    """What a time point and CRS do to the log of the median: (2, populations, mass channels)."""
    by = np.zeros((2, len(populations()), len(marker_names())))
    for entry in book()["shift"]:
        if timepoint not in entry["timepoints"] or (entry.get("crs", False) and not crs):
            continue
        column, carriers = (
            marker_names().index(entry["marker"]),
            slice(1 if entry.get("car", False) else 0, 2),
        )
        by[carriers, places(entry["populations"]), column] += entry["by"]
    return by


def mean_shares(cells: str, timepoint: str, *, crs: bool | None) -> dict[str, float]:
    """Mean shares of one table of the file (`car`, `t` or `leukocytes`), which sum to one.

    Args:
        cells: which cells are divided.
        timepoint: `product`, `day_0`, `day_7`, `day_28` or `healthy`.
        crs: whether the patient had CRS; None for a healthy donor.
    """
    shares = {name: float(share) for name, share in book()["composition"][cells][timepoint]["shares"].items()}
    for entry in book()["crs"]:
        if crs is not None and (entry["cells"], entry["timepoint"]) == (cells, timepoint):
            usual = 1 + fixed("follows", "crs_share") * (entry["ratio"] - 1)
            for name in entry["populations"]:
                shares[name] *= (entry["ratio"] if crs else 1.0) / usual
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}
