"""Consolidative HCT after CD19 CAR T cells, as Myers, Shah and Pulsipher word it (004:13, 179, 193-241)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import (
    BCA_DEFINITIONS,
    cd28_product,
    early_bca_loss,
    first_remission_after_cd19_car,
    four_1bb_product,
)
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, equals, meets, not_, open_by_source
from cartwise.measures.burden import marrow_blasts_before_ld
from cartwise.measures.detection import (
    ngs_detected_from_month_3,
    ngs_persistent_or_rising,
    ngs_repeated_after_day_28,
)
from cartwise.measures.eligibility import infant_leukaemia, relapsed
from cartwise.measures.history import indication, prior_hct
from cartwise.measures.mrd_level import flow_mrd_level_now, pcr_mrd_level_now
from cartwise.measures.residual_disease import mrd_flow_negative_pcr_or_ngs_detected, ngs_detected_day_28
from cartwise.measures.transplant import hct_eligible, hct_wish

lost_early = early_bca_loss(threshold("myers-2023/early-bca-loss-six-months"), BCA_DEFINITIONS)
no_prior_hct = not_(prior_hct, "no prior HCT")
imminent_relapse = open_by_source(
    any_of(
        lost_early, ngs_persistent_or_rising, words="early loss of aplasia, or persistent or rising NGS-MRD"
    ),
    "004:231 says that relapse may then be imminent; 004:225 asks for clearly imminent relapse and gives no test of it",
)

guideline = Guideline(
    "Consolidative HCT after CD19 CAR T cells",
    source="myers-2023",
    written_for=first_remission_after_cd19_car,
    figures=("myers-2023/figure-3",),
)

guideline.recommend(
    "myers-2023/hct-after-cd28",
    action="Consolidative HCT, particularly in patients never transplanted",
    when=cd28_product,
    grounds=("myers-2023/hct-critical-after-cd28",),
)
guideline.recommend(
    "myers-2023/hct-naive-advantage",
    # 004:199 saw early loss to day 63; 004:205 calls loss before six months very high risk. The wider cut-off is asked.
    when=all_of(four_1bb_product, no_prior_hct, lost_early),
    grounds=("myers-2023/hct-naive-lfs", "myers-2023/prior-hct-lfs", "myers-2023/early-loss-first-hct-lfs"),
)
guideline.recommend(
    "myers-2023/ngs-day-28-verify",
    direction="caution",
    when=all_of(ngs_detected_day_28, not_(ngs_repeated_after_day_28, "not repeated since")),
    grounds=("myers-2023/ngs-day-28-hr", "myers-2023/ngs-not-relapse"),
)
guideline.recommend(
    "myers-2023/ngs-month-3-predictive",
    decision="consolidative-hct",
    action="Read NGS-MRD from month 3 on, at any level, as highly predictive of relapse",
    direction="caution",
    when=ngs_detected_from_month_3,
    grounds=("myers-2023/ngs-month-3-hr",),
)
guideline.recommend(
    "myers-2023/high-burden-hct-considered",
    when=meets(
        marrow_blasts_before_ld,
        threshold("myers-2023/high-burden"),
        words="marrow blasts before lymphodepletion",
    ),
    grounds=("myers-2023/curable-without-hct",),
)
guideline.recommend(
    "myers-2023/low-level-mrd-before-hct",
    action="Proceed to HCT in spite of MRD by PCR or NGS alone",
    direction="caution",
    when=mrd_flow_negative_pcr_or_ngs_detected,
)
BEFORE_HCT = "Low MRD before HCT: survival was seen to be better, no advice is attached"
guideline.recommend(
    "myers-2023/pre-hct-flow",
    decision="consolidative-hct",
    action=BEFORE_HCT,
    direction="open",
    when=meets(flow_mrd_level_now, threshold("myers-2023/pre-hct-flow"), words="MRD by flow cytometry"),
)
guideline.recommend(
    "myers-2023/pre-hct-pcr",
    decision="consolidative-hct",
    action=BEFORE_HCT,
    direction="open",
    when=meets(pcr_mrd_level_now, threshold("myers-2023/pre-hct-pcr"), words="MRD by PCR"),
)
guideline.recommend(
    "myers-2023/primary-refractory-hct",
    action="HCT after CAR T cells for primary refractory disease: its role is still to be studied",
    direction="open",
    when=equals(indication, "primary refractory", words="primary refractory"),
    grounds=("myers-2023/primary-refractory-hct-open",),
)
guideline.recommend(
    "myers-2023/infant-hct",
    action="HCT after CAR T cells for relapsed infant leukaemia: its role is still to be studied",
    direction="open",
    when=all_of(infant_leukaemia, relapsed, words="relapsed infant leukaemia"),
    grounds=("myers-2023/infant-lineage-switch",),
)
guideline.recommend("myers-2023/second-hct-not-routine", direction="against", when=prior_hct)
guideline.recommend(
    "myers-2023/second-hct-imminent-relapse", direction="caution", when=all_of(prior_hct, imminent_relapse)
)
guideline.recommend("myers-2023/bca-alone-inadequate", direction="caution", when=always())
guideline.recommend(
    "myers-2023/hct-not-an-option",
    direction="open",
    when=any_of(
        equals(hct_wish, "avoids", words="wish to avoid HCT"),
        not_(hct_eligible, "not eligible for HCT"),
        words="HCT is not an option",
    ),
    grounds=("myers-2023/hct-avoidance-desired",),
)
