"""HCT after infusion: sound approaches and the biased one side by side, and three handlings of HCT."""

import pandas as pd
import pytest

from cartwise.analyses import run
from cartwise.basis import DAYS_PER_MONTH
from tests.drawing import study_of

# Months of: HCT (None: never), relapse (None: not), end of follow-up.
COURSES = {
    "A": (None, 1, 30), "B": (None, 2, 30), "C": (None, 5, 30), "D": (None, None, 30),
    "E": (2, 10, 30), "F": (2.5, None, 30), "G": (4, 8, 30), "H": (7, None, 30),
    "I": (20, 12, 30),
}  # fmt: skip


def day(months):
    return f"{months * DAYS_PER_MONTH:g}"


def study_from(courses):
    prior = "\n".join(f"{name} | -99 | chemotherapy" for name in courses)
    return study_of(
        patients="patient_id\n" + "\n".join(courses),
        infusions="patient_id | day\n" + "\n".join(f"{name} | 0" for name in courses),
        treatments="patient_id | day | kind\n"
        + prior
        + "".join(f"\n{name} | {day(hct)} | HCT" for name, (hct, _, _) in courses.items() if hct),
        relapses="patient_id | day\n"
        + "\n".join(f"{name} | {day(relapse)}" for name, (_, relapse, _) in courses.items() if relapse),
        follow_up="patient_id | day | status\n"
        + "\n".join(f"{name} | {day(end)} | alive" for name, (_, _, end) in courses.items()),
    )


@pytest.fixture(scope="module")
def result():
    return run(study_from(COURSES), "hct_after_infusion_effect", as_published=True)


@pytest.fixture(scope="module")
def effects(result):
    return result.tables["effects"].set_index("approach")


def test_a_landmark_leaves_out_earlier_events_and_counts_transplants_by_then(effects):
    """At month 3 A and B have relapsed; E and F are transplanted, G, H and I are not yet."""
    assert list(effects.loc["Landmark at month 3", ["no_hct", "hct"]]) == [5, 2]
    assert list(effects.loc["Landmark at month 6", ["no_hct", "hct"]]) == [3, 3]


def test_a_transplant_after_relapse_is_no_transplant_before_it(effects):
    """I was transplanted for the relapse at month 12."""
    assert list(effects.loc["Time-varying covariate", ["no_hct", "hct"]]) == [5, 4]
    assert list(effects.loc["Time-varying covariate", ["events_no_hct", "events_hct"]]) == [4, 2]


def test_taking_transplant_as_known_at_infusion_flatters_it_and_is_named_biased(effects):
    biased, sound = (
        effects.loc["Ever transplanted, as if known at infusion"],
        effects.loc["Time-varying covariate"],
    )
    assert biased["standing"].startswith("biased")
    assert sound["standing"] == "sound"
    assert biased["hazard_ratio"] < sound["hazard_ratio"]


def test_the_biased_number_is_shown_only_where_it_is_asked_for():
    sound = run(study_from(COURSES), "hct_after_infusion_effect")
    assert set(sound.tables["effects"]["standing"]) == {"sound"}
    assert "as if known at infusion" not in sound.caption
    assert sound.command.endswith("hct_after_infusion_effect")


def test_the_command_that_shows_the_biased_number_says_so(result):
    assert result.command.endswith("hct_after_infusion_effect --as-published")
    assert "not to be relied on" in result.caption


def test_small_arms_are_warned_of(effects, result):
    assert effects["remark"].str.contains("small numbers: ").all()
    assert "2 with HCT" in effects.loc["Landmark at month 3", "remark"]
    assert "Small numbers" in result.caption


def test_three_handlings_of_transplant_give_three_numbers(result):
    """By month 12 A, B, C, E, G and I relapsed: 6 of 9; before any HCT A, B, C and I: 4 of 9."""
    table = result.tables["handlings"].set_index(["outcome", "hct", "month"])["incidence"]
    assert table["Relapse", "ignored", 12.0] == pytest.approx(6 / 9)
    assert table["Relapse", "competing", 12.0] == pytest.approx(4 / 9)
    # 1 - 7/9 (A, B at risk of 9 and 8) x 3/4 (C of those left: C, D, G, H, I less E, F, G) x 1/2 (I of D and I)
    assert table["Relapse", "censored", 12.0] == pytest.approx(1 - 7 / 9 * 3 / 4 * 1 / 2)


def test_curves_are_drawn_from_the_landmark_on(result):
    figure = result.figures["landmark_3"]
    assert figure.x_label == "Months since the landmark at month 3"
    assert [curve.group for curve in figure.curves] == ["no HCT", "HCT"]


@pytest.mark.parametrize(
    ("courses", "said"),
    [
        ({"A": (None, None, 9), "B": (None, 3, 9)}, "nobody was transplanted before the first event"),
        ({"A": (2, None, 9)}, "everybody was transplanted"),
        ({"A": (2, None, 9), "B": (None, None, 9)}, "no event"),
    ],
)
def test_without_a_comparison_there_is_a_reason_and_no_number(courses, said):
    result = run(study_from(courses), "hct_after_infusion_effect", as_published=True)
    biased = result.tables["effects"].iloc[-1]
    assert pd.isna(biased["hazard_ratio"])
    assert said in biased["remark"]
    assert "No effect of HCT can be estimated" in result.caption


def test_a_study_without_anybody_says_so():
    result = run(study_of(patients="patient_id\nA"), "hct_after_infusion_effect")
    assert result.figures == {}
    assert "no patient is event-free and in follow-up" in result.caption
    assert not result.shareable
