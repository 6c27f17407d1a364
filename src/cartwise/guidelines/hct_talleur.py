"""Consolidative HCT after CD19 CAR T cells, as Talleur, Naik and Gottschalk word it (003:41-93, 139)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import (
    BCA_DEFINITIONS,
    DECISION,
    early_bca_loss,
    in_remission_without_hct,
)
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, equals, not_
from cartwise.measures.history import prior_hct, product
from cartwise.measures.residual_disease import mrd_positive_after_infusion, ngs_detected

lost_early = early_bca_loss(threshold("talleur-2023/early-bca-loss-six-months"), BCA_DEFINITIONS)
lost_by_day_63 = early_bca_loss(threshold("talleur-2023/early-bca-loss-day-63"), BCA_DEFINITIONS)
detectable = any_of(mrd_positive_after_infusion, ngs_detected, words="detectable disease, including by NGS")

guideline = Guideline(
    "Consolidative HCT after CD19 CAR T cells",
    source="talleur-2023",
    written_for=in_remission_without_hct,
    figures=("talleur-2023/figure-1",),
)

guideline.recommend(
    "talleur-2023/limited-persistence-hct",
    decision=DECISION,
    when=all_of(not_(prior_hct, "no prior HCT"), lost_early),
)
guideline.recommend(
    "talleur-2023/bca-loss-or-detectable-hct",
    decision=DECISION,
    when=any_of(lost_early, detectable),
)
guideline.recommend(
    "talleur-2023/early-bca-loss-day-63-hct",
    decision=DECISION,
    action="Consolidative HCT: evidence of one cohort, not advice",
    when=lost_by_day_63,
)
guideline.recommend(
    "talleur-2023/second-hct-individualised", decision=DECISION, direction="caution", when=prior_hct
)
guideline.recommend(
    "talleur-2023/tisa-cel-subsets",
    decision=DECISION,
    direction="open",
    when=equals(product, "tisagenlecleucel", "Kymriah", words="tisagenlecleucel given"),
)
guideline.recommend(
    "talleur-2023/no-clear-recommendations", decision=DECISION, direction="open", when=always()
)
guideline.recommend("talleur-2023/considerations", decision=DECISION, direction="caution", when=always())
guideline.recommend("talleur-2023/bca-not-perfect", decision=DECISION, direction="caution", when=always())
