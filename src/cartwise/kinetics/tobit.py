"""The terminal slope by Tobit regression: values below the limit count as censored, not as absent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from cartwise.kinetics.curve import Curve, Flags, Floats, Indices, any_in_row, last_true
from cartwise.kinetics.method import NcaMethod
from cartwise.kinetics.reasons import Reason
from cartwise.kinetics.terminal import Terminal, why_none

_STEPS = 100
_CLOSE = 1e-12  # gain in log-likelihood; the last step squares what is left


@dataclass(frozen=True, slots=True)
class _Lines:
    """m straight lines to fit, k entries each: log level, or log limit where censored; all of shape (m, k)."""

    time: Floats
    log_level: Floats
    censored: Flags
    used: Flags

    def taken(self, which: Indices) -> _Lines:
        return _Lines(self.time[which], self.log_level[which], self.censored[which], self.used[which])


def terminal_tobit(curve: Curve, tmax: Floats, tlast: Floats, lloq: float, method: NcaMethod) -> Terminal:
    """Terminal phase by maximum likelihood, the window with the smallest residual SD among those that fall.

    Every window runs to the last sample and holds at least `min_points` quantifiable values; of equal windows
    the longest is taken (the selection PKNCA documents for its Tobit half-life).

    Args:
        curve: the points with every value below the limit kept as 0 (the rule `zero`).
        tmax: shape (n,), NaN where nothing is quantifiable.
        tlast: shape (n,), NaN where nothing is quantifiable.
        lloq: lower limit of quantification, in the unit of the levels.
        method: `min_points`, `include_tmax`.
    """
    day = tmax[:, None]
    used = curve.is_point & (curve.time >= day if method.include_tmax else curve.time > day)
    seen = used & (curve.concentration > 0)
    left = np.cumsum(seen[:, ::-1], axis=1)[:, ::-1]
    slope, spread, level = _fit_all(curve, used, used & (left >= method.min_points), tlast, lloq)
    found = (slope < 0) & np.isfinite(spread)
    start = np.where(found, spread, np.inf).argmin(axis=1)
    reason = why_none(any_in_row(found), left[:, 0] >= method.min_points, any_in_row(np.isfinite(spread)))
    reason[reason == Reason.FLAT] = Reason.NOT_CONVERGED
    rows, none = np.arange(start.size), reason != Reason.NONE
    points = np.cumsum(used[:, ::-1], axis=1)[:, ::-1].astype(float)
    end = curve.time[rows, last_true(used)]

    def at_start(field: Floats) -> Floats:
        value: Floats = np.where(none, np.nan, field[rows, start])
        return value

    nothing = np.full(start.size, np.nan)
    return Terminal(
        -at_start(slope),
        at_start(points),
        nothing,
        at_start(curve.time),
        np.where(none, np.nan, end),
        at_start(level),
        reason,
    )


def _fit_all(
    curve: Curve, used: Flags, starts: Flags, tlast: Floats, lloq: float
) -> tuple[Floats, Floats, Floats]:
    """Slope, residual SD and level at Tlast of the window from each start, shape (n, k); NaN elsewhere."""
    rows, columns = np.nonzero(starts)
    censored = curve.concentration <= 0
    log_level = np.log(np.where(censored, lloq, curve.concentration))
    window = used[rows] & (np.arange(used.shape[1]) >= columns[:, None])
    time = np.where(window, curve.time[rows] - tlast[rows][:, None], 0.0)
    fitted = _fit(_Lines(time, log_level[rows], censored[rows], window))
    out = np.full((3, *used.shape), np.nan)
    out[:, rows, columns] = fitted
    slope, spread, at_last = out
    return slope, spread, np.exp(at_last)


def _fit(lines: _Lines) -> tuple[Floats, Floats, Floats]:
    """Slope, residual SD and log level at time 0, shape (m,) each; NaN where the fit did not converge.

    Newton's method on Olsen's parameters (1978, Econometrica 46:1211): intercept / SD, slope / SD and 1 / SD,
    in which the log-likelihood is concave, so that there is one optimum and halved steps reach it.
    """
    scale = np.where(lines.used, np.abs(lines.time), 0).max(axis=1, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    scaled = _Lines(lines.time / scale[:, None], lines.log_level, lines.censored, lines.used)
    guess = _start(scaled)
    moving = np.arange(scale.size)
    for _ in range(_STEPS):
        lines = scaled.taken(moving)
        step, promise = _newton_step(lines, guess[moving])
        guess[moving] = _halved(lines, guess[moving], step)
        moving = moving[promise >= _CLOSE]
        if not moving.size:
            break
    guess[moving] = np.nan
    intercept, slope, inverse = guess.T
    return slope / inverse / scale, 1 / inverse, intercept / inverse


def _start(lines: _Lines) -> Floats:
    """A flat line through the mean with the spread of the values, shape (m, 3)."""
    n = np.maximum(lines.used.sum(axis=1), 1)
    mean = np.where(lines.used, lines.log_level, 0).sum(axis=1) / n
    deviation = np.where(lines.used, lines.log_level - mean[:, None], 0)
    inverse = 1 / np.sqrt(np.maximum((deviation**2).sum(axis=1) / n, 1e-12))
    return np.stack([mean * inverse, np.zeros_like(mean), inverse], axis=1)


def _residual(lines: _Lines, guess: Floats) -> Floats:
    line = guess[:, :1] + guess[:, 1:2] * lines.time
    return guess[:, 2:] * lines.log_level - line


def _likelihood(lines: _Lines, guess: Floats) -> Floats:
    """Log-likelihood without its constant, shape (m,); minus infinity where the SD is not positive."""
    z = _residual(lines, guess)
    positive = guess[:, 2:] > 0
    seen = np.log(np.where(positive, guess[:, 2:], 1.0)) - z**2 / 2
    terms = np.where(lines.censored, log_ndtr(z), seen)
    value: Floats = np.where(positive[:, 0], np.where(lines.used, terms, 0).sum(axis=1), -np.inf)
    return value


def _newton_step(lines: _Lines, guess: Floats) -> tuple[Floats, Floats]:
    """Newton's step, shape (m, 3), and the gain in likelihood it promises, shape (m,)."""
    z = _residual(lines, guess)
    mills = np.exp(-(z**2) / 2 - log_ndtr(z)) / np.sqrt(2 * np.pi)
    slope = np.where(lines.used, np.where(lines.censored, mills, -z), 0.0)
    bend = np.where(lines.used, np.where(lines.censored, mills * (z + mills), 1.0), 0.0)
    by = np.stack(
        [-np.ones_like(z), -lines.time, lines.log_level], axis=-1
    )  # how z moves with each parameter
    gradient = np.einsum("mk,mkp->mp", slope, by)
    information = np.einsum("mk,mkp,mkq->mpq", bend, by, by)
    seen = (lines.used & ~lines.censored).sum(axis=1)
    gradient[:, 2] += seen / guess[:, 2]
    information[:, 2, 2] += seen / guess[:, 2] ** 2
    step = np.linalg.solve(information, gradient[..., None])[..., 0]
    promise: Floats = np.einsum("mp,mp->m", gradient, step)
    return step, promise


def _halved(lines: _Lines, guess: Floats, step: Floats) -> Floats:
    """The guess after the step, halved for each line until its likelihood does not fall."""
    before, share = _likelihood(lines, guess), np.ones(len(guess))
    for _ in range(40):
        worse = _likelihood(lines, guess + share[:, None] * step) < before - 1e-12 * np.abs(before)
        if not worse.any():
            break
        share = np.where(worse, share / 2, share)
    return guess + share[:, None] * step
