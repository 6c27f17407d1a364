"""Ask every guideline about one patient on one day, and lay the answers side by side by decision."""

from __future__ import annotations

from collections.abc import Iterable

from cartwise.guidelines.catalogue import catalogue
from cartwise.guidelines.guideline import Advice, Guideline
from cartwise.measures import Sheet
from cartwise.study import Patient

CAVEAT = "Encoded from the printed text; not reviewed by a clinician; research use."
"""Stands on every page of advice."""

NOTHING_APPLIES = "No source read here makes a statement that applies; this is not advice against."

_ORDER = {
    "met": 0,
    "conflicting-records": 1,
    "undetermined-by-source": 2,
    "unknown": 3,
    "not-met": 4,
    "out-of-scope": 5,
}


def advise(patient: Patient, guidelines: Iterable[Guideline] | None = None) -> list[Advice]:
    """What every source says for a patient as the record stood on the view's day.

    Args:
        patient: the view; `patient.as_of(day)` keeps the future out.
        guidelines: the guidelines asked; None for all.

    Returns:
        One Advice a sentence, by decision and then by source, never merged.
    """
    sheet = Sheet(patient)
    asked = catalogue() if guidelines is None else guidelines
    found = [item for guideline in asked for item in guideline.advise(sheet)]
    return sorted(found, key=lambda item: (item.decision, _ORDER[item.standing]))


def by_decision(advice: Iterable[Advice]) -> dict[str, list[Advice]]:
    """Advice grouped by decision, in order; sources stay side by side."""
    grouped: dict[str, list[Advice]] = {}
    for item in advice:
        grouped.setdefault(item.decision, []).append(item)
    return grouped


def summary(advice: Iterable[Advice]) -> str:
    """One sentence on one decision: which sources make statements that apply, and how many cannot be told.

    What a source says of everybody in scope is shown, but does not count as said of this patient.
    """
    items = [item for item in advice if not item.general]
    met = [item for item in items if item.standing == "met"]
    untold = [
        (_count(items, "unknown"), "cannot be told from the record"),
        (_count(items, "conflicting-records"), "rest on records that contradict each other"),
        (_count(items, "undetermined-by-source"), "are left open by their source"),
    ]
    rest = "; ".join(f"{count} {words}" for count, words in untold if count)
    if not met:
        return f"No statement is settled as applying; {rest}." if rest else NOTHING_APPLIES
    said: dict[str, list[str]] = {}
    for item in met:
        said.setdefault(item.source, []).append(item.direction)
    told = "; ".join(
        f"{source}: {', '.join(dict.fromkeys(directions))}" for source, directions in said.items()
    )
    return f"Statements that apply: {told}." + (f" Of the others, {rest}." if rest else "")


def _count(items: list[Advice], standing: str) -> int:
    return sum(item.standing == standing for item in items)
