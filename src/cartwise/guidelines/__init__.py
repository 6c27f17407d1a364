"""What each published source advises for one patient on one day, and why; one file a source or topic."""

from cartwise.guidelines.advising import CAVEAT, NOTHING_APPLIES, advise, by_decision, summary
from cartwise.guidelines.catalogue import catalogue
from cartwise.guidelines.guideline import DIRECTIONS, STANDINGS, Advice, Guideline, Recommendation
from cartwise.guidelines.replay import Change, Turn, replay, turns
from cartwise.guidelines.risk_factors import FactorFinding, risk_factors
from cartwise.guidelines.settling import Turning, changing_sets, settling_sets, would_change, would_settle

__all__ = [
    "CAVEAT",
    "DIRECTIONS",
    "NOTHING_APPLIES",
    "STANDINGS",
    "Advice",
    "Change",
    "FactorFinding",
    "Guideline",
    "Recommendation",
    "Turn",
    "Turning",
    "advise",
    "by_decision",
    "catalogue",
    "changing_sets",
    "replay",
    "risk_factors",
    "settling_sets",
    "summary",
    "turns",
    "would_change",
    "would_settle",
]
