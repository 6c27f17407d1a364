"""Monitoring after CD19 CAR T cells, as Talleur, Naik and Gottschalk word it (003:21, 91)."""

from __future__ import annotations

from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, always, criterion, not_
from cartwise.measures.after_remission import in_first_year
from cartwise.measures.response import relapsed_after_infusion
from cartwise.measures.transplant import hct_after_infusion

guideline = Guideline(
    "Monitoring after CD19 CAR T cells",
    source="talleur-2023",
    written_for=all_of(
        after_cd19_car,
        not_(relapsed_after_infusion, "no relapse since the infusion"),
        not_(hct_after_infusion, "no HCT since the infusion"),
    ),
)
guideline.recommend(
    "talleur-2023/monitor-first-year",
    when=criterion(in_first_year),
    grounds=("talleur-2023/no-universal-algorithm",),
)
guideline.recommend("talleur-2023/monitor-bca-and-mrd", when=always())
