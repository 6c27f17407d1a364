"""Problems of data: collected as data, so that one bad row never hides the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum


class Severity(Enum):
    """What follows from an issue."""

    NOTE = "note"  # worth knowing; nothing is set aside
    WARNING = "warning"  # the row is used; somebody should look
    QUARANTINED = "quarantined"  # the row is set aside and counted
    FATAL = "fatal"  # the table or the study cannot be read

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem in the records: what, where, why, and what to do.

    Attributes:
        rule: short name of the rule that was broken ("record-after-death").
        message: what is wrong and why it matters. Never holds a patient's value or identifier.
        mend: what to do about it.
        file: the file it stands in; "" for the study as a whole.
        row: line number in that file as an editor shows it (the header is line 1); None for a whole file.
        column: the column; "" for a whole row.
        value_class: what kind of value was met ("text", "blank", "number out of range"), never the value.
        severity: what follows from it.
    """

    rule: str
    message: str
    mend: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value_class: str = ""
    severity: Severity = Severity.WARNING

    def as_dict(self) -> dict[str, str | int | None]:
        """The issue as plain values, for JSON."""
        return asdict(self) | {"severity": str(self.severity)}
