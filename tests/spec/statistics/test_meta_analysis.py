"""How studies are pooled: small tables worked by hand, refusals, and what a pool cannot show."""

from __future__ import annotations

from math import exp, log, sqrt

import pandas as pd
import pytest

from cartwise import statistics
from cartwise.basis import Missing, UserError

ARMS = {"events": "relapse", "n": "hct", "control_events": "relapse_without", "control_n": "no_hct"}


def studies(*rows, **more):
    return pd.DataFrame(rows, columns=["study", "relapse", "hct", "relapse_without", "no_hct"]).assign(**more)


TWO = studies(("A", 1, 10, 5, 10), ("B", 2, 20, 8, 20))


def pooled(table=TWO, **options):
    return statistics.meta_analysis(table, **ARMS, **options)


def test_mantel_haenszel_by_hand():
    """Odds ratio: (1*5/20 + 2*12/40) / (9*5/20 + 18*8/40)."""
    assert pooled(method="Mantel-Haenszel").pooled.value == pytest.approx((0.25 + 0.6) / (2.25 + 3.6))


def test_peto_by_hand():
    """Observed minus expected: 1 - 3 and 2 - 5; variances n1 n2 e (n - e) / (n^2 (n - 1))."""
    v = 10 * 10 * 6 * 14 / (400 * 19) + 20 * 20 * 10 * 30 / (1600 * 39)
    found = pooled(method="Peto").pooled
    assert found.value == pytest.approx(exp((-2 - 3) / v))
    assert found.std_error == pytest.approx(1 / sqrt(v))


def test_inverse_variance_with_a_common_effect_by_hand():
    effects = [log(1 * 5 / (9 * 5)), log(2 * 12 / (18 * 8))]
    weights = [1 / (1 + 1 / 9 + 1 / 5 + 1 / 5), 1 / (1 / 2 + 1 / 18 + 1 / 8 + 1 / 12)]
    found = pooled(tau2=None).pooled
    assert found.effect == pytest.approx(
        sum(w * e for w, e in zip(weights, effects, strict=True)) / sum(weights)
    )
    assert found.prediction is None


def test_between_identical_studies_there_is_no_variance_and_random_effects_are_the_common_one():
    same = studies(("A", 2, 10, 5, 10), ("B", 2, 10, 5, 10))
    for estimator in ("DL", "REML", "PM", "ML", "SJ", "HS"):
        found = pooled(same, tau2=estimator).pooled
        assert (found.tau2, found.value) == (0, pytest.approx(2 * 5 / (8 * 5)))
        assert found.prediction == pytest.approx((found.lower, found.upper))


def test_a_continuity_correction_is_made_where_a_cell_is_empty_and_nowhere_else():
    found = pooled(studies(("empty", 0, 5, 4, 5), ("full", 1, 10, 5, 10)))
    empty, full = (s.effect.value for s in found.studies)
    assert empty == pytest.approx(0.5 * 1.5 / (5.5 * 4.5))
    assert full == pytest.approx(1 * 5 / (9 * 5))
    assert "0.5 was added" in found.methods
    without = pooled(studies(("empty", 0, 5, 4, 5), ("full", 1, 10, 5, 10)), correction=0)
    assert isinstance(without.estimate(), Missing)


def test_the_exact_odds_ratio_of_one_table_is_fishers():
    one = studies(("A", 3, 10, 7, 9))
    fisher = statistics.fisher([[3, 7], [7, 2]])
    found = pooled(one, method="exact conditional").pooled
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (fisher.effect.value, fisher.effect.lower, fisher.effect.upper), rel=1e-6
    )
    assert found.p == pytest.approx(fisher.p)


ALL_IN_ONE_ARM = studies(("A", 0, 5, 3, 5), ("B", 0, 5, 4, 5))


def test_where_nobody_in_an_arm_relapsed_ratios_are_missing_or_one_sided():
    for method in ("Mantel-Haenszel", "binomial-normal", "hypergeometric-normal"):
        assert isinstance(pooled(ALL_IN_ONE_ARM, method=method).estimate(), Missing)
    exact = pooled(ALL_IN_ONE_ARM, method="exact conditional").pooled
    assert exact.value == exact.lower == 0
    assert 0 < exact.upper < 1


