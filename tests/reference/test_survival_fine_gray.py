"""R's survival (finegray, coxph) vouches for Fine-Gray's regression with strata, late entry, intervals and weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics
from tests.oracles import ours

# Written by tests/oracles/fine_gray.R with R 4.2 and survival 3.5-3; `make oracles` derives it anew.
STORED = json.loads(Path(__file__).with_name("fine_gray_by_r.json").read_text(encoding="utf-8"))


def test_every_stored_value_of_r_is_reproduced():
    found = ours.fine_gray()
    assert set(found) == set(STORED)
    assert found == pytest.approx(STORED, rel=1e-9)


OPTIONS = (
    {},
    {"entry": "entry"},
    {"entry": "entry", "strata": "stratum"},
    {"entry": "entry", "strata": "stratum", "censoring": "common", "cluster": "hospital"},
)


def drawn(n=100):
    """Days without ties, late entry of two thirds, two causes, weights; drawn at random."""
    draw = np.random.default_rng(5)
    x = draw.normal(size=n)
    entry = np.where(draw.random(n) < 0.3, 0, draw.exponential(2, n))
    return pd.DataFrame(
        {
            "entry": entry,
            "time": entry + draw.exponential(3, n) * np.exp(-0.3 * x),
            "cause": draw.choice([0, 1, 2], n, p=[0.3, 0.4, 0.3]),
            "x": x,
            "stratum": draw.integers(0, 2, n),
            "hospital": draw.integers(0, 40, n),
            "weight": draw.uniform(0.5, 2, n),
        }
    )


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: " ".join(o) or "plain")
def test_the_sandwich_is_the_sum_of_squared_numerical_influences(options):
    """What a little more weight of a row does to the coefficient, through the weights of observation too.

    The influence of a row on a product-limit curve divides by those left, Fine and Gray's eq. 8 by those at risk:
    the two differ by the order of 1/n.
    """
    table = drawn()

    def coefficient(weights):
        (c,) = statistics.fine_gray(
            table, ["x"], time="time", cause="cause", weights=weights, cause_of_interest=1, **options
        ).coefficients
        return c.coef

    step = 1e-4
    weights = table["weight"].to_numpy()
    influence = [
        w * (coefficient(weights + step * one) - coefficient(weights - step * one)) / (2 * step)
        for w, one in zip(weights, np.eye(len(table)), strict=True)
    ]
    if "cluster" in options:
        influence = np.bincount(table["hospital"], influence)
    (c,) = statistics.fine_gray(
        table, ["x"], time="time", cause="cause", weights="weight", cause_of_interest=1, **options
    ).coefficients
    assert c.std_error == pytest.approx(np.sqrt(np.sum(np.square(influence))), rel=5e-3)
