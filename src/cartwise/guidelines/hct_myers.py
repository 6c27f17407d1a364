"""Consolidative HCT after CD19 CAR T cells, as Myers, Shah and Pulsipher word it (004:13, 179, 193-241)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import (
    BCA_DEFINITIONS,
    DECISION,
    cd28_product,
    early_bca_loss,
    four_1bb_product,
    in_remission_without_hct,
)
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, equals, meets, not_
from cartwise.measures.burden import marrow_blasts_before_ld
from cartwise.measures.history import prior_hct
from cartwise.measures.residual_disease import (
    mrd_flow_negative_pcr_or_ngs_detected,
    ngs_detected_day_28,
    ngs_detected_month_3,
    ngs_persistent_or_rising,
)
from cartwise.measures.transplant import hct_wish

lost_early = early_bca_loss(threshold("myers-2023/early-bca-loss-six-months"), BCA_DEFINITIONS)
no_prior_hct = not_(prior_hct, "no prior HCT")
relapse_may_be_imminent = any_of(
    lost_early, ngs_persistent_or_rising, words="relapse may be imminent (004:231)"
)

guideline = Guideline(
    "Consolidative HCT after CD19 CAR T cells",
    source="myers-2023",
    written_for=in_remission_without_hct,
    figures=("myers-2023/figure-3",),
)

guideline.recommend("myers-2023/hct-after-cd28", decision=DECISION, when=cd28_product)
guideline.recommend(
    "myers-2023/hct-naive-advantage",
    decision=DECISION,
    when=all_of(four_1bb_product, no_prior_hct, lost_early),
    grounds=("myers-2023/hct-naive-lfs", "myers-2023/prior-hct-lfs", "myers-2023/early-loss-first-hct-lfs"),
)
guideline.recommend(
    "myers-2023/ngs-day-28-verify",
    decision=DECISION,
    direction="caution",
    when=ngs_detected_day_28,
    grounds=("myers-2023/ngs-day-28-hr", "myers-2023/ngs-not-relapse"),
)
guideline.recommend(
    "myers-2023/ngs-month-3-predictive",
    decision=DECISION,
    action="Read NGS-MRD from month 3 on, at any level, as highly predictive of relapse",
    when=ngs_detected_month_3,
    grounds=("myers-2023/ngs-month-3-hr",),
)
guideline.recommend(
    "myers-2023/high-burden-hct-considered",
    decision=DECISION,
    when=meets(
        marrow_blasts_before_ld,
        threshold("myers-2023/high-burden"),
        words="marrow blasts before lymphodepletion",
    ),
    grounds=("myers-2023/curable-without-hct",),
)
guideline.recommend(
    "myers-2023/low-level-mrd-before-hct", decision=DECISION, when=mrd_flow_negative_pcr_or_ngs_detected
)
guideline.recommend(
    "myers-2023/second-hct-not-routine", decision=DECISION, direction="against", when=prior_hct
)
guideline.recommend(
    "myers-2023/second-hct-imminent-relapse",
    decision=DECISION,
    direction="caution",
    when=all_of(prior_hct, relapse_may_be_imminent),
)
guideline.recommend("myers-2023/bca-alone-inadequate", decision=DECISION, direction="caution", when=always())
guideline.recommend(
    "myers-2023/hct-avoidance-desired",
    decision=DECISION,
    direction="open",
    action="Relapse prevention other than HCT where HCT is not wanted",
    when=equals(hct_wish, "avoids", words="wish to avoid HCT"),
    grounds=("myers-2023/hct-not-an-option",),
)
