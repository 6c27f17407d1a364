"""Lesions to bear in mind when a relapse is feared, as the Westhafen group words it (002:219)."""

from __future__ import annotations

from cartwise.guidelines.guideline import Guideline
from cartwise.measures import criterion
from cartwise.measures.history import b_all
from cartwise.measures.lesions import kmt2a_rearranged, tp53_altered

guideline = Guideline("Lesions and relapse risk", source="westhafen-2025", written_for=criterion(b_all))
guideline.recommend("westhafen-2025/kmt2a", direction="caution", when=criterion(kmt2a_rearranged))
guideline.recommend("westhafen-2025/tp53", direction="open", when=criterion(tp53_altered))
