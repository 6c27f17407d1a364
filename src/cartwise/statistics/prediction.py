"""How well a state on one day tells who will have an event within a time: AUC and Brier score with competing risks.

Patients censored before the horizon have no outcome there; those whose outcome is known stand for them by inverse
probability of censoring weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.censoring_weights import CENSORED, EVENT, chance_uncensored, spells
from cartwise.statistics.counting import Floats, Ints
from cartwise.statistics.observations import numbers, refuse, same_length, whole_numbers


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of n patients at a horizon.

    Attributes:
        weight: (n,) inverse probability of censoring weight; 0 where the outcome at the horizon is not known.
        case: (n,) whether the event asked about came by the horizon.
    """

    weight: Floats
    case: np.ndarray


def outcomes_at(
    time: ArrayLike,
    cause: ArrayLike,
    horizon: float,
    *,
    of: int = 1,
    uncensored: tuple[ArrayLike, ArrayLike] | None = None,
) -> Known | Missing:
    """Weights and outcomes at a horizon (Gerds and Schumacher, Biom J 2006;48:1029; Schoop et al. 2011;53:88).

    Args:
        time: (n,) end of follow-up, above 0.
        cause: (n,) 0 for censored, else the number of the event that ended it.
        horizon: the time asked about.
        of: the cause asked about; the others compete.
        uncensored: each patient's chance of being uncensored just before `time`, and up to the horizon (of one
            censored before it, through that day: 0 where everybody like it was); None: by Kaplan-Meier, the same for all.

    Returns:
        The weights and outcomes, or Missing where nobody can stand for those censored.

    Raises:
        UserError: times are not numbers above 0, or the horizon is not.
    """
    ends = numbers("time", time)
    codes = whole_numbers("cause", cause)
    refuse("time", ends <= 0, "not above 0", "Follow-up begins at 0")
    if not horizon > 0:
        raise UserError("A horizon lies above 0.")
    same_length("cause", codes.size, ends.size)
    before, up_to = uncensored if uncensored is not None else _same_for_all(ends, codes, horizon)
    for chances in (before, up_to):
        same_length("uncensored", np.size(chances), ends.size)
    told = (ends <= horizon) & (codes > 0)
    beyond = ends > horizon
    chance = np.where(told, np.asarray(before, dtype=np.float64), np.asarray(up_to, dtype=np.float64))
    if not (told | beyond).any():
        return Missing(f"nobody's outcome is known at {horizon:g}", "longer follow-up")
    alone = ~told & ~beyond & (np.asarray(up_to) <= 0)
    if alone.any() and not beyond.any():
        return Missing(f"nobody is followed beyond {horizon:g}", "longer follow-up")
    if alone.any():
        return Missing(f"for {int(alone.sum())} of the censored nobody like them stayed to stand for them")
    weight = np.divide(1.0, chance, out=np.zeros(ends.size), where=told | beyond)
    return Known(weight, told & (codes == of))


def _same_for_all(ends: Floats, codes: Ints, horizon: float) -> tuple[Floats, Floats]:
    n = ends.size
    rows = spells(np.arange(n), np.zeros(n), ends, np.zeros(n, np.intp), np.where(codes > 0, EVENT, CENSORED))
    return chance_uncensored(rows, ends), chance_uncensored(rows, np.full(n, horizon), through=True)


def incidence_at(known: Known) -> float:
    """Incidence by the horizon: the mean of weighted outcomes, which is Aalen-Johansen's where all share a stratum."""
    return float((known.weight * known.case).sum() / known.weight.size)


def time_dependent_auc(known: Known, marker: ArrayLike) -> Estimate | Missing:
    """Chance that of a patient with the event by the horizon and one without, the first has the higher marker.

    Patients in whom a competing event came first count as without the event (Blanche, Dartigues and
    Jacqmin-Gadda, Stat Med 2013;32:5381, definition ii); equal markers count half.

    Args:
        known: what is known at the horizon, of n patients.
        marker: (n,) the marker on the day of prediction.

    Returns:
        The AUC without an interval (bootstrap it), or Missing where there are no cases or no others.

    Raises:
        UserError: a marker is missing, or there are more or fewer than patients.
    """
    values = numbers("marker", marker)
    same_length("marker", values.size, known.weight.size, "what is known")
    cases, others = known.weight * known.case, known.weight * ~known.case
    if cases.sum() <= 0 or others.sum() <= 0:
        absent = "with the event" if cases.sum() <= 0 else "without the event"
        return Missing(f"nobody {absent} at the horizon", "longer follow-up or more patients")
    _, level = np.unique(values, return_inverse=True)
    case = np.bincount(level, weights=cases)
    other = np.bincount(level, weights=others)
    below = np.cumsum(other) - other
    auc = (case * (below + other / 2)).sum() / (cases.sum() * others.sum())
    return Estimate(float(auc), n=values.size, method=_AUC)


def brier_score(known: Known, predicted: ArrayLike) -> Estimate | Missing:
    """Mean squared distance of predicted probabilities from what happened by the horizon, by weights.

    Args:
        known: what is known at the horizon, of n patients.
        predicted: (n,) probabilities of the event by the horizon.

    Raises:
        UserError: a prediction is no probability, or there are more or fewer than patients.
    """
    chances = numbers("predicted", predicted)
    same_length("predicted", chances.size, known.weight.size, "what is known")
    refuse("predicted", (chances < 0) | (chances > 1), "outside 0 to 1", "Predictions are probabilities")
    if not chances.size:
        return Missing("a score of no patients has no value")
    score = (known.weight * (known.case - chances) ** 2).sum() / chances.size
    return Estimate(float(score), n=chances.size, method=_BRIER)


_AUC = (
    "time-dependent area under the ROC curve with competing risks (Blanche et al. 2013, definition ii), by inverse "
    "probability of censoring weights"
)
_BRIER = "Brier score with competing risks (Schoop et al. 2011), by inverse probability of censoring weights"
