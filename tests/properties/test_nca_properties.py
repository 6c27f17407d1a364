"""Non-compartmental analysis against a slow, obvious reference, and laws that hold for every profile."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartwise.kinetics import nca

AUC_RULES = ("linear", "lin-up/log-down", "lin-log")
BLQ_RULES = ("pknca", "zero", "drop", "positive-part")
SLOPE_RULES = ("pknca", "positive-first")

# ---- the slow reference: one profile, one point after the other, nothing shared with the package ----


def runs_log(before, after, rule, tmax):
    (_, c1), (t2, c2) = before, after
    if rule == "linear" or c1 <= 0 or c2 <= 0 or c1 == c2:
        return False
    return c2 < c1 if rule == "lin-up/log-down" else t2 > tmax


def peak(points):
    return min(t for t, c in points if c == max(level for _, level in points))


def area(points, rule):
    total = 0.0
    for before, after in itertools.pairwise(points):
        (t1, c1), (t2, c2) = before, after
        log = runs_log(before, after, rule, peak(points))
        total += (t2 - t1) * ((c1 - c2) / math.log1p((c1 - c2) / c2) if log else (c1 + c2) / 2)
    return total


def level_on(points, day, rule):
    for before, after in itertools.pairwise(points):
        (t1, c1), (t2, c2) = before, after
        if t1 < day < t2:
            share = (day - t1) / (t2 - t1)
            log = runs_log(before, after, rule, peak(points))
            return (
                math.exp((1 - share) * math.log(c1) + share * math.log(c2)) if log else c1 + share * (c2 - c1)
            )
    return dict(points).get(day)


def remaining(results, rule):
    days = [t for t, c in results if c > 0]
    if rule == "zero" or (not days and rule != "drop"):
        return results
    if rule == "pknca":
        return [(t, c) for t, c in results if c > 0 or not days[0] < t < days[-1]]
    return [(t, c) for t, c in results if c > 0]


def last_positive(points):
    return max((i for i, (_, c) in enumerate(points) if c > 0), default=-1)


def slow_interval(results, start, end, rule, blq_rule):
    points = remaining(results, blq_rule)
    if len(points) < 2 or points[0][0] > end or points[-1][0] < start:
        return None, None
    if points[0][0] > start and blq_rule != "positive-part":
        points = [(start, 0.0), *points]
    last = last_positive(points)
    if last < 0:
        return 0.0, 0.0
    to_zero, seen = points[: last + 2], points[: last + 1]
    sampled_zero = to_zero if to_zero[-1][0] <= end else seen
    return tuple(slow_between(line, start, end, rule) for line in (sampled_zero, to_zero))


def slow_between(points, start, end, rule):
    days = sorted({t for t, _ in points if start <= t <= end} | {start, end})
    cut = [(day, level_on(points, day, rule)) for day in days]
    cut = [(day, level) for day, level in cut if level is not None]
    return area(cut, rule) if len(cut) > 1 else 0.0


def slow_area(points, recorded, start, blq_rule, how):
    if len(points) < 2:
        return None
    if last_positive(points) < 0:
        return 0.0
    began = recorded[0][0] if blq_rule == "positive-part" else points[0][0]
    return None if began > start else how(points)


def slow_terminal(points, slope_rule):
    tmax, fits = peak(points), []
    after = [(t, math.log(c)) for t, c in points if t > tmax and c > 0]
    for i in range(len(after) - 2):
        t, y = (np.array(x) for x in zip(*after[i:], strict=True))
        if np.ptp(y) == 0:
            continue
        n, slope = len(t), np.sum((t - t.mean()) * (y - y.mean())) / np.sum((t - t.mean()) ** 2)
        at_last = y.mean() + slope * (t[-1] - t.mean())
        r2 = (
            np.sum((t - t.mean()) * (y - y.mean())) ** 2
            / np.sum((t - t.mean()) ** 2)
            / np.sum((y - y.mean()) ** 2)
        )
        fits.append(
            (1 - (1 - r2) * (n - 1) / (n - 2), n, -slope if r2 > 1e-24 else 0.0, r2, t[0], math.exp(at_last))
        )
    judged = [fit for fit in fits if fit[2] > 0] if slope_rule == "positive-first" else fits
    best = max((fit[0] for fit in judged), default=0)
    good = [fit for fit in fits if fit[2] > 0 and fit[0] > best - 1e-4]
    return max(good, key=lambda fit: fit[1], default=None)


def slow_nca(samples, *, lloq, auc_rule, blq_rule, slope_rule, interval):
    start, end = interval
    name = f"{start:g}_{end:g}"
    results = sorted(
        (t, 0.0 if below or c == 0 or (lloq and c < lloq) else c)
        for t, c, below in samples
        if below or not math.isnan(c)
    )
    recorded = [(t, c) for t, c in results if t >= start]
    points = remaining(recorded, blq_rule)
    out = {"last_sample": recorded[-1][0] if recorded else None}
    out[f"aucint_{name}"], out[f"aucintall_{name}"] = slow_interval(results, start, end, auc_rule, blq_rule)
    last = last_positive(points)
    by_end = [(t, c) for t, c in points if t <= end]
    out["cmax"] = max((c for _, c in points), default=None)
    out["clast"] = None if not points else 0.0 if last < 0 else points[last][1]
    out["tlast"] = points[last][0] if last >= 0 else None
    out["tmax"] = peak(points) if last >= 0 else None
    out["tfirst"] = min((t for t, c in points if c > 0), default=None)
    out["auclast"] = slow_area(points, recorded, start, blq_rule, lambda p: area(p[: last + 1], auc_rule))
    out["aucall"] = slow_area(points, recorded, start, blq_rule, lambda p: area(p[: last + 2], auc_rule))
    out[f"auclast_{name}"] = slow_area(
        by_end, recorded, start, blq_rule, lambda p: area(p[: last_positive(p) + 1], auc_rule)
    )
    fit = slow_terminal(points, slope_rule) if last >= 0 else None
    keys = ("lambda_z_adj_r2", "lambda_z_n", "lambda_z", "lambda_z_r2", "lambda_z_start", "clast_pred")
    out |= dict(zip(keys, fit or [None] * 6, strict=True))
    rate, total = out["lambda_z"], out["auclast"]
    out["half_life"] = math.log(2) / rate if fit else None
    out["lambda_z_end"] = out["tlast"] if fit else None
    out["span_ratio"] = (out["tlast"] - out["lambda_z_start"]) / out["half_life"] if fit else None
    tail = 0.0 if points and last < 0 else out["clast"] / rate if fit else None
    out["aucinf_obs"] = total + tail if total is not None and tail is not None else None
    out["auc_extrapolated_percent"] = 100 * tail / out["aucinf_obs"] if out["aucinf_obs"] else None
    return out


# ---- random profiles ----

level = st.one_of(
    st.just(0.0),
    st.just(math.nan),
    st.sampled_from([1000.0, 2000.0]),  # ties
    st.floats(1, 1e6).map(lambda x: float(f"{x:.4g}")),
)
sample = st.tuples(level, st.booleans())


@st.composite
def profile(draw):
    days = draw(st.lists(st.integers(0, 80), min_size=1, max_size=9, unique=True))
    rows = []
    for day in days:
        c, marked = draw(sample)
        below = marked and not c > 0
        rows.append((day / 2, c, below))
    return rows


choices = st.fixed_dictionaries(
    {
        "lloq": st.sampled_from([None, 50.0, 1500.0]),
        "auc_rule": st.sampled_from(AUC_RULES),
        "blq_rule": st.sampled_from(BLQ_RULES),
        "slope_rule": st.sampled_from(SLOPE_RULES),
        "interval": st.sampled_from([(0.0, 28.0), (0.0, 10.0), (5.0, 17.5)]),
    }
)


def frame(profiles):
    rows = [(f"P{i}", *row) for i, rows in enumerate(profiles) for row in rows]
    return pd.DataFrame(rows, columns=["subject", "time", "concentration", "below_limit"])


@settings(max_examples=400, deadline=None)
@given(st.lists(profile(), min_size=1, max_size=4), choices)
def test_every_quantity_equals_the_slow_reference_under_every_rule(profiles, how):
    got = nca(frame(profiles), **how).set_index("subject")
    for i, samples in enumerate(profiles):
        for name, expected in slow_nca(samples, **how).items():
            value, reason = got.loc[f"P{i}", name], got.loc[f"P{i}", f"{name}_reason"]
            assert (reason == "") == (expected is not None), (name, reason, expected)
            if expected is None:
                assert math.isnan(value), name
            else:
                assert value == pytest.approx(expected, rel=1e-7, abs=1e-12), name


@settings(max_examples=60, deadline=None)
@given(st.lists(profile(), min_size=1, max_size=3), choices)
def test_every_missing_number_has_its_reason_and_no_other_has_one(profiles, how):
    got = nca(frame(profiles), **how)
    for name in [column.removesuffix("_reason") for column in got if column.endswith("_reason")]:
        assert (got[name].isna() == (got[f"{name}_reason"] != "")).all(), name


@settings(max_examples=60, deadline=None)
@given(st.lists(profile(), min_size=1, max_size=3), choices, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(profiles, how, random):
    table = frame(profiles)
    order = list(table.index)
    random.shuffle(order)
    straight, shuffled = (nca(t, **how).set_index("subject") for t in (table, table.loc[order]))
    pd.testing.assert_frame_equal(straight, shuffled.loc[straight.index])


@settings(max_examples=60, deadline=None)
@given(profile(), profile(), choices)
def test_another_profile_changes_nothing(one, other, how):
    alone, together = nca(frame([one]), **how), nca(frame([one, other]), **how)
    pd.testing.assert_frame_equal(alone, together.iloc[:1], rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(profile(), choices, st.sampled_from([0.25, 8.0]))
def test_a_change_of_unit_scales_levels_and_areas_and_leaves_times(samples, how, factor):
    scaled = [(t, c * factor, below) for t, c, below in samples]
    there = how | {"lloq": how["lloq"] and how["lloq"] * factor}
    before, after = nca(frame([samples]), **how).iloc[0], nca(frame([scaled]), **there).iloc[0]
    for name in [column.removesuffix("_reason") for column in before.index if column.endswith("_reason")]:
        by = factor if name.startswith(("c", "auc")) and not name.endswith("percent") else 1.0
        assert after[name] == pytest.approx(before[name] * by, rel=1e-6, nan_ok=True), name
