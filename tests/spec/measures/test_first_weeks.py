"""Adverse events of the first four weeks, interleukin 6, MRD after lymphodepletion, and survival from later days."""

import pytest

from cartwise.basis import Interval
from cartwise.measures import Sheet
from tests.drawing import patient_of

WATCHED = {
    "infusions": "day\n0",
    "toxicities": "day | kind | grade | scale\n2 | CRS | 0 | ASTCT 2019",
    "follow_up": "day | status\n60 | alive",
}


def sheet(**tables):
    return Sheet(patient_of(**(WATCHED | tables)))


def reason(sheet, name):
    return sheet[name].reason


def test_no_infection_is_no_only_where_the_weeks_were_watched_and_are_over():
    assert sheet().value("infection_first_weeks") is False
    assert "are not over" in reason(sheet(follow_up="day | status\n10 | alive"), "infection_first_weeks")
    unwatched = Sheet(patient_of(infusions="day\n0", follow_up="day | status\n60 | alive"))
    assert "no infection, grade or treatment" in reason(unwatched, "infection_first_weeks")


def test_an_infection_of_unknown_kind_settles_that_there_was_one():
    found = sheet(infections="day | kind\n9 | unknown")
    assert found.value("infection_first_weeks") is True
    assert "unknown kind" in reason(found, "fungal_infection_first_weeks")


def test_an_infection_of_the_next_course_is_not_of_the_first():
    found = sheet(infusions="day | course\n0 | 1\n20 | 2", infections="day | kind\n25 | viral")
    assert found.value("viral_infection_first_weeks") is False


def test_a_row_that_says_no_gvhd_is_a_no_and_an_episode_is_a_yes():
    assert sheet(gvhd="day | kind\n20 | none").value("gvhd_first_weeks") is False
    assert sheet(gvhd="day | kind\n20 | acute").value("gvhd_first_weeks") is True


def test_hyperinflammation_that_nobody_looked_for_is_not_absent():
    assert "neither assessed nor graded" in reason(sheet(), "iec_hs_first_weeks")
    assert sheet(assessments="day | kind | value\n9 | IEC-HS | absent").value("iec_hs_first_weeks") is False


@pytest.mark.parametrize(("count", "grade_4"), [("499", True), ("500", False)])
def test_neutropenia_of_grade_4_is_below_500(count, grade_4):
    labs = f"day | test | value | unit\n7 | ANC | {count} | {{cells}}/uL\n9 | ANC | 2000 | {{cells}}/uL"
    assert sheet(labs=labs).value("neutropenia_grade_4_first_weeks") is grade_4


IL_6 = "day | test | value | unit | specimen\n-9 | IL-6 | 99 | pg/mL | blood\n-1 | IL-6 | 4 | pg/mL | blood\n2 | IL-6 | 30 | pg/mL | blood\n8 | IL-6 | 900 | pg/mL | blood"


def test_interleukin_6_before_by_day_3_and_at_its_peak_are_three_numbers():
    found = sheet(labs=IL_6)
    values = [found.value(name) for name in ("il_6_before_infusion", "il_6_by_day_3", "il_6_peak")]
    assert values == [4, 30, 900]


def test_a_level_below_a_limit_has_no_number():
    labs = "day | test | value | unit | specimen | below_limit\n-1 | IL-6 | | pg/mL | blood | true"
    assert "below a limit" in reason(sheet(labs=labs), "il_6_before_infusion")


TREATED = "day | kind\n-5 | lymphodepletion\n-90 | chemotherapy"


def test_mrd_after_lymphodepletion_is_of_its_days_and_no_others():
    mrd = "day | method | specimen | result | level | sensitivity\n-9 | flow | marrow | positive | 0.02 |\n-1 | flow | marrow | negative | | 0.0001"
    found = sheet(treatments=TREATED, mrd=mrd)
    after = found.value("mrd_after_ld_range")
    assert isinstance(after, Interval)
    assert after.by < 1e-4
    assert found.value("mrd_before_ld_range") == Interval(0.02, 0.02)
    assert "between lymphodepletion and infusion" in reason(sheet(mrd=mrd), "mrd_after_ld_range")


def test_the_day_on_which_crs_became_severe_is_the_first_of_grade_3():
    grades = "day | kind | grade | scale\n1 | CRS | 1 | ASTCT 2019\n5 | CRS | 3 | ASTCT 2019\n6 | CRS | 4 | ASTCT 2019"
    assert sheet(toxicities=grades).value("severe_crs_onset") == 5
    assert "no CRS of grade 3" in reason(sheet(), "severe_crs_onset")


def test_relapse_free_survival_begins_with_the_first_remission():
    found = sheet(
        assessments="day | kind | value\n28 | response | CRi\n60 | response | CR",
        relapses="day\n100",
        follow_up="day | status\n200 | alive",
    )
    assert (found.value("relapse_free_survival"), found.value("relapse_free_survival_event")) == (72, True)


def test_survival_after_relapse_ends_with_the_last_record():
    found = sheet(relapses="day\n100", follow_up="day | status\n250 | alive")
    assert (found.value("survival_after_relapse"), found.value("survival_after_relapse_event")) == (
        150,
        False,
    )
    assert "no relapse" in reason(sheet(), "survival_after_relapse")


def test_blinatumomab_is_never_given_or_told_by_its_response():
    assert sheet(treatments=TREATED).value("blinatumomab_exposure") == "never given"
    given = "day | kind | response\n-90 | blinatumomab | {}"
    assert sheet(treatments=given.format("CRi")).value("blinatumomab_exposure") == "remission"
    assert sheet(treatments=given.format("progression")).value("blinatumomab_exposure") == "no remission"
    assert "not recorded" in reason(sheet(treatments=given.format("")), "blinatumomab_exposure")
