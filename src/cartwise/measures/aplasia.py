"""B-cell aplasia: onset, loss, duration and status, each by the definition that the study chose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from cartwise.basis import DAYS_PER_MONTH, Interval, Missing, all_true, negation
from cartwise.evidence import threshold
from cartwise.measures.course import (
    FIRST_COURSE,
    PRESENT_COURSE,
    course_end,
    denied,
    present_course,
    today,
    unseen,
)
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import CURRENT_DAYS
from cartwise.measures.settling import on_day, settled
from cartwise.study import Definitions, Patient, Row

DEPLETING = (
    "HCT",
    "blinatumomab",
    "inotuzumab",
    "CD22-directed therapy",
    "chemotherapy",
    "cytotoxic chemotherapy",
    "maintenance",
)
"""Treatments after which missing B cells say nothing of CAR T cells any more."""

ONSET_BY = 28.0
"""Aplasia not seen by this day is taken as never reached; it began by day 20 in 001:179. Our choice.

B cells seen before it are no loss: lymphodepletion empties the blood of them too, and they may come back for some days
before the CAR T cells have expanded.
"""

_SPAN = f"{FIRST_COURSE}, or to relapse or the first of {', '.join(DEPLETING)}"
_SAMPLES = "a day counts by the shares or counts measured on it, and not at all where its samples disagree"
_LOSS = f"{{bca_loss}}; the loss lies between the last sample with aplasia and the first without, from day {ONSET_BY:g} on"
_COUNT = "a B-cell count"


@dataclass(frozen=True, slots=True)
class Limit:
    """One column of `b_cells` and the cut-off up to which it shows aplasia."""

    column: str
    cutoff: float
    inclusive: bool

    def met(self, value: float) -> bool:
        """Whether the value shows aplasia."""
        return value <= self.cutoff if self.inclusive else value < self.cutoff


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of aplasia: specimens that it reads, and limits of which one is enough."""

    specimens: tuple[str, ...]
    limits: tuple[Limit, ...]

    def aplastic(self, row: Row) -> bool | None:
        """Whether a sample shows aplasia; None where nothing the definition needs was measured.

        "Analysis showing either" (001:87): where only one of two shares was measured, that one decides.
        """
        if row.specimen not in self.specimens:
            return None
        told = [
            limit.met(value) for limit in self.limits if (value := getattr(row, limit.column)) is not None
        ]
        return any(told) if told else None


@cache
def definition_named(name: str) -> Definition:
    """The definition behind an option of the choice `bca`, with its cut-offs from the evidence."""
    wbc, lymphocytes = "percent_of_wbc", "percent_of_lymphocytes"
    blood = ("blood",)
    definitions = {
        "wang-2025": Definition(
            ("blood", "marrow"),
            (_limit(wbc, "wang-2025/bca-wbc"), _limit(lymphocytes, "wang-2025/bca-lymphocytes")),
        ),
        "lymphocytes-below-1": Definition(blood, (_limit(lymphocytes, "westhafen-2025/bca-lymphocytes", 0),)),
        "lymphocytes-below-3": Definition(blood, (_limit(lymphocytes, "westhafen-2025/bca-lymphocytes", 1),)),
        "count-below-10": Definition(blood, (_limit("count", "westhafen-2025/bca-count", 0),)),
        "count-below-50": Definition(blood, (_limit("count", "westhafen-2025/bca-count", 1),)),
    }
    return definitions[name]


def _limit(column: str, key: str, end: int = 0) -> Limit:
    cited = threshold(key)
    unit = "{cells}/uL" if column == "count" else "%"
    return Limit(column, cited.cutoffs(unit)[end], cited.comparison == "<=")


Days = list[tuple[float, bool]]
"""Days on which aplasia could be judged, in order, and whether it was there."""


def days_judged(patient: Patient, name: str) -> Days:
    """Days of the first course on which the definition could be applied, after that of infusion: no CAR T cell has acted yet."""
    return _judged_between(patient, name, 0.0, end_of_aplasia(patient)[0])


