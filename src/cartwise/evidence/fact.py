"""What a source says, one fact at a time: where it says so, in which words, and what is disputed about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from cartwise.basis import UserError, ucum
from cartwise.evidence.subjects import EFFECTS, FACTORS, THEMES

PUBLIC = "public text read, no line"
CHECKED = ("text read at line", "second independent reading", PUBLIC)
"""How a fact may have been checked; a person is never named."""

DISPUTE_STATES = ("open", "settled")

_LOCATOR = re.compile(r"(?P<file>\d{3}):(?P<lines>\d+(-\d+)?(,\d+(-\d+)?)*)")


class DisputedValueError(UserError):
    """A printed number was asked for that must not be computed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A printed statement that cannot stand as it is printed, or that another source contradicts.

    Attributes:
        fields: the fields of the fact that it touches.
        printed: what is printed.
        state: "settled" (the fact holds the reading) or "open" (a touched number is held by no field).
        reading: how it is read; for an open dispute, the readings there are.
        why: the grounds.
        see: locators or facts that bear on it.
        numbers: the printed numbers by field, which no fact computes with and the audit recomputes.
    """

    fields: tuple[str, ...]
    printed: str
    state: str
    why: str
    reading: str = ""
    see: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.numbers.keys() <= set(self.fields):
            raise ValueError("the `numbers` of a dispute are of the fields that it names")
        if self.state not in DISPUTE_STATES:
            raise ValueError(f"a dispute is {' or '.join(DISPUTE_STATES)}, not {self.state!r}")
        if self.state == "settled" and not self.reading:
            raise ValueError("a settled dispute names its reading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of a source, in our own words.

    Attributes:
        source: key of the source.
        id: name of the fact within the source.
        statement: what the source says, in our own words.
        locator: file and lines of the paper's text ("002:419-423"), or the public text that was read elsewhere.
        checked: how the fact was checked (`CHECKED`).
        status: how far the reading went back ("primary text read", "secondary source", "not verified").
        quote: the few words of the source that the fact rests on, as printed on those lines.
        disputes: what is wrong or contradicted about it as printed.
        use: "evidence only" for a fact that no guideline, measure or analysis uses; otherwise empty.
        theme: what it is about (`THEMES`).
        factor: the factor whose effect it reports (`FACTORS`).
        effect: which way that goes (`EFFECTS`); empty where the fact draws no comparison or leaves it open.
        trial: registry number of the trial that addresses an open question, where the source names one.
        reported_by: the lines of every paper that reports it, the first of them being `locator`.
        covers: ids of the extraction that it settles, for the reconciliation of the house tests.
    """

    source: str
    id: str
    statement: str
    locator: str
    checked: str
    status: str
    quote: str = ""
    disputes: tuple[Dispute, ...] = ()
    use: str = ""
    theme: str = ""
    factor: str = ""
    effect: str = ""
    trial: str = ""
    reported_by: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.checked not in CHECKED:
            raise ValueError(f"`checked` is one of {CHECKED}, not {self.checked!r}")
        if self.use not in ("", "evidence only"):
            raise ValueError(f'`use` is "evidence only" or left out, not {self.use!r}')
        for name, allowed in (("theme", THEMES), ("factor", FACTORS), ("effect", EFFECTS)):
            if getattr(self, name) not in ("", *allowed):
                raise ValueError(f"`{name}` is one of {', '.join(allowed)}; not {getattr(self, name)!r}")
        self._check_place()
        for dispute in self.disputes:
            self._check_dispute(dispute)

    @property
    def key(self) -> str:
        """The name it is cited by, "source/id"."""
        return f"{self.source}/{self.id}"

    @property
    def reports(self) -> tuple[str, ...]:
        """The lines of every paper that reports it; empty for a fact read in some other public text."""
        return self.reported_by or ((self.locator,) if _LOCATOR.fullmatch(self.locator) else ())

    @property
    def open_fields(self) -> frozenset[str]:
        """The fields that an open dispute touches."""
        return frozenset(name for d in self.disputes if d.state == "open" for name in d.fields)

    def number(self, field: str) -> float:
        """A printed number of this fact, in its own unit.

        Raises:
            DisputedValueError: where the dispute about it is open.
            UserError: where the source prints no such number.
        """
        self.require_undisputed(field)
        value = getattr(self, field, None)
        if not isinstance(value, int | float):
            raise UserError(f"{self.key} ({self.locator}) prints no number for `{field}`.")
        return float(value)

    def require_undisputed(self, *fields: str) -> None:
        """Refuse to go on where one of the fields is under an open dispute.

        Raises:
            DisputedValueError: naming what is printed and why it is not used.
        """
        for dispute in self.disputes:
            touched = [name for name in fields if name in dispute.fields]
            if dispute.state == "open" and touched:
                raise DisputedValueError(
                    f"{self.key} ({self.locator}): `{touched[0]}` is printed as {dispute.printed!r} and disputed: "
                    f"{dispute.why} It may be cited, not computed with."
                )

    def _check_place(self) -> None:
        if self.checked == PUBLIC and not self.reported_by:
            return
        for locator in self.reported_by or (self.locator,):
            cited_lines(locator)
        if not self.quote:
            raise ValueError("quote is missing or empty")

    def _check_dispute(self, dispute: Dispute) -> None:
        for name in dispute.fields:
            if not hasattr(self, name):
                raise ValueError(f"the dispute names a field that the fact does not have: {name!r}")
            # A disputed number is kept as printed text only, so that nothing can compute with it by oversight.
            if dispute.state == "open" and isinstance(getattr(self, name), int | float):
                raise ValueError(f"`{name}` is under an open dispute: leave the number to `printed`")


def require_unit(unit: str) -> None:
    """Refuse a unit that the registry of `cartwise.basis` does not hold by its own code."""
    if ucum(unit) != unit:
        raise ValueError(f"the unit {unit!r} is no code of the unit registry")


@cache
def cited_lines(locator: str) -> tuple[str, tuple[int, ...]]:
    """The file code and the line numbers that a locator such as "002:419-423,432" names.

    Raises:
        ValueError: where it is no locator.
    """
    found = _LOCATOR.fullmatch(locator)
    if found is None:
        raise ValueError(f'a locator reads "002:419-423" or "002:419,422", not {locator!r}')
    lines: list[int] = []
    for part in found["lines"].split(","):
        first, _, last = part.partition("-")
        lines += range(int(first), int(last or first) + 1)
    if not lines or 0 in lines:
        raise ValueError(f"the lines of {locator!r} do not run forward from line 1")
    return found["file"], tuple(lines)
