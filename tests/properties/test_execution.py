"""Whatever the tasks and wherever an interrupt falls: the same outcomes, in the order of the tasks."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartwise.execution import run

SEEDS = st.none() | st.integers(0, 2**32)
TASKS = st.lists(st.integers(-3, 3) | st.tuples(st.text(), st.floats(allow_nan=False)), max_size=8)


def describe(task: object, seed: np.random.SeedSequence | None = None) -> tuple[object, int]:
    if isinstance(task, int) and task < 0:
        raise ValueError(task)
    return task, 0 if seed is None else int(seed.generate_state(1)[0])


@given(tasks=TASKS, seed=SEEDS, stop=st.integers(0, 8), longer=TASKS)
def test_a_run_interrupted_anywhere_and_resumed_equals_one_that_was_not(tasks, seed, stop, longer):
    def progress(done: int, total: int) -> None:
        if done >= stop:
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept"
        if stop <= sum(not (isinstance(task, int) and task < 0) for task in tasks):
            with pytest.raises(KeyboardInterrupt):
                run(describe, tasks, seed=seed, checkpoint=kept, progress=progress)
        else:
            run(describe, tasks, seed=seed, checkpoint=kept)
        assert run(describe, tasks, seed=seed, checkpoint=kept) == run(describe, tasks, seed=seed)
        more = tasks + longer
        assert run(describe, more, seed=seed, checkpoint=kept) == run(describe, more, seed=seed)


@settings(max_examples=2)
@given(tasks=TASKS, seed=SEEDS)
def test_processes_give_what_serial_gives(tasks, seed):
    assert run(describe, tasks, seed=seed, executor="processes", workers=2) == run(describe, tasks, seed=seed)
