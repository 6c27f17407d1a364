"""The result of a back-test: its tables, and what a reader needs to trust, repeat and not over-read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.backtest.held_against import READING_WORDS, why_none

CANNOT_SHOW = (
    "These are associations in patients whom somebody's judgement treated: a flag followed by treatment and no relapse may have been right or not needed.",
    "The statements are held as encoded from print; a statement may have been written to weigh more than an event that can be counted.",
    "What the record does not hold was unknown on the day, whatever the clinic knew.",
    "Research use. Nothing here advises for or against a treatment of any patient.",
)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a back-test found.

    Attributes:
        title, question: what was asked.
        tables: tables by name, the ones for a paper first; `patients` names single patients.
        attrition: `step, patients`.
        about: how many patients it rests on, in words.
        cannot_show: what the numbers cannot show.
        methods: sentences for a methods section.
        source: the records it rests on.
        invented: whether those are invented.
        command: the command that makes it again.
    """

    title: str
    question: str
    tables: Mapping[str, pd.DataFrame]
    attrition: pd.DataFrame
    about: str
    cannot_show: tuple[str, ...]
    methods: tuple[str, ...]
    source: str
    invented: bool
    command: str

    @property
    def caption(self) -> str:
        """What is shown, of how many patients, and from which records."""
        return f"{self.title}. {self.about} {self.source}"

    @property
    def decisions(self) -> tuple[str, ...]:
        """The decisions whose statements were tested."""
        return tuple(dict.fromkeys(self.tables["flags"]["decision"]))

    def note_on(self, decision: str) -> str:
        """Why the statements on a decision are not held against an event; "" where they are."""
        return why_none(decision)

    def readings_on(self, decision: str) -> tuple[str, ...]:
        """How the statements on a decision are read against their event, one sentence a way; none where there is no event."""
        if self.note_on(decision):
            return ()
        flags = self.tables["flags"]
        own = flags[flags["decision"] == decision]
        return tuple(
            f"Held against {own['event'].iloc[0]} as {words}: {', '.join(said)}."
            for reading, words in READING_WORDS.items()
            if (said := list(own.loc[own["read as"] == reading, "statement"]))
        )

    @property
    def text(self) -> str:
        """Question, caption, methods and limits, for a file of its own."""
        lines = [self.question, "", self.caption, "", "Methods:", *self.methods, ""]
        lines += ["What the numbers cannot show:", *self.cannot_show, "", f"Made by: {self.command}"]
        return "\n".join(lines) + "\n"

    def of_decision(self, decision: str) -> dict[str, pd.DataFrame]:
        """The rows of one decision in every table that is told by decision."""
        told = {name: table for name, table in self.tables.items() if "decision" in table}
        return {name: table[table["decision"] == decision] for name, table in told.items()}


def size_in_words(infused: int, relapses: int) -> str:
    """How many patients and relapses a result rests on, and what so few can and cannot bear."""
    counted = f"It rests on {infused} infused patients with {relapses} relapses."
    if relapses == 0:
        return f"{counted} Without a relapse nothing can be said of sensitivity or lead time."
    if relapses < 10:
        return f"{counted} With fewer than 10 relapses a sensitivity is hardly more than an anecdote: read the intervals, not the values."
    if relapses < 50:
        return f"{counted} With so few relapses an exact interval of a sensitivity spans some {_span(relapses)} percentage points: differences between statements within that are no finding."
    return f"{counted} An exact interval of a sensitivity of one half spans some {_span(relapses)} percentage points."


def _span(relapses: int) -> int:
    """Width of a 95 % interval about one half, in percentage points."""
    return round(100 * 2 * 1.96 * math.sqrt(0.25 / relapses))
