"""The sentences of a back-test for a methods section."""

from __future__ import annotations

from collections.abc import Sequence

from cartwise.backtest import after_flag, agreement, bootstrap, incidence, landmarks, misses, sampling
from cartwise.backtest.endpoints import ENDPOINTS, NO_ENDPOINT
from cartwise.backtest.followup import HANDLING_WORDS
from cartwise.backtest.held_against import READING_WORDS
from cartwise.backtest.statements import Statement


def methods_of(told: Sequence[Statement], tested: Sequence[Statement]) -> tuple[str, ...]:
    """What was done, of the statements read and those of them that were tested."""
    general = len(told) - len(tested)
    asked = (
        f"{len(tested)} statements were asked of each patient on every day on which something became known, and on those on "
        "which time alone turned an answer, from the record as it stood at the end of that day. A flag is the first day from "
        "infusion on with which a statement stood as met; lead time is from the flag to the event. "
        f"{general} further statements are made of everybody in scope and were not tested."
    )
    return (
        asked,
        _held_words(tested),
        *_reading_words(tested),
        after_flag.METHOD,
        HANDLING_WORDS,
        incidence.METHOD,
        landmarks.METHOD,
        misses.WORDS,
        agreement.METHOD,
        sampling.METHOD,
        "Sensitivities have exact (Clopper-Pearson) intervals. " + bootstrap.WORDS,
    )


def _held_words(tested: Sequence[Statement]) -> str:
    decisions = {
        endpoint.name: sorted({item.decision for item in tested if item.endpoint.name == endpoint.name})
        for endpoint in (*ENDPOINTS, NO_ENDPOINT)
    }
    named = [f"{name}: {', '.join(own)}" for name, own in decisions.items() if own]
    return f"What the statements on each decision are held against. {'; '.join(named)}."


def _reading_words(tested: Sequence[Statement]) -> list[str]:
    held = [item for item in tested if item.held]
    counts = {reading: sum(item.reading == reading for item in held) for reading in READING_WORDS}
    return [
        f"{counts[reading]} of the statements are read as {words}."
        for reading, words in READING_WORDS.items()
        if counts[reading]
    ]
