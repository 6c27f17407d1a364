"""The same drawn data as the R scripts of this folder, by our own code."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartwise import statistics
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
    share = [0.5 + (i + 1) % 4 / 3 for i in range(len(TIME))]
    causes = [event * group for event, group in zip(EVENT, GROUP, strict=True)]
    curve = statistics.cumulative_incidence(TIME, causes, weights=share).curves["all", "1"]
    for day in (5, 12, 24):
        step = np.searchsorted(curve.times, day, "right") - 1
        found |= {
            f"incidence {day} value": curve.incidence[step],
            f"incidence {day} se": curve.std_error[step],
        }
    return found


def followed() -> pd.DataFrame:
    """Eighty patients with late entry, two causes, two covariates, strata, hospitals and weights, as fine_gray.R draws."""
    i = np.arange(80)
    table = pd.DataFrame(
        {
            "id": i,
            "entry": 7 * i % 5,
            "x": 17 * i % 11 / 5 - 1,
            "z": (i % 3 == 0).astype(float),
            "stratum": i // 2 % 2,
            "hospital": i % 9,
            "repeats": 1 + i % 3,
            "share": 0.5 + 5 * i % 7 / 4,
            "cause": np.array([1, 2, 0, 1, 2, 1, 0])[11 * i % 7],
        }
    )
    return table.assign(time=table["entry"] + 1 + (13 * i * i + 5 * i) % 29)


def fine_gray() -> dict[str, float]:
    """Named as fine_gray.R names them."""
    table = followed()
    cut = (table["entry"] < 9) & (table["time"] > 9)
    until = table.assign(time=table["time"].mask(cut, 9), cause=table["cause"].mask(cut, 0))
    split = pd.concat([until, table[cut].assign(entry=9, x=table["x"] + 1)])
    observed = table[table["cause"] != 0]
    late, strata = {"entry": "entry"}, {"strata": "stratum"}
    models = {
        "strata": (table, strata),
        "common": (table, {**strata, "censoring": "common"}),
        "late": (table, late),
        "late strata": (table, late | strata),
        "repeats": (table, {**late, "weights": "repeats"}),
        "intervals": (split, {**late, "patient": "id"}),
        "weights": (observed, {"weights": "share"}),
        "weights strata cluster": (observed, {**strata, "weights": "share", "cluster": "hospital"}),
    }
    found: dict[str, float] = {}
    for name, (rows, options) in models.items():
        model = statistics.fine_gray(
            rows,
            ["x", "z"],
            time="time",
            cause="cause",
            cause_of_interest=1,
            tied_censoring="after events",
            **options,
        )
        known = name.startswith(
            "weights"
        )  # nobody is censored: the weights are known, and R has our sandwich
        spread = model.covariance if known else model.naive_covariance
        for c, variance in zip(model.coefficients, np.diag(spread), strict=True):
            found[f"{name} {c.term.label} coef"] = c.coef
            found[f"{name} {c.term.label} {'se' if known else 'naive'}"] = variance**0.5
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
