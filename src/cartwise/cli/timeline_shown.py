"""Advice over a patient's course, as text by day or as JSON."""

from __future__ import annotations

import json
from itertools import groupby

from cartwise.evidence import fact
from cartwise.guidelines import CAVEAT, Change, replay
from cartwise.study import Patient, Study


def show(study: Study, patient: Patient, *, as_json: bool) -> None:
    """Each change with its day, what it was and is, and the answers that changed with it."""
    changes = replay(patient)
    if as_json:
        print(json.dumps([_plain(change) for change in changes], indent=1, ensure_ascii=False))
        return
    print(
        f"{patient.id} (day 0 is the {patient.anchor} day).{' Invented data.' if study.about.invented else ''}"
    )
    print(CAVEAT)
    for day, of_day in groupby(
        (change for change in changes if change.before), key=lambda change: change.day
    ):
        print(f"\nDay {day:g}")
        _show_day(list(of_day))


def _show_day(changes: list[Change]) -> None:
    """What changed the answers, once for all statements that it changed in the same way."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[Change]] = {}
    for change in changes:
        alike.setdefault((change.before, change.advice.standing, change.because), []).append(change)
    for (before, now, because), group in alike.items():
        print(f"  {before} -> {now}")
        print("".join(f"      because {words}\n" for words in because), end="")
        for change in group:
            item = change.advice
            print(f"    {item.action} ({item.direction}; {item.source}, {fact(item.because).locator})")


def _plain(change: Change) -> dict[str, object]:
    return {
        "day": change.day,
        "before": change.before,
        "because": list(change.because),
        "advice": change.advice.as_dict(),
    }
