"""Areas under many curves at once: trapezoids, logarithmic where the rule says so, cut to an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartwise.kinetics.curve import Curve, Flags, Floats, Indices, last_true
from cartwise.kinetics.method import AucRule


@dataclass(frozen=True, slots=True)
class Segments:
    """The stretches between neighbouring points; every field has shape (n, k)."""

    start: Floats
    end: Floats
    at_start: Floats
    at_end: Floats


def segments(time: Floats, concentration: Floats) -> Segments:
    """The stretches between neighbouring columns of two (n, k) arrays, shape (n, k - 1)."""
    return Segments(time[:, :-1], time[:, 1:], concentration[:, :-1], concentration[:, 1:])


def area_last(curve: Curve, rule: AucRule) -> Floats:
    """Area from the first point to the last quantifiable one (AUClast), shape (n,)."""
    pieces = segments(curve.time, curve.concentration)
    return _total(pieces, _before(pieces, curve.last), rule)


def area_all(curve: Curve, rule: AucRule) -> Floats:
    """AUClast and the triangle down to the first value below the limit after it (AUCall), shape (n,)."""
    pieces = segments(curve.time, curve.concentration)
    return _total(pieces, _before(pieces, np.where(curve.last < 0, -1, curve.last + 1)), rule)


def area_last_by(curve: Curve, end: float, rule: AucRule) -> Floats:
    """Area from the first point to the last quantifiable one on or before day `end`, shape (n,)."""
    last = last_true((curve.concentration > 0) & (curve.time <= end))
    pieces = segments(curve.time, curve.concentration)
    return _total(pieces, _before(pieces, last), rule)


def area_between(
    curve: Curve, start: float, end: float, rule: AucRule, *, rises: bool, triangle: bool
) -> Floats:
    """Area from day `start` to day `end` exactly, with interpolation at both, shape (n,).

    Args:
        curve: the points.
        start: first day.
        end: last day.
        rule: how the area between two points is taken.
        rises: whether a curve that begins after `start` is taken to rise from 0 on that day; if not, nothing is
            counted before its first point.
        triangle: what follows the last quantifiable point: True takes the part until `end` of the line down
            to the first value below the limit (AUCall's), False takes that line only where the value below
            the limit was sampled by `end`, and nothing otherwise (PKNCA 0.12.1's aucint.last).
    """
    time, concentration = _with_start(curve, start if rises else np.inf)
    pieces = segments(time, concentration)
    last = np.where(curve.last < 0, -1, curve.last + 1)  # one further on: `_with_start` adds a point
    wanted = _before(pieces, last)
    falls_below = np.arange(pieces.start.shape[1]) == last[:, None]
    wanted |= falls_below & (triangle | (pieces.end <= end)) & (last >= 0)[:, None]
    logarithmic = _is_log(pieces, wanted, rule)  # before the cut: the peak may lie outside the interval
    wanted &= (pieces.end > start) & (pieces.start < end)
    return _total(_cut(pieces, start, end, logarithmic), wanted, rule)


def _before(pieces: Segments, last: Indices) -> Flags:
    before: Flags = np.arange(pieces.start.shape[1]) < last[:, None]
    return before


def _with_start(curve: Curve, start: float) -> tuple[Floats, Floats]:
    """The points behind one more: 0 on day `start` where the curve begins later, else its first point again."""
    first = curve.time[:, :1]
    late = first > start
    time = np.concatenate([np.where(late, start, first), curve.time], axis=1)
    level = np.where(late, 0.0, curve.concentration[:, :1])
    return time, np.concatenate([level, curve.concentration], axis=1)


def _total(pieces: Segments, wanted: Flags, rule: AucRule) -> Floats:
    """Sum over the wanted pieces, shape (n,)."""
    areas = (pieces.end - pieces.start) * (pieces.at_start + pieces.at_end) / 2
    logarithmic = _is_log(pieces, wanted, rule)
    width = (pieces.end - pieces.start)[logarithmic]
    high, low = pieces.at_start[logarithmic], pieces.at_end[logarithmic]
    areas[logarithmic] = width * (high - low) / np.log1p((high - low) / low)
    total: Floats = np.where(wanted, areas, 0.0).sum(axis=1)
    return total


def _is_log(pieces: Segments, wanted: Flags, rule: AucRule) -> Flags:
    both = wanted & (pieces.at_start > 0) & (pieces.at_end > 0) & (pieces.end > pieces.start)
    if rule == "linear":
        return np.zeros_like(both)
    if rule == "lin-up/log-down":
        return both & (pieces.at_end < pieces.at_start)
    after_peak = pieces.end > _time_of_peak(pieces, wanted)[:, None]
    logarithmic: Flags = both & after_peak & (pieces.at_end != pieces.at_start)
    return logarithmic


def _time_of_peak(pieces: Segments, wanted: Flags) -> Floats:
    """First time of the highest level on the wanted pieces, shape (n,)."""
    time = np.concatenate([pieces.start, pieces.end], axis=1)
    level = np.where(np.tile(wanted, 2), np.concatenate([pieces.at_start, pieces.at_end], axis=1), -1.0)
    is_peak = level == level.max(axis=1, keepdims=True, initial=-1.0)
    peak: Floats = np.where(is_peak, time, np.inf).min(axis=1, initial=np.inf)
    return peak


def _cut(pieces: Segments, start: float, end: float, logarithmic: Flags) -> Segments:
    """The pieces between two days, with the levels there interpolated as the piece itself runs."""
    return Segments(
        np.clip(pieces.start, start, end),
        np.clip(pieces.end, start, end),
        _with_level_on(pieces, start, pieces.at_start, logarithmic),
        _with_level_on(pieces, end, pieces.at_end, logarithmic),
    )


def _with_level_on(pieces: Segments, day: float, levels: Floats, logarithmic: Flags) -> Floats:
    """`levels`, with the interpolated level of `day` in the pieces that it cuts."""
    cut = np.nonzero((pieces.start < day) & (day < pieces.end))
    high, low = pieces.at_start[cut], pieces.at_end[cut]
    share = (day - pieces.start[cut]) / (pieces.end[cut] - pieces.start[cut])
    straight = high + share * (low - high)
    ratio = np.where(logarithmic[cut], low, 1.0) / np.where(logarithmic[cut], high, 1.0)
    out = levels.copy()
    out[cut] = np.where(logarithmic[cut], high * ratio**share, straight)
    return out
