"""Immunoglobulin while B cells are absent, as the Westhafen group (002:235) and Wang et al. (001:269) word it."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import meets
from cartwise.measures.aplasia import bca_now
from cartwise.measures.supportive_care import igg, infections_despite_immunoglobulin

westhafen = Guideline("Immunoglobulin", source="westhafen-2025", written_for=after_cd19_car)
westhafen.recommend("westhafen-2025/immunoglobulin-routine", when=bca_now)
westhafen.recommend(
    "westhafen-2025/igg",
    decision="immunoglobulin",
    action="Immunoglobulin replacement, at the level below which most institutions begin",
    when=meets(igg, threshold("westhafen-2025/igg"), words="IgG in blood"),
)
westhafen.recommend("westhafen-2025/igg-higher", when=infections_despite_immunoglobulin)

wang = Guideline("Immunoglobulin", source="wang-2025", written_for=after_cd19_car)
wang.recommend("wang-2025/immunoglobulin-levels", when=bca_now)
