"""Time of non-compartmental analysis: 10,000 profiles of 10 samples, as a table and as arrays."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from cartwise.kinetics import nca, nca_arrays, stein_curve

PROFILES, REPEATS, LLOQ = 10_000, 7, 100.0
DAYS = np.array([0.0, 3, 7, 10, 14, 21, 28, 60, 91, 182])

# Measured once with PKNCA 0.12.1 (R, one thread, the same shape of work) and stored; not run here.
PKNCA_STORED_SECONDS = 155.0


def profiles(n: int = PROFILES, seed: int = 1) -> pd.DataFrame:
    """Invented profiles: the typical Stein curve with spread, log-normal error and values below the limit."""
    rng = np.random.default_rng(seed)
    spread = rng.normal(size=(4, n, 1))
    level = stein_curve(
        DAYS,
        foldx=np.exp(8.3 + spread[0]),
        tmax=9.3 * np.exp(0.3 * spread[1]),
        cmax=24_000 * np.exp(spread[2]),
        alpha=0.16 * np.exp(0.6 * spread[3]),
    ) * np.exp(0.56 * rng.normal(size=(n, DAYS.size)))
    level[:, 0] = 0.0
    subject = np.repeat([f"INV-{i:05d}" for i in range(n)], DAYS.size)
    return pd.DataFrame({"subject": subject, "time": np.tile(DAYS, n), "concentration": level.ravel()})


def best_of(work: Callable[[], object]) -> float:
    """Shortest of several runs, seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def run() -> list[dict[str, object]]:
    """One row per way of asking: what, seconds, and how many times PKNCA's stored time that saves."""
    table = profiles()
    level = table["concentration"].to_numpy().reshape(PROFILES, DAYS.size)
    level = np.where(level < LLOQ, 0.0, level)
    days = np.tile(DAYS, (PROFILES, 1))
    seconds = {
        "nca (table in, table out)": best_of(lambda: nca(table, lloq=LLOQ)),
        "nca, Tobit half-life": best_of(lambda: nca(table, lloq=LLOQ, half_life="tobit")),
        "nca_arrays": best_of(lambda: nca_arrays(days, level)),
        "PKNCA 0.12.1 pk.nca (stored)": PKNCA_STORED_SECONDS,
    }
    return [
        {"what": what, "seconds": taken, "times_pknca": PKNCA_STORED_SECONDS / taken}
        for what, taken in seconds.items()
    ]


def main() -> None:
    """Print the table."""
    print(f"NCA of {PROFILES:,} invented profiles x {DAYS.size} samples, one core, best of {REPEATS}")
    for row in run():
        print(f"  {row['what']:<30} {row['seconds'] * 1e3:12.1f} ms {row['times_pknca']:10,.0f} x")


if __name__ == "__main__":
    main()
