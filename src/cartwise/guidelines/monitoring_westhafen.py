"""Reading the return of B cells after CD19 CAR T cells, as the Westhafen group words it (002:295)."""

from __future__ import annotations

from cartwise.guidelines.consolidation import WESTHAFEN_BCA, first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import under_each
from cartwise.measures.aplasia import bca_lost_to_date

guideline = Guideline(
    "Monitoring after CD19 CAR T cells", source="westhafen-2025", written_for=first_remission_after_cd19_car
)
guideline.recommend(
    "westhafen-2025/b-cell-recovery-not-relapse",
    decision="monitoring-after-infusion",
    action="Do not read the return of B cells as relapse by itself",
    direction="caution",
    when=under_each("bca", WESTHAFEN_BCA, bca_lost_to_date),
)
