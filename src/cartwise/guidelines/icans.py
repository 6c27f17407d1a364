"""Neurotoxicity and its prophylaxis as the Westhafen group (002:251-256) and Myers et al. (004:183) word them."""

from __future__ import annotations

from cartwise.guidelines.care_after_infusion import after_cd19_car, neurological_risk
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import always, any_of, criterion, not_
from cartwise.measures.grading_agreement import icans_grade_3_or_more_now, icans_now
from cartwise.measures.history import b_all
from cartwise.measures.neurology import cns_disease_recorded, neurological_history

westhafen = Guideline(
    "Neurotoxicity",
    source="westhafen-2025",
    written_for=after_cd19_car,
    figures=("astct-2019/icans",),
)
westhafen.recommend(
    "westhafen-2025/icans-treatment", when=icans_grade_3_or_more_now, grounds=("astct-2019/ice-age",)
)
westhafen.recommend("westhafen-2025/icans-tocilizumab", decision="icans", direction="caution", when=icans_now)
westhafen.recommend("westhafen-2025/icans-risk", decision="icans", direction="caution", when=always())

# Prophylaxis is decided before infusion, so that only the disease sets its scope.
westhafen_prophylaxis = Guideline(
    "Seizure prophylaxis", source="westhafen-2025", written_for=criterion(b_all)
)
westhafen_prophylaxis.recommend(
    "westhafen-2025/seizure-prophylaxis",
    direction="against",
    when=not_(neurological_risk, "neither neurological history nor abnormal imaging"),
)
westhafen_prophylaxis.recommend("westhafen-2025/levetiracetam", when=neurological_risk)

myers_prophylaxis = Guideline("Seizure prophylaxis", source="myers-2023", written_for=criterion(b_all))
myers_prophylaxis.recommend(
    "myers-2023/antiepileptics",
    when=any_of(cns_disease_recorded, neurological_history, words="CNS disease or earlier neurotoxicity"),
)
