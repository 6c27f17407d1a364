"""An interrupted run keeps what was finished, and a second call gives what one uninterrupted call would have."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.execution import Outcome, run

TASKS = list(range(6))


def draw(task: int, seed: np.random.SeedSequence | None = None) -> tuple[int, float]:
    return task, float(np.random.default_rng(seed).random())


def logged(log: Path, task: int) -> int:
    with log.open("a") as file:
        file.write(f"{task}\n")
    return -task


def moody(log: Path, task: int) -> int:
    if not log.exists():
        raise RuntimeError("not yet")
    return task


def interrupt_after(n: int):
    def progress(done: int, total: int) -> None:
        if done == n:
            raise KeyboardInterrupt

    return progress


def interrupted(function, checkpoint: Path, after: int = 3, **options) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(function, TASKS, checkpoint=checkpoint, progress=interrupt_after(after), **options)


@pytest.mark.parametrize(("first", "second"), [("serial", "processes"), ("processes", "serial")])
def test_resuming_gives_the_result_of_an_uninterrupted_run(tmp_path, first, second):
    kept = tmp_path / "kept"
    interrupted(draw, kept, seed=1, executor=first, workers=2)
    told = []
    resumed = run(
        draw,
        TASKS,
        seed=1,
        executor=second,
        workers=2,
        checkpoint=kept,
        progress=lambda done, total: told.append(done),
    )
    assert resumed == run(draw, TASKS, seed=1)
    assert told == [3, 4, 5, 6]


def test_finished_tasks_are_not_done_again(tmp_path):
    log, kept = tmp_path / "log", tmp_path / "kept"
    work = partial(logged, log)
    interrupted(work, kept)
    run(work, TASKS, checkpoint=kept)
    assert run(work, TASKS, checkpoint=kept) == [Outcome(-task) for task in TASKS]
    assert log.read_text().split() == [str(task) for task in TASKS]


def test_a_record_cut_off_at_any_byte_is_done_again_and_the_file_is_whole_after(tmp_path):
    kept, cut = tmp_path / "kept", tmp_path / "cut"
    expected = run(draw, TASKS[:3], seed=1, checkpoint=kept)
    content = kept.read_bytes()
    for length in range(len(content)):
        cut.write_bytes(content[:length])
        assert run(draw, TASKS[:3], seed=1, checkpoint=cut) == expected
        assert cut.read_bytes() == content


def test_another_seed_function_or_bound_value_finds_nothing_in_the_checkpoint(tmp_path):
    kept = tmp_path / "kept"
    run(partial(draw), TASKS, seed=1, checkpoint=kept)
    assert run(partial(draw), TASKS, seed=2, checkpoint=kept) == run(draw, TASKS, seed=2)
    assert [o.get() for o in run(partial(pow, 2), TASKS, checkpoint=kept)] == [1, 2, 4, 8, 16, 32]
    assert [o.get() for o in run(partial(pow, 3), TASKS, checkpoint=kept)] == [1, 3, 9, 27, 81, 243]


def test_a_failure_is_tried_again(tmp_path):
    work = partial(moody, tmp_path / "log")
    assert all(outcome.failed for outcome in run(work, TASKS, checkpoint=tmp_path / "kept"))
    (tmp_path / "log").touch()
    assert run(work, TASKS, checkpoint=tmp_path / "kept") == [Outcome(task) for task in TASKS]


def test_a_file_that_is_something_else_is_left_as_it_is(tmp_path):
    precious = tmp_path / "patients.csv"
    precious.write_text("patient_id\nINV-1\n")
    with pytest.raises(UserError, match=r"not a checkpoint .* Name another file"):
        run(draw, TASKS, checkpoint=precious)
    assert precious.read_text() == "patient_id\nINV-1\n"


def test_a_checkpoint_in_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(UserError, match=r"cannot be written .* folder that exists"):
        run(draw, TASKS, checkpoint=tmp_path / "nowhere" / "kept")
