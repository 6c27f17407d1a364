"""The same drawn data as the R scripts of this folder, by our own code."""

from __future__ import annotations

import pandas as pd

from cartwise.kinetics import nca
from cartwise.statistics import kaplan_meier, log_rank

TIME = [3, 5, 5, 8, 11, 12, 12, 15, 19, 19, 22, 24, 30, 31, 40, 41]
EVENT = [1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
GROUP = [1, 2, 1, 1, 2, 1, 2, 2, 1, 2, 1, 2, 2, 1, 2, 2]
PROFILES = {
    "rich": ([0, 2, 4, 7, 10, 14, 21, 28, 60, 91], [0, 0, 700, 15000, 48000, 29000, 9000, 3100, 1400, 600]),
    "sparse": ([0, 7, 14, 28, 84, 182, 273], [0, 21000, 33000, 1700, 600, 220, 0]),
    "gap": ([0, 4, 7, 10, 14, 21, 28, 60], [0, 0, 5200, 80000, 0, 4300, 1800, 0]),
}


def survival() -> dict[str, float]:
    """Named as survival.R names them."""
    found: dict[str, float] = {}
    for kind in ("log-log", "log", "plain"):
        curve = kaplan_meier(TIME, EVENT, ci=kind)
        for reading in next(iter(curve.at([5, 12, 24]).values())):
            key = f"km {kind} {reading.at:g} "
            found |= {
                f"{key}survival": reading.value,
                f"{key}lower": reading.lower,
                f"{key}upper": reading.upper,
            }
    for rho in (0, 1):
        found[f"rho {rho} chi2"] = log_rank(TIME, EVENT, GROUP, rho=float(rho)).chi2
    return found


def kinetics() -> dict[str, float]:
    """Named as pknca.R names them; within day 0 to 28, as its interval is."""
    rows = [
        (name, t, c, c == 0)
        for name, (time, conc) in PROFILES.items()
        for t, c in zip(time, conc, strict=True)
        if t <= 28
    ]
    table = nca(pd.DataFrame(rows, columns=["subject", "time", "concentration", "below_limit"]))
    table = table.set_index("subject") if "subject" in table else table
    names = {"auclast": "auclast_0_28", "cmax": "cmax", "tmax": "tmax", "tlast": "tlast"}
    return {f"{name} {theirs}": table.loc[name, own] for name in PROFILES for theirs, own in names.items()}
