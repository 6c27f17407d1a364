"""Whether the CAR aims at CD22, of whose products the sources speak apart."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import index_infusion, unseen
from cartwise.measures.history import CD19_PRODUCTS
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient


@measure(
    method="target of the index infusion; the licensed products against CD19 have no other",
    settled_by="the target of the CAR",
)
def cd22_product(patient: Patient) -> bool | Noted | Missing:
    """Whether the CAR T cells are made against CD22, alone or with another antigen (002:283)."""
    row = index_infusion(patient)
    if row is not None and row.target is not None:
        return Noted("CD22" in row.target, row.target)
    if row is not None and (row.product or "").lower() in CD19_PRODUCTS:
        return Noted(value=False, note=f"{row.product} is made against CD19")
    return unseen(patient, "the target of the CAR is not recorded", "the target of the CAR")
