"""Preventing relapse in those transplanted before, as Myers, Shah and Pulsipher word it (004:225)."""

from __future__ import annotations

from cartwise.guidelines.consolidation import first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import criterion
from cartwise.measures.history import prior_hct

guideline = Guideline(
    "Relapse prevention after an earlier HCT", source="myers-2023", written_for=first_remission_after_cd19_car
)
guideline.recommend("myers-2023/relapse-prevention-after-hct", when=criterion(prior_hct))
