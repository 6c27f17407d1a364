"""What the library of evidence disputes about the numbers that 001 prints, as a table beside an analysis of the same question."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cartwise.evidence import Finding, source

COLUMNS = ["fact", "locator", "printed", "state", "reading", "why"]
METHODS = (
    "Disputes about the numbers that 001 prints are those of the library of evidence (`cartwise evidence audit wang-2025` "
    "recomputes them); none of these numbers is computed with."
)


def printed_disputes(wanted: Callable[[Finding], bool]) -> pd.DataFrame:
    """One row a dispute about those findings of 001 that are wanted."""
    rows = [
        (fact.key, fact.locator, dispute.printed, dispute.state, dispute.reading, dispute.why)
        for fact in source("wang-2025").facts.values()
        if isinstance(fact, Finding) and wanted(fact)
        for dispute in fact.disputes
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="string")
