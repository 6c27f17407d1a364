"""Survival statistics on 100,000 rows beside lifelines, R and survival-Rust, where they are: seconds and ratios, in one run."""

from __future__ import annotations

import importlib
import importlib.util
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

ROWS, FEW = 100_000, 2_000
COVARIATES = list("abcde")


class Task(NamedTuple):
    target: float | None  # seconds; for intervals twice R's time
    ours: Callable[[], object]
    lifelines: Callable[[], object] | None = None
    r: str = ""  # an expression of R's survival package on the tables x, few and intervals
    rust: Callable[[], object] | None = None  # survival-Rust


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
    table["repeats"] = draw.integers(1, 4, ROWS)
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


def in_lifelines(x: pd.DataFrame) -> dict[str, Callable[[], object]]:
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
    return {
        "curves": lambda: [KaplanMeierFitter().fit(days[chosen], died[chosen]) for chosen in own],
        "test": lambda: multivariate_logrank_test(days, group, died),
        "incidence": lambda: AalenJohansenFitter(seed=1).fit(days, cause, 1),
        "cox": lambda: CoxPHFitter().fit(model, "time", "died"),
    }


def in_rust(tables: dict[str, pd.DataFrame]) -> Callable[[str, str, str], Callable[[], object] | None]:
    """Calls of survival-Rust by function, formula and table, which it has as R has them; None where it is absent."""
    if not _rust_is_here():
        return lambda *_: None
    rust = importlib.import_module("survival")
    columns = {
        name: {
            column: list(table[column]) if table[column].dtype == object else table[column].to_numpy()
            for column in table.select_dtypes(["number", object])
        }
        for name, table in tables.items()
    }

    def call(function: str, formula: str, table: str) -> Callable[[], object]:
        if function == "finegray_regression":  # it takes no formula
            rows = tables[table]
            time, cause, matrix = (rows[c].to_numpy().tolist() for c in ("time", "cause", COVARIATES))
            return lambda: rust.regression.finegray_regression(time, cause, matrix, 1)
        if function == "cox_zph":
            return lambda: rust.cox_zph(rust.coxph(formula, columns[table]))
        return lambda: getattr(rust, function)(formula, columns[table])

    return call


def tasks(x: pd.DataFrame, few: pd.DataFrame, cut: pd.DataFrame) -> dict[str, Task]:
    days, died, cause, group = (x[name].to_numpy() for name in ("time", "died", "cause", "group"))
    switched = [*COVARIATES[:4], "switched"]
    lifelines, rust = in_lifelines(x), in_rust({"x": x, "few": few, "intervals": cut})
    groups, causes = "Surv(time, died) ~ group", "Surv(time, factor(cause)) ~ 1"
    model = f"Surv(time, died) ~ {' + '.join(COVARIATES)}"
    varying = f"Surv(start, stop, event) ~ {' + '.join(switched)}"
    expanded = f"finegray(Surv(time, factor(cause)) ~ {' + '.join(COVARIATES)} + patient, few)"
    weighed = f"coxph(Surv(fgstart, fgstop, fgstatus) ~ {' + '.join(COVARIATES)}, {expanded}, weights = fgwt, cluster = patient)"
    return {
        "Kaplan-Meier, 2 groups": Task(
            0.15,
            lambda: statistics.kaplan_meier(days, died, group=group),
            lifelines["curves"],
            f"survfit({groups}, x)",
            rust("survfit", groups, "x"),
        ),
        "log-rank, 2 groups": Task(
            0.15,
            lambda: statistics.log_rank(days, died, group),
            lifelines["test"],
            f"survdiff({groups}, x)",
            rust("survdiff", groups, "x"),
        ),
        "incidence, both variances": Task(
            0.15,
            lambda: [
                statistics.cumulative_incidence(days, cause, variance=v) for v in ("greenwood", "aalen")
            ],
            lifelines["incidence"],
            f"survfit({causes}, x)",
            rust("survfit", causes, "x"),
        ),
        "Gray's test, 2 groups": Task(None, lambda: statistics.gray_test(days, cause, group)),
        "Cox, 5 covariates": Task(
            0.8,
            lambda: statistics.cox(x, model),
            lifelines["cox"],
            f"coxph({model}, x)",
            rust("coxph", model, "x"),
        ),
        "Cox and its test of PH": Task(
            None,
            lambda: statistics.ph_test(statistics.cox(x, model)),
            None,
            f"cox.zph(coxph({model}, x))",
            rust("cox_zph", model, "x"),
        ),
        "Fine-Gray with sandwich": Task(
            0.5, lambda: statistics.fine_gray(x, COVARIATES, time="time", cause="cause")
        ),
        "the same, strata and weights": Task(
            None,
            lambda: statistics.fine_gray(
                x, COVARIATES, time="time", cause="cause", strata="group", weights="repeats"
            ),
        ),
        # The others go through every pair of rows, or every row and event time: they are asked for few rows only.
        f"Fine-Gray, {len(few):,} rows": Task(
            None,
            lambda: statistics.fine_gray(few, COVARIATES, time="time", cause="cause"),
            None,
            weighed,
            rust("finegray_regression", "", "few"),
        ),
        # lifelines takes most of a minute for the next one, and is not asked.
        f"Cox, {len(cut):,} intervals": Task(
            None,
            lambda: statistics.cox(cut, varying),
            None,
            f"coxph({varying}, intervals)",
            rust("coxph", varying, "intervals"),
        ),
    }


