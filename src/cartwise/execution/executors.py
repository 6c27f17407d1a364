"""Who runs the jobs: this process, a pool of processes, or a Dask cluster found at an address."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

from cartwise.basis import UserError
from cartwise.execution.outcome import Job, Outcome, attempt, failed

Function = Callable[..., Any]
Finished = Generator[tuple[int, Outcome[Any]], None, None]
"""Position and outcome of each job, in the order in which jobs finish; closing it stops the work."""

_DASK_SCHEME = "tcp://"
_PATIENCE = 10  # seconds


def start(executor: str, function: Function, jobs: Sequence[Job], workers: int | None) -> Finished:
    """Begin the jobs on the executor named.

    Raises:
        UserError: no such executor, or fewer than one worker.
    """
    if workers is not None and workers < 1:
        raise UserError(f"workers is {workers}: at least one is needed. Leave it out for one per processor.")
    if executor == "serial":
        return _serial(function, jobs)
    if executor == "processes":
        return _processes(function, jobs, workers or os.cpu_count() or 1)
    if executor.startswith(_DASK_SCHEME):
        return _dask(function, jobs, executor)
    raise UserError(
        f"There is no executor {executor!r}. Write serial, processes, or the address of a Dask scheduler "
        f"({_DASK_SCHEME}host:port)."
    )


def _serial(function: Function, jobs: Sequence[Job]) -> Finished:
    for job in jobs:
        yield job.position, attempt(function, job)


def _processes(function: Function, jobs: Sequence[Job], workers: int) -> Finished:
    """A pool of spawned processes, which inherit no thread or lock and behave alike on every system.

    Only as many jobs as keep the workers busy are handed out, so an interrupt has little to wait for.
    """
    workers = min(workers, len(jobs)) or 1
    waiting = iter(jobs)
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_prepare, initargs=(function,)
    )
    try:
        running = {_submit(pool, job): job.position for job in islice(waiting, 2 * workers)}
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), _outcome(future)
                running |= {_submit(pool, job): job.position for job in islice(waiting, 1)}
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_prepared: Function
"""The function of a worker process, sent once, since what is bound to it (a cohort) may be large."""


def _prepare(function: Function) -> None:
    global _prepared  # noqa: PLW0603  a pool's initializer has no other way to hand something to the tasks
    _prepared = function
    # Ctrl-C reaches every process of a terminal: a worker ends at once and without a traceback of its own.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _attempt_prepared(job: Job) -> Outcome[Any]:
    return attempt(_prepared, job)


def _submit(pool: ProcessPoolExecutor, job: Job) -> Future[Outcome[Any]]:
    try:
        return pool.submit(_attempt_prepared, job)
    except BrokenProcessPool as error:
        raise _worker_died() from error


def _outcome(future: Any) -> Outcome[Any]:
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        raise _worker_died() from error
    return future.result() if error is None else failed(error)


def _worker_died() -> UserError:
    return UserError(
        "A worker process ended before its task did, most often for lack of memory. Results kept in a "
        "checkpoint are safe: run again with fewer workers or with the serial executor. (A script of your own "
        'must start its work under `if __name__ == "__main__":`.)',
        exit_code=1,
    )


def _dask(function: Function, jobs: Sequence[Job], address: str) -> Finished:
    """The cluster decides how many workers there are; each needs this same version of cartwise."""
    try:
        distributed: Any = import_module("distributed")  # an extra, untyped
    except ImportError as error:
        raise UserError(
            f"The executor {address} needs Dask, which is not installed. Install cartwise[dask]."
        ) from error
    with _connected(distributed, address) as client:
        futures = client.map(partial(attempt, function), jobs, pure=False)
        positions = {future.key: job.position for future, job in zip(futures, jobs, strict=True)}
        for future in distributed.as_completed(futures, loop=client.loop):
            yield positions[future.key], _outcome(future)


def _connected(distributed: Any, address: str) -> Any:
    try:
        # Asked first, since a client that never met its scheduler waits again, and complains, when it is let go.
        place = urlsplit(address)
        create_connection((place.hostname, place.port), _PATIENCE).close()
        return distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"No Dask scheduler answers at {address} within {_PATIENCE} s. Start one, mend the address, "
            "or use the executor processes."
        ) from error
