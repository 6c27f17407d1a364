"""Padded profiles as arrays, and what the below-limit rule leaves of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cartwise.kinetics.method import BlqRule

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Curve:
    """The points an area runs through: n profiles of at most k points, ordered by time, padded at the end.

    Padding repeats the last time with concentration 0, so it spans no time and adds no area.

    Attributes:
        time: shape (n, k), days.
        concentration: shape (n, k); 0 stands for below the limit.
        count: shape (n,), number of points that are not padding.
        last: shape (n,), position of the last quantifiable point; -1 where there is none.
    """

    time: Floats
    concentration: Floats
    count: Indices
    last: Indices

    @property
    def is_point(self) -> Flags:
        """Shape (n, k): which entries are points and not padding."""
        return np.arange(self.time.shape[1]) < self.count[:, None]

    @property
    def is_zero(self) -> Flags:
        """Shape (n,): profiles with points, none of them quantifiable."""
        return (self.count > 0) & (self.last < 0)


def last_true(flags: Flags) -> Indices:
    """Position of the last True in each row, -1 where there is none; shape (n,)."""
    positions: Indices = np.where(flags, np.arange(flags.shape[1]), -1).max(axis=1, initial=-1)
    return positions


def any_in_row(flags: Flags) -> Flags:
    """Which rows hold a True, shape (n,)."""
    rows: Flags = np.logical_or.reduce(flags, axis=1)
    return rows


def curve_of(time: Floats, concentration: Floats, below: Flags, sampled: Flags, rule: BlqRule) -> Curve:
    """Apply a below-limit rule.

    Args:
        time: shape (n, k), days, ascending among the sampled entries of a row.
        concentration: shape (n, k); read only where sampled and not below.
        below: shape (n, k), which results are below the limit.
        sampled: shape (n, k), which entries are results at all.
        rule: see `method_sentence`. A profile without a quantifiable value keeps its zeros except under `drop`.
    """
    kept = sampled & _kept(sampled & ~below, sampled, rule)
    return _packed(time, np.where(below, 0.0, concentration), kept)


def _kept(quantifiable: Flags, sampled: Flags, rule: BlqRule) -> Flags:
    if rule == "zero":
        return sampled
    if rule == "drop":
        return quantifiable
    if rule == "positive-part":
        return quantifiable | ~any_in_row(quantifiable)[:, None]
    started = np.logical_or.accumulate(quantifiable, axis=1)
    lasting = np.logical_or.accumulate(quantifiable[:, ::-1], axis=1)[:, ::-1]
    return quantifiable | ~(started & lasting)


def _packed(time: Floats, concentration: Floats, kept: Flags) -> Curve:
    count = kept.sum(axis=1)
    rows, columns = np.nonzero(kept)
    places = np.arange(rows.size) - np.repeat(np.cumsum(count) - count, count)
    packed_concentration = np.zeros_like(concentration)
    packed_concentration[rows, places] = concentration[rows, columns]
    final = np.where(kept, time, -np.inf).max(axis=1, initial=-np.inf)
    packed_time = np.repeat(np.where(count > 0, final, 0.0)[:, None], time.shape[1], axis=1)
    packed_time[rows, places] = time[rows, columns]
    return Curve(packed_time, packed_concentration, count, last_true(packed_concentration > 0))