def in_r(tables: dict[str, pd.DataFrame], expressions: dict[str, str]) -> dict[str, float]:
    """Seconds of each expression in R (the best of three, of slow ones the first); empty where R or its survival package is absent."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        lines = ["library(survival)"]
        for name, table in tables.items():
            table.drop(columns=["switch"]).to_csv(Path(folder) / f"{name}.csv", index=False)
            lines.append(f"{name} <- read.csv('{name}.csv')")
        for name, expression in expressions.items():
            took = f"system.time({expression})[['elapsed']]"
            lines.append(f"took <- {took}; if (took < 2) took <- min(took, sapply(1:2, function(i) {took}))")
            lines.append(f"cat({json.dumps(name)}, '\\t', took, '\\n', sep = '')")
        ran = subprocess.run(
            ["Rscript", "-e", "\n".join(lines)], cwd=folder, capture_output=True, text=True, check=False
        )
    rows = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    return {name: float(took) for name, took in rows}


def ratio(theirs: float | None, ours: float) -> str:
    return f"{theirs:>9.3f} s{theirs / ours:>7.1f}x" if theirs is not None else f"{'-':>11}{'':>8}"


def main() -> None:
    x = drawn()
    few, cut = x[:FEW], intervals(x)
    every = tasks(x, few, cut)
    asked = {name: task.r for name, task in every.items() if task.r}
    r = in_r({"x": x, "few": few, "intervals": cut}, asked)
    absent = [
        name
        for name, there in (("R with survival", bool(r)), ("survival-Rust", _rust_is_here()))
        if not there
    ]
    print(f"{ROWS:,} rows" + "".join(f"; {name} is not installed here" for name in absent) + "\n")
    print(f"{'task':<30}{'cartwise':>10}{'R':>11}{'':>8}{'lifelines':>11}{'':>8}{'Rust':>11}{'':>8}  target")
    for name, task in every.items():
        own = seconds(task.ours)
        others = [seconds(other, runs=1) if other else None for other in (task.lifelines, task.rust)]
        target = task.target or (2 * r[name] if name in r and "intervals" in name else None)
        met = "" if target is None else f"{target:.2f} s {'met' if own <= target else 'missed'}"
        ratios = "".join(ratio(other, own) for other in (r.get(name), *others))
        print(f"{name:<30}{own:>8.3f} s{ratios}  {met}", flush=True)


def _rust_is_here() -> bool:
    return importlib.util.find_spec("survival") is not None


if __name__ == "__main__":
    main()