def _judged_between(patient: Patient, name: str, began: float, end: float) -> Days:
    definition = definition_named(name)
    found: dict[float, set[bool]] = {}
    for row in patient.b_cells:
        if began < row.day < end and (aplastic := definition.aplastic(row)) is not None:
            found.setdefault(row.day, set()).add(aplastic)
    return [(day, answers.pop()) for day, answers in found.items() if len(answers) == 1]


def end_of_aplasia(patient: Patient) -> tuple[float, str]:
    """The first day on which B cells no longer speak of the first course's CAR T cells, and what came."""
    return min([(course_end(patient), "next course"), *_ends_after(patient, 0.0)])


def _ends_after(patient: Patient, began: float) -> list[tuple[float, str]]:
    """Days after a course began from which B cells no longer speak of it, and what came on each."""
    ends = [(row.day, str(row.kind)) for row in patient.treatments.where(kind=DEPLETING) if row.day > began]
    relapses = [row.day for row in patient.relapses if row.day >= began and not row.before_index]
    return ends + [(day, "relapse") for day in relapses]


def onset_of(days: Days) -> Interval:
    """When aplasia began: after the last judged day without it, by the first with it."""
    first = next((place for place, (_, aplastic) in enumerate(days) if aplastic), None)
    if first is None:
        return Interval(days[-1][0])
    return Interval(days[first - 1][0] if first else 0.0, days[first][0])


def loss_of(days: Days, *, confirmed: bool) -> tuple[Interval, str] | None:
    """When aplasia was lost and how sure that is; None where it was never there.

    Args:
        days: the days judged.
        confirmed: whether the next judged day must be without aplasia too.
    """
    last: float | None = None
    for place, (day, aplastic) in enumerate(days):
        if aplastic:
            last = day
        elif last is not None and day >= ONSET_BY:
            then = days[place + 1] if place + 1 < len(days) else None
            if not confirmed or (then and not then[1]):
                return Interval(last, day), _certainty(then)
            if then is None:
                return Interval(last), f"first evidence on day {day:g} awaits its confirmation"
    return None if last is None else (Interval(last), "")


def _certainty(then: tuple[float, bool] | None) -> str:
    if then is None:
        return "unconfirmed: no later sample"
    return f"unconfirmed: aplasia again on day {then[0]:g}" if then[1] else f"confirmed on day {then[0]:g}"


def _none(patient: Patient) -> Missing:
    return unseen(
        patient,
        "no B-cell measurement after infusion that this definition can use",
        f"{_COUNT} after infusion",
    )


@measure(unit="d", method=f"{{bca}}; {_SAMPLES}; {_SPAN}", settled_by=f"{_COUNT} on or after day {{cutoff}}")
def bca_onset(patient: Patient, definitions: Definitions) -> Interval | Noted | Missing:
    """When B-cell aplasia began, counted from infusion (001:179)."""
    days = days_judged(patient, definitions.bca)
    if not days:
        return _none(patient)
    onset = onset_of(days)
    judge = definition_named(definitions.bca).aplastic
    before = [told for row in patient.b_cells if row.day < 0 and (told := judge(row)) is not None]
    return Noted(onset, "aplasia was there before infusion") if before and before[-1] else onset


def _never_aplastic(days: Days) -> Missing:
    """Why there is no loss: too early to tell, or no aplasia, of which the sources say nothing."""
    last = days[-1][0]
    if last < ONSET_BY:
        return Missing(f"B-cell aplasia not seen to day {last:g}", f"{_COUNT} on or after day {ONSET_BY:g}")
    seen = f"B-cell aplasia was never seen in {len(days)} samples to day {last:g}; sources speak of its loss only"
    return Missing(seen, cause="source")


