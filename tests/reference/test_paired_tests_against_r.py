"""Paired tests, mixed model and agreement against R 4.2.2 (stats, nlme 3.1-162) and scipy.

The numbers of R were printed by `wilcox.test(second, first, paired = TRUE, exact =, correct =, conf.int = TRUE)`,
`lme(value ~ time, random = ~ 1 | patient, method = "REML")` with `intervals`, `t.test` and `qt` for limits of agreement,
and Lin's formulas typed into R by hand (1989, with the correction of 2000), since no package for it was at hand.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import PermutationMethod, wilcoxon

from cartwise.statistics import bland_altman, mixed_model, wilcoxon_signed_rank

PRODUCT = [63.3, 58.1, 71.0, 44.9, 80.2, 66.6, 52.3, 39.8, 75.5, 61.7, 49.0, 68.4]
DAY_7 = [0.4, 1.2, 70.0, 46.3, 20.8, 0.1, 55.9, 12.5, 30.2, 61.0, 5.3, 60.1]
TIED = (list(range(1, 13)), [2, 2, 5, 3, 8, 6, 9, 10, 12, 9, 14, 13])
"""One pair that does not differ, and changes of equal size."""


@pytest.mark.parametrize(("level", "limits"), [(0.95, (-53.3, -4.65)), (0.90, (-50.3, -14.0))])
def test_the_exact_test_and_its_interval_are_those_of_r(level, limits):
    found = wilcoxon_signed_rank(PRODUCT, DAY_7, level=level)
    assert (found.statistic, found.p) == pytest.approx((7, 0.00927734375))
    assert (found.shift.value, found.shift.lower, found.shift.upper) == pytest.approx((-30.125, *limits))


def test_the_example_of_the_manual_of_r():
    """Depression scores of nine patients (Hollander and Wolfe 1973), two-sided."""
    first = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    found = wilcoxon_signed_rank(first, second)
    assert (found.statistic, found.p) == pytest.approx((5, 0.0390625))
    assert (found.shift.value, found.shift.lower, found.shift.upper) == pytest.approx((-0.46, -0.786, -0.01))


@pytest.mark.parametrize(
    ("pair", "continuity", "p"),
    [
        ((PRODUCT, DAY_7), True, 0.0134711970182132),
        ((PRODUCT, DAY_7), False, 0.0120633234188548),
        (TIED, True, 0.0232606195854516),
        (TIED, False, 0.020303159331119),
    ],
)
def test_the_normal_approximation_with_ties_and_zeros_is_that_of_r(pair, continuity, p):
    found = wilcoxon_signed_rank(*pair, method="normal", continuity=continuity)
    assert found.p == pytest.approx(p, rel=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), [("wilcox", "wilcox"), ("pratt", "pratt"), ("split", "zsplit")])
def test_every_rule_of_zeros_is_that_of_scipy(ours, theirs):
    change = np.subtract(TIED[1], TIED[0])
    near = wilcoxon(change, zero_method=theirs, correction=True, method="asymptotic")
    every = wilcoxon(change, zero_method=theirs, method=PermutationMethod(n_resamples=10**6))
    assert wilcoxon_signed_rank(*TIED, zeros=ours, method="normal").p == pytest.approx(near.pvalue, rel=1e-12)
    assert wilcoxon_signed_rank(*TIED, zeros=ours).p == pytest.approx(every.pvalue, rel=1e-12)


TIMES = ("product", "d7", "d28")
UNBALANCED = {
    "A": (63.3, 0.4, 1.9),
    "B": (58.1, 1.2, 6.3),
    "C": (71.0, None, 12.2),
    "D": (44.9, 6.3, None),
    "E": (80.2, 20.8, 15.1),
    "F": (None, 0.1, 3.3),
    "G": (39.8, 12.5, 1.0),
    "H": (75.5, None, None),
}


def test_the_mixed_model_is_that_of_nlme():
    rows = [
        (value, time, name)
        for name, values in UNBALANCED.items()
        for time, value in zip(TIMES, values, strict=True)
        if value is not None
    ]
    value, time, patient = zip(*rows, strict=True)
    found = mixed_model(value, pd.Categorical(time, TIMES), patient)
    assert (found.between, found.within) == pytest.approx((7.45135382337, 8.09942506983), rel=1e-5)
    early, late = found.change("product", "d7"), found.change("d7", "d28")
    limits = (early.estimate.value, early.estimate.lower, early.estimate.upper)
    assert limits == pytest.approx((-52.5207235732, -63.1620477160, -41.8793994304), rel=1e-6)
    assert early.p == pytest.approx(1.41983205445e-06, rel=1e-4)
    assert (late.estimate.value, late.p) == pytest.approx((-2.03284456176, 0.682095774427), rel=1e-5)


PERCENT = [0.8, 2.5, 11, 0.35, 28, 4.4, 17, 1.9, 7.2]
BY_PCR = [1.1, 2.2, 16.5, 0.5, 31, 3.9, 25, 1.7, 11]
AGREEMENT = {
    False: [
        (2.1944444444444, -0.15663427537351, 4.5455231642624),
        (-3.8003795178991, -7.9802910809426, 0.3795320451444),
        (8.189268406788, 4.0093568437445, 12.369179969831),
        (0.93320499441644, 0.80743981142292, 0.97783743117655),
    ],
    True: [
        (0.18135180118389, -0.0067389433627216, 0.3694425457305),
        (-0.29824545474736, -0.63264628590826, 0.036155376413538),
        (0.66094905711514, 0.32654822595424, 0.99534988827604),
        (0.97739034352007, 0.91071181186236, 0.99442017027949),
    ],
}
"""Bias, limits of agreement (as logarithms where they are) and concordance, each with its limits."""


@pytest.mark.parametrize("logarithmic", [False, True])
def test_agreement_is_what_r_gives_for_the_same_formulas(logarithmic):
    found = bland_altman(PERCENT, BY_PCR, logarithmic=logarithmic)
    numbers = [(e.value, e.lower, e.upper) for e in (found.bias, found.lower_limit, found.upper_limit)]
    if logarithmic:
        numbers = [tuple(np.log(of)) for of in numbers]
    lin = found.concordance
    assert [*numbers, (lin.value, lin.lower, lin.upper)] == [
        pytest.approx(of, rel=1e-10) for of in AGREEMENT[logarithmic]
    ]
