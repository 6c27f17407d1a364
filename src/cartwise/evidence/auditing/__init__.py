"""The audit: printed numbers that can be recomputed are recomputed, and what does not agree is reported."""

from cartwise.evidence.auditing.row import AGREES, DIFFERS, WEAK, AuditRow
from cartwise.evidence.auditing.run import audit, audit_file

__all__ = ["AGREES", "DIFFERS", "WEAK", "AuditRow", "audit", "audit_file"]
