"""From what is known to what a measure says: a yes or a no, and the days it rests on."""

from __future__ import annotations

from cartwise.basis import UNKNOWN, YES, Missing, Truth


def settled(truth: Truth, otherwise: Missing) -> bool | Missing:
    """A yes or a no as a value of a measure; `otherwise` where it is unknown."""
    return otherwise if truth is UNKNOWN else truth is YES


def on_day(day: float) -> str:
    """A day in words."""
    return f"on day {day:g}"


def on_days(days: list[float]) -> str:
    """Days in words, each once."""
    several = [f"{day:g}" for day in sorted(set(days))]
    return f"on day {several[0]}" if len(several) == 1 else f"on days {', '.join(several)}"
