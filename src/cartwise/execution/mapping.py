"""The one map: a function over many tasks, whoever runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Protocol, TypeVar

from numpy.random import SeedSequence

from cartwise.execution.checkpoint import opened, pickled
from cartwise.execution.executors import start
from cartwise.execution.outcome import Job, Outcome

Task = TypeVar("Task")
Value = TypeVar("Value")


class Progress(Protocol):
    """Told once at the start and after each finished task how far the work is."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` tasks are finished; those found in a checkpoint count."""


def run(
    function: Callable[..., Value],
    tasks: Iterable[Task],
    *,
    executor: str = "serial",
    workers: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
) -> list[Outcome[Value]]:
    """`function(task)` for every task: one outcome each, in the order of the tasks, whichever executor runs them.

    Args:
        function: takes one task (and `seed`, see there) and does not change it. For processes, Dask and
            checkpoints it stands at the top of a module; data that all tasks share is bound by `functools.partial`.
        tasks: plain data, one item per call.
        executor: `serial`, `processes`, or the address of a Dask scheduler (`tcp://host:port`).
        workers: number of processes (default: one per processor); the other executors need none.
        seed: where given, each task gets the keyword `seed`: the SeedSequence that `SeedSequence(seed).spawn`
            gives for the task's position, good for `numpy.random.default_rng`.
        progress: called as Progress says, in this process.
        checkpoint: file that keeps each value as soon as it is there. A later call with the same file does only
            what is still to do, and returns what one uninterrupted call would have. Failures are tried again.

    Raises:
        UserError: an unknown executor, an unusable checkpoint, no scheduler at the address, a dead worker.
        TypeError: something that has to be pickled cannot be.
        KeyboardInterrupt: as it came, after workers were stopped; what had finished is in the checkpoint.
    """
    if executor != "serial":
        pickled(function, "The function")
    jobs = [Job(position, task, _seed_of(seed, position)) for position, task in enumerate(tasks)]
    outcomes: dict[int, Outcome[Value]] = {}
    with nullcontext() if checkpoint is None else opened(checkpoint, function) as kept:
        if kept is not None:
            outcomes |= kept.known(jobs)
        report = progress or _silent
        report(len(outcomes), len(jobs))
        open_jobs = [job for job in jobs if job.position not in outcomes]
        with closing(start(executor, function, open_jobs, workers)) as finished:
            for position, outcome in finished:
                outcomes[position] = outcome
                if kept is not None and not outcome.failed:
                    outcomes[position] = Outcome(kept.keep(jobs[position], outcome.value))
                report(len(outcomes), len(jobs))
    return [outcomes[position] for position in range(len(jobs))]


def _seed_of(seed: int | None, position: int) -> SeedSequence | None:
    """The seed that belongs to a position, however many tasks there are and whoever runs them."""
    return None if seed is None else SeedSequence(seed, spawn_key=(position,))


def _silent(done: int, total: int) -> None:
    """Tell nobody."""
