"""The ways of asking whether what happens after infusion, such as transplant, prolongs survival: sound and biased ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cartwise.analyses.grouping import counted
from cartwise.basis import DAYS_PER_MONTH, Estimate, Missing
from cartwise.statistics import Landmark, Regression, cox, landmark, log_rank, mantel_byar, time_varying

LANDMARKS = (3.0, 6.0)
"""Months after infusion."""
FEWEST_PATIENTS, FEWEST_EVENTS = 10, 10
"""Below these in an arm, or of events in all, a hazard ratio of one covariate is unstable (Peduzzi 1995)."""
SOUND, BIASED = "sound", "biased: immortal time"
ARMS = ("no HCT", "HCT")

Fit = Callable[..., Regression]
"""`cox` or `firth_cox`."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What happens to some patients after infusion, and how tables and reasons speak of it.

    Attributes:
        column: its 0/1 covariate; `<column>_month` is the month from which on it is 1.
        arms: the patients without and with it, in words.
        nobody, everybody: the reasons where one arm is empty.
        said: of the approach that takes it as if known at infusion: where it is published, and its bias.
    """

    column: str
    arms: tuple[str, str]
    nobody: str
    everybody: str
    said: str

    @property
    def month(self) -> str:
        """The column of its month."""
        return f"{self.column}_month"


HCT_DONE = Exposure(
    "hct",
    ARMS,
    "nobody was transplanted before the first event",
    "everybody was transplanted before the first event",
    "As published for this question (001:122), transplant before the first event was also taken as if known at infusion; "
    "transplanted patients cannot have had an event before transplant, so that this hazard ratio tends to be too low.",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """A comparison of patients with and without an exposure.

    Attributes:
        approach: how they were compared.
        standing: whether it is sound.
        patients: without and with it, by the approach's own rule.
        events: events of each.
        ratio: hazard ratio of the event, with against without.
        p: two-sided p value of `test`.
        test: name of the test.
        methods: sentences for a methods section.
        arms: the two groups in words.
    """

    approach: str
    standing: str
    patients: tuple[int, int]
    events: tuple[int, int]
    ratio: Estimate | Missing
    p: float | Missing
    test: str
    methods: tuple[str, ...]
    arms: tuple[str, str] = ARMS

    @property
    def warning(self) -> str:
        """Why the numbers are too small, "" where they are not."""
        return too_few(self.patients, sum(self.events), self.arms)

    @property
    def remark(self) -> str:
        """Why a number is not there, and what is too small."""
        reasons = [item.reason for item in (self.ratio, self.p) if isinstance(item, Missing)]
        return "; ".join(dict.fromkeys([*reasons, *([self.warning] if self.warning else [])]))


def too_few(patients: tuple[int, int], events: int, arms: tuple[str, str] = ARMS) -> str:
    """Why an arm or the events are too few for a comparison, "" where they are not."""
    small = [f"{n} with {arm}" for n, arm in zip(patients, arms, strict=True) if n < FEWEST_PATIENTS]
    small += [counted(events, "event")] if events < FEWEST_EVENTS else []
    return f"small numbers: {', '.join(small)}" if small else ""


def effects(
    data: pd.DataFrame,
    *,
    exposure: Exposure = HCT_DONE,
    landmarks: Sequence[float] = LANDMARKS,
    fit: Fit = cox,
    as_published: bool = False,
) -> Iterator[Effect]:
    """Each approach, the sound ones first; the biased one only where it is asked for.

    Args:
        data: `patient, month` (above 0), `event` (0 or 1) and the month of the exposure (NaN: never), a row a patient.
        exposure: what happened after infusion.
        landmarks: months after infusion.
        fit: the regression that gives the hazard ratios.
        as_published: whether the exposure is also taken as if known at infusion.
    """
    yield _varying(data, exposure, fit)
    for month in landmarks:
        found = at_landmark(data, month, exposure)
        kept = found.data.assign(month=found.data["month"] - month)
        approach = f"Landmark at {month_named(month)}"
        yield compared(kept, exposure, approach=approach, standing=SOUND, said=found.methods, fit=fit)
    if as_published:
        yield _ever(data, exposure, fit)


def effects_table(found: Sequence[Effect], exposure: Exposure = HCT_DONE) -> pd.DataFrame:
    """One row an effect: patients and events of each arm, hazard ratio, test, and remark."""
    no, yes = f"no_{exposure.column}", exposure.column
    rows = [
        {
            "approach": effect.approach,
            "standing": effect.standing,
            no: effect.patients[0],
            yes: effect.patients[1],
            f"events_{no}": effect.events[0],
            f"events_{yes}": effect.events[1],
            **ratio_columns(effect.ratio),
            "test": effect.test,
            "p": None if isinstance(effect.p, Missing) else effect.p,
            "remark": effect.remark,
        }
        for effect in found
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(("hazard_ratio", "lower", "upper", "p"), "Float64"))


def ratio_columns(ratio: Estimate | Missing) -> dict[str, float | None]:
    """A hazard ratio with its limits; None where it has none."""
    if isinstance(ratio, Missing):
        return {"hazard_ratio": None, "lower": None, "upper": None}
    return {"hazard_ratio": ratio.value, "lower": ratio.lower, "upper": ratio.upper}


def of_patients(ratio: Estimate | Missing, patients: int) -> Estimate | Missing:
    """A ratio of a model of (start, stop] rows, whose `n` counts the patients and not their rows."""
    return ratio if isinstance(ratio, Missing) else replace(ratio, n=patients)


def at_landmark(data: pd.DataFrame, month: float, exposure: Exposure = HCT_DONE) -> Landmark:
    """Patients event-free and in follow-up after a landmark, by whether the exposure had happened by then."""
    return landmark(
        data, month, time="month", event="event", known={exposure.column: exposure.month}, unit="mo"
    )


def _varying(data: pd.DataFrame, exposure: Exposure, fit: Fit) -> Effect:
    done = data[exposure.month] < data["month"]
    arms = int((~done).sum()), int(done.sum())
    events = int(data.loc[~done, "event"].sum()), int(data.loc[done, "event"].sum())
    name, tested = "Time-varying covariate", "Mantel-Byar"
    if not arms[1]:
        why = Missing(_empty(arms, exposure))
        return Effect(name, SOUND, arms, events, why, why, tested, (), exposure.arms)
    starts = {exposure.column: exposure.month}
    cut = time_varying(data, patient="patient", time="month", event="event", starts=starts)
    model = fit(cut.data, [exposure.column], time="stop", event="event", entry="start")
    test = mantel_byar(data["month"], data["event"], data[exposure.month])
    methods = (cut.methods, model.methods, test.methods)
    ratio = of_patients(model[exposure.column].estimate(), len(data))
    return Effect(name, SOUND, arms, events, ratio, test.p, tested, methods, exposure.arms)


def _ever(data: pd.DataFrame, exposure: Exposure, fit: Fit) -> Effect:
    known = data.assign(**{exposure.column: (data[exposure.month] < data["month"]).astype(int)})
    name = "Ever transplanted" if exposure is HCT_DONE else f"Ever {exposure.arms[1]}"
    approach = f"{name}, as if known at infusion"
    return compared(known, exposure, approach=approach, standing=BIASED, said=exposure.said, fit=fit)


def month_named(month: float) -> str:
    """A month in words: whole days where it is no whole month ("day 63")."""
    return f"month {month:g}" if month == int(month) else f"day {month * DAYS_PER_MONTH:.0f}"


def compared(
    data: pd.DataFrame, exposure: Exposure, *, approach: str, standing: str, said: str, fit: Fit = cox
) -> Effect:
    """Groups that are fixed from time zero on, compared by Cox model and log-rank test.

    Args:
        data: `month` (from time zero on), `event` and the 0/1 column of the exposure, one row a patient.
        exposure: what makes the groups.
        approach: how they are compared.
        standing: whether that is sound.
        said: the sentence on who they are.
        fit: the regression that gives the hazard ratio.
    """
    done = data[exposure.column] == 1
    arms = int((~done).sum()), int(done.sum())
    events = int(data.loc[~done, "event"].sum()), int(data.loc[done, "event"].sum())
    if reason := _empty(arms, exposure):
        why = Missing(reason)
        return Effect(approach, standing, arms, events, why, why, "log-rank", (), exposure.arms)
    model = fit(data, [exposure.column], time="month", event="event")
    test = log_rank(data["month"], data["event"], data[exposure.column])
    methods = (said, model.methods, test.methods)
    ratio = model[exposure.column].estimate()
    return Effect(approach, standing, arms, events, ratio, test.p, "log-rank", methods, exposure.arms)


def _empty(arms: tuple[int, int], exposure: Exposure) -> str:
    if not sum(arms):
        return "no patient is event-free and in follow-up"
    if not arms[1]:
        return exposure.nobody
    return "" if arms[0] else exposure.everybody
