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
    """One sentence on one decision: how many statements apply, and what is said where none does."""
    items = list(advice)
    met = [item for item in items if item.standing == "met" and item.direction != "open"]
    if not met:
        return NOTHING_APPLIES
    counts = [
        (direction, sum(item.direction == direction for item in met))
        for direction in ("for", "against", "caution")
    ]
    said = ", ".join(f"{count} {direction}" for direction, count in counts if count)
    return f"{len(met)} statement{'s' if len(met) > 1 else ''} of {len({item.source for item in met})} source(s) apply: {said}."
