"""The reference cases of the analysis: A-N and T1-T9, each number with its voucher.

A-N: PKNCA 0.12.1 with its defaults, run once on these profiles. T1-T8: numbers PKNCA's own tests state
(test-auc.R, test-half.life.R). T9: measured once with the Tobit half-life of PKNCA 0.12.1.9000.
The numbers are facts; the cases run without the software that gave them.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from cartwise.kinetics import NcaMethod, nca, nca_arrays

NAN = math.nan

# name: days, levels (0 is below the limit, NAN is no result)
PROFILES = {
    "A": (
        [0, 2, 4, 7, 10, 14, 21, 28, 60, 91, 182, 364],
        [0, 0, 850, 14200, 52000, 30860, 9100, 3200, 1450, 980, 620, 310],
    ),
    "B": (
        [0, 7, 14, 28, 84, 182, 273, 378],
        [0, 22500, 30860, 1602, 640, 210, 0, 0],
    ),
    "C": (
        [0, 4, 7, 10, 14, 21, 28, 60, 91],
        [0, 0, 5000, 81000, 0, 4100, 1900, 0, 0],
    ),
    "D": (
        [0, 3, 7, 10, 15, 21, 35, 63],
        [0, 120, 8800, 40000, 21000, 6400, 1500, 260],
    ),
    "E": (
        [0, 3, 7, 11, 14, 21],
        [0, 150, 6000, 9000, 3000, 500],
    ),
    "F": (
        [1, 4, 7, 10, 14, 21, 28],
        [420, 900, 25000, 31000, 17000, 3300, 1200],
    ),
    "G": (
        [0, 7, 14, 28],
        [0, 0, 0, 0],
    ),
    "H": (
        [0, 7, 14, 28],
        [0, 863, 0, 0],
    ),
    "I": (
        [0, 7, 10, 14, 21, 28],
        [0, 1000, 1000, 1000, 1000, 1000],
    ),
    "J": (
        [0, 5, 8, 11, 14, 21, 28],
        [0, 300, 20000, 20000, 8000, 2000, 500],
    ),
    "K": (
        [0, 1, 2, 3, 4, 6],
        [64, 32, 16, 8, 4, 1],
    ),
    "L": (
        [0, 7, 14, 21, 28, 60, 91, 120],
        [0, 30000, 9000, 2500, 1100, 300, 900, 400],
    ),
    "M": (
        [0, 4, 7, 10, 14, 21, 28],
        [0, 500, NAN, 52000, 30000, NAN, 3100],
    ),
    "N": (
        [0, 7, 10, 14, 28, 60, 91, 182, 270],
        [0, 9000, 41000, 15000, 900, 0, 150, 0, 0],
    ),
}

EXTREMES_AND_SLOPE = """
case |  cmax | tmax | tlast | clast |      lambda_z | lambda_z_r2 | lambda_z_adj_r2 | lambda_z_start | lambda_z_end | lambda_z_n | clast_pred |  half_life | span_ratio
   A | 52000 |   10 |   364 |   310 | 0.00415782439 | 0.994733874 |     0.989467748 |             91 |          364 |          3 | 305.111744 | 166.709104 | 1.63758303
   B | 30860 |   14 |   182 |   210 |  0.0129883222 | 0.989971637 |     0.979943274 |             28 |          182 |          3 | 201.309237 | 53.3669532 | 2.88568095
   C | 81000 |   10 |    28 |  1900 |             - |           - |               - |              - |            - |          - |          - |          - |          -
   D | 40000 |   10 |    63 |   260 |  0.0743164557 | 0.981670901 |     0.963341802 |             21 |           63 |          3 | 239.511428 | 9.32696769 | 4.50307125
   E |  9000 |   11 |    21 |   500 |             - |           - |               - |              - |            - |          - |          - |          - |          -
   F | 31000 |   10 |    28 |  1200 |   0.189349413 |  0.98165391 |      0.96330782 |             14 |           28 |          3 | 1080.80546 | 3.66067773 | 3.82442844
   G |     0 |    - |     - |     0 |             - |           - |               - |              - |            - |          - |          - |          - |          -
   H |   863 |    7 |     7 |   863 |             - |           - |               - |              - |            - |          - |          - |          - |          -
   I |  1000 |    7 |    28 |  1000 |             - |           - |               - |              - |            - |          - |          - |          - |          -
   J | 20000 |    8 |    28 |   500 |   0.198042052 |           1 |               1 |             14 |           28 |          3 |        500 |        3.5 |          4
   K |    64 |    0 |     6 |     1 |   0.693147181 |           1 |               1 |              1 |            6 |          5 |          1 |          1 |          5
   L | 30000 |    7 |   120 |   400 |  0.0212793481 | 0.527765768 |     0.409707209 |             14 |          120 |          6 | 299.660686 | 32.5737037 | 3.25415866
   M | 52000 |   10 |    28 |  3100 |             - |           - |               - |              - |            - |          - |          - |          - |          -
   N | 41000 |   10 |    91 |   150 |  0.0502146524 | 0.787180876 |     0.574361752 |             14 |           91 |          3 | 121.461184 | 13.8036837 | 5.57822111
