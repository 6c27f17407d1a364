"""The expansion-contraction model of Stein 2019: its derived constants, its shape, and comedication."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from cartwise.kinetics import STEIN_TYPICAL, SteinParameters, stein_curve, stein_log_sd

P = STEIN_TYPICAL

DERIVED = [
    # derived by hand from the typical parameters (Stein 2019, Table 1); the paper prints 0.78, 4.3 and 220 days
    ("rho", P.rho, 0.8891),
    ("doubling time", P.doubling_time, 0.780),
    ("contraction half-life", P.contraction_half_life, 4.33),
    ("persistence half-life", P.persistence_half_life, 216.6),  # printed as 217
    ("level on day 0", P.initial, 6.154),
    ("AUC 0-28", P.auc(28), 171_774),
    ("AUC to infinity", P.auc_inf, 235_051),
    ("AUC 0-28 / Cmax", P.auc(28) / P.cmax, 7.16),
]


@pytest.mark.parametrize(("name", "value", "expected"), DERIVED)
def test_derived_constants(name, value, expected):
    assert value == pytest.approx(expected, rel=1e-3), name


def test_the_typical_level_falls_below_100_copies_on_day_209():
    assert brentq(lambda day: float(stein_curve(day)) - 100, 20, 1000) == pytest.approx(209, abs=0.5)


@pytest.mark.parametrize("end", [5.0, 9.3, 28.0, 400.0])
def test_the_area_is_that_under_the_curve(end):
    middle = min(end, P.tmax)
    area = quad(stein_curve, 0, middle)[0] + quad(stein_curve, middle, end, limit=200)[0]
    assert P.auc(end) == pytest.approx(area, rel=1e-7)


def test_the_closed_form_solves_the_two_compartments():
    """dE/dt = rho E, then -alpha E; dM/dt = k E - beta M with k = FB (alpha - beta), after the peak."""
    k = P.fb * (P.alpha - P.beta)
    after = solve_ivp(
        lambda _, y: [-P.alpha * y[0], k * y[0] - P.beta * y[1]],
        (0, 300),
        [P.cmax, 0.0],
        t_eval=[0, 10, 50, 300],
        rtol=1e-10,
        atol=1e-8,
    )
    assert stein_curve(P.tmax + after.t) == pytest.approx(after.y.sum(axis=0), rel=1e-6)


def test_the_curve_starts_at_cmax_over_foldx_and_peaks_at_cmax_on_tmax():
    days = np.linspace(0, 60, 601)
    level = stein_curve(days)
    assert level[0] == pytest.approx(P.cmax / P.foldx)
    assert level.max() == pytest.approx(P.cmax, rel=1e-9)
    assert days[level.argmax()] == pytest.approx(P.tmax)


def test_parameters_broadcast_over_patients():
    days, cmax = np.arange(0, 100, 7.0), np.array([[100.0], [2000.0]])
    together = stein_curve(days, cmax=cmax, tmax=[[7.0], [14.0]])
    assert together.shape == (2, days.size)
    assert together[1] == pytest.approx(stein_curve(days, cmax=2000, tmax=14))


COMEDICATION = [
    # tocilizumab from, steroids from, factors, peak over the plain peak as a power of e per rho
    (math.inf, math.inf, (1.2, 0.5), 0.0),
    (5.3, math.inf, (1.2, 0.5), 0.2 * 4),
    (0.0, math.inf, (1.2, 0.5), 0.2 * 9.3),
    (9.3, math.inf, (1.2, 0.5), 0.0),
    (20.0, math.inf, (1.2, 0.5), 0.0),  # after the peak it changes nothing
    (math.inf, 7.3, (1.2, 0.5), -0.5 * 2),
    (5.3, 7.3, (1.2, 0.5), 0.2 * 2 + (0.6 - 1) * 2),
    (7.3, 5.3, (1.2, 0.5), -0.5 * 2 + (0.6 - 1) * 2),
]


@pytest.mark.parametrize(("toci", "steroid", "factors", "days"), COMEDICATION)
def test_comedication_multiplies_the_rate_of_expansion_from_its_start(toci, steroid, factors, days):
    drugs = {"tocilizumab_start": toci, "steroid_start": steroid, "ftoci": factors[0], "fster": factors[1]}
    for day in (9.3, 15.0, 100.0):
        gain = float(stein_curve(day, **drugs) / stein_curve(day))
        assert gain == pytest.approx(math.exp(P.rho * days))
    before = min(toci, steroid, 5.0)
    assert stein_curve(before, **drugs) == pytest.approx(float(stein_curve(before)))


def test_the_spread_is_read_as_sd_unless_asked_otherwise():
    assert stein_log_sd()["tmax"] == 0.38
    assert stein_log_sd("variance")["tmax"] == pytest.approx(0.616, abs=1e-3)
    assert stein_log_sd().keys() == set(SteinParameters.__slots__)
