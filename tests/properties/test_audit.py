"""The audit never cries wolf over numbers that were computed, rounded and printed as they should be."""

import math
from statistics import NormalDist

from hypothesis import assume, given
from hypothesis import strategies as st

from cartwise import evidence, statistics
from cartwise.evidence.auditing.counts import fisher_p
from cartwise.evidence.source import read_source

HEAD = """
key = "drawn"
title = "Drawn"
kind = "drawn"
stream = "drawn"
stream_note = "drawn"
checked = "public text read, no line"
status = "primary text read"
"""
FINDING = (
    '[[finding]]\nid = "f"\nstatement = "Drawn."\nlocator = "x"\npopulation = "drawn"\nendpoint = "drawn"\n'
)
cells = st.integers(0, 30)


def verdicts(**fields: object) -> set[str]:
    said = "".join(f"{name} = {value!r}\n" for name, value in fields.items())
    return {row.verdict for row in evidence.audit(read_source("drawn.toml", HEAD + FINDING + said))}


@given(st.floats(-2.5, 2.5), st.floats(0.05, 1.2), st.integers(2, 4))
def test_a_ratio_its_wald_interval_and_its_p_agree_when_rounded(log_ratio, error, digits):
    half = NormalDist().inv_cdf(0.975) * error
    value, lower, upper = (
        round(math.exp(x), digits) for x in (log_ratio, log_ratio - half, log_ratio + half)
    )
    assume(lower > 0)
    p = 2 * NormalDist().cdf(-abs(log_ratio) / error)
    told = f"= {p:.3f}" if p >= 0.001 else "< 0.001"
    assert verdicts(
        measure="HR", value=value, lower=lower, upper=upper, interval="confidence interval", p=told
    ) == {"agrees"}


@given(st.integers(1, 400), st.data(), st.integers(0, 2))
def test_a_percentage_of_counts_agrees_when_rounded(n, data, digits):
    events = data.draw(st.integers(0, n))
    percent = round(100 * events / n, digits)
    assert verdicts(measure="proportion", value=percent, unit="%", n=n) == {"agrees"}


@given(st.integers(10, 400), st.floats(0.05, 0.95), st.floats(1.0, 1.5))
def test_an_interval_no_narrower_than_greenwoods_least_agrees(n, survival, censoring):
    half = NormalDist().inv_cdf(0.975) * censoring * math.sqrt(survival * (1 - survival) / n)
    value, lower, upper = (round(100 * x, 1) for x in (survival, survival - half, survival + half))
    assert verdicts(
        measure="survival probability",
        unit="%",
        n=n,
        value=value,
        lower=lower,
        upper=upper,
        interval="confidence interval",
    ) == {"agrees"}


@given(cells, cells, cells, cells)
def test_an_odds_ratio_with_its_fisher_p_agrees_with_its_counts(a, b, c, d):
    assume(min(a, b, c, d) > 0)
    groups = f'[{{label="one",n={a + b},events={a}}},{{label="two",n={c + d},events={c}}}]'
    ratio, p = round(a * d / (b * c), 3), fisher_p((a, b, c, d))
    assume(ratio > 0)
    said = f'measure = "OR"\nvalue = {ratio}\np = "= {p:.3f}"\ngroups = {groups}\n'
    rows = evidence.audit(read_source("drawn.toml", HEAD + FINDING + said))
    assert {row.verdict for row in rows} == {"agrees"}


@given(cells, cells, cells, cells)
def test_fishers_p_is_that_of_the_statistics_room(a, b, c, d):
    assume(min(a + b, c + d, a + c, b + d) > 0)
    ours, theirs = fisher_p((a, b, c, d)), statistics.fisher([[a, b], [c, d]]).p
    assert isinstance(theirs, float)
    assert math.isclose(ours, theirs, rel_tol=1e-9)


@given(
    st.sampled_from(["HR", "OR", "median", "survival probability", "correlation", "proportion"]),
    st.sampled_from(["confidence interval", "range"]),
    st.tuples(*[st.floats(-200, 200).map(lambda x: round(x, 2))] * 4),
    st.tuples(*[st.integers(0, 60)] * 4),
    st.sampled_from(["= 0.05", "< .001", "= 1.0", "not told"]),
)
def test_any_file_of_the_users_own_is_audited_without_a_fault(measure, interval, numbers, counts, p):
    value, lower, upper, error = numbers
    n, events, first, second = counts
    groups = f'[{{label="one",n={first}}},{{label="two",n={second}}}]'
    said = f"""
measure = "{measure}"
interval = "{interval}"
value = {value}
lower = {lower}
upper = {upper}
standard_error = {error}
unit = "%"
n = {n}
events = {events}
terms = 2
p = "{p}"
groups = {groups}
"""
    rows = evidence.audit(read_source("drawn.toml", HEAD + FINDING + said))
    assert all(row.printed and row.recomputed for row in rows)
