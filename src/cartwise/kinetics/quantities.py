"""The quantities of many profiles at once, each with its value or the reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cartwise.kinetics.area import area_all, area_between, area_last, area_last_by
from cartwise.kinetics.curve import Curve, Flags, Floats, Indices, any_in_row, curve_of
from cartwise.kinetics.method import NcaMethod
from cartwise.kinetics.reasons import Reason
from cartwise.kinetics.terminal import Terminal, terminal_log_linear
from cartwise.kinetics.tobit import terminal_tobit

Counts = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class NcaArrays:
    """The quantities of n profiles.

    Attributes:
        quantities: name -> shape (n,); NaN exactly where a reason stands.
        reasons: name -> shape (n,), numbers of `reason_texts`; 0 where there is a value.
        counts: name -> shape (n,): `n_samples`, `n_below_limit`, `n_below_lloq`, and `start_imputed` (0 or 1).
    """

    quantities: Mapping[str, Floats]
    reasons: Mapping[str, Indices]
    counts: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class _Samples:
    """All results of n profiles, and the points the below-limit rule leaves of them.

    Attributes:
        time: shape (n, k), days.
        level: shape (n, k).
        below: shape (n, k), which are below the limit.
        sampled: shape (n, k), which are results at all, from the start day on.
        curve: the points from the start day on.
        whole: the points of all days; the same as `curve` where nothing was sampled before the start day.
        method: the choices.
    """

    time: Floats
    level: Floats
    below: Flags
    sampled: Flags
    curve: Curve
    whole: Curve
    method: NcaMethod

    @property
    def none(self) -> Flags:
        return ~any_in_row(self.sampled)

    @property
    def first(self) -> Floats:
        first: Floats = np.where(self.sampled, self.time, np.inf).min(axis=1)
        return first

    @property
    def last(self) -> Floats:
        last: Floats = np.where(self.sampled, self.time, -np.inf).max(axis=1)
        return last


def _samples(time: Floats, level: Floats, below: Flags, sampled: Flags, method: NcaMethod) -> _Samples:
    early = time < method.interval[0]
    curve = curve_of(time, level, below, sampled & ~early, method.blq_rule)
    whole = curve_of(time, level, below, sampled, method.blq_rule) if (sampled & early).any() else curve
    return _Samples(time, level, below, sampled & ~early, curve, whole, method)


Answer = tuple[Floats, Indices]


def nca_arrays(
    time: npt.ArrayLike,
    concentration: npt.ArrayLike,
    below_limit: npt.ArrayLike | None = None,
    method: NcaMethod | None = None,
) -> NcaArrays:
    """The same analysis on padded arrays, without a table around it.

    Args:
        time: shape (n, k) or (k,), days, ascending in each row; NaN where padded.
        concentration: same shape; NaN means no result, 0 below the limit.
        below_limit: same shape; True where below the limit. None: only zeros are.
        method: the choices; None for the defaults.
    """
    method = method or NcaMethod()
    days, level = np.atleast_2d(np.asarray(time, float)), np.atleast_2d(np.asarray(concentration, float))
    marked = (
        np.zeros(days.shape, bool) if below_limit is None else np.atleast_2d(np.asarray(below_limit, bool))
    )
    under = ~marked & (level > 0) & (level < (method.lloq or 0.0))
    below = marked | under | (level == 0)
    sampled = ~np.isnan(days) & (below | ~np.isnan(level))
    samples = _samples(days, level, below, sampled, method)
    answers = _extremes(samples) | _areas(samples)
    answers |= _terminal_answers(samples, answers)
    counts: dict[str, Counts] = {
        "n_samples": sampled.sum(axis=1),
        "n_below_limit": (sampled & below).sum(axis=1),
        "n_below_lloq": (sampled & under).sum(axis=1),
        "start_imputed": _start_imputed(samples, answers),
    }
    return NcaArrays(
        {name: np.where(reason == 0, value, np.nan) for name, (value, reason) in answers.items()},
        {name: reason for name, (_, reason) in answers.items()},
        counts,
    )


def _reason(*cases: tuple[Flags, Reason]) -> Indices:
    """The first reason that holds for each profile, shape (n,)."""
    return np.select([case for case, _ in cases], [int(why) for _, why in cases], 0).astype(np.intp)


def _extremes(samples: _Samples) -> dict[str, Answer]:
    curve = samples.curve
    rows = np.arange(curve.count.size)
    absent = _reason((samples.none, Reason.NO_SAMPLE), (curve.count == 0, Reason.ALL_DROPPED))
    unseen = np.where(absent == 0, _reason((curve.is_zero, Reason.ALL_BELOW)), absent)
    peak = curve.concentration.argmax(axis=1)  # the first of equal maxima
    first = (curve.concentration > 0).argmax(axis=1)
    nothing = _reason((samples.none, Reason.NO_SAMPLE))
    return {
        "cmax": (curve.concentration[rows, peak], absent),
        "tmax": (curve.time[rows, peak], unseen),
        "tlast": (curve.time[rows, curve.last], unseen),
        "clast": (np.where(curve.last < 0, 0.0, curve.concentration[rows, curve.last]), absent),
        "tfirst": (curve.time[rows, first], unseen),
        "last_sample": (samples.last, nothing),
    }


def _areas(samples: _Samples) -> dict[str, Answer]:
    method, curve, whole = samples.method, samples.curve, samples.whole
    (start, end), rule, name = method.interval, method.auc_rule, method.interval_name
    in_interval = (curve.is_point & (curve.time <= end)).sum(axis=1)
    by_end = _no_area(samples, in_interval, Reason.FEW_IN_INTERVAL, nothing_by=end)
    between, complete = _no_interval(samples), _no_area(samples, curve.count, Reason.ONE_SAMPLE)
    rises = method.blq_rule != "positive-part"
    return {
        f"auclast_{name}": (area_last_by(curve, end, rule), by_end),
        f"aucint_{name}": (area_between(whole, start, end, rule, rises=rises, triangle=False), between),
        f"aucintall_{name}": (area_between(whole, start, end, rule, rises=rises, triangle=True), between),
        "auclast": (area_last(curve, rule), complete),
        "aucall": (area_all(curve, rule), complete),
    }


def _no_area(samples: _Samples, count: Indices, few: Reason, nothing_by: float = np.inf) -> Indices:
    """Why an area from the start day is not known, shape (n,)."""
    curve, start = samples.curve, samples.method.interval[0]
    zero = ~any_in_row((curve.concentration > 0) & (curve.time <= nothing_by))
    began = samples.first if samples.method.blq_rule == "positive-part" else curve.time[:, 0]
    return _reason(
        (samples.none, Reason.NO_SAMPLE),
        (curve.count == 0, Reason.ALL_DROPPED),
        (count < 2, few),
        (zero, Reason.NONE),
        (began > start, Reason.LATE_START),
    )


def _no_interval(samples: _Samples) -> Indices:
    """Why an area between two days by interpolation is not known, shape (n,)."""
    whole, (start, end) = samples.whole, samples.method.interval
    last = whole.time[np.arange(whole.count.size), np.maximum(whole.count - 1, 0)]
    return _reason(
        (samples.none & (whole.count == 0), Reason.NO_SAMPLE),
        (whole.count == 0, Reason.ALL_DROPPED),
        (whole.count < 2, Reason.ONE_SAMPLE),
        ((whole.time[:, 0] > end) | (last < start), Reason.OUTSIDE_INTERVAL),
    )


def _start_imputed(samples: _Samples, answers: Mapping[str, Answer]) -> Counts:
    method = samples.method
    _, reason = answers[f"aucint_{method.interval_name}"]
    late = samples.whole.time[:, 0] > method.interval[0]
    imputed: Counts = ((reason == 0) & late & (method.blq_rule != "positive-part")).astype(np.intp)
    return imputed


def _terminal(samples: _Samples, tmax: Floats, tlast: Floats) -> Terminal:
    method = samples.method
    if method.half_life == "tobit" and method.lloq is not None:
        censored = curve_of(samples.time, samples.level, samples.below, samples.sampled, "zero")
        return terminal_tobit(censored, tmax, tlast, method.lloq, method)
    return terminal_log_linear(samples.curve, tmax, tlast, method)


def _terminal_answers(samples: _Samples, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    method = samples.method
    tmax, tlast = (np.where(answers[name][1] == 0, answers[name][0], np.nan) for name in ("tmax", "tlast"))
    unseen = answers["tmax"][1]
    fit = _terminal(samples, tmax, tlast)
    why = np.where(unseen == 0, fit.reason, unseen)
    rate, why_rate = fit.lambda_z, why
    if method.lambda_z is not None:
        rate, why_rate = np.full(tmax.size, method.lambda_z), unseen
        why = np.where(unseen == 0, int(Reason.GIVEN), unseen)
    no_r2 = int(Reason.NO_R2) if method.half_life == "tobit" else 0
    why_r2 = np.where(why == 0, no_r2, why)
    half_life = np.log(2) / np.where(why_rate == 0, rate, np.nan)
    return _to_infinity(samples, answers, rate, why_rate) | {
        "lambda_z": (rate, why_rate),
        "half_life": (half_life, why_rate),
        "lambda_z_n": (fit.points, why),
        "lambda_z_r2": (fit.r2, why_r2),
        "lambda_z_adj_r2": (fit.adj_r2, why_r2),
        "lambda_z_start": (fit.start, why),
        "lambda_z_end": (fit.end, why),
        "span_ratio": ((fit.end - fit.start) / half_life, why),
        "clast_pred": (fit.at_last, why),
    }


def _to_infinity(
    samples: _Samples, answers: Mapping[str, Answer], rate: Floats, why_rate: Indices
) -> dict[str, Answer]:
    """AUCinf from the observed last level, and the share of it that is extrapolated."""
    area, no_area = answers["auclast"]
    zero = samples.curve.is_zero
    tail = np.where(zero, 0.0, answers["clast"][0] / np.where(why_rate == 0, rate, np.nan))
    total = area + tail
    why = np.where((no_area == 0) & ~zero, why_rate, no_area)
    share = 100 * tail / np.where(total > 0, total, np.nan)
    why_share = np.where((why == 0) & (total == 0), int(Reason.ZERO_AREA), why)
    return {"aucinf_obs": (total, why), "auc_extrapolated_percent": (share, why_share)}
