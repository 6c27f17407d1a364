"""From a flag or a landmark to what came first, with treatment in between read in three ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cartwise.backtest.endpoint import Endpoint, Fate
from cartwise.backtest.replayed import SEEN, Replayed
from cartwise.basis import Missing
from cartwise.statistics import CENSORED, EVENT, STAYS, Known, Spells, chance_uncensored, outcomes_at, spells

Handling = Literal["ignored", "competing event", "censored, weighted"]
HANDLINGS: tuple[Handling, ...] = get_args(Handling)
WEIGHTED: Handling = "censored, weighted"

CENSORED_CAUSE, THE_EVENT, DEATH, TREATED = 0, 1, 2, 3
CAUSES = ("censored", "event", "death", "treatment")

HANDLING_WORDS = (
    "Treatment before the event is read in three ways: ignored; as a competing event; and as censoring with inverse "
    "probability of censoring weights, the chance of treatment being estimated among patients in whom the same had been "
    f"seen so far ({', '.join(SEEN)}). Whatever else steered treatment is not weighed, so the third way is no untreated truth."
)

_SAME_DAY = 0.5
"""What comes on the very day of the origin counts half a day after it, so that every time is above 0."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one patient's time from an origin ended, had treatment not been looked at, and when treatment came."""

    patient: Replayed
    origin: float
    time: float
    cause: int
    treated: float | None

    def under(self, handling: Handling) -> tuple[float, int]:
        """Time and cause by a way of reading treatment; on one day the event stands ahead of treatment."""
        if handling == "ignored" or self.treated is None:
            return self.time, self.cause
        return self.treated, TREATED if handling == "competing event" else CENSORED_CAUSE


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Patients followed from an origin each, under one way of reading treatment.

    Attributes:
        rows: how each patient's time ended.
        handling: how treatment is read.
    """

    rows: tuple[Ended, ...]
    handling: Handling

    @cached_property
    def time(self) -> NDArray[np.float64]:
        """(n,) days from the origin."""
        return np.array([row.under(self.handling)[0] for row in self.rows])

    @cached_property
    def cause(self) -> NDArray[np.intp]:
        """(n,) what ended it, as an index into CAUSES."""
        return np.array([row.under(self.handling)[1] for row in self.rows], dtype=np.intp)

    def known_at(self, horizon: float) -> Known | Missing:
        """Weights and outcomes at a horizon."""
        if not self.rows:
            return Missing("no patients")
        return outcomes_at(self.time, self.cause, horizon, uncensored=self.uncensored(horizon))

    def uncensored(self, horizon: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n,) chances of being uncensored just before the end of each, and up to the horizon."""
        up_to = np.full(len(self.rows), horizon)
        return self._chance(self.time, through=False), self._chance(up_to, through=True)

    def untreated_weights(self) -> NDArray[np.float64]:
        """(n,) what each patient whose time ended untreated counts: one, or the inverse chance of being untreated."""
        if self.handling != WEIGHTED or not self.rows:
            return np.ones(len(self.rows))
        chance = chance_uncensored(self._treatment, self.time)
        return np.divide(1.0, chance, out=np.zeros(chance.size), where=chance > 0)

    def _chance(self, at: NDArray[np.float64], *, through: bool) -> NDArray[np.float64]:
        chance = chance_uncensored(self._observation, at, through=through)
        if self.handling != WEIGHTED:
            return chance
        return chance * chance_uncensored(self._treatment, at, through=through)

    @cached_property
    def _observation(self) -> Spells:
        """One spell a patient, censored where observation ended; an event or a treatment of that day stands ahead."""
        n = len(self.rows)
        over = [
            row.under(self.handling)[1] == CENSORED_CAUSE
            and (row.treated is None or self.handling == "ignored")
            for row in self.rows
        ]
        return spells(np.arange(n), np.zeros(n), self.time, np.zeros(n), np.where(over, CENSORED, EVENT))

    @cached_property
    def _treatment(self) -> Spells:
        """Spells by what had been seen, censored where treatment came."""
        found = [spell for number, row in enumerate(self.rows) for spell in _spells(number, row)]
        return spells(*zip(*found, strict=True))


def _spells(number: int, row: Ended) -> Iterator[tuple[int, float, float, int, int]]:
    stop = row.time if row.treated is None else row.treated
    last = CENSORED if row.treated is not None else EVENT if row.cause else STAYS
    seen = [(max(day - row.origin, 0.0), SEEN.index(what)) for day, what in row.patient.seen]
    begun = [place for place, (day, _) in enumerate(seen) if day <= 0]
    kept = seen[begun[-1] if begun else 0 :]
    starts = [(0.0, kept[0][1]), *((day, what) for day, what in kept[1:] if day < stop)]
    for place, (start, what) in enumerate(starts):
        final = place + 1 == len(starts)
        yield number, start, stop if final else starts[place + 1][0], what, last if final else STAYS


def follow(
    replays: Iterable[Replayed], origins: Mapping[str, float], endpoint: Endpoint
) -> tuple[Ended, ...]:
    """Follow each patient from an origin of its own.

    Args:
        replays: the replayed patients.
        origins: day of the origin by pseudonym; who is not named is left out.
        endpoint: the endpoint.

    Returns:
        Those who were under observation and free of the endpoint at their origin.
    """
    rows = []
    for item in replays:
        origin, fate = origins.get(item.patient), item.fates[endpoint.name]
        if origin is not None and not fate.untold and free_until(fate, origin):
            rows.append(_ended(item, origin, fate))
    return tuple(rows)


def free_until(fate: Fate, day: float) -> bool:
    """Whether a patient was observed, alive and without the event at the end of a day."""
    return fate.end > day and (fate.event is None or fate.event > day)


def first_treatment(fate: Fate, since: float) -> float | None:
    """Day of the first treatment from a day on and before the event, or before the end of observation."""
    until = fate.end + 1 if fate.event is None else fate.event
    return next((day for day, _ in fate.treatments if since <= day < until), None)


def treated_before(fate: Fate, day: float) -> float | None:
    """Day of the first treatment since infusion, where it lies before a day; None where it does not."""
    return next((given for given, _ in fate.treatments if given < day), None)


def _ended(item: Replayed, origin: float, fate: Fate) -> Ended:
    day = fate.end if fate.event is None else fate.event
    cause = THE_EVENT if fate.event is not None else DEATH if fate.death is not None else CENSORED_CAUSE
    treated = first_treatment(fate, origin)
    return Ended(
        item,
        origin,
        max(day - origin, _SAME_DAY),
        cause,
        None if treated is None else max(treated - origin, _SAME_DAY),
    )
