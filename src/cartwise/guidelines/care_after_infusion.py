"""Whom the sources speak of when they speak of toxicity: anybody with B-ALL given CAR T cells against CD19."""

from __future__ import annotations

from cartwise.measures import all_of, any_of
from cartwise.measures.history import b_all, cd19_product
from cartwise.measures.neurology import neuroimaging_abnormal, neurological_history

after_cd19_car = all_of(b_all, cd19_product, words="B-ALL, CAR T cells against CD19 given")

neurological_risk = any_of(
    neurological_history,
    neuroimaging_abnormal,
    words="history of neurological disorder, or abnormal imaging of the brain",
)
