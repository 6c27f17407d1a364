"""Targeted drugs after CAR T cells, as Myers, Shah and Pulsipher word it (004:280)."""

from __future__ import annotations

from cartwise.guidelines.consolidation import BCA_DEFINITIONS, first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, not_, under_each
from cartwise.measures.aplasia import bca_lost
from cartwise.measures.lesions import targetable_lesion

guideline = Guideline(
    "Targeted drugs after CAR T cells", source="myers-2023", written_for=first_remission_after_cd19_car
)
guideline.recommend(
    "myers-2023/targeted-agents-after",
    direction="against",
    when=all_of(
        targetable_lesion, not_(under_each("bca", BCA_DEFINITIONS, bca_lost), "B-cell aplasia not lost")
    ),
)
