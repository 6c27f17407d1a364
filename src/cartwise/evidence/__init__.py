"""Sources of evidence: typed facts read from the printed text, each with its line, its words and its disputes."""

from cartwise.evidence.fact import Dispute, DisputedValueError, Fact, cited_lines
from cartwise.evidence.kinds import Definition, Finding, Proportion, Recommendation, Statement
from cartwise.evidence.library import (
    digest,
    fact,
    finding,
    proportion,
    recommendation,
    source,
    sources,
    threshold,
)
from cartwise.evidence.source import Source
from cartwise.evidence.threshold import Comparison, Threshold

__all__ = [
    "Comparison",
    "Definition",
    "Dispute",
    "DisputedValueError",
    "Fact",
    "Finding",
    "Proportion",
    "Recommendation",
    "Source",
    "Statement",
    "Threshold",
    "cited_lines",
    "digest",
    "fact",
    "finding",
    "proportion",
    "recommendation",
    "source",
    "sources",
    "threshold",
]
