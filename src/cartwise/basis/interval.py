"""A day that is only known to lie between two samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cartwise.basis.truth import NO, UNKNOWN, YES, Truth


@dataclass(frozen=True, slots=True)
class Interval:
    """An event after day `after` and on or before day `by`; an event not yet seen has `by` = infinity.

    Attributes:
        after: the last day on which the event was known not to have happened.
        by: the first day on which it was known to have happened.
    """

    after: float
    by: float = math.inf

    def __post_init__(self) -> None:
        if math.isnan(self.after) or math.isnan(self.by) or self.after > self.by:
            raise ValueError(
                f"An interval runs from its earlier to its later day, not {self.after} to {self.by}."
            )

    @property
    def seen(self) -> bool:
        """Whether the event has been seen at all."""
        return math.isfinite(self.by)

    def within(self, limit: float) -> Truth:
        """Whether the event happened on or before day `limit`: unknown while a sample is wanting."""
        if self.by <= limit:
            return YES
        return NO if self.after >= limit else UNKNOWN

    def __str__(self) -> str:
        if not self.seen:
            return f"not seen by day {self.after:g}"
        return (
            f"day {self.by:g}" if self.after == self.by else f"after day {self.after:g}, by day {self.by:g}"
        )
