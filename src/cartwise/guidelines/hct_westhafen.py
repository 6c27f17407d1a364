"""Consolidative HCT after CD19 CAR T cells, as the Westhafen group words it (002:345-432)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import (
    WESTHAFEN_BCA,
    cd28_product,
    early_bca_loss,
    first_remission_after_cd19_car,
    four_1bb_product,
    mrd_at_any_level,
)
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, equals, first_settled, meets, not_, open_by_source
from cartwise.measures.burden import marrow_blasts_before_ld
from cartwise.measures.history import blinatumomab_failure, prior_hct
from cartwise.measures.transplant import (
    adverse_cytogenetics,
    another_relapse_unlikely_treatable,
    donor_available,
    hct_eligible,
    hct_wish,
)

lost_early = early_bca_loss(threshold("westhafen-2025/early-bca-loss"), WESTHAFEN_BCA)
first_hct = all_of(hct_eligible, not_(prior_hct, "no prior HCT"), words="eligible for HCT and no prior HCT")

mrd_positive = mrd_at_any_level(
    "002:423 says any level, the caption of Figure 2 (002:699-701) says flow or qPCR; a finding by NGS alone or below "
    "quantification is not settled by either"
)
donor_and_wish = all_of(
    donor_available, equals(hct_wish, "wants", words="wish for HCT"), words="a donor and the wish"
)
high_burden = meets(
    marrow_blasts_before_ld,
    threshold("westhafen-2025/high-burden"),
    words="marrow blasts before lymphodepletion",
)
# 002:430 gives refractoriness and adverse cytogenetics as reasons for a judgement; where the judgement is recorded it decides.
hard_to_treat = first_settled(
    another_relapse_unlikely_treatable,
    open_by_source(adverse_cytogenetics, "002:430 names adverse cytogenetics and lists none"),
    words="another relapse unlikely to be treatable",
)

guideline = Guideline(
    "Consolidative HCT after CD19 CAR T cells",
    source="westhafen-2025",
    written_for=first_remission_after_cd19_car,
    figures=("westhafen-2025/algorithm-figures",),
)

guideline.recommend(
    "westhafen-2025/hct-tier-1",
    when=all_of(first_hct, any_of(cd28_product, lost_early, mrd_positive)),
)
guideline.recommend(
    "westhafen-2025/hct-tier-2",
    when=all_of(first_hct, any_of(donor_and_wish, high_burden, blinatumomab_failure, hard_to_treat)),
)
guideline.undetermined("westhafen-2025/prior-hct-open", when=all_of(prior_hct, lost_early))
guideline.recommend(
    "westhafen-2025/second-hct-more-study",
    direction="open",
    when=prior_hct,
    grounds=("westhafen-2025/second-hct-no-benefit", "westhafen-2025/second-hct-no-difference"),
)
guideline.recommend(
    "westhafen-2025/cd28-needs-hct", when=cd28_product, grounds=("westhafen-2025/cd28-hct-timing",)
)
guideline.recommend("westhafen-2025/cd41bb-nuanced", direction="open", when=four_1bb_product)
guideline.recommend("westhafen-2025/weigh-before-hct", direction="caution", when=always())
