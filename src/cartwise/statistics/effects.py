"""Effects of single two-arm studies from their counts: odds ratio, risk ratio and risk difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.counting import Bools, Floats
from cartwise.statistics.design import values_of
from cartwise.statistics.observations import numbers, refuse

Measure = Literal["odds ratio", "risk ratio", "risk difference"]


@dataclass(frozen=True, slots=True, eq=False)
class TwoArms:
    """Counts of k studies.

    Attributes:
        study: (k,) names.
        a: (k,) events in the first arm.
        b: (k,) patients without in the first arm.
        c: (k,) events in the control arm.
        d: (k,) patients without in the control arm.
    """

    study: tuple[str, ...]
    a: Floats
    b: Floats
    c: Floats
    d: Floats

    @property
    def n1(self) -> Floats:
        """(k,) patients in the first arm."""
        return self.a + self.b

    @property
    def n2(self) -> Floats:
        """(k,) patients in the control arm."""
        return self.c + self.d

    @property
    def n(self) -> Floats:
        """(k,) patients."""
        return self.n1 + self.n2

    def where(self, chosen: Bools) -> TwoArms:
        """The studies chosen by a mask, (k,)."""
        names = tuple(name for name, kept in zip(self.study, chosen, strict=True) if kept)
        return TwoArms(names, *(cells[chosen] for cells in (self.a, self.b, self.c, self.d)))

    def corrected(self, correction: float) -> TwoArms:
        """With a continuity correction added to all four cells of the studies that have an empty one, only."""
        cells = np.stack([self.a, self.b, self.c, self.d])
        cells = cells + correction * (cells == 0).any(axis=0)
        return TwoArms(self.study, *cells)


def two_arms(data: pd.DataFrame, study: str, first: tuple[str, str], control: tuple[str, str]) -> TwoArms:
    """The counts of a table, one row per study; each arm is its columns of events and of patients.

    Raises:
        UserError: a column is not there, a count is not a whole number from 0 up, an arm has no patients or fewer
            than its events, or a study stands twice.
    """
    names = study_names(data, study)
    counts = {name: numbers(name, values_of(data, name, name)) for name in (*first, *control)}
    for name, values in counts.items():
        refuse(
            name, (values < 0) | (values % 1 != 0), "not a whole number from 0 up", "Give counts of patients"
        )
    for happened, size in (first, control):
        refuse(
            size,
            counts[size] == 0,
            "zero",
            "A study without patients in an arm compares nothing; leave it out",
        )
        refuse(happened, counts[happened] > counts[size], f"more than `{size}`", "Check the columns")
    (events, n), (control_events, control_n) = first, control
    a, c = counts[events], counts[control_events]
    return TwoArms(names, a, counts[n] - a, c, counts[control_n] - c)


def study_names(data: pd.DataFrame, study: str) -> tuple[str, ...]:
    """The names of the studies, each once.

    Raises:
        UserError: there is none, or a name is missing or stands twice.
    """
    names = pd.Series(values_of(data, "study", study))
    if names.empty:
        raise UserError("A meta-analysis needs one or more studies; the table has none.")
    refuse(
        study, (names.isna() | names.duplicated()).to_numpy(), "missing or repeated", "Give one row per study"
    )
    return tuple(str(name) for name in names)


def study_effects(arms: TwoArms, measure: Measure) -> tuple[Floats, Floats]:
    """Effect, (k,), on the log scale for ratios, and its variance, (k,); no finite value with an empty cell.

    Woolf's variance for the odds ratio, the delta method's for the others.
    """
    a, b, c, d = arms.a, arms.b, arms.c, arms.d
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "odds ratio":
            return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        if measure == "risk ratio":
            return np.log((a / arms.n1) / (c / arms.n2)), 1 / a - 1 / arms.n1 + 1 / c - 1 / arms.n2
        return a / arms.n1 - c / arms.n2, a * b / arms.n1**3 + c * d / arms.n2**3
