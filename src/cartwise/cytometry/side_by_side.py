"""Parts of one piece of work in two threads: array operations let go of the interpreter while they run."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST = 2
"""Threads at most: more of them wait for the memory."""

Part = TypeVar("Part")
Done = TypeVar("Done")


def side_by_side(work: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
    """What `work` makes of each part, in their order, whoever did it.

    A worker process of a run has one thread: the other processors are its siblings'.

    Args:
        work: shares nothing between parts but what it only reads, or writes to places of their own.
        parts: each large enough to be worth handing over.
    """
    if threads() == 1 or len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(work, parts))


def threads() -> int:
    """How many threads work here."""
    return 1 if multiprocessing.parent_process() is not None else min(MOST, os.cpu_count() or 1)
