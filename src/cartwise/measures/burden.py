"""Disease burden before lymphodepletion: marrow blasts, and MRD by flow or PCR."""

from __future__ import annotations

from cartwise.basis import Interval, Missing
from cartwise.measures.course import index_infusion, today
from cartwise.measures.history import ANTILEUKAEMIC, before_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.mrd_level import level_range
from cartwise.measures.residual_disease import FLOW, PCR, evaluable, state_of
from cartwise.measures.settling import on_day
from cartwise.study import Patient, Records

BEFORE_DAYS = 42.0
"""How old a marrow may be at lymphodepletion to tell the burden: our choice, one bridging cycle and its recovery."""

LD_DAYS = 30.0
"""Lymphodepletion more than this long before an infusion belonged to something else. Our choice."""

BEFORE = (
    f"latest in the {BEFORE_DAYS:g} days to the first day of lymphodepletion, where that is not recorded to the infusion, "
    "before it to the day asked for"
)


def burden_day(patient: Patient) -> float:
    """The day on which burden is read: lymphodepletion, else infusion, else today."""
    infused = index_infusion(patient)
    end = infused.day if infused else today(patient)
    began = [row.day for row in patient.treatments.where(kind="lymphodepletion").between(end - LD_DAYS, end)]
    return min(began, default=end)


def before_ld(patient: Patient, rows: Records) -> Records:
    """The rows of the latest day before lymphodepletion that has any."""
    end = burden_day(patient)
    recent = rows.between(end - BEFORE_DAYS, end)
    return recent.between(recent[-1].day, recent[-1].day) if recent else recent


def none_before_ld(patient: Patient, what: str) -> Missing:
    """Why nothing is known before lymphodepletion: there is no `what` that is recent enough."""
    end = burden_day(patient)
    return Missing(f"no {what} from day {end - BEFORE_DAYS:g} to {end:g}", f"a {what} before lymphodepletion")


@measure(
    unit="%",
    method=f"marrow blasts by morphology, {BEFORE}; highest of one day",
    settled_by="marrow blasts before lymphodepletion",
)
def marrow_blasts_before_ld(patient: Patient) -> float | Noted | Missing:
    """Leukaemic blasts in marrow before lymphodepletion (002:110, 002:428)."""
    rows = before_ld(patient, patient.marrow.that(lambda row: row.blasts is not None))
    if not rows:
        return none_before_ld(patient, "marrow with a blast count")
    return Noted(max(rows.values("blasts")), on_day(rows[-1].day))


def _tests(patient: Patient) -> Records:
    return before_ld(patient, patient.mrd.that(lambda row: row.method in FLOW + PCR and evaluable(row)))


_MRD = f"MRD in marrow by flow or PCR, {BEFORE}; of several tests on one day the highest state"


@measure(method=_MRD, settled_by="an MRD test by flow or PCR before lymphodepletion")
def mrd_state_before_ld(patient: Patient) -> str | Noted | Missing:
    """MRD before lymphodepletion: negative, detected below quantification, or positive."""
    rows = _tests(patient)
    if not rows:
        return none_before_ld(patient, "MRD test by flow or PCR")
    methods = ", ".join(dict.fromkeys(row.method for row in rows))
    return Noted(state_of(rows), f"{methods}, {on_day(rows[-1].day)}")


@measure(
    unit="1",
    method=f"{_MRD}, and its level in marrow by the first of {', '.join(FLOW + PCR)} that is positive",
    settled_by="an MRD level by flow or PCR in marrow before lymphodepletion",
)
def mrd_before_ld(patient: Patient, mrd_state_before_ld: str) -> float | Noted | Missing:
    """Level of MRD before lymphodepletion, a fraction of nucleated cells; missing unless positive, for 0 is no result."""
    rows = _tests(patient)
    if mrd_state_before_ld != "positive":
        return Missing(
            "; ".join(f"{row.result} by {row.method}{_sensitivity(row.sensitivity)}" for row in rows)
        )
    positive = _leading(rows)
    method, day = positive[0].method, on_day(rows[-1].day)
    in_marrow = positive.where(specimen="marrow")
    if not in_marrow:
        return Missing(f"positive by {method} in blood {day}: marrow may hold more", "a test in marrow")
    levels = in_marrow.values("level")
    if len(levels) < len(in_marrow):
        return Missing(f"positive by {method} {day}, but the level is not recorded", "the level of that test")
    return Noted(max(levels), f"{method}, {day}")


def _leading(rows: Records) -> Records:
    """The positive tests of the method that leads, in marrow where there are any; all where none is positive."""
    positive = rows.where(result="positive", specimen="marrow") or rows.where(result="positive")
    if not positive:
        return rows
    return positive.where(method=min((row.method for row in positive), key=(FLOW + PCR).index))


@measure(
    method=f"{_MRD}; where the latest relapse is dated, a test after the first day of treatment begun since",
    settled_by="an MRD test by flow or PCR after reinduction",
)
def mrd_state_after_reinduction(patient: Patient, mrd_state_before_ld: str) -> str | Noted | Missing:
    """MRD after reinduction: negative, detected below quantification, or positive (004:15)."""
    relapse = before_index(patient, patient.relapses).last
    tested = _tests(patient)[-1].day
    if relapse is None:
        return Noted(mrd_state_before_ld, on_day(tested))
    treated = patient.treatments.where(kind=ANTILEUKAEMIC).between(relapse.day, tested)
    if not any(row.day < tested for row in treated):
        told = f"the test {on_day(tested)} is not after treatment of the relapse {on_day(relapse.day)}"
        return Missing(told, "an MRD test by flow or PCR after reinduction")
    return Noted(mrd_state_before_ld, on_day(tested))


def _sensitivity(sensitivity: float | None) -> str:
    return ", sensitivity not recorded" if sensitivity is None else f", sensitivity {sensitivity:g}"


@measure(
    unit="1",
    method=f"{_MRD}: its level, in blood alone at least it; of negative tests anything below the best sensitivity; below quantification, anything",
    settled_by="an MRD test by flow or PCR before lymphodepletion, with its sensitivity",
)
def mrd_before_ld_range(patient: Patient) -> Interval | Noted | Missing:
    """Between what bounds MRD before lymphodepletion lies; for rules that ask whether it is below a level (001:191)."""
    rows = _tests(patient)
    return level_range(_leading(rows)) if rows else none_before_ld(patient, "MRD test by flow or PCR")
