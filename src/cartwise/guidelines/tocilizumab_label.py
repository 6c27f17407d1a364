"""The dose text of the tocilizumab label by its bands of weight: shown as text, and no dose is worked out."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, meets, not_
from cartwise.measures.grading_agreement import crs_now
from cartwise.measures.supportive_care import weight

light = meets(weight, threshold("tocilizumab-label/weight-band"), words="body weight")

guideline = Guideline(
    "Label text on tocilizumab in cytokine release syndrome",
    source="tocilizumab-label",
    written_for=all_of(after_cd19_car, crs_now, words="CRS after CAR T cells against CD19"),
)
guideline.recommend("tocilizumab-label/below-30-kg", direction="open", when=light)
guideline.recommend("tocilizumab-label/from-30-kg", direction="open", when=not_(light, "in the upper band"))
