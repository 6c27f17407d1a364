"""Signal that one metal leaves in the channels of others: measured on single stains, and taken out again.

Three things spill in mass cytometry: a channel's neighbours (mass +-1), its oxide (mass +16), and the isotopic
impurities of its own metal (Chevrier, Crowell et al., Cell Syst 2018;6:612-620). Counts cannot be negative, so the
compensation is the non-negative least-squares solution.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.events import Events, FloatArray
from cartwise.cytometry.marker_names import channel_key, isotope_of
from cartwise.cytometry.step import Setting, Step

FEWEST_SINGLE_STAINED = 10
FAINTEST = 10.0
"""Counts above background from which an event tells its spillover: of fewer, a few percent are no whole ion."""
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
        unmeasured: channels whose own spillover was not measured and stands as none; empty for a matrix that was read.
        source: name of the file it was read from.
    """

    channels: tuple[str, ...]
    matrix: Doubles
    unmeasured: tuple[str, ...] = ()
    source: str = ""

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
        keys = [channel_key(channel) for channel in self.channels]
        doubled = sorted({name for name, key in zip(self.channels, keys, strict=True) if keys.count(key) > 1})
        if doubled:
            raise UserError(f"The spillover matrix names a channel more than once: {', '.join(doubled)}.")

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits of the channels and numbers, whatever the file is called."""
        told = "\0".join(self.channels).encode() + self.matrix.astype("<f8").tobytes()
        return hashlib.sha256(told).hexdigest()[:12]

    @classmethod
    def read(cls, path: Path | str) -> Spillover:
        """A matrix from a CSV file: receiving channels in the first row, the channel that spills first in each other.

        Raises:
            UserError: there is no such table, rows and columns name other channels, or its numbers make no matrix.
        """
        path = Path(path)
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = [row for row in csv.reader(file) if row]
        except OSError as error:
            raise UserError(f"The spillover matrix {path.name} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise UserError(f"The spillover matrix {path.name} is no text in UTF-8.") from None
        channels = [cell.strip() for cell in rows[0][1:]] if rows else []
        if not channels or [row[0].strip() for row in rows[1:]] != channels:
            raise UserError(
                f"The spillover matrix {path.name} is to name the same channels, in one order, in its first row and "
                "its first column; `cartwise cytometry spillover` writes such a file."
            )
        try:
            matrix = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]], dtype=np.float64)
        except ValueError:
            raise UserError(
                f"The spillover matrix {path.name} holds a cell that is no number, or rows of unequal length."
            ) from None
        return cls(tuple(channels), matrix, source=path.name)

    @classmethod
    def of_stains(cls, events: Events, stained: Sequence[int]) -> Spillover:
        """`estimate_spillover` on a file of pooled single stains, for the channels that have to do with it.

        Args:
            events: the file, raw.
            stained: (n,) column of `events.values` each event was stained with, negative where that is unknown.

        Returns:
            The stained channels and those they were found to reach; a channel that is neither is left out.

        Raises:
            UserError: as `estimate_spillover`.
        """
        own = np.asarray(stained, dtype=np.int64)
        mass = [column for column, channel in enumerate(events.channels) if isotope_of(channel)]
        place = np.full(len(events.channels) + 1, -1)
        place[mass] = np.arange(len(mass))
        other = [events.channels[column] for column in np.unique(own[own >= 0]) if place[column] < 0]
        if other:
            raise UserError(f"{', '.join(other)} is no mass channel; spillover is known between those alone.")
        names = [events.channels[column] for column in mass]
        found = estimate_spillover(events.values[:, mass], place[own], names)
        reached = (found.matrix - np.eye(len(mass)) > 0).any(axis=0)
        wanted = np.flatnonzero(reached | np.isin(np.arange(len(mass)), place[own[own >= 0]]))
        channels = tuple(names[at] for at in wanted)
        unmeasured = tuple(name for name in channels if name in found.unmeasured)
        return cls(channels, found.matrix[np.ix_(wanted, wanted)], unmeasured)

    def write(self, path: Path | str) -> None:
        """Write the matrix as CSV, in full precision, as `read` takes it."""
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(("spills from", *self.channels))
            for channel, row in zip(self.channels, self.matrix.tolist(), strict=True):
                table.writerow((channel, *row))


def estimate_spillover(values: FloatArray, stained: NDArray[np.int64], channels: Sequence[str]) -> Spillover:
    """Spillover from events that were each stained with one metal.

    For every event of channel i, the part in channel j is (value_j - background_j) / (value_i - background_i); the
    median over the events is the spillover. The background is the median over events of those stains that are not
    expected to reach j. Only expected places are filled: mass +-1, mass +16, and isotopes of the metal.

    Events below `FAINTEST` in their own channel say nothing. A channel with fewer than ten events left is `unmeasured`: its row holds no spillover.

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
    unmeasured = []
    for column, channel in enumerate(channels):
        own = values[stained == column].astype(np.float64) - background
        own = own[own[:, column] > FAINTEST]
        if len(own) < FEWEST_SINGLE_STAINED:
            unmeasured.append(channel)
            continue
        into = np.flatnonzero(expected[column])
        matrix[column, into] = np.clip(np.median(own[:, into] / own[:, [column]], axis=0), 0, None)
    return Spillover(tuple(channels), matrix, tuple(unmeasured))


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


def compensated(values: FloatArray, channels: Sequence[str], spillover: Spillover) -> tuple[FloatArray, Step]:
    """`compensate` with its account: what part of each channel's signal was spillover.

    Raises:
        UserError: the file lacks a channel of the matrix, or as `compensate`.
    """
    keys = {channel_key(channel) for channel in channels}
    wanting = [channel for channel in spillover.channels if channel_key(channel) not in keys]
    if wanting:
        raise UserError(
            f"The file lacks {', '.join(wanting)}, which the spillover matrix {spillover.source} has. Estimate the "
            "matrix for this panel (`cartwise cytometry spillover`), or take it out of cytometry.toml."
        )
    done = compensate(values, channels, spillover)
    return done, _account(values, done, channels, spillover)


def _account(before: FloatArray, after: FloatArray, channels: Sequence[str], spillover: Spillover) -> Step:
    named = {channel_key(channel) for channel in spillover.channels}
    rows = [column for column, channel in enumerate(channels) if channel_key(channel) in named]
    beyond = [channel for channel in channels if isotope_of(channel) and channel_key(channel) not in named]
    sums = {column: float(before[:, column].sum(dtype=np.float64)) for column in rows}
    settings = tuple(
        Setting(
            f"{channels[column]}, spillover taken out",
            100 * (1 - float(after[:, column].sum(dtype=np.float64)) / sums[column]),
            "% of the signal",
            f"matrix {spillover.source} ({spillover.digest})",
        )
        for column in rows
        if sums[column] > 0
    )
    remarks = (f"No spillover is known for {', '.join(beyond)}; left as measured.",) if beyond else ()
    return Step("spillover compensation", len(before), len(after), settings, remarks=remarks)


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
        raise UserError("A value that is to be compensated is no number. Take its event out of the file.")
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