"""

AREAS_LIN_UP_LOG_DOWN = """
case |  auclast_0_28 |   aucint_0_28 |       auclast |        aucall |    aucinf_obs | auc_extrapolated_percent
   A | 449032.763342 | 449032.763342 | 709918.559359 | 709918.559359 | 784476.782762 |            9.50419758001
   B | 403976.260735 | 403976.260735 |  500505.18621 |  510060.18621 | 516673.556343 |            3.12932023215
   C | 440052.196623 | 440052.196623 | 440052.196623 | 470452.196623 |             - |                        -
   D | 312377.239853 | 344236.585673 |   379471.6846 |   379471.6846 | 382970.236807 |           0.913531097512
   E | 68676.2420439 | 68676.2420439 | 68676.2420439 | 68676.2420439 |             - |                        -
   F |             - | 291285.437493 |             - |             - |             - |                        -
   G |             0 |             0 |             0 |             0 |             0 |                        -
   H |        3020.5 |          6041 |        3020.5 |          6041 |             - |                        -
   I |         24500 |         24500 |         24500 |         24500 |             - |                        -
   J | 168359.584869 | 168359.584869 | 168359.584869 | 168359.584869 | 170884.301191 |            1.47744193233
   K |  90.889787576 |  90.889787576 |  90.889787576 |  90.889787576 | 92.3324826169 |                   1.5625
   L | 274553.686585 | 274553.686585 | 330737.561679 | 330737.561679 |  349535.12999 |             5.3778766991
   M | 484404.569046 | 484404.569046 | 484404.569046 | 484404.569046 |             - |                        -
   N | 280092.826478 | 280092.826478 | 306463.553583 | 313288.553583 | 309450.729495 |           0.965315518147
"""

AREAS_LINEAR = """
case | auclast_0_28 | aucint_0_28 | auclast | aucall |    aucinf_obs | auc_extrapolated_percent
   A |       471355 |      471355 |  740850 | 740850 | 815408.223403 |            9.14366832013
   B |       492744 |      492744 |  597170 | 606725 | 613338.370133 |            2.63612565595
   C |       625550 |      625550 |  625550 | 655950 |             - |                        -
   D |       325920 |      362145 |  405860 | 405860 | 409358.552207 |            0.85464251048
   E |        72775 |       72775 |   72775 |  72775 |             - |                        -
   F |            - |      307840 |       - |      - |             - |                        -
   G |            0 |           0 |       0 |      0 |             0 |                        -
   H |       3020.5 |        6041 |  3020.5 |   6041 |             - |                        -
   I |        24500 |       24500 |   24500 |  24500 |             - |                        -
   J |       176950 |      176950 |  176950 | 176950 | 179474.716322 |            1.40672534455
   K |           95 |          95 |      95 |     95 | 96.4426950409 |             1.4959090891
   L |       294350 |      294350 |  354200 | 354200 | 372997.568311 |            5.03959540434
   M |       554200 |      554200 |  554200 | 554200 |             - |                        -
   N |       329800 |      329800 |  362875 | 369700 | 365862.175913 |           0.816475741278
