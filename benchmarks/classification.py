"""Time of classification: 1,000,000 cells x 32 markers x 14 populations, beside scipy's cdist and R's mahalanobis."""

from __future__ import annotations

import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from scipy.spatial.distance import cdist

from cartwise.cytometry import Reference

CELLS, MARKERS, POPULATIONS, ROUNDS = 1_000_000, 32, 14, 3

# stats::mahalanobis once a population, 1,000,000 x 32 x 14, R 4.2.2, two cores: measured once and stored.
R_STORED_SECONDS = 22.1
R_SCRIPT = f"""
set.seed(1); p <- {MARKERS}; x <- matrix(rnorm({CELLS} * p), ncol = p)
loop <- function() for (k in 1:{POPULATIONS}) stats::mahalanobis(x, rep(0, p), diag(p) + 0.1)
cat(system.time(loop())[["elapsed"]])
"""


def invented(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cells of populations with covariances of their own: values (n, m) float32 and population of each."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, POPULATIONS, CELLS)
    values = rng.normal(size=(CELLS, MARKERS)).astype(np.float32)
    for k in range(POPULATIONS):
        mixing = np.eye(MARKERS) + 0.2 * rng.normal(size=(MARKERS, MARKERS))
        values[codes == k] = 0.5 * values[codes == k] @ mixing + rng.normal(2, 0.5, MARKERS)
    return values, codes


def shortest(work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Shortest time of each, seconds, in alternating rounds so that all meet the same machine."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, task in work.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}


def r_seconds() -> tuple[float, str]:
    """R's loop of mahalanobis on as many cells, once; the stored figure where R is absent."""
    if shutil.which("Rscript") is None:
        return R_STORED_SECONDS, "stored"
    done = subprocess.run(["Rscript", "-e", R_SCRIPT], capture_output=True, text=True, check=True)
    return float(done.stdout), "measured"


def peak(work: Callable[[], object]) -> float:
    """Most memory allocated, MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def main() -> None:
    """Print times as ratios, memory, and whether single precision changed a label."""
    values, codes = invented()
    doubles = values.astype(np.float64)
    reference = Reference.fit(values[:200_000], codes[:200_000])
    model = reference.model

    def with_cdist() -> np.ndarray:
        found = [
            cdist(doubles, mean[None], "mahalanobis", VI=np.linalg.inv(covariance)).ravel()
            for mean, covariance in zip(model.means, model.covariances, strict=True)
        ]
        return np.argmin(found, axis=0)

    seconds = shortest(
        {
            "scipy cdist, all populations": with_cdist,
            "classify, float32, no limit": lambda: reference.classify(values, calibrate="none"),
            "classify, float32, limits fitted": lambda: reference.classify(values),
            "classify, float64, no limit": lambda: reference.classify(doubles, calibrate="none"),
        }
    )
    r_time, how = r_seconds()
    print(
        f"{CELLS:,} cells x {MARKERS} markers x {POPULATIONS} populations, best of {ROUNDS}; R {r_time:.1f} s ({how})"
    )
    base = seconds["scipy cdist, all populations"]
    for name, taken in seconds.items():
        print(
            f"  {name:<34} {taken:6.2f} s {taken / base:6.2f} x cdist {r_time / taken:6.1f} x faster than R"
        )
    single, double = reference.classify(values), reference.classify(doubles)
    print(f"  labels that single precision changes: {int((single.codes != double.codes).sum())}")
    print(f"  peak memory of classify, float32: {peak(lambda: reference.classify(values)):.0f} MB")


if __name__ == "__main__":
    main()
