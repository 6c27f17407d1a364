"""How large an odds ratio immortal time alone would make: two-arm studies simulated without any effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.counting import Bools, Floats, Ints
from cartwise.statistics.effects import TwoArms, two_arms
from cartwise.statistics.survival import check_level

# Spread of the logarithm of the day of treatment: from about half to twice the median.
_SPREAD = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class ImmortalTimeBias:
    """Pooled odds ratios of studies in which the treatment does nothing.

    Attributes:
        ratios: (replicates,) Mantel-Haenszel odds ratios; 0 or infinite where an arm had no event or only events.
        level: of the interval that `estimate` gives.
        methods: the sentence for a methods section.
        notes: what could not be simulated as asked.
    """

    ratios: Floats
    level: float
    methods: str
    notes: tuple[str, ...]

    def estimate(self) -> Estimate | Missing:
        """Median of the odds ratios with the interval that holds `level` of them; Missing without one finite."""
        seen = self.ratios[~np.isnan(self.ratios)]
        if not seen.size or not np.isfinite(np.median(seen)):
            return Missing("no simulated set of studies has a finite odds ratio")
        tail = (1 - self.level) / 2
        low, middle, high = (float(np.quantile(seen, q, method="lower")) for q in (tail, 0.5, 1 - tail))
        upper = high if np.isfinite(high) else None
        return Estimate(middle, low, upper, self.level, "1", seen.size, self.methods)

    def table(self) -> pd.DataFrame:
        """One row per replicate."""
        return pd.DataFrame({"odds_ratio": self.ratios})


def immortal_time_bias(
    data: pd.DataFrame,
    *,
    events: str,
    n: str,
    control_events: str,
    control_n: str,
    median_event_day: float,
    median_treatment_day: float,
    study: str = "study",
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> ImmortalTimeBias:
    """Pool simulated studies of the same sizes in which treatment has no effect but those with an early event miss it.

    Patients have the event with the study's overall probability, on an exponential day; those meant for treatment
    are treated on a log-normal day unless the event came first, and count as untreated then. Enough are meant for
    it that as many are treated as in the study. What the pool shows beyond one is immortal time, and nothing else.

    Args:
        data: one row per study, as for `meta_analysis`.
        events: column of the events in the treated arm.
        n: column of the treated patients.
        control_events: column of the events in the untreated arm.
        control_n: column of the untreated patients.
        median_event_day: median day of the event among those who have it.
        median_treatment_day: median day of the treatment.
        study: column of the names.
        replicates: how many sets of studies.
        seed: of the random numbers.
        level: of the interval.

    Raises:
        UserError: the table or a choice is unusable.
    """
    check_level(level)
    if not (0 < median_event_day < np.inf and 0 < median_treatment_day < np.inf):
        raise UserError("The median days of event and treatment are above 0.")
    if replicates < 1:
        raise UserError("`replicates` is 1 or more.")
    arms = two_arms(data, study, (events, n), (control_events, control_n))
    draw = np.random.default_rng(seed)
    days = (median_event_day, median_treatment_day)
    simulated = [_study(draw, arms, k, days, replicates) for k in range(arms.a.size)]
    notes = [
        f"{arms.study[k]}: even with all patients meant for treatment fewer are treated than in the study."
        for k, (_, short) in enumerate(simulated)
        if short
    ]
    methods = (
        f"{replicates} sets of studies of the same sizes were simulated without an effect of treatment (median day of "
        f"the event {median_event_day:g}, of treatment {median_treatment_day:g}; seed {seed}) and pooled by Mantel-Haenszel."
    )
    ratios = _pooled(np.stack([cells for cells, _ in simulated]))
    return ImmortalTimeBias(ratios, level, methods, tuple(notes))


def _study(
    draw: np.random.Generator, arms: TwoArms, k: int, days: tuple[float, float], replicates: int
) -> tuple[Floats, bool]:
    """Counts a, b, c, d of each replicate of study k, (4, replicates), and whether too few could be treated."""
    size = int(arms.n[k])
    chance = (arms.a[k] + arms.c[k]) / size
    happens: Bools = draw.random((replicates, size)) < chance
    event_day = draw.exponential(days[0] / np.log(2), (replicates, size))
    treatment_day = days[1] * np.exp(_SPREAD * draw.normal(size=(replicates, size)))
    reached = ~happens | (event_day > treatment_day)
    wanted = arms.n1[k] / size / float(reached.mean())
    treated = reached & (draw.random((replicates, size)) < wanted)
    cells: list[Ints] = [
        (arm & outcome).sum(axis=1) for arm in (treated, ~treated) for outcome in (happens, ~happens)
    ]
    return np.stack(cells).astype(np.float64), wanted > 1


def _pooled(cells: Floats) -> Floats:
    """Mantel-Haenszel odds ratio of each replicate from counts, (studies, 4, replicates)."""
    a, b, c, d = (cells[:, i] for i in range(4))
    size = cells.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: Floats = (a * d / size).sum(axis=0) / (b * c / size).sum(axis=0)
    return ratios
