"""Maintenance after CAR T cells instead of a transplant, as the Westhafen group words it (002:438-442)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import WESTHAFEN_BCA, early_bca_loss, first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import criterion
from cartwise.measures.lesions import philadelphia_positive

guideline = Guideline("Maintenance", source="westhafen-2025", written_for=first_remission_after_cd19_car)
guideline.recommend(
    "westhafen-2025/maintenance",
    direction="open",
    when=early_bca_loss(threshold("westhafen-2025/early-bca-loss"), WESTHAFEN_BCA),
    grounds=("westhafen-2025/maintenance-remission", "uk-maintenance/relapse", "uk-maintenance/follow-up"),
)
guideline.recommend("westhafen-2025/tki-maintenance", direction="open", when=criterion(philadelphia_positive))
