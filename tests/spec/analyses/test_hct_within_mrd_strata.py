"""HCT after infusion within strata of MRD: who belongs to which stratum, and sound approaches beside the result one."""

import math

import numpy as np
import pandas as pd
import pytest

from cartwise.analyses import run
from cartwise.analyses.hct_within_mrd_strata import survival_effects
from cartwise.basis import UserError
from tests.spec.analyses.courses import courses_study

# Months of HCT, relapse, death, last contact.
COURSES = {
    "A": (None, 2, 9, 9), "B": (None, None, None, 60), "C": (2, None, 8, 8), "D": (4, None, None, 50),
    "E": (2.5, 10, None, 40), "F": (None, 5, 14, 14), "G": (None, 6, None, 30), "H": (2, None, None, 48),
    "I": (None, 4, 12, 12), "J": (3.5, 12, None, 36), "K": (None, None, None, 44), "L": (2, 7, 20, 20),
}  # fmt: skip
LOW, HIGH, OPEN = "ABCDEF", "GHIJK", "L"


def mrd(after="A | -1 | flow | marrow | positive | 0.02 | 0.0001"):
    lines = [f"{n} | -9 | flow | marrow | negative | | 0.00001" for n in LOW]
    lines += [f"{n} | -9 | flow | marrow | positive | 0.005 | 0.0001" for n in HIGH]
    lines += [f"{n} | -9 | flow | marrow | negative | | 0.001" for n in OPEN]
    header = "patient_id | day | method | specimen | result | level | sensitivity"
    return "\n".join([header, *lines, *([after] if after else [])])


def study_from(courses=COURSES, tests=None):
    treatments = "patient_id | day | kind\n" + "\n".join(
        f"{n} | -5 | lymphodepletion\n{n} | -99 | chemotherapy"
        + (f"\n{n} | {c[0] * 30.4375:g} | HCT" if c[0] else "")
        for n, c in courses.items()
    )
    kept = [line for line in (tests or mrd()).split("\n") if line[0] in "p" + "".join(courses)]
    # Of C it is recorded that the death was not of leukaemia; without it, and without a remission, nothing would say so.
    died = "patient_id | day | cause\n" + "\n".join(
        f"{n} | {c[2] * 30.4375:g} | {'infection' if n == 'C' else ''}" for n, c in courses.items() if c[2]
    )
    return courses_study(courses, treatments=treatments, mrd="\n".join(kept), deaths=died)


@pytest.fixture(scope="module")
def result():
    return run(study_from(), "hct_within_mrd_strata")


@pytest.fixture(scope="module")
def strata(result):
    return result.tables["strata"].set_index(["outcome", "burden", "stratum", "approach"])


BEFORE, AFTER = "MRD before lymphodepletion", "MRD after lymphodepletion"


def test_a_negative_test_belongs_below_a_cut_off_only_where_it_could_have_found_less(strata, result):
    """L was negative with a sensitivity of 10^-3: below 10^-2 and below 10^-3, and not settled at 10^-4."""
    row = strata.loc[("Overall survival", BEFORE, "< 10⁻⁴", "Time-varying covariate")]
    assert row["hct"] + row["no_hct"] == 6
    row = strata.loc[("Overall survival", BEFORE, "< 10⁻³", "Time-varying covariate")]
    assert row["hct"] + row["no_hct"] == 7
    undecided = result.tables["undecided"].set_index(["burden", "cut"])["patients"]
    assert undecided.loc[(BEFORE, 1e-4)].sum() == 1


def test_a_marrow_between_lymphodepletion_and_infusion_is_mrd_after_it(strata):
    row = strata.loc[("Overall survival", AFTER, "≥ 10⁻²", "Time-varying covariate")]
    assert (row["hct"], row["no_hct"]) == (0, 1)


def test_a_transplant_for_relapse_is_none_in_remission():
    courses = {name: COURSES[name] for name in "BCDEF"} | {"A": (4, 2, 9, 9)}
    table = run(study_from(courses), "hct_within_mrd_strata").tables["strata"]
    row = table.set_index(["outcome", "burden", "stratum", "approach"])
    row = row.loc[("Overall survival", BEFORE, "< 10⁻⁴", "Time-varying covariate")]
    assert row["hct"] == 3


def test_relapse_ends_the_time_at_risk_of_death_without_relapse(strata):
    """Of C, E, L and the rest only C died without a relapse before."""
    row = strata.loc[("Death without relapse", BEFORE, "< 10⁻⁴", "Time-varying covariate")]
    assert row[["events_no_hct", "events_hct"]].tolist() == [0, 1]


