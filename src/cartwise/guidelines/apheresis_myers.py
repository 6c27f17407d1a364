"""Whether T cells can be collected on a day, as Myers, Shah and Pulsipher word it (004:132-146)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import (
    Criterion,
    Question,
    all_of,
    always,
    any_of,
    criterion,
    equals,
    meets,
    not_,
    open_by_source,
)
from cartwise.measures.burden import mrd_state_before_ld
from cartwise.measures.collection import (
    cd3_collected,
    cd3_now,
    checkpoint_inhibitor_before,
    chemotherapy_before,
    circulating_blasts_now,
    collected,
    gvhd_now,
    lymphocytes_now,
    other_immunotherapy_before,
    rapid_progression,
    since_checkpoint_inhibitor,
    since_chemotherapy,
    since_hct,
    since_immunosuppression,
    since_other_immunotherapy,
    since_steroids,
    steroids_before,
    white_cells_now,
)
from cartwise.measures.eligibility import before_infusion, infant_leukaemia, relapsed
from cartwise.measures.history import b_all, prior_hct
from cartwise.measures.transplant import adverse_cytogenetics

LONGEST = threshold("myers-2023/washout-pembrolizumab-longest")


def free_of(given: Question, long_enough: Criterion, words: str) -> Criterion:
    """Never given, or long enough ago."""
    return any_of(not_(given, "not given"), long_enough, words=words)


lymphocytes = any_of(
    meets(lymphocytes_now, threshold("myers-2023/collection-alc"), words="lymphocytes in blood"),
    meets(cd3_now, threshold("myers-2023/collection-cd3-count"), words="CD3-positive cells in blood"),
    words="enough lymphocytes or CD3-positive cells",
)
many_white_cells = meets(white_cells_now, threshold("myers-2023/collection-wbc"), words="white blood cells")
many_blasts = meets(
    circulating_blasts_now, threshold("myers-2023/collection-blast-share"), words="circulating blasts"
)
high_blasts = all_of(
    many_white_cells,
    any_of(
        many_blasts,
        open_by_source(
            all_of(not_(many_blasts, "fewer blasts"), rapid_progression),
            "004:134 names the white cell count with rapid progression, 004:143 the share of blasts as well",
        ),
    ),
    words="high circulating blasts",
)
steroid_free = free_of(
    steroids_before,
    meets(since_steroids, threshold("myers-2023/washout-steroids"), words="last steroids"),
    "free of steroids",
)
chemotherapy_free = free_of(
    chemotherapy_before,
    meets(since_chemotherapy, threshold("myers-2023/washout-chemotherapy"), words="last chemotherapy"),
    "free of cytotoxic chemotherapy",
)
checkpoint_free = free_of(
    checkpoint_inhibitor_before,
    all_of(
        meets(
            since_checkpoint_inhibitor,
            threshold("myers-2023/washout-pembrolizumab-shortest"),
            words="last checkpoint inhibitor",
        ),
        not_(
            open_by_source(
                not_(meets(since_checkpoint_inhibitor, LONGEST, words="last checkpoint inhibitor")),
                "004:145 prints a range for pembrolizumab",
            )
        ),
    ),
    "free of checkpoint inhibitors",
)
other_immunotherapy_free = free_of(
    other_immunotherapy_before,
    not_(
        open_by_source(
            not_(meets(since_other_immunotherapy, LONGEST, words="last immunotherapy")),
            "004:145 asks for longer periods after certain immunotherapies and prints one for pembrolizumab only",
        )
    ),
    "free of other immunotherapy",
)
after_hct = any_of(
    not_(prior_hct, "no prior HCT"),
    all_of(
        meets(since_hct, threshold("myers-2023/collection-after-hct-days"), words="last HCT"),
        meets(
            since_immunosuppression,
            threshold("myers-2023/collection-immunosuppression"),
            words="last immunosuppression",
        ),
        not_(gvhd_now, "no signs of GVHD"),
    ),
    words="long enough after HCT, off immunosuppression and without GVHD",
)

guideline = Guideline(
    "Apheresis",
    source="myers-2023",
    written_for=all_of(
        b_all, before_infusion, not_(collected, "no cells collected"), words="B-ALL, no T cells collected yet"
    ),
)
guideline.recommend("myers-2023/collect-early", when=always(), grounds=("myers-2023/collect-early-table",))
guideline.recommend(
    "myers-2023/collect-preemptively",
    when=all_of(
        not_(relapsed, "no relapse so far"),
        any_of(
            all_of(
                infant_leukaemia,
                equals(mrd_state_before_ld, "positive", words="MRD positive by flow or PCR"),
            ),
            open_by_source(
                adverse_cytogenetics,
                "004:132 speaks of very high-risk subsets and names infants with MRD as an example",
            ),
            words="very high risk",
        ),
    ),
)
guideline.recommend(
    "myers-2023/collection-timing",
    when=all_of(
        lymphocytes,
        not_(high_blasts, "no high circulating blasts"),
        steroid_free,
        chemotherapy_free,
        checkpoint_free,
        other_immunotherapy_free,
        after_hct,
        words="every condition of timing is met",
    ),
)
guideline.recommend("myers-2023/collection-lymphocytes", when=lymphocytes)
guideline.recommend("myers-2023/collection-blasts", direction="against", when=high_blasts)
guideline.recommend(
    "myers-2023/washout-steroids",
    decision="apheresis",
    action="Wait: corticosteroids were given too recently",
    direction="against",
    when=not_(steroid_free, "steroids too recent"),
)
guideline.recommend(
    "myers-2023/washout-chemotherapy",
    decision="apheresis",
    action="Wait: cytotoxic chemotherapy was given too recently",
    direction="against",
    when=not_(chemotherapy_free, "chemotherapy too recent"),
)
guideline.recommend(
    "myers-2023/washout-immunotherapy",
    direction="against",
    when=not_(all_of(checkpoint_free, other_immunotherapy_free), "immunotherapy too recent"),
)
guideline.recommend(
    "myers-2023/collection-after-hct",
    action="Wait after HCT: too early, immunosuppression too recent, or GVHD",
    direction="against",
    when=not_(after_hct, "too early after HCT, immunosuppression too recent, or GVHD"),
)

harvest = Guideline(
    "Cells collected",
    source="myers-2023",
    written_for=all_of(b_all, before_infusion, collected, words="B-ALL, T cells collected, not yet infused"),
)
harvest.recommend(
    "myers-2023/collection-cd3",
    decision="apheresis",
    action="The collection holds what the making of tisagenlecleucel needs, infants and very small children aside",
    direction="open",
    when=criterion(
        meets(cd3_collected, threshold("myers-2023/collection-cd3"), words="CD3-positive cells collected")
    ),
)
