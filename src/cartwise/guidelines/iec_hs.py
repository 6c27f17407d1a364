"""IEC-HS as the words of 002:260 allow: a prompt while CRS wanes, and what is reported where it was found.

The consensus criteria and grades could not be read, so none is computed.
"""

from __future__ import annotations

from cartwise.guidelines.care_after_infusion import after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures.crs_course import crs_resolving, iec_hs_recorded

guideline = Guideline(
    "HLH-like syndrome after CAR T cells",
    source="westhafen-2025",
    written_for=after_cd19_car,
    figures=("iec-hs-2023/not-computed",),
)
guideline.recommend(
    "westhafen-2025/iec-hs",
    decision="iec-hs",
    action="Think of IEC-HS: high fever, high ferritin and long cytopenia as CRS wanes; its published criteria and grade exist and are not computed here",
    direction="open",
    when=crs_resolving,
    grounds=("westhafen-2025/iec-hs-cd22",),
)
guideline.recommend("westhafen-2025/iec-hs-treatment", when=iec_hs_recorded)
