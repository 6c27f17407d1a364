"""Whom the sources speak of when they speak of toxicity: anybody with B-ALL given CAR T cells against CD19."""

from __future__ import annotations

from cartwise.measures import Criterion, all_of, any_of, open_by_source
from cartwise.measures.after_remission import in_first_year
from cartwise.measures.history import b_all, cd19_product
from cartwise.measures.neurology import neuroimaging_abnormal, neurological_history

after_cd19_car = all_of(b_all, cd19_product, words="B-ALL, CAR T cells against CD19 given")

neurological_risk = any_of(
    neurological_history,
    neuroimaging_abnormal,
    words="history of neurological disorder, or abnormal imaging of the brain",
)


def lately(early_loss: Criterion) -> Criterion:
    """Early loss of aplasia while it is not long past: in the first year, in which most relapses come (003:91).

    Of those who lost it early and stay in remission for longer the sources do not speak.
    """
    return any_of(
        all_of(early_loss, in_first_year),
        open_by_source(
            early_loss, "the first year is over, and the source speaks of nobody so long after early loss"
        ),
        words="early loss of B-cell aplasia, in the first year",
    )
