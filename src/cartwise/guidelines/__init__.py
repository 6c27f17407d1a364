"""What each published source advises for one patient on one day, and why; one file a source or topic."""

from cartwise.guidelines.advising import CAVEAT, NOTHING_APPLIES, advise, by_decision, summary
from cartwise.guidelines.catalogue import catalogue
from cartwise.guidelines.guideline import DIRECTIONS, STANDINGS, Advice, Guideline, Recommendation
from cartwise.guidelines.replay import Change, Turn, replay, turns

__all__ = [
    "CAVEAT",
    "DIRECTIONS",
    "NOTHING_APPLIES",
    "STANDINGS",
    "Advice",
    "Change",
    "Guideline",
    "Recommendation",
    "Turn",
    "advise",
    "by_decision",
    "catalogue",
    "replay",
    "summary",
    "turns",
]