def test_the_landmark_leaves_out_who_had_relapsed_and_counts_who_was_transplanted_by_then(strata):
    """Below 10^-4 A has relapsed by month 3 and C and E are transplanted, D is not yet."""
    row = strata.loc[("Leukaemia-free survival", BEFORE, "< 10⁻⁴", "Landmark at month 3")]
    assert (row["no_hct"], row["hct"]) == (3, 2)


def test_the_landmark_of_survival_is_of_those_who_could_still_be_transplanted_in_remission(strata):
    """A relapsed at month 2 and lives until month 9: no comparison for C and E."""
    row = strata.loc[("Overall survival", BEFORE, "< 10⁻⁴", "Landmark at month 3")]
    assert (row["no_hct"], row["hct"]) == (3, 2)


def transplants_without_effect(seed, patients=300, end=60.0):
    """Relapse and death that know nothing of HCT; after relapse nobody gets it any more, and most die."""
    random = np.random.default_rng(seed)
    relapse = random.exponential(18, patients)
    death = np.minimum(random.exponential(90, patients), relapse + random.exponential(8, patients))
    hct = np.where(random.random(patients) < 0.6, random.uniform(1.3, 9, patients), np.inf)
    month = np.minimum(death, end)
    return pd.DataFrame(
        {
            "patient": [str(n) for n in range(patients)],
            "month": month,
            "event": (death <= end).astype(int),
            "hct_month": np.where(hct < np.minimum(relapse, month), hct, np.nan),
            "relapse_month": np.where(relapse < month, relapse, np.nan),
        }
    )


def test_transplant_without_effect_does_not_prolong_survival():
    """Patients kept as "no HCT" after relapse would give hazard ratios near 0.75."""
    found = [list(survival_effects(transplants_without_effect(seed))) for seed in range(8)]
    assert [effect.approach for effect in found[0]] == ["Time-varying covariate", "Landmark at month 3"]
    over_time, from_month_3 = np.mean([[math.log(e.ratio.value) for e in run] for run in found], axis=0)
    assert abs(over_time) < 0.1
    assert abs(from_month_3) < 0.1


def test_the_published_way_stands_apart_and_is_asked_for(result):
    assert set(result.tables["strata"]["standing"]) == {"sound"}
    courses = {name: COURSES[name] for name in "ABCD"}
    published = run(study_from(courses), "hct_within_mrd_strata", as_published=True)
    biased = published.tables["strata"].query("standing != 'sound'")
    assert set(biased["standing"]) == {"biased: immortal time"}
    assert biased["q"].isna().all()
    assert "not to be relied on" in published.caption


def test_strata_are_adjusted_for_their_number_and_small_ones_warned_of(result):
    table = result.tables["strata"].query("standing == 'sound' and p.notna()")
    assert (table["q"] >= table["p"] - 1e-12).all()
    assert table["remark"].str.contains("small numbers").any()


def test_whether_the_effect_differs_is_asked_of_both_sides_together(result):
    table = result.tables["interaction"].set_index(["outcome", "burden", "cut"])
    row = table.loc[("Leukaemia-free survival", BEFORE, 1e-3)]
    assert row["n"] == 12
    assert row["ratio_of_hazard_ratios"] > 0
    assert "unstable" in row["remark"]
    assert "a side of the cut-off has nobody" in table.loc[("Overall survival", AFTER, 1e-3), "remark"]
    assert "no event" in table.loc[("Death without relapse", BEFORE, 1e-3), "remark"]


@pytest.mark.parametrize("courses", [{}, {"A": COURSES["A"]}, {"B": COURSES["B"], "K": COURSES["K"]}])
def test_without_a_comparison_there_is_a_reason_and_no_number(courses):
    result = run(study_from(courses), "hct_within_mrd_strata", as_published=True)
    table = result.tables["strata"]
    assert table["hazard_ratio"].isna().all()
    assert (table["remark"] != "").all()
    assert "No effect of HCT can be estimated" in result.caption


def test_groups_are_no_way_to_ask_it():
    with pytest.raises(UserError, match="takes no groups"):
        run(study_from(), "hct_within_mrd_strata", by="prior_hct")


def test_every_row_has_a_number_or_its_reason(result):
    table = result.tables["strata"]
    assert (table["hazard_ratio"].notna() | (table["remark"] != "")).all()
