"""Groups formed after infusion: refused, or shown as papers print them, named biased, beside landmarks."""

import pytest

from cartwise.analyses import catalogue, run
from cartwise.basis import UserError
from tests.spec.analyses.courses import courses_study, day, rows

# Months of HCT, relapse, death, last contact.
COURSES = {
    "A": (None, None, 2, 2), "B": (None, None, 4, 4), "C": (2.5, None, None, 30), "D": (5, None, 20, 20),
    "E": (None, None, None, 30), "F": (2, None, None, 24),
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    contacts = [
        f"{n} | {day(m)} | alive" for n, (*_, end) in COURSES.items() for m in (1, 2.9, end) if m <= end
    ]
    return courses_study(COURSES, follow_up=rows("patient_id | day | status", contacts))


@pytest.fixture(scope="module")
def result(study):
    return run(study, "overall_survival", by="hct_after_infusion", as_published=True)


def test_without_the_switch_such_groups_are_refused_and_the_switch_is_named(study):
    with pytest.raises(UserError, match="--as-published"):
        run(study, "overall_survival", by="hct_after_infusion")


def test_the_biased_comparison_stands_first_and_the_sound_ones_beside_it(result):
    table = result.tables["as_published"]
    assert table["standing"].iloc[0] == "biased: immortal time"
    counts = table.set_index(["approach", "group"])["n"]
    assert counts["as published, from infusion", "yes"] == 3
    # At month 3 A has died; C and F are transplanted, D is not yet.
    assert counts["landmark at month 3", "yes"] == 2
    assert counts["landmark at month 3", "no"] == 3


def test_who_was_not_heard_of_by_a_landmark_is_not_taken_as_without_and_is_counted():
    silent = run(courses_study(COURSES), "overall_survival", by="hct_after_infusion", as_published=True)
    rows_of = silent.tables["as_published"].query("approach == 'landmark at month 3'")
    assert list(rows_of["group"]) == ["yes"]
    assert "not known of 3 at risk" in rows_of["remark"].iloc[0]


def test_the_transplanted_cannot_have_died_before_transplant(result):
    table = result.tables["as_published"].set_index(["approach", "group"])
    biased = table.loc[("as published, from infusion", "yes")]
    assert biased["events"] < biased["expected"]


def test_title_caption_and_command_say_so(result):
    assert "as published, biased" in result.title
    assert "BIASED" in result.caption
    assert result.command.endswith("--by hct_after_infusion --as-published")
    assert not result.shareable


def test_a_group_that_was_known_at_infusion_has_no_bias_to_show(study):
    with pytest.raises(UserError, match="was known at infusion"):
        run(study, "overall_survival", by="prior_hct", as_published=True)


def test_an_analysis_without_a_biased_number_names_those_that_have_one(study):
    with pytest.raises(UserError, match="hct_after_infusion_effect"):
        run(study, "swimmer", as_published=True)


def test_every_analysis_with_a_biased_number_says_where_it_is_printed():
    told = {name: item.published for name, item in catalogue().items() if item.published}
    assert {
        "hct_after_infusion_effect",
        "hct_within_mrd_strata",
        "landmarks_after_infusion",
        "severe_toxicity_models",
    } <= set(told)
    assert all("001" in words for words in told.values())


PUBLISHED = [name for name, item in catalogue().items() if item.published]


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize(
    "courses",
    [{}, {"A": (None, None, 0, 0)}, {"A": (0, None, None, 0), "B": (None, 0.03, None, 0.03)}, {"A": (2, None, None, 9), "B": (3, None, None, 9)}],
    ids=["nobody", "dead on day 0", "hardly followed", "all transplanted and censored"],
)  # fmt: skip
def test_next_to_nothing_gives_reasons_and_no_number_out_of_nothing(name, courses):
    result = run(courses_study(courses), name, as_published=True)
    for table in result.tables.values():
        for column in {"hazard_ratio", "odds_ratio"} & set(table.columns):
            assert (table[column].notna() | (table["remark"].fillna("") != "")).all()


def test_an_analysis_without_a_time_and_event_has_no_landmarks_to_set_beside(study):
    with pytest.raises(UserError, match="no biased number"):
        run(study, "duration_of_aplasia", by="hct_after_infusion", as_published=True)


@pytest.mark.parametrize(
    ("name", "imputations", "said"),
    [
        ("overall_survival", 5, "leukaemia_free_survival_model"),
        ("leukaemia_free_survival_model", 1, "2 to 1000"),
        ("leukaemia_free_survival_model", -3, "2 to 1000"),
    ],
)
def test_imputations_that_cannot_be_are_refused_in_words(study, name, imputations, said):
    with pytest.raises(UserError, match=said):
        run(study, name, imputations=imputations)
