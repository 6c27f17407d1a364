"""What each rule of the analysis does, drawn on profiles small enough to reckon by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from cartwise.kinetics import NcaMethod, method_sentence, nca, nca_arrays

NAN = math.nan


def samples(days, levels, subject="A", **columns):
    return pd.DataFrame({"subject": subject, "time": days, "concentration": levels, **columns})


def one(days, levels, **choices):
    return nca(samples(days, levels), **choices).iloc[0]


# days 0 7 10 14 21 28, levels < 1000 < 500 < <; areas by straight lines
BELOW_LIMIT_RULES = [
    # rule, AUClast, AUCall, AUCint 0-28
    ("pknca", 3500 + 5250, 3500 + 5250 + 1750, 3500 + 5250 + 1750),
    ("zero", 3500 + 1500 + 1000, 3500 + 1500 + 1000 + 1750, 3500 + 1500 + 1000 + 1750),
    ("drop", NAN, NAN, 3500 + 5250),  # day 0 is dropped with the rest, so AUClast has no start
    ("positive-part", 5250, 5250, 5250),  # from the first to the last quantifiable value
]


@pytest.mark.parametrize(("rule", "last", "whole", "between"), BELOW_LIMIT_RULES)
def test_below_limit_rules(rule, last, whole, between):
    row = one([0, 7, 10, 14, 21, 28], [0, 1000, 0, 500, 0, 0], auc_rule="linear", blq_rule=rule)
    assert row["auclast"] == pytest.approx(last, nan_ok=True)
    assert row["auclast_0_28"] == pytest.approx(last, nan_ok=True)
    assert row["aucall"] == pytest.approx(whole, nan_ok=True)
    assert row["aucint_0_28"] == pytest.approx(between)


# days 0 10 20 40, levels 0 1000 2000 500; the peak is on day 20
AUC_RULES = [
    # rule, AUClast 0-40, AUCint 0-30
    ("linear", 5000 + 15000 + 25000, 5000 + 15000 + 16250),
    ("lin-up/log-down", 20000 + 30000 / math.log(4), 20000 + 10000 / math.log(2)),
    ("lin-log", 20000 + 30000 / math.log(4), 20000 + 10000 / math.log(2)),
]


@pytest.mark.parametrize(("rule", "last", "to_day_30"), AUC_RULES)
def test_auc_rules(rule, last, to_day_30):
    row = one([0, 10, 20, 40], [0, 1000, 2000, 500], auc_rule=rule, interval=(0, 30))
    assert row["auclast"] == pytest.approx(last)
    assert row["aucint_0_30"] == pytest.approx(to_day_30)
    assert row["auclast_0_30"] == 20000  # the last sample by day 30 is that of day 20


def test_after_the_peak_lin_log_takes_a_rise_by_logarithms_and_lin_up_log_down_does_not():
    days, levels = [0, 10, 20, 30], [0, 4000, 1000, 2000]
    rise_by_log, rise_straight = 10 * 1000 / math.log(2), 15000
    by_log, straight = (
        one(days, levels, auc_rule=rule)["auclast"] for rule in ("lin-log", "lin-up/log-down")
    )
    assert by_log - straight == pytest.approx(rise_by_log - rise_straight)


PAST_THE_LAST_VALUE = [
    # days, levels, AUClast 0-28, AUCint 0-28, AUCint 0-28 with the triangle
    ([0, 14, 21], [0, 100, 0], 700, 700 + 350, 700 + 350),  # below the limit, and sampled by day 28
    ([0, 14, 42], [0, 100, 0], 700, 700, 700 + 1050),  # first below the limit after day 28
    ([0, 14], [0, 100], 700, 700, 700),  # never sampled again
    ([0, 14, 42], [0, 100, 100], 700, 700 + 1400, 700 + 1400),  # quantifiable on both sides of day 28
]


@pytest.mark.parametrize(("days", "levels", "last", "between", "with_triangle"), PAST_THE_LAST_VALUE)
def test_what_each_auc_of_28_days_counts(days, levels, last, between, with_triangle):
    row = one(days, levels, auc_rule="linear")
    assert (row["auclast_0_28"], row["aucint_0_28"], row["aucintall_0_28"]) == (last, between, with_triangle)


REASONS = [
    # days, levels, choices, quantity, part of the reason
    ([0, 7], [NAN, NAN], {}, "cmax", "no sample with a result"),
    ([0, 7], [0, 0], {}, "tmax", "every value is below the limit"),
    ([0, 7], [0, 0], {}, "auc_extrapolated_percent", "the area is zero"),
    ([0, 7], [0, 0], {"blq_rule": "drop"}, "cmax", "dropped by the below-limit rule"),
    ([0], [50], {}, "auclast", "fewer than two values"),
    ([0, 40, 50], [0, 9, 5], {}, "auclast_0_28", "fewer than two values remain from day 0 to day 28"),
    ([3, 7, 14], [5, 9, 5], {}, "auclast", "sampling starts after day 0"),
    ([40, 50], [9, 5], {}, "aucint_0_28", "no sample reaches the interval"),
    ([0, 7, 14, 28], [0, 9, 5, 2], {}, "half_life", "fewer than 3 quantifiable values after Tmax"),
    ([0, 7, 14, 21, 28], [0, 9, 5, 5, 5], {}, "lambda_z", "do not vary"),
    ([0, 7, 14, 21, 28], [0, 9, 5, 6, 7], {}, "aucinf_obs", "no valid terminal phase"),
    (
        [0, 7, 14, 21, 28],
        [0, 90, 50, 20, 9],
        {"half_life": "tobit", "lloq": 1.0},
        "lambda_z_r2",
        "Tobit fit has no r2",
    ),
]


@pytest.mark.parametrize("drawn", REASONS)
def test_a_missing_number_says_why(drawn):
    days, levels, choices, name, words = drawn
    row = one(days, levels, **choices)
    assert math.isnan(row[name])
    assert words in row[f"{name}_reason"]


def test_a_profile_below_the_limit_throughout_has_area_zero_and_no_times():
    row = one([0, 7, 14, 28], [0, 0, 0, 0])
    assert (row["cmax"], row["clast"], row["auclast_0_28"], row["aucinf_obs"]) == (0, 0, 0, 0)
    assert row[["tmax", "tlast", "tfirst", "half_life"]].isna().all()


def test_the_slope_rules_differ_where_the_best_fit_rises():
    # the last three rise in a perfect line of logarithms; only longer windows fall
    days, levels = [0, 7, 14, 21, 28, 35], [0, 9000, 4000, 100, 110, 121]
    pknca, phoenix = (one(days, levels, slope_rule=rule) for rule in ("pknca", "positive-first"))
    assert "does not fall" in pknca["half_life_reason"]
    assert phoenix["lambda_z_n"] == 4


# the last three values lie on a line; the one before lies off it by this factor
TOLERANCE = [
    # factor, tolerance of adjusted r2, points used
    (1.01, 1e-4, 4),  # adjusted r2 2e-5 below the best: the longer window is taken
    (1.05, 1e-4, 3),  # 4e-4 below
    (1.05, 1e-3, 4),
]


@pytest.mark.parametrize(("factor", "tolerance", "points"), TOLERANCE)
def test_a_longer_window_is_taken_within_the_tolerance_of_the_best(factor, tolerance, points):
    levels = [0, 1e5, 8000 * factor, 4000, 2000, 1000]
    got = nca_arrays([0, 10, 20, 30, 40, 50], levels, method=NcaMethod(adj_r2_tolerance=tolerance))
    assert got.quantities["lambda_z_n"][0] == points


def test_values_below_the_limit_are_counted_and_never_lost():
    table = samples(
        [0, 7, 14, 21, 28], [0, NAN, 900, 60, NAN], below_limit=[False, True, False, False, False]
    )
    row = nca(table, lloq=100).iloc[0]
    assert row[["n_samples", "n_below_limit", "n_below_lloq", "n_dropped"]].tolist() == [4, 3, 1, 1]
    assert row["tlast"] == 14
    assert row["last_sample"] == 21
    assert nca(table).iloc[0]["tlast"] == 21  # without a limit, values stand as coded


def test_a_start_taken_as_zero_is_marked():
    assert one([1, 7, 14], [5, 9, 5])["start_imputed"]
    assert not one([0, 7, 14], [5, 9, 5])["start_imputed"]
    assert not one([0, 5, 14], [5, 9, 5], interval=(2, 10))["start_imputed"]


FLAGS = [
    # levels on days 0 10 20 30 40, part of the flag
    ([0, 1024, 256, 64, 16], ""),
    ([0, 1024, 256, 32, 60], "r2 below 0.9"),
    ([0, 1024, 900, 800, 711], "span ratio below 2; more than 20 % of AUCinf extrapolated"),
    ([0, 1024, 256, 64, 0], ""),  # no half-life: the reason speaks
]


@pytest.mark.parametrize(("levels", "flag"), FLAGS)
def test_half_life_flags(levels, flag):
    assert one([0, 10, 20, 30, 40], levels)["half_life_flag"].startswith(flag)
    assert bool(one([0, 10, 20, 30, 40], levels)["half_life_flag"]) == bool(flag)


def test_subjects_come_back_in_the_order_of_their_first_row():
    table = pd.concat([samples([0, 7], [0, 5], "Z"), samples([0, 7], [0, 9], "B")])
    assert nca(table)["subject"].tolist() == ["Z", "B"]


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"auc_rule": "linear"}, "(linear)"),
        ({"auc_rule": "lin-log"}, "after it between two positive values (lin-log)"),
        ({"blq_rule": "drop"}, "(drop)"),
        ({"blq_rule": "positive-part"}, "nothing outside (positive-part)"),
        ({"lloq": 100}, "below 100"),
        ({"interval": (0, 90)}, "AUClast 0-90"),
        ({"slope_rule": "positive-first"}, "Phoenix"),
        ({"half_life": "tobit", "lloq": 100}, "Tobit"),
    ],
)
def test_the_method_names_every_choice(choices, words):
    sentence = nca(samples([0, 7], [0, 5]), **choices).attrs["method"]
    assert words in sentence
    assert sentence != method_sentence(NcaMethod())


def test_tobit_of_many_profiles_finds_the_optimum_of_each():
    rng = np.random.default_rng(7)
    days = np.array([0, 7, 14, 21, 28, 42, 60])
    level = np.exp(10 - 0.09 * days + 0.5 * rng.normal(size=(20, 7)))
    level[:, 0] = 1e6
    level[level < 300] = 0
    got = nca_arrays(np.tile(days, (20, 1)), level, method=NcaMethod(half_life="tobit", lloq=300))
    for i in np.flatnonzero(got.reasons["lambda_z"] == 0):
        used = days >= got.quantities["lambda_z_start"][i]
        assert got.quantities["lambda_z"][i] == pytest.approx(
            tobit_rate(days[used], level[i, used], 300), rel=1e-4
        )
    assert (got.reasons["lambda_z"] == 0).sum() >= 15


def tobit_rate(days, level, limit):
    below, logs = level == 0, np.log(np.where(level == 0, limit, level))

    def loss(p):
        line, sd = p[0] - p[1] * days, np.exp(p[2])
        seen = norm.logpdf(logs[~below], line[~below], sd).sum()
        return -seen - norm.logcdf(logs[below], line[below], sd).sum()

    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
    return minimize(loss, [10, 0.09, -0.5], method="Nelder-Mead", options=options).x[1]
