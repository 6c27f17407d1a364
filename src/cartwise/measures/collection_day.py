"""The earliest day on which every dated condition of collection is met (004:145-146).

Counts, blasts and GVHD have no day of their own: they are asked on the day of collection.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cartwise.basis import Missing
from cartwise.evidence import Threshold, threshold
from cartwise.measures.collection import (
    CHEMOTHERAPY,
    OTHER_IMMUNOTHERAPY,
    last_given,
    last_hct,
    last_immunosuppression,
)
from cartwise.measures.course import set_aside
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient

STEROIDS = threshold("myers-2023/washout-steroids")
CYTOTOXIC = threshold("myers-2023/washout-chemotherapy")
PEMBROLIZUMAB = (
    threshold("myers-2023/washout-pembrolizumab-shortest"),
    threshold("myers-2023/washout-pembrolizumab-longest"),
)
AFTER_HCT = threshold("myers-2023/collection-after-hct-days")
IMMUNOSUPPRESSION = threshold("myers-2023/collection-immunosuppression")

_METHOD = (
    "latest of the last day of each of steroids, chemotherapy, checkpoint inhibitor, HCT and immunosuppression plus the period that "
    "004:145-146 prints for it, by the {end} end of a printed range; what was never given holds nothing back, immunosuppression "
    "is asked for after HCT only, and immunotherapy without a printed period until the longest printed one is over; counts, blasts and GVHD are to be seen on the day itself"
)


@dataclass(frozen=True, slots=True)
class _Condition:
    """What holds collection back, the last day of it, and the shortest and longest period printed for it."""

    name: str
    last: float | Missing
    shortest: float
    longest: float

    def end(self, *, longest: bool) -> float:
        """The day on which it holds nothing back any more; minus infinity where the last day is not known."""
        last = -math.inf if isinstance(self.last, Missing) else self.last
        return last + (self.longest if longest else self.shortest)


def _periods(*printed: Threshold) -> tuple[float, float]:
    days = [end for item in printed for end in item.cutoffs("d")]
    return min(days), max(days)


def _conditions(patient: Patient, after_hct: bool) -> list[_Condition]:
    drugs = (
        ("steroids", ("steroid",), (STEROIDS,)),
        ("chemotherapy", CHEMOTHERAPY, (CYTOTOXIC,)),
        ("a checkpoint inhibitor", ("checkpoint inhibitor",), PEMBROLIZUMAB),
    )
    found = [
        _Condition(name, last_given(patient, kinds), *_periods(*printed))
        for name, kinds, printed in drugs
        if patient.treatments.where(kind=kinds)
    ]
    if after_hct:
        found.append(_Condition("HCT", last_hct(patient), *_periods(AFTER_HCT)))
        stopped = last_immunosuppression(patient)
        found.append(_Condition("immunosuppression", stopped, *_periods(IMMUNOSUPPRESSION)))
    return found


def _earliest(patient: Patient, prior_hct: bool | Missing, *, longest: bool) -> Noted | Missing:
    if isinstance(prior_hct, Missing):
        return prior_hct
    if (lost := set_aside(patient, "treatments")) is not None:
        return lost
    conditions = _conditions(patient, prior_hct)
    unprinted = _unprinted(patient)
    asked = conditions + ([unprinted] if unprinted else [])
    unknown = [item.last for item in asked if isinstance(item.last, Missing)]
    if unknown:
        wanted = "; ".join(dict.fromkeys(item.settled_by for item in unknown if item.settled_by))
        return Missing("; ".join(item.reason for item in unknown), wanted)
    if not asked:
        return Missing(
            "nothing that holds collection back by a period is recorded", "the patient's earlier treatments"
        )
    day, name = max((item.end(longest=longest), item.name) for item in asked)
    if unprinted and not longest and name == unprinted.name:
        return Missing(f"004:145 prints no period for {name}", cause="source")
    return Noted(day, f"by {name}, the last to be met")


def _unprinted(patient: Patient) -> _Condition | None:
    """Other immunotherapy, whose period is not printed: it holds nothing back once the longest printed one is over."""
    if not patient.treatments.where(kind=OTHER_IMMUNOTHERAPY):
        return None
    _, longest = _periods(*PEMBROLIZUMAB)
    return _Condition(
        "blinatumomab, inotuzumab or the like", last_given(patient, OTHER_IMMUNOTHERAPY), longest, longest
    )


@measure(
    unit="d", method=_METHOD.replace("{end}", "near"), settled_by="the last day of each earlier treatment"
)
def earliest_collection_day(patient: Patient, prior_hct: bool | Missing) -> float | Noted | Missing:
    """Earliest day on which every dated condition of collection is met, by the near end of printed ranges (004:145-146)."""
    return _earliest(patient, prior_hct, longest=False)


@measure(
    unit="d", method=_METHOD.replace("{end}", "far"), settled_by="the last day of each earlier treatment"
)
def earliest_collection_day_far_end(patient: Patient, prior_hct: bool | Missing) -> float | Noted | Missing:
    """Earliest day on which every dated condition of collection is met, by the far end of printed ranges (004:145-146)."""
    return _earliest(patient, prior_hct, longest=True)
