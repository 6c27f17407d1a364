"""Cumulative incidence with competing risks by Aalen and Johansen, with either of two variances, named."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cartwise.statistics.causes import causes_of
from cartwise.statistics.counting import Floats, Ints, RiskSets, risk_sets
from cartwise.statistics.incidence_curve import CumulativeIncidence, IncidenceCurve
from cartwise.statistics.observations import Observations, check_choice, observations, whole
from cartwise.statistics.survival import IntervalType, check_interval

VarianceType = Literal["greenwood", "aalen"]

_ROUNDING = 1e-12  # of a sum of shares, or of weights that are not whole
_FAR = 700.0  # the largest power of e that a float holds, nearly
_SCALES = {
    "log-log": "symmetric on the scale of log(-log(1 - F))",
    "log": "symmetric on the scale of log(F)",
    "plain": "symmetric about F",
}


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    variance: VarianceType = "greenwood",
    ci: IntervalType = "log-log",
    level: float = 0.95,
    unit: str = "d",
) -> CumulativeIncidence:
    """Probability over time of each cause in the presence of the others (Aalen and Johansen 1978).

    Two variances are in use, and differ by some per cent in small groups:
    "greenwood" is the multinomial one by the delta method (Dinse and Larson, Biometrika 1986;73:379; Marubini
    and Valsecchi 1995, eq. 10.12), which R `survfit` and `etm` give; "aalen" is the counting-process one
    (Aalen, Ann Stat 1978;6:534, with the hypergeometric correction for ties of Gray 1988), which R `cmprsk`
    gives. Whole weights are repeats of a row; with others neither holds and the variance is the robust one by
    infinitesimal jackknife, as in R `survfit`, which takes rows for independent. Strata are groups.

    Args:
        time: (n,) end of follow-up.
        cause: (n,) what ended it: numbers with 0 for censored, or names with "censored". Of categories each has a
            curve, also one that nobody met.
        group: (n,) group of each row; a category keeps its order.
        entry: (n,) late entry: the row is at risk in (entry, time].
        weights: (n,) positive weights.
        variance: "greenwood" or "aalen".
        ci: scale of the interval: "log-log" (log(-log(1 - F)), as `etm`; others take log(-log(F)), whose limits
            differ), "log" (as `survfit`) or "plain".
        level: confidence level.
        unit: UCUM code of time.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    check_choice("variance", variance, VarianceType)
    check_interval(ci, level)
    codes, causes = causes_of(cause, np.size(time))
    causes = causes or ("any event",)  # all are censored: a curve at zero, whose readings say why
    rows = observations(time, codes > 0, group=group, entry=entry, weights=weights)
    named = variance if whole(rows.weight) else "robust"
    z = NormalDist().inv_cdf(0.5 + level / 2)
    curves: dict[tuple[str, str], IncidenceCurve] = {}
    for index, label in enumerate(rows.labels):
        chosen = rows.group == index
        steps = _steps(rows.where(chosen), codes[chosen], len(causes))
        for k, name in enumerate(causes):
            curves[label, name] = _curve(steps, k, (label, name), named, lambda f, se: _limits(f, se, ci, z))
    methods = _sentence(named, ci, level, entry is not None)
    return CumulativeIncidence(curves, rows.labels, causes, named, ci, level, unit, methods)


class _Steps(NamedTuple):
    rows: Observations  # n
    codes: Ints  # (n,)
    sets: RiskSets
    times: Floats  # (m,)
    at_risk: Floats  # (m,)
    events: Floats  # (m, k)
    censored: Floats  # (m,)
    before: Floats  # (m,), event-free just before each time
    after: Floats  # (m,)


def _steps(rows: Observations, codes: Ints, k: int) -> _Steps:
    sets = risk_sets(rows.time, rows.entry, np.unique(np.r_[rows.time, rows.entry[np.isfinite(rows.entry)]]))
    at_risk = sets.at_risk(rows.weight)
    events = sets.ending(rows.weight[:, None] * (codes[:, None] == np.arange(1, k + 1)))
    left = at_risk - events.sum(axis=1)
    left = np.where(left > _ROUNDING * at_risk, left, 0.0)
    free = np.where(at_risk > 0, _share(left, at_risk), 1.0)
    after: Floats = np.cumprod(free, dtype=np.float64)
    before = np.r_[1.0, after[:-1]] if after.size else after
    return _Steps(
        rows,
        codes,
        sets,
        sets.times,
        at_risk,
        events,
        sets.ending(rows.weight * ~rows.event),
        before,
        after,
    )


def _curve(
    steps: _Steps, k: int, names: tuple[str, str], variance: str, limits: Callable[..., tuple[Floats, Floats]]
) -> IncidenceCurve:
    own = steps.events[:, k]
    incidence = np.cumsum(steps.before * _share(own, steps.at_risk))
    incidence = np.where(1 - incidence > _ROUNDING, incidence, 1.0)
    if variance == "robust":
        spread = _robust(steps, k, incidence)
    else:
        spread = (_greenwood if variance == "greenwood" else _aalen)(steps, own, incidence)
    # Differences of cumulative sums: what is left of zero is rounding.
    std_error = np.sqrt(np.where(incidence > 0, np.clip(spread, 0, None), 0.0))
    lower, upper = limits(incidence, std_error)
    return IncidenceCurve(
        *names,
        steps.rows.time.size,
        steps.times,
        steps.at_risk,
        own,
        steps.censored,
        steps.after,
        incidence,
        std_error,
        lower,
        upper,
    )


