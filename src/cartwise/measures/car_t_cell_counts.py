"""CAR T cells per microlitre of blood: their share of T cells by cytometry, times the T cells counted that day."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.blood_counts import in_blood, results
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.measures.subsets import CHOICE, DAY_7, DAY_28, MIN_PARENT_CELLS, TimePoint, once, sample_at
from cartwise.study import Patient

CAR, T_CELLS = ("CAR+ T cells", "CAR+"), "T cells"
COUNT_DAYS = 1.0
"""How far the T-cell count may be from the sample: our choice, since both move by the day in the first weeks."""

_METHOD = (
    "percent of CAR+ cells among T cells by cytometry, as gated, times the CD3+ cells per µL counted within "
    f"{COUNT_DAYS:g} day of the sample; {{window}}; {CHOICE}; samples of fewer than {MIN_PARENT_CELLS} T cells say nothing"
)
_SETTLED_BY = "CD3+ cells in blood on the day of the cytometry sample, and its CAR+ share of T cells"


@measure(unit="{cells}/uL", method=_METHOD.format(window=DAY_7.window), settled_by=_SETTLED_BY, research=True)
def car_t_cells_day_7(patient: Patient) -> Noted | Missing:
    """CAR+ T cells per microlitre of blood about day 7, by cytometry."""
    return _count(patient, DAY_7)


@measure(
    unit="{cells}/uL", method=_METHOD.format(window=DAY_28.window), settled_by=_SETTLED_BY, research=True
)
def car_t_cells_day_28(patient: Patient) -> Noted | Missing:
    """CAR+ T cells per microlitre of blood about day 28, by cytometry."""
    return _count(patient, DAY_28)


def _count(patient: Patient, point: TimePoint) -> Noted | Missing:
    rows = patient.subset_frequencies.where(subset=CAR, parent=T_CELLS)
    sample = sample_at(patient, rows, point, "parent_cells")
    if sample is None:
        return Missing(f"no CAR+ share of T cells by cytometry from day {point.first:g} to {point.last:g}")
    told, conflicting = once({"CAR+": list(sample.rows)}, "percent")
    if conflicting or not told:
        return Missing(
            f"the sample {on_day(sample.day)} gives no single CAR+ share of T cells",
            cause="conflict" if conflicting else "record",
        )
    share = told["CAR+"]
    if share.parent_cells is not None and share.parent_cells < MIN_PARENT_CELLS:
        return Missing(f"the sample {on_day(sample.day)} has only {share.parent_cells} T cells")
    counts = results(
        in_blood(patient, "CD3").between(sample.day - COUNT_DAYS, sample.day + COUNT_DAYS), "CD3"
    )
    known = [row for row in counts if row.value is not None]
    if not known:
        return Missing(f"no count of CD3+ cells within {COUNT_DAYS:g} day of the sample {on_day(sample.day)}")
    nearest = min(known, key=lambda row: abs(row.day - sample.day))
    return Noted(
        share.percent / 100 * nearest.value,
        f"{share.percent:g} % of {nearest.value:g} T cells, {on_day(sample.day)}",
    )
