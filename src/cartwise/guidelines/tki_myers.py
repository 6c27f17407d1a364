"""Targeted drugs after CAR T cells, as Myers, Shah and Pulsipher word it (004:280), who ask for no remission."""

from __future__ import annotations

from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.consolidation import BCA_DEFINITIONS
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, not_, under_each
from cartwise.measures.aplasia import bca_lost_to_date, relapse_or_hct_recorded
from cartwise.measures.lesions import targetable_lesion

guideline = Guideline(
    "Targeted drugs after CAR T cells",
    source="myers-2023",
    written_for=all_of(
        after_cd19_car, not_(relapse_or_hct_recorded, "neither relapse nor HCT since the infusion")
    ),
)
guideline.recommend(
    "myers-2023/targeted-agents-after",
    direction="against",
    when=all_of(
        targetable_lesion,
        not_(under_each("bca", BCA_DEFINITIONS, bca_lost_to_date), "B-cell aplasia not lost"),
    ),
)
