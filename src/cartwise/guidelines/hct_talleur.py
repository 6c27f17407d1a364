"""Consolidative HCT after CD19 CAR T cells, as Talleur, Naik and Gottschalk word it (003:41-93, 139)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import BCA_DEFINITIONS, early_bca_loss, first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, equals, not_, open_by_source, under_each
from cartwise.measures.aplasia import bca_lost_to_date
from cartwise.measures.detection import mrd_detected_after_infusion
from cartwise.measures.history import prior_hct, product

lost_early = early_bca_loss(threshold("talleur-2023/early-bca-loss-six-months"), BCA_DEFINITIONS)
lost_by_day_63 = early_bca_loss(threshold("talleur-2023/early-bca-loss-day-63"), BCA_DEFINITIONS)
limited_persistence = any_of(
    lost_early,
    open_by_source(
        under_each("bca", BCA_DEFINITIONS, bca_lost_to_date),
        "003:77 names no measure of limited persistence; 003:91 calls loss within six months high risk",
    ),
    words="limited persistence",
)

guideline = Guideline(
    "Consolidative HCT after CD19 CAR T cells",
    source="talleur-2023",
    written_for=first_remission_after_cd19_car,
    figures=("talleur-2023/figure-1",),
)

guideline.recommend(
    "talleur-2023/limited-persistence-hct",
    when=all_of(not_(prior_hct, "no prior HCT"), limited_persistence),
)
guideline.recommend(
    "talleur-2023/bca-loss-or-detectable-hct",
    when=any_of(lost_early, mrd_detected_after_infusion),
)
guideline.recommend(
    "talleur-2023/early-bca-loss-day-63-hct",
    decision="consolidative-hct",
    action="Consolidative HCT: what one cohort saw, not advice",
    direction="open",
    when=lost_by_day_63,
)
guideline.recommend("talleur-2023/second-hct-individualised", direction="caution", when=prior_hct)
guideline.recommend(
    "talleur-2023/tisa-cel-subsets",
    direction="open",
    when=equals(product, "tisagenlecleucel", "Kymriah", words="tisagenlecleucel given"),
)
guideline.recommend("talleur-2023/no-clear-recommendations", direction="open", when=always())
guideline.recommend("talleur-2023/weigh-risk-and-persistence", direction="open", when=always())
guideline.recommend("talleur-2023/considerations", direction="caution", when=always())
guideline.recommend("talleur-2023/bca-not-perfect", direction="caution", when=always())
