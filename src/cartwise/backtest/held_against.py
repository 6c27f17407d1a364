"""Which event the statements on a decision are held against, or why none, and how a direction is read against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cartwise.backtest.endpoint import Endpoint
from cartwise.backtest.endpoints import (
    INFECTION,
    NO_ENDPOINT,
    NO_ENDPOINT_BEFORE,
    RELAPSE,
    RELAPSE_SINCE_INFUSION,
    RESIDUAL_DISEASE,
    SEVERE_CRS,
    SEVERE_CYTOPENIA,
    SEVERE_ICANS,
    SEVERE_ICANS_SINCE_INFUSION,
)

HELD_AGAINST: Mapping[str, Endpoint] = {
    "antigen": RELAPSE_SINCE_INFUSION,
    "bridging": RESIDUAL_DISEASE,
    "bridging-to-hct": RELAPSE,
    "cns": SEVERE_ICANS_SINCE_INFUSION,
    "consolidative-hct": RELAPSE,
    "crs": SEVERE_CRS,
    "eligibility": RESIDUAL_DISEASE,
    "extramedullary": RELAPSE_SINCE_INFUSION,
    "icaht": SEVERE_CYTOPENIA,
    "icans": SEVERE_ICANS,
    "immunoglobulin": INFECTION,
    "lymphodepletion": RELAPSE_SINCE_INFUSION,
    "maintenance": RELAPSE,
    "monitoring-after-infusion": RELAPSE,
    "product": RELAPSE_SINCE_INFUSION,
    "reinfusion": RELAPSE,
    "relapse-prevention": RELAPSE,
    "relapse-risk": RELAPSE,
}
"""The event of each decision that has one. What an event says of a decision is a judgement, so the list is closed."""

WHY_NONE: Mapping[str, tuple[Endpoint, str]] = {
    "after-relapse": (
        NO_ENDPOINT,
        "they speak of survival from relapse on, and all of them describe what was seen without advice",
    ),
    "apheresis": (
        NO_ENDPOINT_BEFORE,
        "they are about what a collection yields, and of those whose cells could not be made nobody is among the infused",
    ),
    "conditioning": (
        NO_ENDPOINT,
        "they are about what is given with a transplant, so that time would run from the transplant and not from a flag",
    ),
    "donor-search": (NO_ENDPOINT_BEFORE, "whether a search found its donor in time is not recorded"),
    "iec-hs": (
        NO_ENDPOINT,
        "they stand when the syndrome is suspected or recorded, so that nothing comes before the event itself",
    ),
    "referral": (
        NO_ENDPOINT_BEFORE,
        "nobody is in a study who was not referred, so there is nobody to compare with",
    ),
}
"""The decisions that are held against no event, and why."""

UNJUDGED = "nobody has judged yet which recorded event would speak for or against them"

Reading = Literal["call", "all-clear", "side by side", "counts only"]
CALL: Reading = "call"
ALL_CLEAR: Reading = "all-clear"
BESIDE: Reading = "side by side"
COUNTED: Reading = "counts only"

READING_WORDS: Mapping[str, str] = {
    CALL: (
        "calls: a flag asks to act or to take care because the event is to be feared. It has a sensitivity, a lead time, misses, "
        "and the incidence of the event after the flag as its positive predictive value"
    ),
    ALL_CLEAR: (
        "all-clears: a flag says not to act, so it has no sensitivity. Held against it is who had the event all the same; those "
        "who stayed free of it are its negative predictive value, and an AUC above one half says that they were more often so "
        "flagged"
    ),
    BESIDE: (
        "side by side: before infusion it says how to treat and not whom the event awaits. The incidence from infusion on in "
        "those of whom it stood and in the others is shown, and no sensitivity, lead time, miss or AUC"
    ),
    COUNTED: (
        "counts only: the source leaves the decision open, or speaks of the hazard of a treatment or of what to do once the "
        "event is there, so that no event can speak for or against it"
    ),
}

_WARNED = frozenset({"antigen", "cns", "lymphodepletion"})
"""Decisions before infusion whose cautions fear the very event that they are held against."""

READ_OTHERWISE: Mapping[str, Reading] = {
    "myers-2023/bridge-options-limited": COUNTED,
    "myers-2023/reinfusion": CALL,
    "talleur-2023/second-hct-individualised": COUNTED,
    "wang-2025/schedule-mrd": CALL,
    "wang-2025/schedule-qpcr": CALL,
    "westhafen-2025/b-cell-recovery-not-relapse": ALL_CLEAR,
    "westhafen-2025/cd34-boost": COUNTED,
    "westhafen-2025/cytopenia-support": COUNTED,
    "westhafen-2025/icans-tocilizumab": COUNTED,
    "westhafen-2025/icans-treatment": COUNTED,
    "westhafen-2025/reinfusion": CALL,
}
"""Statements that their direction would have read wrongly, by our judgement. Four open ones rest on a sign (aplasia lost early,
or a test that the study's own schedule calls for) of which a clinic asks whether relapse follows; three cautions are about
the hazard of a treatment; three statements say what to do once the event is there; one caution says that what is seen is no
relapse.
"""


def endpoint_of(decision: str) -> Endpoint:
    """What the statements on a decision are held against; an endpoint of no event where that is nothing."""
    if decision in HELD_AGAINST:
        return HELD_AGAINST[decision]
    return WHY_NONE.get(decision, (NO_ENDPOINT, UNJUDGED))[0]


def why_none(decision: str) -> str:
    """Why the statements on a decision are held against nothing, as a sentence; "" where they are held against an event."""
    if decision in HELD_AGAINST:
        return ""
    why = WHY_NONE.get(decision, (NO_ENDPOINT, UNJUDGED))[1]
    return (
        f"The statements on this decision are held against no event: {why}. So there is no sensitivity, predictive value, AUC "
        "or miss, only when each stood and where sources agree."
    )


def reading_of(fact: str, decision: str, direction: str) -> Reading:
    """How a statement is read against the event of its decision.

    Args:
        fact: the fact that it rests on.
        decision: the decision it speaks to.
        direction: `for`, `against`, `caution` or `open`.
    """
    endpoint = endpoint_of(decision)
    if fact in READ_OTHERWISE:
        return READ_OTHERWISE[fact]
    if direction == "open" or endpoint.name == NO_ENDPOINT.name:
        return COUNTED
    if endpoint.from_infusion:
        return CALL if direction == "caution" and decision in _WARNED else BESIDE
    return ALL_CLEAR if direction == "against" else CALL
