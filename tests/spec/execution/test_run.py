"""How one map over many tasks behaves for whoever calls it, on every executor."""

import operator
import os
import threading
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.execution import Outcome, run

TASKS = [4, 1, 0, 3]


def draw(task: int, seed: np.random.SeedSequence) -> float:
    return task + float(np.random.default_rng(seed).random())


def quotient(task: int) -> float:
    if task < 0:
        raise UserError("A negative dose cannot be shared out. Mend the dose.")
    if task > 12:
        raise SystemExit("leaving")
    return 12 / task


def patient(task: float) -> float:
    time.sleep(task)
    return task


def deadly(task: int) -> int:
    os._exit(task)


def pair(common: int, task: object) -> tuple[int, str]:
    return common, repr(task)


def closed_over(task: int) -> object:
    return lambda: task


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler with one worker, both in this process."""
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address="127.0.0.1:0"
    ) as local:
        yield local.scheduler_address


@pytest.fixture(params=["serial", "processes", "dask"])
def executor(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("cluster") if request.param == "dask" else request.param


def test_outcomes_stand_in_the_order_of_the_tasks_and_one_failure_does_not_stop_the_others(executor):
    assert run(quotient, [4, 0, -1, 13, 3], executor=executor, workers=2) == [
        Outcome(3.0),
        Outcome(failure="ZeroDivisionError: division by zero"),
        Outcome(failure="A negative dose cannot be shared out. Mend the dose."),
        Outcome(failure="SystemExit: leaving"),
        Outcome(4.0),
    ]


def test_each_task_has_the_seed_of_its_position_whoever_runs_it(executor):
    seeds = np.random.SeedSequence(7).spawn(len(TASKS))
    expected = [Outcome(draw(task, seed)) for task, seed in zip(TASKS, seeds, strict=True)]
    assert run(draw, TASKS, executor=executor, workers=2, seed=7) == expected
    assert run(draw, TASKS, seed=8) != expected


def test_a_task_that_finishes_late_keeps_its_place():
    assert [o.get() for o in run(patient, [0.3, 0, 0], executor="processes", workers=2)] == [0.3, 0, 0]


def test_tasks_stay_plain_data_and_what_they_share_is_bound_to_the_function(executor):
    tasks = [
        (operator.add, 1, 2),
        "draw-1",
        {"a": [None]},
    ]  # a tuple and a text that a cluster could take as work
    assert [o.get() for o in run(partial(pair, 5), tasks, executor=executor)] == [(5, repr(t)) for t in tasks]


def test_no_tasks_give_no_outcomes(executor):
    assert run(quotient, [], executor=executor) == []


def test_progress_is_told_at_the_start_and_after_each_task_and_no_thread_is_left_over(executor):
    before, told = set(threading.enumerate()), []
    run(quotient, [1, 0, 2], executor=executor, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    # Dask keeps one thread for (de)serialising per process, and its in-process worker its own: not ours to end.
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not {name for name in left if "Dask" not in name}


def test_a_result_that_cannot_leave_its_process_is_a_failure_of_that_task():
    (outcome,) = run(closed_over, [1], executor="processes")
    assert outcome.failed
    assert "pickle" in outcome.failure


def test_a_worker_that_dies_gives_one_clear_message():
    with pytest.raises(UserError, match=r"worker process ended .* run again with fewer workers") as raised:
        run(deadly, [1, 2, 3], executor="processes", workers=2)
    assert raised.value.exit_code == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"executor": "moon"}, r"no executor 'moon'\. Write serial, processes, or"),
        ({"executor": "processes", "workers": 0}, r"workers is 0: at least one"),
        ({"executor": "tcp://127.0.0.1:9"}, r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        ({"executor": "tcp://nowhere"}, r"No Dask scheduler answers at tcp://nowhere"),
    ],
)
def test_what_cannot_run_is_said_before_anything_runs(options, message):
    with pytest.raises(UserError, match=message):
        run(quotient, TASKS, **options)


def test_a_lambda_cannot_leave_this_process():
    with pytest.raises(TypeError, match=r"function cannot be pickled .* top of a module"):
        run(lambda task: task, TASKS, executor="processes")


def test_a_failure_raises_its_text_when_its_value_is_asked_for():
    with pytest.raises(UserError, match="no fit"):
        Outcome(failure="no fit").get()
    with pytest.raises(ValueError, match="not both"):
        Outcome(value=1, failure="no fit")
    assert Outcome(None).get() is None
