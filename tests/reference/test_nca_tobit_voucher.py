"""Why the stored Tobit slope of case T9 differs from ours in the fourth digit: its search stopped early.

The voucher (PKNCA 0.12.1.9000) maximises the Tobit likelihood by a simplex search that ends when the values at
its corners agree to a relative 1e-8. The likelihood is flat there, so the slope is still 6e-4 from the maximum.
A simplex search with that stopping rule, from the starting values the voucher documents, gives the stored
number to 1e-6; the analysis itself goes on to the maximum.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from cartwise.kinetics import NcaMethod, nca_arrays

DAYS = np.array([21.0, 28, 60, 91, 182])
LEVELS = np.array([9100.0, 3200, 1450, 0, 0])
LIMIT = 100.0
STORED_SLOPE, STORED_HALF_LIFE = 0.06379248, 10.86566


def loss(point):
    """Negative log-likelihood at (intercept, slope, log SD)."""
    line, sd, below = point[0] - point[1] * DAYS, math.exp(point[2]), LEVELS < LIMIT
    seen = norm.logpdf(np.log(LEVELS[~below]), line[~below], sd).sum()
    return -seen - norm.logcdf(math.log(LIMIT), line[below], sd).sum()


def start():
    logs, days = np.log(LEVELS[LEVELS >= LIMIT]), DAYS[LEVELS >= LIMIT]
    return np.array([logs.max(), -math.log(2) * np.ptp(logs) / np.ptp(days), math.log(logs.std(ddof=1) / 5)])


def simplex(function, first, relative):
    """Nelder and Mead's search (1965): reflect, expand, contract, shrink, until the corners agree."""
    corners = np.vstack([first, first + 0.1 * np.abs(first).max() * np.eye(len(first))])
    values = np.array([function(corner) for corner in corners])
    stop = relative * (abs(values[0]) + relative)
    while True:
        low, high = values.argmin(), values.argmax()
        if values[high] <= values[low] + stop:
            return corners[low]
        middle = (corners.sum(axis=0) - corners[high]) / len(first)
        mirrored = 2 * middle - corners[high]
        reached = function(mirrored)
        if reached < values[low]:
            further = 2 * mirrored - middle
            beyond = function(further)
            corners[high], values[high] = (further, beyond) if beyond < reached else (mirrored, reached)
            continue
        mirrored_is_worst = reached >= values[high]
        if not mirrored_is_worst:
            corners[high], values[high] = mirrored, reached
        nearer = (corners[high] + middle) / 2
        inside = function(nearer)
        if inside < values[high]:
            corners[high], values[high] = nearer, inside
        elif mirrored_is_worst:
            corners = (corners + corners[low]) / 2
            values = np.array([function(corner) for corner in corners])


def test_the_stored_slope_is_where_a_search_of_that_tolerance_stops():
    slope = simplex(loss, start(), 1e-8)[1]
    assert slope == pytest.approx(STORED_SLOPE, rel=1e-6)
    assert math.log(2) / slope == pytest.approx(STORED_HALF_LIFE, rel=1e-6)


def test_a_finer_tolerance_leads_the_same_search_to_our_slope():
    slope = simplex(loss, start(), 1e-15)[1]
    ours = nca_arrays(
        [10, *DAYS], [52000, *LEVELS], method=NcaMethod(half_life="tobit", lloq=LIMIT)
    ).quantities["lambda_z"][0]
    assert ours == pytest.approx(slope, rel=1e-6)
