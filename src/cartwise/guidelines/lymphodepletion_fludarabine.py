"""Lymphodepletion and exposure to fludarabine: each source by its own cut-off, and what they do not allow to conclude.

The two studies differ in what they looked at, one measured levels and one estimated them, so their cut-offs stay apart.
Beside each stands what 004:191 says of changing the standard regimen.
"""

from __future__ import annotations

from cartwise.evidence import Fact, Recommendation, Threshold, fact, threshold
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import Criterion, all_of, always, any_of, criterion, meets
from cartwise.measures.eligibility import before_infusion
from cartwise.measures.history import b_all, cd19_product
from cartwise.measures.lymphodepletion import bendamustine_given, fludarabine_auc

STANDARD = "myers-2023/fludarabine-standard"


def _action(found: str) -> str:
    """What was found, with what the review says of changing the regimen."""
    said: Fact = fact(STANDARD)
    words = said.strength if isinstance(said, Recommendation) else said.quote
    return f"{found}. Beside it: “{words}” ({said.locator})"


def _below(cutoff: Threshold) -> Criterion:
    return meets(fludarabine_auc, cutoff, words="exposure to fludarabine")


treated = all_of(
    b_all, any_of(before_infusion, cd19_product), words="B-ALL, before or after CAR T cells against CD19"
)

myers = Guideline(
    "Lymphodepletion",
    source="myers-2023",
    written_for=all_of(b_all, before_infusion, words="B-ALL before CAR T cells"),
)
myers.recommend("myers-2023/fludarabine-standard", when=always())
myers.recommend(
    "myers-2023/bendamustine",
    decision="lymphodepletion",
    direction="open",
    when=criterion(bendamustine_given),
)

exposure = Guideline("Exposure to fludarabine", source="myers-2023", written_for=treated)
exposure.recommend(
    "myers-2023/fludarabine-auc",
    decision="lymphodepletion",
    action=_action(
        "Low exposure to fludarabine by the range of both studies: more relapse, earlier loss of aplasia"
    ),
    direction="caution",
    when=_below(threshold("myers-2023/fludarabine-auc")),
    grounds=("myers-2023/fludarabine-standard",),
)

westhafen = Guideline("Exposure to fludarabine", source="westhafen-2025", written_for=treated)
westhafen.recommend(
    "westhafen-2025/fludarabine-auc",
    decision="lymphodepletion",
    action=_action("Low exposure to fludarabine: shorter persistence, more relapse"),
    direction="caution",
    when=_below(threshold("westhafen-2025/fludarabine-auc")),
    grounds=("myers-2023/fludarabine-standard",),
)

estimated = Guideline("Exposure to fludarabine, estimated", source="prwcc", written_for=treated)
estimated.recommend(
    "prwcc/fludarabine-auc",
    decision="lymphodepletion",
    action=_action("Low exposure to fludarabine by the cut-off found with estimated exposure"),
    direction="caution",
    when=_below(threshold("prwcc/fludarabine-auc")),
    grounds=(
        "prwcc/fludarabine-relapse-hr",
        "prwcc/fludarabine-relapse-bca-hr",
        "myers-2023/fludarabine-standard",
    ),
)

measured = Guideline("Exposure to fludarabine, measured", source="princess-maxima", written_for=treated)
measured.recommend(
    "princess-maxima/fludarabine-auc",
    decision="lymphodepletion",
    action=_action("Low exposure to fludarabine by the cut-off found with measured levels"),
    direction="caution",
    when=_below(threshold("princess-maxima/fludarabine-auc")),
    grounds=("princess-maxima/fludarabine-relapse", "myers-2023/fludarabine-standard"),
)
