"""Earlier blinatumomab as one word: never given, given with remission, or given without."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.history import FAILURES
from cartwise.measures.measure import measure


@measure(
    method="never given, or by the response to the latest blinatumomab before the index infusion",
    settled_by="the response to blinatumomab",
)
def blinatumomab_exposure(prior_blinatumomab: bool, blinatumomab_response: str | Missing) -> str | Missing:
    """Earlier blinatumomab: never given, remission, or no remission (004:102)."""
    if not prior_blinatumomab:
        return "never given"
    if isinstance(blinatumomab_response, Missing):
        return blinatumomab_response
    return "no remission" if blinatumomab_response in FAILURES else "remission"
