"""Cumulative incidence with competing risks by Aalen and Johansen, with either of two variances, named."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.causes import causes_of
from cartwise.statistics.counting import Floats, Ints, risk_sets
from cartwise.statistics.incidence_curve import CumulativeIncidence, IncidenceCurve
from cartwise.statistics.observations import Observations, observations
from cartwise.statistics.survival import IntervalType, check_interval

VarianceType = Literal["greenwood", "aalen"]


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
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
    gives.

    Args:
        time: (n,) end of follow-up.
        cause: (n,) what ended it: numbers with 0 for censored, or names with "censored". Of categories each has a
            curve, also one that nobody met.
        group: (n,) group of each row; a category keeps its order.
        entry: (n,) late entry: the row is at risk in (entry, time].
        variance: "greenwood" or "aalen".
        ci: scale of the interval: "log-log" (of 1 - F, as `etm`), "log" (as `survfit`) or "plain".
        level: confidence level.
        unit: UCUM code of time.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    if variance not in get_args(VarianceType):
        raise UserError(
            f"There is no variance {variance!r}. Choose one of {', '.join(get_args(VarianceType))}."
        )
    check_interval(ci, level)
    codes, causes = causes_of(cause, np.size(time))
    causes = causes or ("any event",)  # all are censored: a curve at zero, whose readings say why
    rows = observations(time, codes > 0, group=group, entry=entry)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    curves: dict[tuple[str, str], IncidenceCurve] = {}
    for index, label in enumerate(rows.labels):
        chosen = rows.group == index
        steps = _steps(rows.where(chosen), codes[chosen], len(causes))
        for k, name in enumerate(causes):
            curves[label, name] = _curve(
                steps, k, (label, name), variance, lambda f, se: _limits(f, se, ci, z)
            )
    methods = _sentence(variance, ci, level, entry is not None)
    return CumulativeIncidence(curves, rows.labels, causes, variance, ci, level, unit, methods)


class _Steps(NamedTuple):
    n: int
    times: Floats  # (m,)
    at_risk: Floats  # (m,)
    events: Floats  # (m, k)
    censored: Floats  # (m,)
    before: Floats  # (m,), event-free just before each time
    after: Floats  # (m,)


def _steps(rows: Observations, codes: Ints, k: int) -> _Steps:
    sets = risk_sets(rows.time, rows.entry, np.unique(np.r_[rows.time, rows.entry[np.isfinite(rows.entry)]]))
    at_risk = sets.at_risk(rows.weight)
    events = sets.ending((codes[:, None] == np.arange(1, k + 1)).astype(np.float64))
    free = np.where(at_risk > 0, 1 - _share(events.sum(axis=1), at_risk), 1.0)
    after: Floats = np.cumprod(free, dtype=np.float64)
    before = np.r_[1.0, after[:-1]] if after.size else after
    return _Steps(
        rows.time.size,
        sets.times,
        at_risk,
        events,
        sets.ending((~rows.event).astype(np.float64)),
        before,
        after,
    )


def _curve(
    steps: _Steps, k: int, names: tuple[str, str], variance: str, limits: Callable[..., tuple[Floats, Floats]]
) -> IncidenceCurve:
    own = steps.events[:, k]
    incidence = np.cumsum(steps.before * _share(own, steps.at_risk))
    spread = (_greenwood if variance == "greenwood" else _aalen)(steps, own, incidence)
    # Differences of cumulative sums: what is left of zero is rounding.
    std_error = np.sqrt(np.where(incidence > 0, np.clip(spread, 0, None), 0.0))
    lower, upper = limits(incidence, std_error)
    return IncidenceCurve(
        *names,
        steps.n,
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


def _tied(events: Floats, at_risk: Floats) -> Floats:
    # Tied events are drawn without replacement: 1 - (d - 1)/(n - 1).
    return np.where(events > 1, 1 - _share(events - 1, at_risk - 1), 1.0)


def _share(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _limits(incidence: Floats, se: Floats, ci: str, z: float) -> tuple[Floats, Floats]:
    inside = np.where((incidence > 0) & (incidence < 1) & (se > 0), incidence, np.nan)
    if ci == "plain":
        return np.maximum(inside - z * se, 0.0), np.minimum(inside + z * se, 1.0)
    if ci == "log":
        relative = z * se / inside
        return inside * np.exp(-relative), np.minimum(inside * np.exp(relative), 1.0)
    relative = z * se / ((1 - inside) * -np.log1p(-inside))
    return 1 - (1 - inside) ** np.exp(-relative), 1 - (1 - inside) ** np.exp(relative)


def _sentence(variance: str, ci: str, level: float, late: bool) -> str:
    named = {
        "greenwood": "Greenwood-type (delta method) variance",
        "aalen": "Aalen's variance (as in Gray 1988)",
    }[variance]
    entry = "; patients counted as at risk from their entry on (left truncation)" if late else ""
    return (
        "Cumulative incidence with competing risks was estimated by the Aalen-Johansen method with "
        f"{named} and {100 * level:g} % confidence intervals of the {ci} type{entry}."
    )
