"""Restricted mean survival time: the area under the curve up to a horizon, and its difference between groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.counting import Floats, RiskSets, risk_sets
from cartwise.statistics.curve import Curve
from cartwise.statistics.observations import Observations, observations, whole
from cartwise.statistics.survival import check_level, kaplan_meier


@dataclass(frozen=True, slots=True)
class MeanTime:
    """A restricted mean survival time, or a difference of two.

    Attributes:
        name: the group, or "one - other".
        n: patients (rows).
        level: confidence level.
        unit: UCUM code.
        method: how it was made.
        reason: why a number is None; "" where all are there that should be.
        value: in the unit of time; None where there is none.
        std_error: of `value`.
        lower: lower confidence limit.
        upper: upper confidence limit.
        p: two-sided p value that a difference is zero; None for a mean.
    """

    name: str
    n: int
    level: float
    unit: str
    method: str
    reason: str = ""
    value: float | None = None
    std_error: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None

    def estimate(self) -> Estimate | Missing:
        """The number as an Estimate; Missing, with the reason, where there is none."""
        if self.value is None:
            return Missing(self.reason, settled_by="longer follow-up" if self.n else "")
        return Estimate(self.value, self.lower, self.upper, self.level, self.unit, self.n, self.method)


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMean:
    """Restricted mean survival times by group.

    Attributes:
        means: one per group, by name.
        tau: the horizon.
        methods: the sentence for a methods section.
    """

    means: dict[str, MeanTime]
    tau: float
    methods: str

    def difference(self, group: str, reference: str) -> MeanTime:
        """Mean of a group minus that of a reference, of independent patients.

        Raises:
            UserError: there is no such group.
        """
        for name in (group, reference):
            if name not in self.means:
                raise UserError(f"There is no group {name!r}. The groups are {', '.join(self.means)}.")
        return _difference(self.means[group], self.means[reference])

    def table(self) -> pd.DataFrame:
        """One row per group, and one per difference from the first group."""
        first, *others = self.means
        rows = [*self.means.values(), *(self.difference(other, first) for other in others)]
        names = ("name", "n", "value", "std_error", "lower", "upper", "p", "reason")
        table = pd.DataFrame([{name: getattr(row, name) for name in names} for row in rows])
        return table.astype(dict.fromkeys(names[2:-1], "float64"))


def rmst(
    time: ArrayLike,
    event: ArrayLike,
    *,
    tau: float,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    unit: str = "d",
) -> RestrictedMean:
    """Restricted mean survival time up to tau, and differences (Royston and Parmar, Stat Med 2011;30:2409).

    The area under the Kaplan-Meier curve; its variance sums (area from t to tau)^2 d/(n (n - d)) over event times
    t (as R `survRM2`). It is the variance of the estimate, not that of min(T, tau). Whole weights are repeats of a
    row; with others the variance is the robust one by infinitesimal jackknife, which takes rows for independent. Strata are groups.

    Args:
        time: (n,) end of follow-up.
        event: (n,) 1 where the event ended it, 0 where it was censored.
        tau: the horizon, above 0, fixed beforehand; a group followed for less has a reason and no mean.
        group: (n,) group of each row.
        entry: (n,) late entry: the row is at risk in (entry, time].
        weights: (n,) positive weights.
        level: confidence level.
        unit: UCUM code of time.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    if not (np.isfinite(tau) and tau > 0):
        raise UserError("`tau` is a time above 0, within the follow-up of every group.")
    check_level(level)
    rows = observations(time, event, group=group, entry=entry, weights=weights)
    curves = kaplan_meier(
        time, event, group=group, entry=entry, weights=weights, level=level, unit=unit
    ).curves
    methods = (
        f"Restricted mean survival time up to {tau:g} {unit} is the area under the Kaplan-Meier curve (Royston and "
        f"Parmar 2011), with {100 * level:g} % confidence intervals of the plain type."
    )
    means = {
        name: _mean(
            curve, rows.where(rows.group == index), tau, MeanTime(name, curve.n, level, unit, methods)
        )
        for index, (name, curve) in enumerate(curves.items())
    }
    return RestrictedMean(means, float(tau), methods)


def _mean(curve: Curve, rows: Observations, tau: float, blank: MeanTime) -> MeanTime:
    if reason := _unreachable(curve, tau):
        return replace(blank, reason=reason)
    early = curve.times < tau
    edges = np.r_[0.0, curve.times[early], tau]
    pieces = np.diff(edges) * np.r_[1.0, curve.survival[early]]
    value = float(pieces.sum())
    rest = np.cumsum(pieces[:0:-1])[::-1]  # area from each time to tau
    events, at_risk = curve.events[early], curve.at_risk[early]
    left = np.where(curve.survival[early] > 0, at_risk - events, 0.0)
    lost = _share(rest, left)
    if whole(rows.weight):
        variance = float((lost**2 * left * _share(events, at_risk)).sum())
    else:
        sets = risk_sets(rows.time, rows.entry, curve.times[early])
        variance = float(((rows.weight * _influence(rows, sets, lost, _share(events, at_risk))) ** 2).sum())
    return _with_limits(replace(blank, value=value), sqrt(variance))


def _share(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _influence(rows: Observations, sets: RiskSets, lost: Floats, hazard: Floats) -> Floats:
    """What a little more weight of each row does to the mean, (n,); events take `lost`, (m,), from it."""
    if not lost.size:
        return np.zeros_like(rows.time)
    ended = rows.event & (sets.last >= 0)
    ended &= sets.times[np.maximum(sets.last, 0)] == rows.time
    influence: Floats = sets.accumulated(lost * hazard) - ended * lost[np.maximum(sets.last, 0)]
    return influence


def _with_limits(mean: MeanTime, se: float) -> MeanTime:
    if se == 0 or mean.value is None:
        return replace(
            mean, reason="no event before tau, or all at one time: the variance is zero and gives no interval"
        )
    width = NormalDist().inv_cdf(0.5 + mean.level / 2) * se
    return replace(mean, std_error=se, lower=mean.value - width, upper=mean.value + width)


def _unreachable(curve: Curve, tau: float) -> str:
    if curve.n == 0:
        return "no patient in this group"
    if curve.emptied < tau:
        return curve.survival_at(tau)[3]
    if tau > curve.times[-1] and curve.survival[-1] > 0:
        return f"tau lies beyond the last observation, at {curve.times[-1]:g}"
    return ""


def _difference(one: MeanTime, other: MeanTime) -> MeanTime:
    reason = "; ".join(f"{mean.name}: {mean.reason}" for mean in (one, other) if mean.reason)
    name = f"{one.name} - {other.name}"
    blank = MeanTime(name, one.n + other.n, one.level, one.unit, one.method, reason)
    if one.value is None or other.value is None:
        return blank
    value = one.value - other.value
    if one.std_error is None or other.std_error is None:
        return replace(blank, value=value)
    se = sqrt(one.std_error**2 + other.std_error**2)
    return replace(_with_limits(replace(blank, value=value), se), p=erfc(abs(value / se) / sqrt(2)))
