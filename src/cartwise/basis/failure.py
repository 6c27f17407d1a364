"""The one error that reaches a user: a message in their words, and an exit code."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can mend. The message says what, where, why and what to do.

    Attributes:
        exit_code: what the command line returns (2: bad input).
    """

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
