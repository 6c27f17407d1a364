"""Kaplan-Meier and log-rank on 100,000 rows beside lifelines, in one run: seconds, and the ratio between them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np

from cartwise import statistics

ROWS = 100_000
TARGET = 0.15  # seconds


def drawn(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whole days with many ties, events, and two groups; drawn at random."""
    draw = np.random.default_rng(seed)
    days = np.ceil(draw.exponential(700, ROWS))
    return days, draw.random(ROWS) < 0.6, np.where(draw.random(ROWS) < 0.5, "CD19 positive", "CD19 negative")


def seconds(task: Callable[[], object], runs: int = 5) -> float:
    """The best of several runs: what the machine can do when it is not interrupted."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        took.append(time.perf_counter() - start)
    return min(took)


def tasks() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Each task by cartwise and by lifelines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter  # noqa: PLC0415  # only this benchmark and tests need it
        from lifelines.statistics import multivariate_logrank_test  # noqa: PLC0415

    days, event, group = drawn()
    names = np.unique(group)
    return {
        "Kaplan-Meier, 2 groups": (
            lambda: statistics.kaplan_meier(days, event, group=group),
            lambda: [KaplanMeierFitter().fit(days[group == name], event[group == name]) for name in names],
        ),
        "log-rank, 2 groups": (
            lambda: statistics.log_rank(days, event, group),
            lambda: multivariate_logrank_test(days, group, event),
        ),
    }


def main() -> None:
    print(f"{ROWS:,} rows; target {TARGET} s\n")
    print(f"{'task':<24}{'cartwise':>10}{'lifelines':>11}{'ratio':>8}  target")
    for name, (ours, theirs) in tasks().items():
        own = seconds(ours)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = seconds(theirs, runs=2)
        met = "met" if own <= TARGET else "missed"
        print(f"{name:<24}{own:>8.3f} s{other:>9.3f} s{other / own:>7.1f}x  {met}")


if __name__ == "__main__":
    main()
