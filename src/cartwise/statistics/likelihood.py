"""The partial likelihood of one stratum: its value, derivatives and residuals, in time linear in rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from cartwise.statistics.counting import Bools, Floats, Ints

Ties = Literal["efron", "breslow"]


class Exposure(Protocol):
    """Who is at risk when: `RiskSets`, or the weighted risk sets of a subdistribution hazard."""

    @property
    def last(self) -> Ints:
        """(n,) index of the last grid time at which each row is at risk of its own event."""

    def ending(self, values: Floats) -> Floats:
        """Sums over the rows that end at each grid time."""

    def at_risk(self, values: Floats) -> Floats:
        """Sums over the rows at risk at each grid time."""

    def accumulated(self, increments: Floats) -> Floats:
        """Sums over the grid times at which each row is at risk."""


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """n rows of one stratum, prepared for a partial likelihood on its m event times.

    Attributes:
        sets: who is at risk at the event times.
        x: (n, p) covariates, centred and scaled.
        event: (n,) 1 where the row ends with the event.
        weight: (n,) case weights.
        slot: (s,) the event time of each term of the likelihood's denominator.
        share: (s,) the part of those tied there that counts as gone in that term (Efron); 0 under Breslow.
        slot_weight: (s,) weight of that term.
    """

    sets: Exposure
    x: Floats
    event: Floats
    weight: Floats
    slot: Ints
    share: Floats
    slot_weight: Floats


class State(NamedTuple):
    """A stratum at one value of the coefficients.

    With den = sum at risk - share * sum tied, `hazard` is the sum of weight/den over the slots of an event time,
    `tied` that of weight * share/den, `squares` those of weight * (1, share, share^2)/den^2.
    """

    loglik: float
    risk: Floats  # (n,)
    first: Floats  # (m, p), sum of risk * x at risk
    gone: Floats  # (m, p), the same over those tied
    hazard: Floats  # (m,)
    tied: Floats  # (m,)
    squares: tuple[Floats, Floats, Floats]  # (m,) each


def stratum(sets: Exposure, x: Floats, event: Bools, weight: Floats, ties: Ties) -> Stratum:
    """Prepare a stratum: under Efron each of d tied events has a term of its own, under Breslow they share one."""
    happened = event.astype(np.float64)
    count, total = sets.ending(happened), sets.ending(happened * weight)
    if ties == "breslow":
        return Stratum(sets, x, happened, weight, np.arange(count.size), np.zeros(count.size), total)
    tied = count.astype(np.intp)
    slot = np.repeat(np.arange(count.size), tied)
    before = np.arange(slot.size) - np.repeat(np.cumsum(tied) - tied, tied)
    return Stratum(sets, x, happened, weight, slot, before / count[slot], (total / count)[slot])


def evaluated(rows: Stratum, beta: Floats) -> State:
    """The log partial likelihood at beta, (p,), and the sums that its derivatives are made of.

    Efron, J Am Stat Assoc 1977;72:557; Breslow, Biometrics 1974;30:89; weights as in R `coxph`.
    """
    score = rows.x @ beta
    risk = np.exp(score)
    weighted = _times_one_and(rows.x, rows.weight * risk)
    sums = rows.sets.at_risk(weighted)
    gone = rows.sets.ending(weighted * rows.event[:, None]) if rows.share.any() else np.zeros_like(sums)
    den = sums[rows.slot, 0] - rows.share * gone[rows.slot, 0]
    own = float((rows.weight * rows.event) @ score)
    hazard = rows.slot_weight / den

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(rows.slot, values, minlength=len(sums)), dtype=np.float64)

    square = hazard / den
    return State(
        own - float(rows.slot_weight @ np.log(den)),
        risk,
        sums[:, 1:],
        gone[:, 1:],
        summed(hazard),
        summed(hazard * rows.share),
        (summed(square), summed(square * rows.share), summed(square * rows.share**2)),
    )


def _times_one_and(x: Floats, weights: Floats) -> Floats:
    # Column by column, as sums over risk sets read them: rows side by side would cost twice the time.
    table = np.empty((weights.size, x.shape[1] + 1), order="F")
    table[:, 0] = weights
    np.multiply(x, weights[:, None], out=table[:, 1:])
    return table


def derivatives(rows: Stratum, at: State, factor: Floats | None = None) -> tuple[Floats, Floats]:
    """Score, (p,), and information, (p, p); each event time counts `factor`, (m,), times, by default once."""
    g = np.ones_like(at.hazard) if factor is None else factor
    own = g[rows.sets.last] * rows.event
    exposure = rows.weight * at.risk * _hazard_of(rows, at, g)
    score = (rows.weight * own - exposure) @ rows.x
    plain, cross, square = (g * s for s in at.squares)
    mixed = at.first.T @ (cross[:, None] * at.gone)
    means = (
        at.first.T @ (plain[:, None] * at.first) - mixed - mixed.T + at.gone.T @ (square[:, None] * at.gone)
    )
    return score, rows.x.T @ (exposure[:, None] * rows.x) - means


def mean_at_risk(rows: Stratum, at: State) -> Floats:
    """The mean covariate at risk at each event time, (m, p), over the terms of its ties."""
    total = np.bincount(rows.slot, rows.slot_weight, minlength=at.hazard.size)
    means: Floats = (at.hazard[:, None] * at.first - at.tied[:, None] * at.gone) / total[:, None]
    return means


def score_residuals(rows: Stratum, at: State) -> Floats:
    """What each row contributes to the score, (n, p), before its weight (Lin and Wei, JASA 1989;84:1074)."""
    plain, cross, square = (s[:, None] for s in at.squares)
    drawn = rows.sets.accumulated(plain * at.first - cross * at.gone)
    own = rows.event[:, None] * (cross * at.first - square * at.gone)[rows.sets.last]
    hazard = _hazard_of(rows, at, np.ones_like(at.hazard))[:, None]
    observed = rows.event[:, None] * (rows.x - mean_at_risk(rows, at)[rows.sets.last])
    residuals: Floats = observed - at.risk[:, None] * (rows.x * hazard - (drawn - own))
    return residuals


def _hazard_of(rows: Stratum, at: State, factor: Floats) -> Floats:
    # A row that ends with the event meets only a part of the tied hazard (Efron): it counts as gone in some terms.
    total: Floats = rows.sets.accumulated(factor * at.hazard)
    return total - rows.event * (factor * at.tied)[rows.sets.last]
