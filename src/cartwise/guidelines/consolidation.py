"""Criteria that several sources share when they speak of HCT after CD19 CAR T cells.

Only what the sources mean alike stands here. Their cut-offs and their definitions of aplasia differ, so each
guideline names its own.
"""

from __future__ import annotations

from cartwise.evidence import Threshold
from cartwise.measures import Criterion, all_of, any_of, equals, meets, not_, open_by_source, under_each
from cartwise.measures.aplasia import bca_loss
from cartwise.measures.detection import mrd_low_level_only_after_infusion, mrd_positive_after_infusion
from cartwise.measures.history import b_all, cd19_product, costimulation
from cartwise.measures.response import in_remission, relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion, later_course

BCA_DEFINITIONS = (
    "wang-2025",
    "lymphocytes-below-1",
    "lymphocytes-below-3",
    "count-below-10",
    "count-below-50",
)
"""Every definition of aplasia that a source read here names (contradictions, section B: the documents disagree)."""

WESTHAFEN_BCA = BCA_DEFINITIONS[1:]
"""The ends of the two ranges that 002:112 prints."""

first_remission_after_cd19_car = all_of(
    b_all,
    cd19_product,
    in_remission,
    not_(relapsed_after_infusion, "no relapse since the infusion"),
    not_(later_course, "no further course of CAR T cells"),
    not_(hct_after_infusion, "no HCT since the infusion"),
    words="B-ALL in remission after CD19 CAR T cells, without relapse, further course or HCT since",
)
"""Consolidation is of the remission that these cells brought; a later remission is another decision (004:195)."""

cd28_product = equals(costimulation, "CD28", words="CD28 costimulatory domain")
four_1bb_product = equals(costimulation, "4-1BB", words="4-1BB costimulatory domain")


def early_bca_loss(cutoff: Threshold, definitions: tuple[str, ...]) -> Criterion:
    """Loss of B-cell aplasia by a source's cut-off, under each definition of aplasia that it leaves open."""
    return under_each("bca", definitions, meets(bca_loss, cutoff, words="B-cell aplasia lost"))


def mrd_at_any_level(why: str) -> Criterion:
    """Flow or qPCR positive; a finding by NGS alone, or below quantification, is left to the source's words."""
    return any_of(
        mrd_positive_after_infusion,
        open_by_source(mrd_low_level_only_after_infusion, why),
        words="MRD positive at any level after infusion",
    )
