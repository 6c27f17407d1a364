"""What samples tell of B-cell aplasia from their own day on, and its loss compared by that alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.hct_approaches import (
    BIASED,
    SOUND,
    Effect,
    Exposure,
    compared,
    month_named,
    of_patients,
)
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures import Sheet
from cartwise.measures.aplasia import Days, days_judged
from cartwise.measures.residual_disease import CURRENT_DAYS
from cartwise.statistics import cox, log_rank

APLASIA_LOST = Exposure(
    "lost",
    ("aplasia kept", "aplasia lost"),
    "nobody had lost aplasia before the first event",
    "everybody had lost aplasia before the first event",
    "As if known at infusion, aplasia lost at any time before the first event; those who lost it were event-free until then, so "
    "that this hazard ratio tends to be too low (001:120 entered the duration of aplasia so).",
)
SPANS_RULE = (
    f"B-cell aplasia: at risk as kept from each sample with aplasia to the next sample, for {CURRENT_DAYS:g} days at most, and again "
    "from the next sample on (delayed entry); at risk as lost from the day on which the loss was known. No span turns on what a later "
    "sample showed. Hazards were compared by the Mantel-Byar test over these spans."
)
LANDMARK_RULE = (
    "Loss of B-cell aplasia from a landmark: patients event-free and in follow-up after it, by samples taken by then; kept where the "
    f"last one shows aplasia and is no older than {CURRENT_DAYS:g} days, lost where the loss was known, otherwise undetermined and left out."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What samples tell of aplasia, each from its own day on: never by what a later one shows.

    Attributes:
        kept: spans (day, day] in which aplasia counts as kept: from a sample with it to the next sample, or until
            the sample is too old.
        lost: the day from which it is known to be lost; infinity where it is not.
    """

    kept: tuple[tuple[float, float], ...]
    lost: float = math.inf

    def lost_on(self, day: float) -> bool | None:
        """Whether aplasia is known to be lost on a day, by the samples taken by then; None where they do not tell."""
        if self.lost <= day:
            return True
        return False if any(start <= day < stop for start, stop in self.kept) else None


def told_by(days: Days, *, confirmed: bool) -> Told:
    """What samples in order tell of aplasia; where loss must be confirmed it is known on the second sample without it."""
    kept: list[tuple[float, float]] = []
    for place, (day, aplastic) in enumerate(days):
        if aplastic:
            after = days[place + 1][0] if place + 1 < len(days) else math.inf
            kept.append((day, min(after, day + CURRENT_DAYS)))
        elif kept and not (confirmed and days[place - 1][1]):
            return Told(tuple(kept), day)
    return Told(tuple(kept))


def told_of(sheet: Sheet) -> Told:
    """What the samples of a patient tell, by the study's definitions."""
    chosen = sheet.patient.definitions
    return told_by(days_judged(sheet.patient, chosen.bca), confirmed=chosen.bca_loss == "confirmed")


def told_at(rows: pd.DataFrame, samples: Mapping[str, Told], month: float) -> tuple[pd.DataFrame, int]:
    """Patients at risk after a landmark with their status on it, in months from there on, and how many have none."""
    there = rows[rows["month"] > month]
    status = [samples[name].lost_on(month * DAYS_PER_MONTH) for name in there["patient"]]
    settled = pd.Series([found is not None for found in status], index=there.index, dtype=bool)
    kept = there[settled].assign(
        month=lambda data: data["month"] - month, lost=[int(found) for found in status if found is not None]
    )
    return kept.reset_index(drop=True), len(there) - len(kept)


def from_landmark(rows: pd.DataFrame, month: float) -> Effect:
    """Loss of aplasia from a landmark on, of the rows of `told_at`."""
    return compared(
        rows, APLASIA_LOST, approach=f"Landmark at {month_named(month)}", standing=SOUND, said=LANDMARK_RULE
    )


def spans_at_risk(rows: pd.DataFrame, samples: Mapping[str, Told]) -> pd.DataFrame:
    """`patient, start, stop, event, lost`: the spans in which it is known whether aplasia is kept or lost.

    Args:
        rows: `patient, month, event`, a row a patient.
        samples: what the samples of each patient tell.
    """
    spans = [
        (patient, start / DAYS_PER_MONTH, min(stop / DAYS_PER_MONTH, month), event, lost)
        for patient, month, event in rows[["patient", "month", "event"]].itertuples(index=False)
        for start, stop, lost in (
            *((*span, 0) for span in samples[patient].kept),
            (samples[patient].lost, math.inf, 1),
        )
        if start / DAYS_PER_MONTH < month
    ]
    table = pd.DataFrame(spans, columns=["patient", "start", "stop", "event", "lost"])
    ended = table["stop"] == table["patient"].map(rows.set_index("patient")["month"])
    return table.assign(event=table["event"].where(ended, 0).astype(int))


def varying(rows: pd.DataFrame, samples: Mapping[str, Told]) -> Effect:
    """Loss of aplasia as a time-varying covariate, over the spans in which it is known.

    Args:
        rows: `patient, month, event`, a row a patient.
        samples: what the samples of each patient tell.
    """
    spans = spans_at_risk(rows, samples)
    lost = spans["patient"].isin(spans.loc[spans["lost"] == 1, "patient"])
    patients = spans.loc[~lost, "patient"].nunique(), spans.loc[lost, "patient"].nunique()
    events = tuple(int(spans.loc[spans["lost"] == arm, "event"].sum()) for arm in (0, 1))
    name, tested = "Time-varying covariate", "Mantel-Byar"
    if spans["lost"].nunique() < 2:
        why = Missing(APLASIA_LOST.nobody if not patients[1] else APLASIA_LOST.everybody)
        return Effect(name, SOUND, patients, (events[0], events[1]), why, why, tested, (), APLASIA_LOST.arms)
    model = cox(spans, ["lost"], time="stop", event="event", entry="start")
    test = log_rank(spans["stop"], spans["event"], spans["lost"], entry=spans["start"])
    methods = (SPANS_RULE, model.methods)
    ratio = of_patients(model["lost"].estimate(), sum(patients))
    return Effect(
        name, SOUND, patients, (events[0], events[1]), ratio, test.p, tested, methods, APLASIA_LOST.arms
    )


def ever_lost(rows: pd.DataFrame, samples: Mapping[str, Told]) -> Effect:
    """Loss of aplasia as if known at infusion, as 001:120 took its duration."""
    lost = rows["patient"].map({name: told.lost / DAYS_PER_MONTH for name, told in samples.items()})
    ever = rows.assign(lost=(lost.astype("float64") < rows["month"]).astype(int))
    approach = f"Ever {APLASIA_LOST.arms[1]}, as if known at infusion"
    return compared(ever, APLASIA_LOST, approach=approach, standing=BIASED, said=APLASIA_LOST.said)
