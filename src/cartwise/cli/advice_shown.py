"""Advice on one patient, as text by decision or as JSON."""

from __future__ import annotations

import json
import math

from cartwise.basis import UNKNOWN
from cartwise.evidence import fact, source
from cartwise.guidelines import CAVEAT, Advice, by_decision, risk_factors, summary, would_settle
from cartwise.measures import Answer
from cartwise.study import Patient, Study

SETS = 3
"""How many of the smallest settling sets are shown."""


def show(study: Study, patient: Patient, advice: list[Advice], *, as_json: bool) -> None:
    """What each source says, why, and what would settle what is open."""
    if as_json:
        told = head(study, patient) | {"advice": [item.as_dict() for item in advice]}
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    when = "the whole record" if math.isinf(patient.day) else f"as known at the end of day {patient.day:g}"
    print(
        f"{patient.id}, {when} (day 0 is the {patient.anchor} day).{' Invented data.' if study.about.invented else ''}"
    )
    print(CAVEAT)
    for decision, items in by_decision(advice).items():
        print(f"\n== {decision}: {summary(items)}")
        for item in items:
            if item.standing != "out-of-scope":
                _show(item)
        _show_out_of_scope([item for item in items if item.standing == "out-of-scope"])
        asked = dict.fromkeys(words for item in items for words in item.missing)
        if asked:
            print("\nWhat to record or measure next:")
            print("\n".join(f"  - {words}" for words in asked))
    show_factors(patient)


def head(study: Study, patient: Patient) -> dict[str, object]:
    """What a machine must know beside the answers: whose, as known when, counted from where, and what it is worth.

    The data cut is told as a day of the patient: its date beside that day would give the date of infusion away.
    """
    return {
        "study": study.about.name,
        "patient": patient.id,
        "day": _finite(patient.day),
        "anchor": patient.anchor,
        "data_cut_day": _finite(patient.cut_day),
        "invented": study.about.invented,
        "caveat": CAVEAT,
    }


def _finite(day: float) -> float | None:
    return day if math.isfinite(day) else None


def _show(item: Advice) -> None:
    said = fact(item.because)
    print(f"\n[{item.standing}] {item.action} ({item.direction})")
    print(f'  {_named(item.source)}, {said.locator}: "{item.strength}"')
    if item.scope.truth is UNKNOWN:
        _reasons(item.scope, 2)
    _reasons(item.answer, 2)
    for turning in would_settle(item)[:SETS]:
        print(f"  would be {turning.standing} with: {turning}")
    for note in item.notes:
        print(f"  note: {note}")


def show_factors(patient: Patient) -> None:
    """The register of risk factors: each stands by itself, and none is counted or weighed."""
    print("\n== Factors that studies tie to relapse or toxicity (no score is made of them)")
    for found in risk_factors(patient):
        told = f"{len(found.supporting)} facts support it, {len(found.contradicting)} contradict it"
        detail = f": {found.answer.detail}" if found.answer.detail else ""
        print(f"  {found.truth!s:<8}{found.factor.name}{detail} ({told})")


def _named(key: str) -> str:
    """A source as a sentence names it."""
    made = source(key)
    name = made.authors.split(",")[0] or made.title
    return f"{name} {made.year}" if made.year else name


def _show_out_of_scope(items: list[Advice]) -> None:
    by_scope: dict[Answer, list[Advice]] = {}
    for item in items:
        by_scope.setdefault(item.scope, []).append(item)
    for scope, outside in by_scope.items():
        print(f"\n[out-of-scope] {len(outside)} statements are written for patients unlike this one:")
        _reasons(scope, 2)
        for item in outside:
            print(f"    {item.source}, {fact(item.because).locator}: {item.action}")


def _reasons(answer: Answer, depth: int) -> None:
    detail = f": {answer.detail}" if answer.detail else ""
    print(f"{' ' * depth}{answer.truth!s:<8}{answer.sentence}{detail}")
    for part in answer.parts:
        _reasons(part, depth + 2)
