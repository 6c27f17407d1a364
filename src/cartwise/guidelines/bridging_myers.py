"""Bridging to CAR T cells and CD19 before them, as Myers, Shah and Pulsipher word it (004:37, 112, 124, 147-179, 278)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, any_of, criterion, equals, meets, not_, open_by_source
from cartwise.measures.bridging import (
    antigen_load,
    bridging_chemotherapy,
    cd19_read_since_blinatumomab,
    cns_disease_only,
    intrathecal_with_bridging,
    remission_before_infusion,
)
from cartwise.measures.burden import marrow_blasts_before_ld
from cartwise.measures.eligibility import before_infusion
from cartwise.measures.history import b_all, prior_blinatumomab
from cartwise.measures.lesions import philadelphia_like, philadelphia_positive, targetable_lesion
from cartwise.measures.risk_factors import cd19_dim_after_blinatumomab
from cartwise.measures.transplant import hct_wish

high_burden = meets(marrow_blasts_before_ld, threshold("myers-2023/high-burden"), words="marrow blasts")
before_cells = all_of(b_all, before_infusion, words="B-ALL before CAR T cells")

antigen = Guideline("CD19 before CAR T cells", source="myers-2023", written_for=before_cells)
antigen.recommend(
    "myers-2023/case-cd19-confirmed",
    decision="antigen",
    action="Confirm CD19 on blasts after blinatumomab, before apheresis: practice in the running case",
    direction="open",
    when=all_of(prior_blinatumomab, not_(cd19_read_since_blinatumomab, "CD19 not read since blinatumomab")),
)
antigen.recommend(
    "myers-2023/cd19-dim",
    decision="antigen",
    direction="caution",
    when=criterion(cd19_dim_after_blinatumomab),
)
antigen.recommend(
    "myers-2023/antigen-load-share",
    decision="antigen",
    action="Few CD19-positive cells in marrow: in one study CAR T cells then lasted less long",
    direction="caution",
    when=not_(
        meets(antigen_load, threshold("myers-2023/antigen-load-share"), words="CD19-positive marrow cells"),
        "CD19-positive marrow cells below the share",
    ),
    grounds=("myers-2023/antigen-load",),
)

guideline = Guideline("Bridging to CAR T cells", source="myers-2023", written_for=before_cells)
guideline.recommend("myers-2023/bridging-individual", when=always(), grounds=("myers-2023/bridging-options",))
guideline.recommend(
    "myers-2023/bridging-minimal",
    when=any_of(
        remission_before_infusion,
        cns_disease_only,
        words="in remission, or CNS disease only",
    ),
    grounds=("myers-2023/antigen-load",),
)
guideline.recommend("myers-2023/bridging-high-burden", direction="caution", when=high_burden)
guideline.recommend(
    "myers-2023/bridging-intrathecal",
    when=all_of(bridging_chemotherapy, not_(intrathecal_with_bridging, "no intrathecal treatment with it")),
)
guideline.recommend(
    "myers-2023/bridging-count-recovery", direction="caution", when=criterion(bridging_chemotherapy)
)
guideline.recommend("myers-2023/bridging-blinatumomab", direction="against", when=always())
guideline.recommend("myers-2023/bridging-inotuzumab", direction="caution", when=always())
guideline.recommend(
    "myers-2023/inotuzumab-sos",
    decision="bridging",
    action="Inotuzumab where HCT is to follow: sinusoidal obstruction",
    direction="caution",
    when=equals(hct_wish, "wants", words="HCT is to follow"),
)
guideline.recommend(
    "myers-2023/dasatinib",
    direction="against",
    when=any_of(
        philadelphia_positive,
        open_by_source(philadelphia_like, "004:37 speaks of certain subtypes of Philadelphia-like disease"),
        words="Philadelphia-positive, or of some Philadelphia-like subtypes",
    ),
)
guideline.recommend("myers-2023/targeted-agents", when=criterion(targetable_lesion))
