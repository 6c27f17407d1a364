"""Advice over a patient's course, as text by day or as JSON."""

from __future__ import annotations

import json
from itertools import groupby

from cartwise.cli.advice_shown import head
from cartwise.evidence import fact
from cartwise.guidelines import CAVEAT, Change, Turn, replay, turns
from cartwise.study import Patient, Study


def show(study: Study, patient: Patient, *, as_json: bool) -> None:
    """Each change with its day, what it was and is, and the answers that changed with it."""
    changes = replay(patient)
    if as_json:
        told = head(study, patient) | {"changes": [_plain(change) for change in changes]}
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    print(
        f"{patient.id} (day 0 is the {patient.anchor} day).{' Invented data.' if study.about.invented else ''}"
    )
    print(CAVEAT)
    for day, of_day in groupby(turns(changes), key=lambda turn: turn.day):
        print(f"\nDay {day:g}")
        for turn in of_day:
            _show(turn)


def _show(turn: Turn) -> None:
    print(f"  {turn.before} -> {turn.now}")
    print("".join(f"      because {words}\n" for words in turn.because), end="")
    for item in turn.statements:
        print(f"    {item.action} ({item.direction}; {item.source}, {fact(item.because).locator})")


def _plain(change: Change) -> dict[str, object]:
    return {
        "day": change.day,
        "before": change.before,
        "because": list(change.because),
        "advice": change.advice.as_dict(),
    }
