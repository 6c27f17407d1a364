"""Whether exposure to fludarabine was suboptimal, where the printed cut-offs agree on it."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.evidence import threshold
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import settled

CUTOFF = threshold("myers-2023/fludarabine-auc")


@measure(
    method=f"AUC {CUTOFF.printed} (004:191): one of the two was measured, the other estimated; between them neither yes nor no",
    settled_by="the exposure to fludarabine",
)
def fludarabine_suboptimal(fludarabine_auc: float) -> bool | Noted | Missing:
    """Whether cumulative exposure to fludarabine was suboptimal (004:191)."""
    truth = CUTOFF.compare(fludarabine_auc, "mg.h/L").truth
    between = f"{fludarabine_auc:g} mg.h/L lies between the printed cut-offs"
    return settled(truth, Missing(between, cause="source"))
