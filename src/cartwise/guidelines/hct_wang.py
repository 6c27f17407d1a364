"""HCT after CD19 CAR T cells by burden before infusion, as the Peking cohort words it (001:191)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import DECISION, in_remission_without_hct
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import meets
from cartwise.measures.burden import mrd_before_ld, mrd_before_ld_at_most

guideline = Guideline(
    "HCT after CD19 CAR T cells by burden before infusion",
    source="wang-2025",
    written_for=in_remission_without_hct,
)

guideline.recommend(
    "wang-2025/defer-hct-low-burden",
    decision=DECISION,
    direction="against",
    when=meets(
        mrd_before_ld_at_most, threshold("wang-2025/low-burden-mrd"), words="MRD before lymphodepletion"
    ),
    grounds=("wang-2025/os-low-burden-hct", "wang-2025/nrm-low-burden-hct"),
)
guideline.recommend(
    "wang-2025/hct-high-burden",
    decision=DECISION,
    when=meets(mrd_before_ld, threshold("wang-2025/high-burden-mrd"), words="MRD before lymphodepletion"),
    grounds=("wang-2025/hct-no-benefit",),
)
