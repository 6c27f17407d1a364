"""Kaplan-Meier estimation with Greenwood's or a robust variance, and follow-up by reversing it."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.counting import Floats, RiskSets, risk_sets
from cartwise.statistics.curve import Curve, KaplanMeier
from cartwise.statistics.observations import Observations, check_choice, observations, whole

IntervalType = Literal["log-log", "log", "plain"]

# Sums of weights that are not whole leave a rest of rounding where the last patients at risk all have the event.
_ROUNDING = 1e-12
_FAR = 700.0  # the largest power of e that a float holds, nearly


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci: IntervalType = "log-log",
    level: float = 0.95,
    unit: str = "d",
) -> KaplanMeier:
    """Survival curves by Kaplan and Meier (J Am Stat Assoc 1958;53:457), one per group.

    The variance is Greenwood's (1926) where weights are whole numbers, which are read as repeats of a row; for
    other weights it is the robust one by infinitesimal jackknife (equal to Greenwood's where all weights are
    equal and nobody enters late).
    Where the curve is one or zero no limits are given (R prints 1 to 1, and NA). (entry, time] rows of one patient
    give the curve of its whole follow-up, but `n` counts rows, and the robust variance takes them for independent.
    Strata are groups; for clusters of patients see `cox`.

    Args:
        time: (n,) end of follow-up.
        event: (n,) 1 where the event ended it, 0 where it was censored.
        group: (n,) group of each row; a category keeps its order.
        entry: (n,) late entry: the row is at risk in (entry, time].
        weights: (n,) positive weights.
        ci: scale of the interval: SPSS prints "plain", R by default "log", EBMT style is "log-log".
        level: confidence level.
        unit: UCUM code of time.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    rows = observations(time, event, group=group, entry=entry, weights=weights)
    check_interval(ci, level)
    curves = {label: _curve(rows, index, label, ci, level) for index, label in enumerate(rows.labels)}
    return KaplanMeier(curves, ci, level, unit, _sentence(rows, ci, level))


def reverse_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci: IntervalType = "log-log",
    level: float = 0.95,
    unit: str = "d",
) -> KaplanMeier:
    """Follow-up by the reverse Kaplan-Meier method (Schemper and Smith, Control Clin Trials 1996;17:343).

    End of observation is the event and the event censors it; `.median()` is the median follow-up. Arguments and
    errors are those of `kaplan_meier`.
    """
    ended = ~observations(time, event).event
    reverse = kaplan_meier(
        time, ended, group=group, entry=entry, weights=weights, ci=ci, level=level, unit=unit
    )
    methods = (
        "Median follow-up was estimated by the reverse Kaplan-Meier method (Schemper and Smith 1996), in which "
        f"the event censors follow-up, with {100 * level:g} % confidence intervals of the {ci} type."
    )
    return KaplanMeier(reverse.curves, ci, level, unit, methods)


def check_interval(ci: str, level: float) -> None:
    """Raise a UserError unless the type of interval and the confidence level are ones we know."""
    check_choice("interval type", ci, IntervalType)
    check_level(level)


def check_level(level: float) -> None:
    """Raise a UserError unless a confidence level lies between 0 and 1."""
    if not 0 < level < 1:
        raise UserError("A confidence level lies between 0 and 1, such as 0.95.")


def _curve(rows: Observations, index: int, label: str, ci: str, level: float) -> Curve:
    own = rows.where(rows.group == index)
    sets = risk_sets(own.time, own.entry, np.unique(np.r_[own.time, own.entry[np.isfinite(own.entry)]]))
    at_risk = sets.at_risk(own.weight)
    events = sets.ending(own.weight * own.event)
    survivors = np.where(at_risk - events > _ROUNDING * at_risk, at_risk - events, 0.0)
    kept = np.divide(survivors, at_risk, out=np.ones_like(at_risk), where=events > 0)
    survival = np.cumprod(kept, dtype=np.float64)
    # Derivative of -log S by a patient's exposure, up to each time; with weights of one it is Greenwood's sum.
    exposed = np.cumsum(_ratio(events, at_risk * survivors))
    variance = exposed if whole(rows.weight) else _robust_variance(own, sets, exposed, _ratio(1.0, survivors))
    relative = np.sqrt(np.where(survival > 0, variance, np.nan))
    lower, upper = _limits(survival, relative, ci, NormalDist().inv_cdf(0.5 + level / 2))
    censored = sets.ending(own.weight * ~own.event)
    return Curve(
        label,
        own.time.size,
        sets.times,
        at_risk,
        events,
        censored,
        survival,
        survival * relative,
        lower,
        upper,
    )


def _ratio(top: Floats | float, bottom: Floats) -> Floats:
    # Zero where nobody is left: from there on the curve is zero and its variance is not given.
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _robust_variance(rows: Observations, sets: RiskSets, exposed: Floats, jump: Floats) -> Floats:
    """Variance of log S(t) as the sum of squared weighted influences of the rows (infinitesimal jackknife)."""
    before = np.r_[0.0, exposed][sets.first]
    square = rows.weight**2
    final = jump[sets.last] * rows.event - (exposed[sets.last] - before)
    ended = np.cumsum(sets.ending(square * final**2))
    moments = np.stack([square, square * before, square * before**2], axis=1)
    still, linear, constant = (sets.at_risk(moments) - sets.ending(moments)).T
    variance: Floats = ended + np.clip(still * exposed**2 - 2 * linear * exposed + constant, 0, None)
    return variance


def _limits(survival: Floats, relative: Floats, ci: str, z: float) -> tuple[Floats, Floats]:
    """Limits of S from the standard error of log S (Kalbfleisch and Prentice 2002, section 1.4)."""
    inside = np.where((survival > 0) & (survival < 1), survival, np.nan)
    if ci == "plain":
        return np.maximum(inside - z * inside * relative, 0.0), np.minimum(
            inside + z * inside * relative, 1.0
        )
    if ci == "log":
        return inside * np.exp(-z * relative), np.minimum(
            inside * np.exp(np.minimum(z * relative, _FAR)), 1.0
        )
    # Beyond the cap the limits are 0 and 1 whatever the exponent is, and the exponential would overflow.
    spread = np.minimum(z * relative / -np.log(inside), _FAR)
    return inside ** np.exp(spread), inside ** np.exp(-spread)


def _sentence(rows: Observations, ci: str, level: float) -> str:
    variance = "Greenwood" if whole(rows.weight) else "robust (infinitesimal jackknife, weighted rows)"
    late = "; patients counted as at risk from their entry on (left truncation)"
    return (
        f"Survival was estimated by the Kaplan-Meier method with {variance} variance and {100 * level:g} % "
        f"confidence intervals of the {ci} type{late if np.isfinite(rows.entry).any() else ''}."
    )
