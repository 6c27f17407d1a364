"""HCT after CD19 CAR T cells by burden before infusion, as the Peking cohort words it (001:191)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.consolidation import DECISION, in_remission_without_hct
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, meets
from cartwise.measures.burden import mrd_before_ld, mrd_before_ld_at_most

guideline = Guideline(
    "HCT after CD19 CAR T cells by burden before infusion",
    source="wang-2025",
    written_for=in_remission_without_hct,
)

# A negative test has no level, but it bounds it: the bound alone can settle "below", and can rule out "at or above".
low_burden = threshold("wang-2025/low-burden-mrd")
high_burden = threshold("wang-2025/high-burden-mrd")
LEVEL = "MRD before lymphodepletion"
BOUND = "the most that MRD before lymphodepletion can have been"

guideline.recommend(
    "wang-2025/defer-hct-low-burden",
    decision=DECISION,
    direction="against",
    when=any_of(
        meets(mrd_before_ld_at_most, low_burden, words=BOUND), meets(mrd_before_ld, low_burden, words=LEVEL)
    ),
    grounds=("wang-2025/os-low-burden-hct", "wang-2025/nrm-low-burden-hct"),
)
guideline.recommend(
    "wang-2025/hct-high-burden",
    decision=DECISION,
    when=all_of(
        meets(mrd_before_ld_at_most, high_burden, words=BOUND), meets(mrd_before_ld, high_burden, words=LEVEL)
    ),
    grounds=("wang-2025/hct-no-benefit",),
)
