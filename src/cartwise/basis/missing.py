"""A value that is not there, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Missing:
    """No value, with its reason and, where one is known, the fact that would settle it.

    Attributes:
        reason: why there is no value, as a clause ("no blood transgene level from day 0 to 28").
        settled_by: what to record or measure ("a B-cell count on or after day 183"); empty where nothing would.
        cause: `record` (something is not recorded, or not yet seen), `conflict` (the record says two things at
            once, and must be mended rather than completed) or `source` (what was seen has no place in the words
            of those who ask).
    """

    reason: str
    settled_by: str = ""
    cause: str = "record"

    def __bool__(self) -> NoReturn:
        """Refuse: a missing value is neither true nor false.

        Raises:
            TypeError: always, naming what to write instead.
        """
        raise TypeError(
            f"A missing value ({self.reason}) is neither true nor false. Write `isinstance(x, Missing)`."
        )

    def __str__(self) -> str:
        return f"missing: {self.reason}"
