"""Monitoring after CD19 CAR T cells: the Peking study's schedule, read as its procedure (001:86, 001:94, 001:191)."""

from __future__ import annotations

from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of
from cartwise.measures.history import b_all, cd19_product
from cartwise.measures.monitoring import mrd_overdue, transgene_overdue
from cartwise.measures.transplant import infused

guideline = Guideline(
    "Monitoring after CD19 CAR T cells",
    source="wang-2025",
    written_for=all_of(b_all, infused, cd19_product, words="B-ALL after CD19 CAR T cells"),
)

guideline.recommend(
    "wang-2025/schedule-mrd",
    decision="monitoring-after-infusion",
    action="MRD test overdue by the study's schedule",
    direction="open",
    when=mrd_overdue,
)
guideline.recommend(
    "wang-2025/schedule-qpcr",
    decision="monitoring-after-infusion",
    action="Transgene test overdue by the study's schedule",
    direction="open",
    when=transgene_overdue,
    grounds=("wang-2025/lloq-stop-rule",),
)
