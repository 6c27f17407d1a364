"""Treatment against CD22 before CD19 CAR T cells, as the Westhafen group words it (002:285)."""

from __future__ import annotations

from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, criterion
from cartwise.measures.bridging import cd22_directed_before
from cartwise.measures.eligibility import before_infusion
from cartwise.measures.history import b_all

guideline = Guideline(
    "Bridging to CAR T cells",
    source="westhafen-2025",
    written_for=all_of(b_all, before_infusion, words="B-ALL before CAR T cells"),
)
guideline.recommend(
    "westhafen-2025/cd22-before-cd19", direction="caution", when=criterion(cd22_directed_before)
)