"""


def drawn(text):
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [
        (row[0], name, None if cell == "-" else float(cell))
        for row in rows
        for name, cell in zip(head[1:], row[1:], strict=True)
    ]


def table_of(profiles):
    rows = [(name, *point) for name, columns in profiles.items() for point in zip(*columns, strict=True)]
    return pd.DataFrame(rows, columns=["subject", "time", "concentration"])


def check(row, name, expected):
    if expected is None:
        assert math.isnan(row[name])
        assert row[f"{name}_reason"]
    else:
        assert row[name] == pytest.approx(expected, rel=1e-6)


@pytest.fixture(scope="module")
def results():
    table = table_of(PROFILES)
    return {rule: nca(table, auc_rule=rule).set_index("subject") for rule in ("lin-up/log-down", "linear")}


@pytest.mark.parametrize(("case", "name", "expected"), drawn(EXTREMES_AND_SLOPE))
def test_extremes_and_terminal_slope(results, case, name, expected):
    for result in results.values():
        check(result.loc[case], name, expected)


@pytest.mark.parametrize(
    ("rule", "case", "name", "expected"),
    [("lin-up/log-down", *cell) for cell in drawn(AREAS_LIN_UP_LOG_DOWN)]
    + [("linear", *cell) for cell in drawn(AREAS_LINEAR)],
)
def test_areas(results, rule, case, name, expected):
    check(results[rule].loc[case], name, expected)


THEIR_NAMES = {
    "aucint.last_0_28": "aucint_0_28",
    "clast.obs": "clast",
    "lambda.z": "lambda_z",
    "r.squared": "lambda_z_r2",
    "adj.r.squared": "lambda_z_adj_r2",
    "lambda.z.time.first": "lambda_z_start",
    "lambda.z.time.last": "lambda_z_end",
    "lambda.z.n.points": "lambda_z_n",
    "clast.pred": "clast_pred",
    "half.life": "half_life",
    "span.ratio": "span_ratio",
    "aucinf.obs": "aucinf_obs",
    "aucpext.obs": "auc_extrapolated_percent",
}
THEIR_RULES = {"lin up/log down": "lin-up/log-down", "linear": "linear"}


def test_the_stored_cases_of_the_reference_folder_agree():
    path = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "nca_reference_cases.json"
    if not path.exists():
        pytest.skip("the folder with the stored reference cases is not beside this repository")
    cases = json.loads(path.read_text())
    blank = {
        name: (case["time"], [NAN if c is None else c for c in case["conc"]]) for name, case in cases.items()
    }
    for theirs, rule in THEIR_RULES.items():
        result = nca(table_of(blank), auc_rule=rule).set_index("subject")
        for name, case in cases.items():
            for quantity, expected in case["expected"][theirs].items():
                if quantity != "aucint.inf.obs_0_28":  # extrapolates inside the interval: not offered
                    check(result.loc[name], THEIR_NAMES.get(quantity, quantity), expected)


# ---- T1-T9 ----


def analysed(days, levels, **choices):
    result = nca_arrays(days, levels, method=NcaMethod(**choices))
    return {name: float(values[0]) for name, values in result.quantities.items()}


LN2 = math.log(2)

T1_TO_T5 = [
    # case, days, levels, choices, quantity, expected
    ("T1", range(3), [0, 1, 1], {"auc_rule": "linear"}, "auclast", 1.5),
    ("T2", range(3), [0, 1, 0], {"auc_rule": "linear", "lambda_z": 1.0}, "auclast", 0.5),
    ("T2", range(3), [0, 1, 0], {"auc_rule": "linear", "lambda_z": 1.0}, "aucall", 1.0),
    ("T2", range(3), [0, 1, 0], {"auc_rule": "linear", "lambda_z": 1.0}, "aucinf_obs", 1.5),
    ("T2, five trailing", range(7), [0, 1, 0, 0, 0, 0, 0], {"lambda_z": 1.0}, "auclast", 0.5),
    ("T2, five trailing", range(7), [0, 1, 0, 0, 0, 0, 0], {"lambda_z": 1.0}, "aucall", 1.0),
    ("T2, five trailing", range(7), [0, 1, 0, 0, 0, 0, 0], {"lambda_z": 1.0}, "aucinf_obs", 1.5),
    ("T3", range(6), [0, 2, 0, 1, 2, 1], {"auc_rule": "linear", "blq_rule": "zero"}, "auclast", 5.5),
    ("T3", range(6), [0, 2, 0, 1, 2, 1], {"blq_rule": "zero"}, "auclast", 4 + 1 / LN2),
    ("T4", range(8), [0, 2, 0, 1, 2, 1, 0, 0], {"auc_rule": "linear", "lambda_z": 1.0}, "auclast", 7.0),
    ("T4", range(8), [0, 2, 0, 1, 2, 1, 0, 0], {"auc_rule": "linear", "lambda_z": 1.0}, "aucall", 7.5),
    ("T4", range(8), [0, 2, 0, 1, 2, 1, 0, 0], {"auc_rule": "linear", "lambda_z": 1.0}, "aucinf_obs", 8.0),
    ("T4", range(8), [0, 2, 0, 1, 2, 1, 0, 0], {"lambda_z": 1.0}, "auclast", 2.5 + 3 / LN2),
    ("T4", range(8), [0, 2, 0, 1, 2, 1, 0, 0], {"lambda_z": 1.0}, "aucall", 3.0 + 3 / LN2),
    ("T4", range(8), [0, 2, 0, 1, 2, 1, 0, 0], {"lambda_z": 1.0}, "aucinf_obs", 3.5 + 3 / LN2),
    (
        "T5",
        [0, 1, 2, 3, 4, 5, 7],
        [0, 2, 0, 1, 2, 1, 0],
        {"auc_rule": "linear", "interval": (0, 6)},
        "aucintall_0_6",
        7.75,
    ),
    (
        "T5",
        [0, 1, 2, 3, 4, 5, 7],
        [0, 2, 0, 1, 2, 1, 0],
        {"interval": (0, 6)},
        "aucintall_0_6",
        2.5 + 3.5 / LN2,
    ),
]


@pytest.mark.parametrize("drawn_case", T1_TO_T5)
def test_areas_stated_by_pknca_tests(drawn_case):
    case, days, levels, choices, name, expected = drawn_case
    assert analysed(list(days), levels, **choices)[name] == pytest.approx(expected, rel=1e-12), case


def test_t6_half_life_without_and_with_tmax():
    days, levels = range(4), [1, 0.5, 0.25, 0.1251]
    without = analysed(list(days), levels)
    with_tmax = analysed(list(days), levels, include_tmax=True, adj_r2_tolerance=0.01)
    assert without["half_life"] == pytest.approx(1.000577, abs=5e-7)
    assert with_tmax["half_life"] == pytest.approx(1.000346, abs=5e-7)
    assert with_tmax["span_ratio"] == pytest.approx(2.998962, abs=5e-7)
    assert with_tmax["clast_pred"] == pytest.approx(0.12507, abs=5e-6)
    assert with_tmax["lambda_z_n"] == 4


def test_t7_an_interval_that_starts_before_the_first_sample_has_no_area_but_a_reason():
    row = nca(table_of({"T7": ([1, 2, 3], [1, 2, 1])}), interval=(0, 3)).iloc[0]
    assert math.isnan(row["auclast_0_3"])
    assert "sampling starts after day 0" in row["auclast_0_3_reason"]


def test_t8_a_rising_end_gives_no_half_life():
    row = nca(table_of({"T8": ([0, 1, 2, 3, 4, 5], [10, 1, 1.12, 1.19, 1.33, 1.44])})).iloc[0]
    assert math.isnan(row["half_life"])
    assert "no valid terminal phase" in row["half_life_reason"]


T9_DAYS = [10, 14, 21, 28, 60, 91, 182]
T9_LEVELS = [52000, 30860, 9100, 3200, 1450, 0, 0]
T9_STORED = 0.06379248  # where the voucher's search stopped: test_nca_tobit_voucher.py


def t9_loss(rate, intercept, log_sd):
    """Negative log-likelihood of the last five samples of T9, two of them below 100."""
    t, c = np.array(T9_DAYS[2:]), np.array(T9_LEVELS[2:])
    line, sd, below = intercept - rate * t, np.exp(log_sd), c == 0
    seen = norm.logpdf(np.log(c[~below]), line[~below], sd).sum()
    return -seen - norm.logcdf(np.log(100), line[below], sd).sum()


def t9_best(rate=None):
    """The smallest loss, over all rates or for a given one, by a general optimiser, and the rate there."""
    if rate is not None:
        return minimize(
            lambda p: t9_loss(rate, *p), [10, -0.6], method="Nelder-Mead", options=TIGHT
        ).fun, rate
    fit = minimize(lambda p: t9_loss(*p), [0.06, 10, -0.6], method="Nelder-Mead", options=TIGHT)
    return fit.fun, fit.x[0]


TIGHT = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 20_000}


def test_t9_tobit_uses_the_vouchers_window_and_reaches_the_maximum_it_stops_short_of():
    got = analysed(T9_DAYS, T9_LEVELS, half_life="tobit", lloq=100.0)
    assert (got["lambda_z_n"], got["lambda_z_start"], got["lambda_z_end"]) == (5, 21, 182)
    assert got["lambda_z"] == pytest.approx(T9_STORED, rel=1e-3)
    loss, rate = t9_best()
    assert got["lambda_z"] == pytest.approx(rate, rel=1e-6)
    assert loss < t9_best(T9_STORED)[0]


def test_t9_log_linear_on_the_same_values():
    assert analysed(T9_DAYS, T9_LEVELS)["half_life"] == pytest.approx(12.04181, abs=5e-6)