def test_leave_one_out_of_two_studies_is_each_of_them_alone():
    table = pooled(tau2=None).leave_one_out()
    assert table["study"].tolist() == ["without A", "without B"]
    alone = [pooled(TWO[1:], tau2=None).pooled.value, pooled(TWO[:1], tau2=None).pooled.value]
    assert table["value"].tolist() == pytest.approx(alone)


def test_hazard_ratios_are_pooled_by_inverse_variance():
    table = pd.DataFrame({"study": ["A", "B"], "log_hr": [log(0.5), log(0.8)], "se": [0.2, 0.4]})
    found = statistics.pooled_estimates(table, effect="log_hr", std_error="se", tau2=None).pooled
    assert found.effect == pytest.approx((25 * log(0.5) + 6.25 * log(0.8)) / 31.25)
    assert found.std_error == pytest.approx(31.25**-0.5)


def test_cohorts_that_overlap_are_refused_unless_asked_for_by_name():
    table = TWO.assign(cohort="PLAT-02")
    with pytest.raises(UserError, match="draw on the cohort 'PLAT-02'"):
        pooled(table, cohort="cohort")
    assert pooled(table, cohort="cohort", allow_overlap=["PLAT-02"]).pooled.value is not None


def test_the_caption_says_what_the_comparison_cannot_show():
    caption = pooled().caption("consolidative HCT")
    assert "immortal time" in caption
    assert "it is not the effect of consolidative HCT" in caption


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (TWO, {"method": "guess"}, "no method 'guess'"),
        (TWO, {"tau2": "EB"}, "no estimator 'EB'"),
        (TWO, {"measure": "hazard ratio"}, "no measure 'hazard ratio'"),
        (TWO, {"measure": "risk ratio", "method": "Peto"}, "pools odds ratios only"),
        (TWO, {"method": "Peto", "knapp_hartung": True}, "inverse variance"),
        (TWO.assign(relapse=[1, 30]), {}, "`relapse`: 1 of 2 values is more than `hct`"),
        (TWO.assign(hct=[0, 20], relapse=[0, 2]), {}, "`hct`: 1 of 2 values is zero"),
        (TWO.assign(study="A"), {}, "missing or repeated"),
        (TWO[:0], {}, "one or more studies"),
    ],
)
def test_unusable_tables_are_refused(table, options, message):
    with pytest.raises(UserError, match=message):
        pooled(table, **options)


HCT = studies(("A", 5, 23, 19, 27), ("B", 2, 21, 7, 7), ("C", 8, 25, 4, 5))


def biased(**options):
    days = {"median_event_day": 120, "median_treatment_day": 70} | options
    return statistics.immortal_time_bias(HCT, **ARMS, **days)


def test_immortal_time_alone_makes_a_useless_treatment_look_good():
    found = biased().estimate()
    assert found.upper < 1
    assert 0.1 < found.value < 0.8


def test_treatment_on_the_first_day_has_no_immortal_time():
    found = biased(median_treatment_day=0.001).estimate()
    assert found.value == pytest.approx(1, abs=0.05)


def test_a_later_treatment_has_more_immortal_time_and_a_seed_gives_the_same_again():
    early, late = (biased(median_treatment_day=day).estimate().value for day in (20, 100))
    assert late < early < 1
    assert biased(seed=3).ratios.tolist() == biased(seed=3).ratios.tolist()


def test_a_study_that_cannot_have_treated_so_many_is_named():
    most = studies(("A", 19, 20, 1, 1))
    found = statistics.immortal_time_bias(most, **ARMS, median_event_day=10, median_treatment_day=90)
    assert found.notes == (
        "A: even with all patients meant for treatment fewer are treated than in the study.",
    )
    with pytest.raises(UserError, match="above 0"):
        biased(median_event_day=0)
