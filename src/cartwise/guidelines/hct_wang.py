"""HCT after CD19 CAR T cells by burden before infusion, as the Peking cohort words it (001:191)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import first_remission_after_cd19_car
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, equals, meets
from cartwise.measures.burden import mrd_before_ld_range
from cartwise.measures.history import indication

# The cohort held MRD re-emergence, MRD persistence and chemotherapy intolerance (001:72, 114), without active relapse.
in_early_phase = equals(
    indication,
    "MRD re-emergence",
    "MRD persistence",
    "chemotherapy intolerance",
    words="given for MRD or intolerance of chemotherapy",
)
LEVEL = "MRD before lymphodepletion"
low_burden = meets(mrd_before_ld_range, threshold("wang-2025/low-burden-mrd"), words=LEVEL)

guideline = Guideline(
    "HCT after CD19 CAR T cells by burden before infusion",
    source="wang-2025",
    written_for=all_of(first_remission_after_cd19_car, in_early_phase, words="in scope of the Peking cohort"),
)

guideline.recommend(
    "wang-2025/defer-hct-low-burden",
    direction="against",
    when=low_burden,
    grounds=("wang-2025/os-low-burden-hct", "wang-2025/nrm-low-burden-hct"),
)
guideline.recommend(
    "wang-2025/hct-high-burden",
    when=meets(mrd_before_ld_range, threshold("wang-2025/high-burden-mrd"), words=LEVEL),
    grounds=("wang-2025/hct-no-benefit",),
)
# 001:191 says it of what comes after HCT is deferred, so of the same patients.
guideline.recommend("wang-2025/management-guided", when=low_burden)
