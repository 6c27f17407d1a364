"""Signal that one metal leaves in the channels of others: measured on single stains, and taken out again.

Three things spill in mass cytometry: a channel's neighbours (mass +-1), its oxide (mass +16), and the isotopic
impurities of its own metal (Chevrier, Crowell et al., Cell Syst 2018;6:612-620). Counts cannot be negative, so the
compensation is the non-negative least-squares solution.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.marker_names import channel_key, isotope_of

FEWEST_SINGLE_STAINED = 10
ISOTOPES: dict[str, tuple[int, ...]] = {
    "La": (138, 139),
    "Ce": (136, 138, 140, 142),
    "Pr": (141,),
    "Nd": (142, 143, 144, 145, 146, 148, 150),
    "Sm": (144, 147, 148, 149, 150, 152, 154),
    "Eu": (151, 153),
    "Gd": (152, 154, 155, 156, 157, 158, 160),
    "Tb": (159,),
    "Dy": (156, 158, 160, 161, 162, 163, 164),
    "Ho": (165,),
    "Er": (162, 164, 166, 167, 168, 170),
    "Tm": (169,),
    "Yb": (168, 170, 171, 172, 173, 174, 176),
    "Lu": (175, 176),
    "Pd": (102, 104, 105, 106, 108, 110),
    "Cd": (106, 108, 110, 111, 112, 113, 114, 116),
    "In": (113, 115),
    "Rh": (103,),
    "Y": (89,),
    "Ir": (191, 193),
    "Pt": (190, 192, 194, 195, 196, 198),
    "Bi": (209,),
}
"""Natural isotopes of the metals in use (IUPAC, isotopic compositions of the elements)."""
TOLERANCE = 1e-6
MOST_SWEEPS = 200

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spillover:
    """A spillover matrix.

    Attributes:
        channels: (c,) short names.
        matrix: (c, c) part of a row's channel that appears in a column's channel; 1 on the diagonal.
    """

    channels: tuple[str, ...]
    matrix: Doubles

    def __post_init__(self) -> None:
        size = len(self.channels)
        if self.matrix.shape != (size, size):
            raise UserError(f"The spillover matrix has shape {self.matrix.shape} for {size} channels.")
        if not np.isfinite(self.matrix).all() or (self.matrix < 0).any():
            raise UserError("A spillover matrix holds parts of a signal: numbers from 0.")
        if not np.allclose(np.diag(self.matrix), 1) or np.linalg.matrix_rank(self.matrix) < size:
            raise UserError(
                "A spillover matrix has 1 on its diagonal, and no channel may be made up of the others."
            )


def estimate_spillover(values: FloatArray, stained: NDArray[np.int64], channels: Sequence[str]) -> Spillover:
    """Spillover from events that were each stained with one metal.

    For every event of channel i, the part in channel j is (value_j - background_j) / (value_i - background_i); the
    median over the events is the spillover. The background is the median over events of those stains that are not
    expected to reach j. Only expected places are filled: mass +-1, mass +16, and isotopes of the metal.

    Args:
        values: (n, c) raw.
        stained: (n,) column each event was stained with, negative where that is unknown (`debarcode` on a key with one
            channel a sample gives it).
        channels: (c,) short names ($PnN), with metal and mass.

    Raises:
        UserError: a channel's name shows no mass, or fewer than ten events are single-stained in all.
    """
    expected = expected_places(channels)
    if int((stained >= 0).sum()) < FEWEST_SINGLE_STAINED:
        raise UserError("Too few single-stained events to estimate spillover from; ten at the least.")
    background = _background(values, stained, expected)
    matrix = np.eye(len(channels))
    for column in np.unique(stained[stained >= 0]).tolist():
        own = values[stained == column].astype(np.float64) - background
        own = own[own[:, column] > 0]
        if len(own) >= FEWEST_SINGLE_STAINED:
            into = np.flatnonzero(expected[column])
            matrix[column, into] = np.clip(np.median(own[:, into] / own[:, [column]], axis=0), 0, None)
    return Spillover(tuple(channels), matrix)


def expected_places(channels: Sequence[str]) -> NDArray[np.bool_]:
    """(c, c) whether a row's metal may appear in a column's channel.

    Raises:
        UserError: a channel's name shows no mass.
    """
    metals, masses = zip(*(_metal(channel) for channel in channels), strict=True) if channels else ((), ())
    mass = np.array(masses, dtype=np.int64)
    apart = mass[None, :] - mass[:, None]
    isotopes = np.array([[other in ISOTOPES.get(metal, ()) for other in masses] for metal in metals])
    expected: NDArray[np.bool_] = (np.abs(apart) == 1) | (apart == 16) | isotopes
    np.fill_diagonal(expected, val=False)
    return expected


def compensate(values: FloatArray, channels: Sequence[str], spillover: Spillover) -> FloatArray:
    """Take the spillover out: the non-negative values whose spilled image is nearest to what was measured.

    Each event's problem is solved to `TOLERANCE` of its highest count by coordinate descent on the normal equations,
    all events at once; the solution is unique, as the matrix has full rank.

    Args:
        values: (n, c) raw.
        channels: (c,) short names; those that the matrix does not have are returned as they are.
        spillover: the matrix; its channels that the file lacks are left aside.

    Returns:
        (n, c) float32, a new array.

    Raises:
        UserError: none of the channels is in the matrix, or a value to be compensated is no number.
    """
    places = {channel_key(channel): column for column, channel in enumerate(channels)}
    rows = [row for row, channel in enumerate(spillover.channels) if channel_key(channel) in places]
    if not rows:
        raise UserError("The spillover matrix has none of the file's channels; it belongs to another panel.")
    columns = [places[channel_key(spillover.channels[row])] for row in rows]
    compensated = np.array(values, dtype=np.float32)
    measured = compensated[:, columns]
    if not np.isfinite(measured).all():
        raise UserError("A value that is to be compensated is no number. Clean the file first.")
    compensated[:, columns] = nonnegative(measured, spillover.matrix[np.ix_(rows, rows)])
    return compensated


def nonnegative(measured: FloatArray, matrix: Doubles, *, block: int = 16_384) -> FloatArray:
    """(n, c) x >= 0 that minimises |x matrix - measured| for every row."""
    solved = np.empty(measured.shape, dtype=np.float32)
    for start in range(0, len(measured), block):
        rows = slice(start, start + block)
        solved[rows] = _solved(measured[rows].astype(np.float64), matrix)
    return solved


def _solved(measured: Doubles, matrix: Doubles) -> Doubles:
    # Channels first: every step of the descent then works on contiguous rows.
    gram, aim = matrix @ matrix.T, matrix @ measured.T
    found = np.maximum(measured.T, 0)
    scale = np.maximum(np.abs(measured).max(axis=1, initial=1.0), 1.0)
    linked = [np.flatnonzero(row) for row in gram]
    for _ in range(MOST_SWEEPS):
        moved = np.zeros(len(measured))
        for channel, others in enumerate(linked):
            step = (aim[channel] - gram[channel, others] @ found[others]) / gram[channel, channel]
            new = np.maximum(found[channel] + step, 0)
            np.maximum(moved, np.abs(new - found[channel]), out=moved)
            found[channel] = new
        if (moved <= TOLERANCE * scale).all():
            return np.ascontiguousarray(found.T)
    raise UserError(
        "Compensation does not settle with this spillover matrix; its channels are too much alike."
    )


def _background(values: FloatArray, stained: NDArray[np.int64], expected: NDArray[np.bool_]) -> Doubles:
    background = np.zeros(values.shape[1])
    for column in range(values.shape[1]):
        reaching = expected[:, column].copy()
        reaching[column] = True
        apart = (stained >= 0) & ~reaching[stained]
        if apart.any():
            background[column] = float(np.median(values[apart, column]))
    return background


def _metal(channel: str) -> tuple[str, int]:
    found = re.fullmatch(r"(\d+)([A-Z][a-z]?)", isotope_of(channel))
    if found is None:
        raise UserError(f"{channel} shows no metal and mass; spillover is known between mass channels alone.")
    return found[2], int(found[1])
