"""How to condition and when to transplant after CAR T cells, as three sources word it."""

from __future__ import annotations

from cartwise.guidelines.consolidation import cd28_product, first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, criterion, not_, open_by_source
from cartwise.measures.after_remission import flow_mrd_negative
from cartwise.measures.detection import mrd_detected_after_infusion
from cartwise.measures.lesions import chromosomal_instability
from cartwise.measures.residual_disease import ngs_detected

nothing_detected = not_(mrd_detected_after_infusion, "no MRD detected since infusion")

# Clear by NGS is deep by any reading; clear by flow or PCR alone, 003:93 leaves open.
# Whether an earlier trace denies it once every method is clear, it leaves open as well.
clear_by_ngs = not_(ngs_detected, "NGS-MRD negative")
deep_remission = any_of(
    all_of(nothing_detected, clear_by_ngs),
    open_by_source(
        any_of(nothing_detected, all_of(flow_mrd_negative, clear_by_ngs)),
        "003:93 does not say how deep a remission has to be, nor from when",
    ),
    words="deep remission",
)

talleur = Guideline(
    "Conditioning and timing of HCT", source="talleur-2023", written_for=first_remission_after_cd19_car
)
talleur.recommend("talleur-2023/non-tbi-conditioning", direction="open", when=deep_remission)
talleur.recommend(
    "talleur-2023/cd28-hct-timing",
    decision="conditioning",
    action="Graft and timing of HCT after a CD28 construct: what one cohort saw, not advice",
    direction="open",
    when=cd28_product,
    grounds=("mskcc-cd28/hct-timing",),
)

myers = Guideline("Conditioning of HCT", source="myers-2023", written_for=first_remission_after_cd19_car)
myers.recommend("myers-2023/tbi-if-ngs-positive", when=all_of(ngs_detected, flow_mrd_negative))

westhafen = Guideline(
    "Conditioning and timing of HCT", source="westhafen-2025", written_for=first_remission_after_cd19_car
)
westhafen.recommend(
    "westhafen-2025/chromosomal-instability-conditioning", when=criterion(chromosomal_instability)
)
westhafen.recommend(
    "westhafen-2025/cd28-hct-timing",
    decision="conditioning",
    action="Timing of HCT after a CD28 construct: when a survival advantage was seen, not advice",
    direction="open",
    when=cd28_product,
    grounds=("nci-cd28/hct-timing",),
)