@measure(
    unit="d",
    method=f"{{bca}}; {_LOSS}; {_SAMPLES}; {_SPAN}",
    settled_by=f"{_COUNT} on or after day {{cutoff}}",
)
def bca_loss(patient: Patient, definitions: Definitions) -> Interval | Noted | Missing:
    """When B-cell aplasia was lost after infusion (002:112)."""
    days = days_judged(patient, definitions.bca)
    if not days:
        return _none(patient)
    lost = loss_of(days, confirmed=definitions.bca_loss == "confirmed")
    if lost is None:
        return _never_aplastic(days)
    interval, note = lost
    end, what = end_of_aplasia(patient)
    if not interval.seen and math.isfinite(end):
        note = "; ".join(part for part in (note, f"not followed beyond {what} on day {end:g}") if part)
    return Noted(interval, note) if note else interval


@measure(method=f"{{bca}}; {_LOSS}; {_SPAN}", settled_by=f"a later {_COUNT.removeprefix('a ')}")
def bca_lost(bca_loss: Interval) -> bool:
    """Whether B-cell aplasia has been lost so far, at any time after infusion."""
    return bca_loss.seen


_PRESENT = f"{{bca}}; {_SAMPLES}; {PRESENT_COURSE}, to relapse or the first of {', '.join(DEPLETING)}"
_NEW = "a new B-cell count"


def _judged_at_present(patient: Patient, definitions: Definitions) -> Days | Missing:
    """Days of the latest course on which aplasia could be judged, at least one."""
    began = present_course(patient)
    end, _ = min(_ends_after(patient, began), default=(math.inf, ""))
    return _judged_between(patient, definitions.bca, began, end) or _none(patient)


def _past(patient: Patient, days: Days) -> Missing | None:
    """Why the latest of the days judged does not tell the present; None where it does."""
    ends = _ends_after(patient, present_course(patient))
    if ends:
        end, what = min(ends)
        came = f"{what} {on_day(end)} takes B cells or brings its own"
        return Missing(f"{came}, and the source speaks of aplasia through CAR T cells", cause="source")
    if (day := days[-1][0]) < today(patient) - CURRENT_DAYS:
        return Missing(f"B cells were last judged {on_day(day)}, more than {CURRENT_DAYS:g} days ago", _NEW)
    return None


def _aplastic_since_relapse(patient: Patient, definitions: Definitions) -> float | None:
    """The day of the latest sample, where it shows aplasia after a relapse: that takes no B cells, and treatment may."""
    ends = _ends_after(patient, present_course(patient))
    if not ends or any(what != "relapse" for _, what in ends):
        return None
    days = _judged_between(patient, definitions.bca, min(ends)[0], math.inf)
    recent = days and days[-1][0] >= today(patient) - CURRENT_DAYS
    return days[-1][0] if recent and days[-1][1] else None


@measure(
    method=f"the latest sample, no older than {CURRENT_DAYS:g} days; where loss is to be confirmed, so is this; {_PRESENT}",
    settled_by=_NEW,
)
def bca_now(patient: Patient, definitions: Definitions) -> bool | Noted | Missing:
    """Whether there is B-cell aplasia at present (002:235, 001:269)."""
    if (seen := _aplastic_since_relapse(patient, definitions)) is not None:
        return Noted(value=True, note=on_day(seen))
    days = _judged_at_present(patient, definitions)
    if isinstance(days, Missing):
        return days
    day, aplastic = days[-1]
    if (past := _past(patient, days)) is not None:
        return past
    if definitions.bca_loss == "confirmed" and [told for _, told in days[-2:]] == [True, False]:
        return Missing(f"first evidence of its loss {on_day(day)} awaits its confirmation", _NEW)
    return Noted(aplastic, on_day(day))


