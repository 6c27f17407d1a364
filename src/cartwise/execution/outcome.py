"""What became of one task: its value, or the text of its failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from numpy.random import SeedSequence

from cartwise.basis import UserError

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Value]):
    """A task's value or its failure, never both. A value may itself be None: ask `failed`.

    Attributes:
        value: what the function returned; None where it failed.
        failure: what went wrong, in one text; None where it succeeded.
    """

    value: Value | None = None
    failure: str | None = None

    def __post_init__(self) -> None:
        if self.failed and self.value is not None:
            raise ValueError("An outcome is a value or a failure, not both.")

    @property
    def failed(self) -> bool:
        """Whether the task failed."""
        return self.failure is not None

    def get(self) -> Value:
        """The value.

        Raises:
            UserError: the task failed; the message is its failure.
        """
        if self.failure is not None:
            raise UserError(self.failure)
        return cast("Value", self.value)


@dataclass(frozen=True, slots=True)
class Job:
    """One task as it is sent to whoever runs it.

    Attributes:
        position: place of the task among all tasks.
        task: the function's one positional argument.
        seed: the task's own seed, passed as keyword `seed`; None where the function takes none.
    """

    position: int
    task: Any
    seed: SeedSequence | None = None


def attempt(function: Callable[..., Value], job: Job) -> Outcome[Value]:
    """Run one task; what it raises becomes the text of its failure, made where it happened.

    Only an interrupt passes: it is meant for the whole run, not for one task.
    """
    keywords = {} if job.seed is None else {"seed": job.seed}
    try:
        return Outcome(function(job.task, **keywords))
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a task raises is that task's outcome
        return failed(error)


def failed(error: BaseException) -> Outcome[Any]:
    """The outcome of a task that raised: a user's message as it is, anything else with its kind."""
    return Outcome(failure=str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}")
