"""Reinfusion of CAR T cells against relapse, as Westhafen (002:436) and Myers et al. (004:237) word it."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import lately
from cartwise.guidelines.consolidation import (
    BCA_DEFINITIONS,
    WESTHAFEN_BCA,
    early_bca_loss,
    first_remission_after_cd19_car,
    four_1bb_product,
)
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, criterion, under_each
from cartwise.measures.after_remission import hematogones_seen, reinfused
from cartwise.measures.aplasia import bca_lost_to_date
from cartwise.measures.history import b_all, cd19_product

westhafen = Guideline("Reinfusion", source="westhafen-2025", written_for=first_remission_after_cd19_car)
westhafen.recommend(
    "westhafen-2025/reinfusion",
    decision="reinfusion",
    action="Reinfusion of a 4-1BB product: what one centre saw, no advice is attached",
    direction="open",
    when=all_of(
        four_1bb_product,
        any_of(
            under_each("bca", WESTHAFEN_BCA, bca_lost_to_date),
            hematogones_seen,
            words="B cells back in blood, or their precursors in marrow",
        ),
    ),
    grounds=("chop/reinfusion-hematogones",),
)

myers = Guideline("Reinfusion", source="myers-2023", written_for=first_remission_after_cd19_car)
myers.recommend(
    "myers-2023/reinfusion",
    direction="open",
    when=lately(early_bca_loss(threshold("myers-2023/early-bca-loss-six-months"), BCA_DEFINITIONS)),
    grounds=(
        "myers-2023/early-loss-rarely-lasting",
        "myers-2023/reinfusion-bca",
        "chop/reinfusion-remission",
    ),
)

after_reinfusion = Guideline(
    "After reinfusion",
    source="myers-2023",
    written_for=all_of(b_all, cd19_product, words="B-ALL, CAR T cells against CD19 given"),
)
after_reinfusion.recommend(
    "myers-2023/checkpoint-after-reinfusion", direction="open", when=criterion(reinfused)
)
