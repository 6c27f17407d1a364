"""What one check of the audit found, and how printed numbers are read for it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from cartwise.evidence.fact import Fact

AGREES = "agrees"
DIFFERS = "does not agree"
WEAK = "too little to carry it"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One printed number of one fact, recomputed.

    Attributes:
        fact: key of the fact.
        locator: where it is printed.
        check: name of the check.
        verdict: "agrees", "does not agree", or "too little to carry it" for a design that cannot bear the number.
        printed: what is printed.
        recomputed: what comes out instead, or what was held against it.
        note: what the printed number may be, where that can be told.
    """

    fact: str
    locator: str
    check: str
    verdict: str
    printed: str
    recomputed: str
    note: str = ""


def row(fact: Fact, check: str, agrees: bool, printed: str, recomputed: str, *, note: str = "") -> AuditRow:
    """A row about a fact that agrees or does not; the note is kept for one that does not."""
    return AuditRow(
        fact=fact.key,
        locator=fact.locator,
        check=check,
        verdict=AGREES if agrees else DIFFERS,
        printed=printed,
        recomputed=recomputed,
        note="" if agrees else note,
    )


def printed(fact: Fact, field: str) -> float | None:
    """The number as it is printed, a disputed one too: the audit is the one reader that may see it."""
    for dispute in fact.disputes:
        if field in dispute.numbers:
            return dispute.numbers[field]
    value = getattr(fact, field, None)
    return value if isinstance(value, int | float) else None


def half_unit(number: float) -> float:
    """Half a unit of the last printed decimal. Zeros at the end are lost in reading, so this errs on the wide side."""
    exponent = Decimal(str(number)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(int(exponent), 0)


def rounding(number: float) -> tuple[float, float]:
    """The lowest and the highest number that rounds to the printed one."""
    return number - half_unit(number), number + half_unit(number)


def printed_p(text: str) -> tuple[float, float] | None:
    """The lowest and highest P value that a printed one ("= 0.017", "< .001") allows."""
    found = re.fullmatch(r"([<>=]) ?(0?\.\d+|1(?:\.0+)?)", text)
    if found is None:
        return None
    sign, digits = found.groups()
    value, half = float(digits), 0.5 * 10.0 ** -len(digits.partition(".")[2])
    return {"<": (0.0, value), ">": (value, 1.0), "=": (value - half, value + half)}[sign]


def overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two closed ranges share a number."""
    return max(one[0], other[0]) <= min(one[1], other[1])


def spread(values: list[float]) -> tuple[float, float]:
    """Lowest and highest of some numbers."""
    return min(values), max(values)


def shown(number: float) -> str:
    """Three significant figures, as an audit prints them; whole numbers in full."""
    return f"{number:.0f}" if abs(number) >= 1000 or math.isclose(number, round(number)) else f"{number:.3g}"