def _greenwood(steps: _Steps, own: Floats, incidence: Floats) -> Floats:
    """Variance of F(t), the sum over s <= t of its influences, expanded so that it costs cumulative sums only."""
    n, every = steps.at_risk, steps.events.sum(axis=1)
    ended = _share(every, n * (n - every))
    drawn = steps.before * _share(own, n**2)
    a0, a1, a2 = (np.cumsum(ended * incidence**power) for power in range(3))
    c0, c1 = (np.cumsum(drawn * incidence**power) for power in range(2))
    within = np.cumsum(steps.before**2 * _share(own * (n - own), n**3))
    total: Floats = incidence**2 * a0 - 2 * incidence * (a1 + c0) + a2 + within + 2 * c1
    return total


def _aalen(steps: _Steps, own: Floats, incidence: Floats) -> Floats:
    """Variance of F(t) by Aalen: each cause's events weigh what they move F(t) by."""
    other = steps.events.sum(axis=1) - own
    moved = _share(incidence, steps.after)
    per_unit = _share(np.ones_like(own), steps.after)
    total = np.zeros_like(own)
    for events, constant in ((own, 1 + moved), (np.where(steps.after > 0, other, 0.0), moved)):
        weight = steps.before**2 * _share(events, steps.at_risk**2) * _tied(events, steps.at_risk)
        v1, v2, v3 = (np.cumsum(weight * constant ** (2 - power) * per_unit**power) for power in range(3))
        total += v1 - 2 * incidence * v2 + incidence**2 * v3
    return total


def _robust(steps: _Steps, k: int, incidence: Floats) -> Floats:
    """Variance of F(t) as the sum of squared weighted influences of the rows (infinitesimal jackknife).

    A row moves F(t) by A - F(t) B, where A and B sum, over the times at which it was at risk, what it adds to F
    itself and what it takes from those still free of events.
    """
    rows, sets, n = steps.rows, steps.sets, steps.at_risk
    own, every = steps.events[:, k], steps.events.sum(axis=1)
    left = np.where(steps.after > 0, n - every, 0.0)
    lost = _share(np.ones_like(n), left)
    taken = np.cumsum(_share(every, n) * lost)
    added = np.cumsum(steps.before * _share(own, n**2) + incidence * _share(every, n) * lost)
    b0, a0 = (np.r_[0.0, curve][sets.first] for curve in (taken, added))
    at = sets.last
    mine = (rows.event & (steps.codes == k + 1)) * _share(steps.before, n)[at]
    a = mine + rows.event * (incidence * lost)[at] - (added[at] - a0)
    b = rows.event * lost[at] - (taken[at] - b0)
    square = rows.weight**2
    aa, ab, bb = np.cumsum(sets.ending(square[:, None] * np.stack([a * a, a * b, b * b], axis=1)), axis=0).T
    moments = square[:, None] * np.stack([np.ones_like(a0), a0, b0, a0 * a0, a0 * b0, b0 * b0], axis=1)
    w, wa, wb, waa, wab, wbb = (sets.at_risk(moments) - sets.ending(moments)).T
    since = added - incidence * taken
    still = since**2 * w - 2 * since * (wa - incidence * wb) + waa - 2 * incidence * wab + incidence**2 * wbb
    total: Floats = aa - 2 * incidence * ab + incidence**2 * bb + np.clip(still, 0, None)
    return total


def _tied(events: Floats, at_risk: Floats) -> Floats:
    # Tied events are drawn without replacement: 1 - (d - 1)/(n - 1).
    return np.where(events > 1, 1 - _share(events - 1, at_risk - 1), 1.0)


def _share(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def log_log_limits(probability: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    """Limits of probabilities strictly between 0 and 1, symmetric on the scale of log(-log(1 - p))."""
    free = 1 - probability
    # Beyond the cap the limits are 0 and 1 whatever the exponent is, and the exponential would overflow.
    spread = np.minimum(z * se / (free * -np.log1p(-probability)), _FAR)
    return 1 - free ** np.exp(-spread), 1 - free ** np.exp(spread)


def _limits(incidence: Floats, se: Floats, ci: str, z: float) -> tuple[Floats, Floats]:
    inside = np.where((incidence > 0) & (incidence < 1) & (se > 0), incidence, np.nan)
    if ci == "plain":
        return np.maximum(inside - z * se, 0.0), np.minimum(inside + z * se, 1.0)
    if ci == "log":
        relative = np.minimum(z * se / inside, _FAR)
        return inside * np.exp(-relative), np.minimum(inside * np.exp(relative), 1.0)
    return log_log_limits(inside, se, z)


def _sentence(variance: str, ci: str, level: float, late: bool) -> str:
    named = {
        "greenwood": "Greenwood-type (delta method) variance",
        "aalen": "Aalen's variance (as in Gray 1988)",
        "robust": "robust variance (infinitesimal jackknife, weighted rows)",
    }[variance]
    entry = "; patients counted as at risk from their entry on (left truncation)" if late else ""
    return (
        "Cumulative incidence with competing risks was estimated by the Aalen-Johansen method with "
        f"{named} and {100 * level:g} % confidence intervals of the {ci} type, {_SCALES[ci]}{entry}."
    )
