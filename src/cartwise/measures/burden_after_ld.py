"""Disease burden after lymphodepletion and before infusion: MRD by flow or PCR."""

from __future__ import annotations

from cartwise.basis import Interval, Missing
from cartwise.measures.burden import burden_day
from cartwise.measures.course import index_infusion, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.mrd_level import level_range
from cartwise.measures.residual_disease import FLOW, PCR, evaluable
from cartwise.study import Patient, Records

_ASKED = "an MRD test by flow or PCR between lymphodepletion and infusion"


def _tests(patient: Patient) -> Records:
    """The tests of the latest day after the first of lymphodepletion that has any, up to the day of infusion."""
    infused = index_infusion(patient)
    if infused is None or (first := burden_day(patient)) >= infused.day:
        return Records()
    rows = patient.mrd.that(
        lambda row: first < row.day <= infused.day and row.method in FLOW + PCR and evaluable(row)
    )
    return rows.between(rows[-1].day, rows[-1].day) if rows else rows


@measure(
    unit="1",
    method=(
        "MRD in marrow by flow or PCR after the first day of lymphodepletion and up to the day of infusion, the latest day; the "
        "highest level of positive tests; of negative tests anything below the best sensitivity; below quantification, anything"
    ),
    settled_by=_ASKED,
)
def mrd_after_ld_range(patient: Patient) -> Interval | Noted | Missing:
    """Between what bounds MRD after lymphodepletion lies; for rules that ask whether it is below a level (001:191)."""
    rows = _tests(patient)
    if not rows:
        return unseen(patient, "no MRD test by flow or PCR between lymphodepletion and infusion", _ASKED)
    return level_range(rows)
