"""Sources of evidence: typed facts read from the printed text, each with its line, its words and its disputes."""

from cartwise.evidence.auditing import AuditRow, audit, audit_file
from cartwise.evidence.contested import CONTESTED, Contested
from cartwise.evidence.fact import Dispute, DisputedValueError, Fact, cited_lines
from cartwise.evidence.kinds import Definition, Finding, Group, Proportion, Recommendation, Statement
from cartwise.evidence.library import (
    about,
    digest,
    fact,
    finding,
    independent_reports,
    proportion,
    recommendation,
    source,
    sources,
    streams,
    threshold,
)
from cartwise.evidence.source import Source
from cartwise.evidence.subjects import EFFECTS, FACTORS, THEMES
from cartwise.evidence.threshold import Comparison, Threshold

__all__ = [
    "CONTESTED",
    "EFFECTS",
    "FACTORS",
    "THEMES",
    "AuditRow",
    "Comparison",
    "Contested",
    "Definition",
    "Dispute",
    "DisputedValueError",
    "Fact",
    "Finding",
    "Group",
    "Proportion",
    "Recommendation",
    "Source",
    "Statement",
    "Threshold",
    "about",
    "audit",
    "audit_file",
    "cited_lines",
    "digest",
    "fact",
    "finding",
    "independent_reports",
    "proportion",
    "recommendation",
    "source",
    "sources",
    "streams",
    "threshold",
]
