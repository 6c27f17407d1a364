"""EASIX and its modified and simplified forms before lymphodepletion: numbers without bands, since none is for children."""

from __future__ import annotations

import math

from cartwise.basis import Missing
from cartwise.measures.blood_counts import BEFORE, Result, before_ld
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_days
from cartwise.study import Patient

FACTORS = {
    "easix/easix": ("LDH", "creatinine"),
    "easix/m-easix": ("LDH", "CRP"),
    "easix/s-easix": ("LDH",),
}
"""The tests that each index multiplies before it divides by the platelets, by the fact that says so."""

UNITS = {"LDH": "U/L", "creatinine": "mg/dL", "CRP": "mg/dL", "platelets": "10*9/L"}
"""The units that the formulas are written in; CRP is in mg/dL, and many laboratories report mg/L."""

_BANDS = "no band: no cut-off for children was found"


def _index(patient: Patient, key: str) -> Noted | Missing:
    """An index by the fact that gives its formula."""
    found = [before_ld(patient, test, UNITS[test]) for test in (*FACTORS[key], "platelets")]
    values = [item.value for item in found if isinstance(item, Result) and item.value is not None]
    if len(values) < len(found):
        absent = [item for item in found if isinstance(item, Missing)]
        return Missing(
            "; ".join(item.reason for item in absent), ", ".join(item.settled_by for item in absent)
        )
    if values[-1] <= 0:
        return Missing("the platelets are 0, by which nothing can be divided", "platelets")
    days = [item.day for item in found if isinstance(item, Result)]
    return Noted(math.prod(values[:-1]) / values[-1], f"{_BANDS}; blood taken {on_days(days)}")


@measure(
    unit="1",
    method=f"LDH (U/L) x creatinine (mg/dL) / platelets (10*9/L), {BEFORE}; {_BANDS}",
    settled_by="LDH, creatinine and platelets before lymphodepletion",
)
def easix(patient: Patient) -> Noted | Missing:
    """EASIX before lymphodepletion (Pennisi, Blood Adv 2021;5:3397)."""
    return _index(patient, "easix/easix")


@measure(
    unit="1",
    method=f"LDH (U/L) x CRP (mg/dL) / platelets (10*9/L), {BEFORE}; {_BANDS}",
    settled_by="LDH, CRP and platelets before lymphodepletion",
)
def m_easix(patient: Patient) -> Noted | Missing:
    """Modified EASIX before lymphodepletion (Pennisi, Blood Adv 2021;5:3397)."""
    return _index(patient, "easix/m-easix")


@measure(
    unit="1",
    method=f"LDH (U/L) / platelets (10*9/L), {BEFORE}; {_BANDS}",
    settled_by="LDH and platelets before lymphodepletion",
)
def s_easix(patient: Patient) -> Noted | Missing:
    """Simplified EASIX before lymphodepletion (Pennisi, Blood Adv 2021;5:3397)."""
    return _index(patient, "easix/s-easix")
