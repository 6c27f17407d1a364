"""HCT after CAR T cells against CD22, as the Westhafen group words it (002:283)."""

from __future__ import annotations

from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, not_
from cartwise.measures.cd22 import cd22_product
from cartwise.measures.history import b_all
from cartwise.measures.response import in_remission, relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion, later_course

guideline = Guideline(
    "HCT after CAR T cells against CD22",
    source="westhafen-2025",
    written_for=all_of(
        b_all,
        cd22_product,
        in_remission,
        not_(relapsed_after_infusion, "no relapse since the infusion"),
        not_(later_course, "no further course of CAR T cells"),
        not_(hct_after_infusion, "no HCT since the infusion"),
        words="B-ALL in remission after CAR T cells against CD22, without relapse, further course or HCT since",
    ),
)
guideline.recommend(
    "westhafen-2025/cd22-hct",
    decision="consolidative-hct",
    action="HCT after a product against CD22: practice as the source describes it, not advice",
    direction="open",
    when=always(),
)
