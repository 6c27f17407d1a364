"""The terminal slope of many curves at once: every window that ends at Tlast, fitted in one backward pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartwise.kinetics.curve import Curve, Flags, Floats, Indices, any_in_row
from cartwise.kinetics.method import NcaMethod
from cartwise.kinetics.reasons import Reason

_NO_TREND = 1e-24
"""An r2 this small is rounding: the slope of values without a trend comes out as +-1e-17 rather than 0."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Log-linear fits of all windows; every field has shape (n, k), column j for the window that starts there.

    Attributes:
        points: number of points.
        slope: change of the logarithm per day.
        r2: coefficient of determination; NaN where all values are equal or fewer than two.
        mean_time: mean of the times.
        mean_log: mean of the logarithms.
    """

    points: Floats
    slope: Floats
    r2: Floats
    mean_time: Floats
    mean_log: Floats


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal phase of n curves; every field has shape (n,), NaN where there is none.

    Attributes:
        lambda_z: rate of decline, per day.
        points: number of points used.
        r2: coefficient of determination.
        start: time of the first point used.
        end: time of the last point used.
        at_last: level the fit predicts at Tlast.
        reason: number of the reason why there is none; 0 where there is one (`cartwise.kinetics.reasons`).
    """

    lambda_z: Floats
    points: Floats
    r2: Floats
    start: Floats
    end: Floats
    at_last: Floats
    reason: Indices

    @property
    def adj_r2(self) -> Floats:
        """r2 adjusted for the number of points, shape (n,)."""
        return adjusted(self.r2, self.points)


def adjusted(r2: Floats, points: Floats) -> Floats:
    """Adjusted r2 of a straight line; NaN for two points or fewer."""
    free = np.where(points > 2, points - 2, np.nan)
    value: Floats = 1 - (1 - r2) * (points - 1) / free
    return value


def eligible_points(curve: Curve, tmax: Floats, *, include_tmax: bool) -> Flags:
    """Which points may belong to the terminal phase: quantifiable and after Tmax, shape (n, k)."""
    day = tmax[:, None]
    after = curve.time >= day if include_tmax else curve.time > day
    return after & (curve.concentration > 0)


def fit_windows(time: Floats, log_level: Floats, eligible: Flags) -> Windows:
    """Fit every window by adding one point after the other from the end.

    Running means and sums of squared deviations (Welford 1962, Technometrics 4:419) keep the precision that
    differences of raw sums lose, and equal values give a sum of squares of exactly 0.

    Args:
        time: shape (n, k), days.
        log_level: shape (n, k), natural logarithm of the level; read only where eligible.
        eligible: shape (n, k).
    """
    n, k = time.shape
    points, mean_t, mean_y, stt, sty, syy = np.zeros((6, n))
    out = np.full((5, k, n), np.nan)
    for j in range(k - 1, -1, -1):
        new = eligible[:, j]
        points = points + new
        weight = np.where(new, 1 / np.maximum(points, 1), 0.0)
        dt, dy = time[:, j] - mean_t, np.where(new, log_level[:, j] - mean_y, 0.0)
        mean_t, mean_y = mean_t + weight * dt, mean_y + weight * dy
        kept = np.where(new, 1 - weight, 0.0)
        stt, sty, syy = stt + kept * dt * dt, sty + kept * dt * dy, syy + kept * dy * dy
        safe_t, safe_y = np.where(stt > 0, stt, np.nan), np.where(syy > 0, syy, np.nan)
        out[:, j] = points, sty / safe_t, sty * sty / (safe_t * safe_y), mean_t, mean_y
    return Windows(*(field.T for field in out))


def terminal_log_linear(curve: Curve, tmax: Floats, tlast: Floats, method: NcaMethod) -> Terminal:
    """Terminal phase by log-linear regression, as PKNCA 0.12.1 chooses it (or by the positive-first rule).

    Args:
        curve: the points.
        tmax: shape (n,), NaN where nothing is quantifiable.
        tlast: shape (n,), NaN where nothing is quantifiable.
        method: `slope_rule`, `min_points`, `adj_r2_tolerance`, `include_tmax`.
    """
    eligible = eligible_points(curve, tmax, include_tmax=method.include_tmax)
    log_level = np.log(np.where(eligible, curve.concentration, 1.0))
    windows = fit_windows(curve.time, log_level, eligible)
    fits = eligible & (windows.points >= method.min_points) & ~np.isnan(windows.r2)
    falls = fits & (windows.slope < 0) & (windows.r2 > _NO_TREND)
    adj = np.where(fits, adjusted(windows.r2, windows.points), -np.inf)
    compared = falls if method.slope_rule == "positive-first" else fits
    best = np.where(compared, adj, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    good = falls & (adj > best - method.adj_r2_tolerance)
    enough = eligible.sum(axis=1) >= method.min_points
    reason = why_none(any_in_row(good), enough, any_in_row(fits))
    return _chosen(curve, windows, good.argmax(axis=1), tlast, reason)


def why_none(found: Flags, enough: Flags, fitted: Flags) -> Indices:
    """The number of the reason why a curve has no terminal phase, shape (n,)."""
    return np.select(
        [found, ~enough, ~fitted],
        [int(Reason.NONE), int(Reason.FEW_TERMINAL), int(Reason.FLAT)],
        int(Reason.NOT_FALLING),
    ).astype(np.intp)


def _chosen(curve: Curve, windows: Windows, start: Indices, tlast: Floats, reason: Indices) -> Terminal:
    def at_start(field: Floats) -> Floats:
        value: Floats = np.where(reason == 0, np.take_along_axis(field, start[:, None], axis=1)[:, 0], np.nan)
        return value

    slope = at_start(windows.slope)
    predicted = np.exp(at_start(windows.mean_log) + slope * (tlast - at_start(windows.mean_time)))
    end = np.where(reason == 0, tlast, np.nan)
    return Terminal(
        -slope, at_start(windows.points), at_start(windows.r2), at_start(curve.time), end, predicted, reason
    )