@measure(
    method=f"yes once it was seen to be lost; no rests on a sample no older than {CURRENT_DAYS:g} days; {_LOSS}; {_PRESENT}",
    settled_by=_NEW,
)
def bca_lost_to_date(patient: Patient, definitions: Definitions) -> bool | Noted | Missing:
    """Whether the patient has had loss of B-cell aplasia, denied only where a recent sample shows it (003:75, 004:280)."""
    days = _judged_at_present(patient, definitions)
    if isinstance(days, Missing):
        return days
    began, (day, aplastic) = present_course(patient), days[-1]
    since = [(judged - began, told) for judged, told in days]
    lost = loss_of(since, confirmed=definitions.bca_loss == "confirmed")
    if lost is not None and lost[0].seen:
        note = "; ".join(part for part in (f"{lost[0]} after infusion", lost[1]) if part)
        return Noted(value=True, note=note)
    if (past := _past(patient, days)) is not None:
        return past
    if lost is None:
        return _never_aplastic(since)
    if not aplastic:
        return Missing(lost[1] or f"B cells {on_day(day)}: no loss before day {ONSET_BY:g}", _NEW)
    return Noted(value=False, note=f"aplasia {on_day(day)}")


@measure(method=f"none recorded is no; {PRESENT_COURSE}", settled_by="follow-up after infusion")
def relapse_or_hct_recorded(patient: Patient) -> bool | Noted | Missing:
    """Whether a relapse or a transplant is recorded since the latest CAR T cells (004:280 speaks of neither)."""
    found = [end for end in _ends_after(patient, present_course(patient)) if end[1] in ("relapse", "HCT")]
    if not found:
        return denied(patient, "none is recorded", "relapses", "treatments")
    day, what = min(found)
    return Noted(value=True, note=f"{what} {on_day(day)}")


@measure(
    unit="d",
    method=f"{{bca_duration_from}}, onset being the first sample with aplasia; {{bca}}; {_LOSS}; {_SPAN}",
    settled_by=f"{_COUNT} on or after day {{cutoff}}",
)
def bca_duration(bca_onset: Interval, bca_loss: Interval, definitions: Definitions) -> Interval | Noted:
    """How long B-cell aplasia lasted: an interval, open to the right where it goes on (001:179)."""
    start = 0.0 if definitions.bca_duration_from == "infusion" else bca_onset.by
    lasted = Interval(bca_loss.after - start, bca_loss.by - start)
    return Noted(lasted, "ended" if bca_loss.seen else "goes on as far as it was followed")


def status_on(day: float, onset: Interval, loss: Interval | Missing) -> bool | Missing:
    """Whether aplasia was there on a day that may lie between two samples."""
    until = (
        f"aplasia last seen on day {loss.after:g}"
        if isinstance(loss, Interval)
        else "aplasia not seen so far"
    )
    open_until = Missing(
        f"no B-cell measurement settles day {day:.0f} ({until})", f"{_COUNT} on or after day {math.ceil(day)}"
    )
    if isinstance(loss, Missing):
        return False if onset.after >= day else open_until
    return settled(all_true([onset.within(day), negation(loss.within(day))]), open_until)


_STATUS = f"{{bca}}; {_LOSS}; {_SPAN}; a month is {DAYS_PER_MONTH:g} days"


@measure(method=f"day 91; {_STATUS}", settled_by=f"{_COUNT} on or after day 92")
def bca_at_month_3(bca_onset: Interval, bca_loss: Interval | Missing) -> bool | Missing:
    """Whether B-cell aplasia was there three months after infusion."""
    return status_on(3 * DAYS_PER_MONTH, bca_onset, bca_loss)


@measure(method=f"day 183; {_STATUS}", settled_by=f"{_COUNT} on or after day 183")
def bca_at_month_6(bca_onset: Interval, bca_loss: Interval | Missing) -> bool | Missing:
    """Whether B-cell aplasia was there six months after infusion (003:91)."""
    return status_on(6 * DAYS_PER_MONTH, bca_onset, bca_loss)


@measure(method=f"day 365; {_STATUS}", settled_by=f"{_COUNT} on or after day 366")
def bca_at_month_12(bca_onset: Interval, bca_loss: Interval | Missing) -> bool | Missing:
    """Whether B-cell aplasia was there twelve months after infusion (004:58)."""
    return status_on(12 * DAYS_PER_MONTH, bca_onset, bca_loss)
