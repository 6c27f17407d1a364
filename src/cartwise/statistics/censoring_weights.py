"""Inverse-probability-of-censoring weights, where what had been seen of a patient steers who is censored when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cartwise.basis import UserError
from cartwise.statistics.counting import Floats, Ints
from cartwise.statistics.observations import whole_numbers

_NOBODY = -1e3
"""Logarithm that stands for a chance of zero: everybody at risk was censored."""

STAYS, CENSORED, EVENT = 0, 1, 2
"""How a spell ends: it goes on in another stratum, the patient is censored, or an event comes."""


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Stretches of m rows over which n patients stayed in one stratum, each at risk in (start, stop].

    Attributes:
        patient: (m,) row number of the patient, 0 to n - 1.
        start, stop: (m,) days.
        stratum: (m,) number of the stratum.
        ended: (m,) STAYS, CENSORED or EVENT.
    """

    patient: Ints
    start: Floats
    stop: Floats
    stratum: Ints
    ended: Ints


def spells(
    patient: ArrayLike, start: ArrayLike, stop: ArrayLike, stratum: ArrayLike, ended: ArrayLike
) -> Spells:
    """Spells from columns.

    Raises:
        UserError: a spell ends where it begins or before, a value is missing, or a column has another length than
            the rest.
    """
    made = Spells(
        whole_numbers("patient", patient),
        np.asarray(start, dtype=np.float64),
        np.asarray(stop, dtype=np.float64),
        whole_numbers("stratum", stratum),
        whole_numbers("ended", ended),
    )
    sizes = {made.patient.size, made.start.size, made.stop.size, made.stratum.size, made.ended.size}
    if len(sizes) > 1:
        raise UserError("The columns of spells differ in length. Give one value a spell in each.")
    if not (np.isfinite(made.start).all() and np.isfinite(made.stop).all()):
        raise UserError("The days of a spell are missing or infinite. Leave such spells out, and count them.")
    if (made.stop <= made.start).any():
        raise UserError(
            f"{int((made.stop <= made.start).sum())} spells end where they begin or before. Leave them out."
        )
    return made


def chance_uncensored(rows: Spells, at: ArrayLike, *, through: bool = False) -> Floats:
    """Each patient's chance of not having been censored by a time, along the strata the patient went through.

    The hazard of being censored is estimated within each stratum by Kaplan and Meier, with events ahead of
    censoring on the same day; a patient's chance is the product over the spells (Robins and Finkelstein,
    Biometrics 2000;56:779). With one stratum it is the usual G(t-).

    Args:
        rows: the spells of n patients.
        at: (n,) the time asked of each patient.
        through: whether censoring on that very day counts too, which gives G(t).

    Returns:
        (n,) chances; 0 where everybody in the patient's stratum was censored before.

    Raises:
        UserError: a time is missing.
    """
    times = np.asarray(at, dtype=np.float64)
    if np.isnan(times).any() or rows.patient.max(initial=-1) >= times.size:
        raise UserError("`at` needs a time for every patient who has a spell.")
    side: Literal["left", "right"] = "right" if through else "left"
    total = np.zeros(times.size)
    for stratum in np.unique(rows.stratum):
        own = rows.stratum == stratum
        days, steps = _hazard(rows, own)
        summed = np.r_[0.0, np.cumsum(steps)]
        patient = rows.patient[own]
        asked = times[patient]
        by_end = np.searchsorted(days, rows.stop[own], "right")
        by_time = np.searchsorted(days, asked, side)
        since = np.searchsorted(days, rows.start[own], "right")
        gained = summed[np.maximum(np.minimum(by_end, by_time), since)] - summed[since]
        total += np.bincount(patient, weights=gained, minlength=times.size)
    return np.where(total <= _NOBODY / 2, 0.0, np.exp(total))


def _hazard(rows: Spells, own: np.ndarray) -> tuple[Floats, Floats]:
    """Days with censoring in one stratum, and the logarithm of the chance to pass each."""
    start, stop, ended = rows.start[own], rows.stop[own], rows.ended[own]
    days = np.unique(stop[ended == CENSORED])
    by_stop, by_start = np.sort(stop), np.sort(start)
    # At risk in (start, stop], less those whose event came that day: events stand ahead of censoring.
    at_risk = np.searchsorted(by_start, days, "left") - np.searchsorted(by_stop, days, "left")
    gone = _count(stop[ended == EVENT], days)
    censored = _count(stop[ended == CENSORED], days)
    kept = 1.0 - censored / (at_risk - gone)
    return days, np.where(kept > 0, np.log(np.where(kept > 0, kept, 1.0)), _NOBODY)


def _count(values: Floats, days: Floats) -> Ints:
    ordered = np.sort(values)
    return np.searchsorted(ordered, days, "right") - np.searchsorted(ordered, days, "left")
