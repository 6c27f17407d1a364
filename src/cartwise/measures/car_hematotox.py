"""CAR-HEMATOTOX before lymphodepletion (car-hematotox-2021/score): all five items, or no score."""

from __future__ import annotations

from cartwise.basis import YES, Missing
from cartwise.evidence import threshold
from cartwise.measures.blood_counts import BEFORE, Result, before_ld
from cartwise.measures.grade_range import steps_met
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_days
from cartwise.study import LABS, Patient

POINTS = {
    "platelets": (threshold("car-hematotox-2021/platelets-1"), threshold("car-hematotox-2021/platelets-2")),
    "ANC": (threshold("car-hematotox-2021/neutrophils"),),
    "haemoglobin": (threshold("car-hematotox-2021/haemoglobin"),),
    "CRP": (threshold("car-hematotox-2021/crp"),),
    "ferritin": (threshold("car-hematotox-2021/ferritin-1"), threshold("car-hematotox-2021/ferritin-2")),
}
"""Each item of the score and its cut-offs, of which each that is met gives one point."""

UNSTATED = ("ANC", "haemoglobin", "CRP")
"""Items for which the sign at the cut-off itself stands in a secondary source only."""

HIGH = threshold("car-hematotox-2021/high")

_WARNING = "made and validated in large B-cell lymphoma; in B-ALL about nine in ten are high"


@measure(
    unit="1",
    method=f"platelets, ANC, haemoglobin, CRP and ferritin, {BEFORE}; 0 to 7, 2 or more high; cut-offs from a secondary source; {_WARNING}",
    settled_by="platelets, ANC, haemoglobin, CRP and ferritin before lymphodepletion",
)
def car_hematotox(patient: Patient) -> Noted | Missing:
    """CAR-HEMATOTOX before lymphodepletion; no score where an item is missing (Rejeski, Blood 2021;138:2499)."""
    found = {test: before_ld(patient, test) for test in POINTS}
    values = {test: item for test, item in found.items() if isinstance(item, Result)}
    if len(values) < len(POINTS):
        absent = [item for item in found.values() if isinstance(item, Missing)]
        return Missing(
            f"no score without every item: {'; '.join(item.reason for item in absent)}",
            ", ".join(item.settled_by for item in absent),
        )
    score = sum(_points(test, item) for test, item in values.items())
    edge = [test for test in UNSTATED if _on_the_edge(test, values[test])]
    notes = [
        "high" if HIGH.compare(score, "1").truth is YES else "low",
        *([f"boundary by secondary source: {', '.join(edge)}"] if edge else []),
        _WARNING,
        f"blood taken {on_days([item.day for item in values.values()])}",
    ]
    return Noted(score, "; ".join(notes))


def _points(test: str, item: Result) -> int:
    return 0 if item.value is None else steps_met(item.value, LABS[test], POINTS[test])


def _on_the_edge(test: str, item: Result) -> bool:
    return item.value in POINTS[test][0].cutoffs(LABS[test])
