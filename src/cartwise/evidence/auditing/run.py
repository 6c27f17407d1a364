"""The audit of a source: every check over every fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from cartwise.basis import UserError
from cartwise.evidence.auditing import counts, designs, intervals, spreads
from cartwise.evidence.auditing.row import AuditRow
from cartwise.evidence.kinds import Finding, Proportion
from cartwise.evidence.source import Source, read_source

OF_FINDINGS: tuple[Callable[[Finding], AuditRow | None], ...] = (
    intervals.estimate_in_the_middle,
    intervals.p_from_interval,
    intervals.width_from_n,
    intervals.standard_error_from_n,
    counts.percent_of_n,
    counts.groups_add_up,
    counts.odds_ratio_of_counts,
    spreads.median_in_range,
    spreads.correlation_p,
    designs.events_per_term,
    designs.known_afterwards,
)


def audit(source: Source) -> tuple[AuditRow, ...]:
    """Every printed number of a source that can be recomputed, with what comes out; those that agree are told too."""
    return tuple(_rows(source))


def audit_file(path: str | Path) -> tuple[AuditRow, ...]:
    """The audit of an evidence file that a user has written, in the form of this library's own.

    Raises:
        UserError: where the file cannot be read, or is not such a file.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The evidence file {path} cannot be read: {error}. Name a TOML file.") from None
    return audit(read_source(Path(path).name, text))


def _rows(source: Source) -> Iterator[AuditRow]:
    for fact in source.facts.values():
        found: list[AuditRow | None] = []
        if isinstance(fact, Finding):
            found = [check(fact) for check in OF_FINDINGS]
            found.append(spreads.follow_up_in_calendar(fact, source))
        elif isinstance(fact, Proportion):
            found = [counts.percent_of_counts(fact)]
        yield from (row for row in found if row)
    yield from spreads.groups_in_range(source)
