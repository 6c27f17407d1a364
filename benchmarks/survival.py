"""Survival statistics on 100,000 rows beside lifelines and, where it is installed, R: seconds and ratios, in one run."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from cartwise import statistics

ROWS = 100_000
COVARIATES = list("abcde")


class Task(NamedTuple):
    target: float | None  # seconds; for intervals twice R's time
    ours: Callable[[], object]
    lifelines: Callable[[], object] | None
    r: str = ""  # an expression of R's survival package on the tables x and intervals


def drawn(seed: int = 1) -> pd.DataFrame:
    """Whole days with many ties, two causes, a group, five covariates, and a switch in a sixth of the patients."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(draw.normal(size=(ROWS, len(COVARIATES))), columns=COVARIATES)
    table["time"] = np.ceil(draw.exponential(700, ROWS) * np.exp(-0.3 * table["a"]))
    table["cause"] = draw.choice([0, 1, 2], ROWS, p=[0.4, 0.35, 0.25])
    table["died"] = (table["cause"] > 0).astype(int)
    table["group"] = np.where(draw.random(ROWS) < 0.5, "CD19 positive", "CD19 negative")
    table["switch"] = np.where(draw.random(ROWS) < 0.3, np.ceil(draw.uniform(1, 600, ROWS)), np.nan)
    table["patient"] = range(ROWS)
    return table


def intervals(x: pd.DataFrame) -> pd.DataFrame:
    """The same patients with the switch as a time-varying covariate: about 120,000 rows."""
    return statistics.time_varying(
        x, patient="patient", time="time", event="died", starts={"switched": "switch"}
    ).data


def seconds(task: Callable[[], object], runs: int = 3) -> float:
    """The best of several runs: what the machine can do when it is not interrupted."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            task()
        took.append(time.perf_counter() - start)
    return min(took)


def tasks(x: pd.DataFrame, cut: pd.DataFrame) -> dict[str, Task]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import (  # noqa: PLC0415  # only this benchmark and tests need it
            AalenJohansenFitter,
            CoxPHFitter,
            KaplanMeierFitter,
        )
        from lifelines.statistics import multivariate_logrank_test  # noqa: PLC0415

    days, died, cause, group = (x[name].to_numpy() for name in ("time", "died", "cause", "group"))
    own = [group == name for name in np.unique(group)]
    model = x[["time", "died", *COVARIATES]]
    switched = [*COVARIATES[:4], "switched"]
    return {
        "Kaplan-Meier, 2 groups": Task(
            0.15,
            lambda: statistics.kaplan_meier(days, died, group=group),
            lambda: [KaplanMeierFitter().fit(days[chosen], died[chosen]) for chosen in own],
            "survfit(Surv(time, died) ~ group, x)",
        ),
        "log-rank, 2 groups": Task(
            0.15,
            lambda: statistics.log_rank(days, died, group),
            lambda: multivariate_logrank_test(days, group, died),
            "survdiff(Surv(time, died) ~ group, x)",
        ),
        "incidence, both variances": Task(
            0.15,
            lambda: [
                statistics.cumulative_incidence(days, cause, variance=v) for v in ("greenwood", "aalen")
            ],
            lambda: AalenJohansenFitter(seed=1).fit(days, cause, 1),
            "survfit(Surv(time, factor(cause)) ~ 1, x)",
        ),
        "Gray's test, 2 groups": Task(None, lambda: statistics.gray_test(days, cause, group), None),
        "Cox, 5 covariates": Task(
            0.8,
            lambda: statistics.cox(x, COVARIATES, time="time", event="died"),
            lambda: CoxPHFitter().fit(model, "time", "died"),
            f"coxph(Surv(time, died) ~ {' + '.join(COVARIATES)}, x)",
        ),
        "test of proportional hazards": Task(
            None, lambda: statistics.ph_test(statistics.cox(x, COVARIATES, time="time", event="died")), None
        ),
        "Fine-Gray with sandwich": Task(
            0.5, lambda: statistics.fine_gray(x, COVARIATES, time="time", cause="cause"), None
        ),
        # lifelines takes most of a minute for the next one, and is not asked.
        f"Cox, {len(cut):,} intervals": Task(
            None,
            lambda: statistics.cox(cut, switched, time="stop", event="event", entry="start"),
            None,
            f"coxph(Surv(start, stop, event) ~ {' + '.join(switched)}, intervals)",
        ),
    }


def in_r(x: pd.DataFrame, cut: pd.DataFrame, expressions: dict[str, str]) -> dict[str, float]:
    """Seconds of each expression in R (the best of three); empty where R or its survival package is absent."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        for name, table in (("x", x), ("intervals", cut)):
            table.drop(columns=["switch"]).to_csv(Path(folder) / f"{name}.csv", index=False)
        lines = ["library(survival)", "x <- read.csv('x.csv'); intervals <- read.csv('intervals.csv')"]
        for name, expression in expressions.items():
            best = f"min(sapply(1:3, function(i) system.time({expression})[['elapsed']]))"
            lines.append(f"cat({json.dumps(name)}, '\\t', {best}, '\\n', sep = '')")
        ran = subprocess.run(
            ["Rscript", "-e", "\n".join(lines)], cwd=folder, capture_output=True, text=True, check=False
        )
    rows = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    return {name: float(took) for name, took in rows}


def ratio(theirs: float | None, ours: float) -> str:
    return f"{theirs:>9.3f} s{theirs / ours:>7.1f}x" if theirs is not None else f"{'-':>11}{'':>8}"


def main() -> None:
    x = drawn()
    cut = intervals(x)
    every = tasks(x, cut)
    r = in_r(x, cut, {name: task.r for name, task in every.items() if task.r})
    print(f"{ROWS:,} rows{'' if r else '; R with survival is not installed here'}\n")
    print(f"{'task':<30}{'cartwise':>10}{'lifelines':>11}{'':>8}{'R':>11}{'':>8}  target")
    for name, task in every.items():
        own = seconds(task.ours)
        other = seconds(task.lifelines, runs=1) if task.lifelines else None
        target = task.target or (2 * r[name] if name in r else None)
        met = "" if target is None else f"{target:.2f} s {'met' if own <= target else 'missed'}"
        print(f"{name:<30}{own:>8.3f} s{ratio(other, own)}{ratio(r.get(name), own)}  {met}")


if __name__ == "__main__":
    main()
