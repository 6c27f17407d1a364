"""Response, relapse and survival by named definitions."""

import pytest

from tests.spec.measures.drawing import drawn, measured, reason, value


def assessed(rows: str, **more):
    text = "\n".join(f"{row.split('|')[0]} | response | {row.split('|')[1]}" for row in rows.split("; "))
    return drawn(assessments=f"day | kind | value\n{text}", **more)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("28 | CR", "CR"),
        ("24 | CRi; 30 | CR", "CR"),
        ("26 | no response; 30 | CR", "CR"),
        ("42 | progression", "progression"),
    ],
)
def test_response_about_day_28_is_the_nearest(rows, expected):
    assert value(assessed(rows), "response_day_28") == expected


@pytest.mark.parametrize("rows", ["20 | CR", "43 | CR", "-5 | CR"])
def test_response_outside_the_window_is_not_that_of_day_28(rows):
    assert reason(assessed(rows), "response_day_28") == "no response assessed from day 21 to 42"


@pytest.mark.parametrize(
    ("response", "mrd", "expected"),
    [
        ("28 | CR", "28 | flow | negative", True),
        ("28 | CRi", "28 | flow | negative\n28 | fusion PCR | negative", True),
        ("28 | CR", "28 | flow | negative\n28 | fusion PCR | positive", False),
        ("28 | no response", "28 | NGS | negative", False),
        ("60 | CR", "28 | flow | positive", False),
        ("60 | CR", "28 | flow | negative", None),
        ("28 | CR", "28 | NGS | negative", None),
        ("28 | CR", "28 | flow | detected below quantification", None),
    ],
)
def test_mrd_negative_remission_takes_both(response, mrd, expected):
    found = measured(assessed(response, mrd=f"day | method | result\n{mrd}"), "mrd_negative_cr_day_28")
    assert (found.value if found.known else None) is expected


@pytest.mark.parametrize(
    ("rows", "relapse", "expected"),
    [
        ("28 | CR", None, True),
        ("28 | CR", 100, False),
        ("28 | CR; 150 | CR", 100, True),
        ("28 | CR; 90 | progression", None, False),
        ("28 | no response", None, False),
        ("28 | no response; 60 | CRi", None, True),
    ],
)
def test_remission_stands_until_contradicted(rows, relapse, expected):
    more = {} if relapse is None else {"relapses": f"day | site\n{relapse} | marrow"}
    assert value(assessed(rows, **more), "in_remission") is expected


def test_remission_and_relapse_of_one_day_contradict_each_other():
    patient = assessed("28 | CR; 100 | CR", relapses="day | site\n100 | marrow")
    assert measured(patient, "in_remission").value.cause == "conflict"


def test_marrow_blasts_after_the_last_response_contradict_remission():
    patient = assessed("28 | CR", marrow="day | blasts\n28 | 6\n60 | 4.9\n100 | 5")
    assert value(patient.as_of(99), "in_remission") is True
    assert measured(patient, "in_remission").value.cause == "conflict"


def test_remission_before_infusion_is_not_remission_after_it():
    patient = assessed("-10 | CR", follow_up="day\n60")
    assert reason(patient, "in_remission") == "no response assessed after infusion"
    assert reason(patient, "complete_response") == "no response assessed after infusion"


def test_who_was_not_infused_is_not_in_remission_after_it_and_the_rest_is_missing():
    patient = drawn(infused=False, patients="referral_day\n0", follow_up="day\n60")
    assert value(patient, "infused") is False
    assert value(patient, "in_remission") is False
    for name in (
        "overall_survival",
        "leukaemia_free_survival",
        "cmax",
        "crs_max_grade",
        "hct_after_infusion",
        "relapsed_after_infusion",
        "age_at_infusion",
        "dose_per_kg",
    ):
        assert reason(patient, name) == "no infusion is recorded", name


def test_complete_response_is_ever_within_the_first_course():
    assert value(assessed("28 | no response; 60 | CR"), "complete_response") is True
    late = assessed("28 | no response; 60 | CR", infusions="day | course\n0 | 1\n50 | 2")
    assert value(late, "complete_response") is False
    assert value(late, "in_remission") is True


def test_no_relapse_recorded_is_no_only_as_far_as_the_patient_was_followed():
    assert measured(drawn(follow_up="day\n400"), "relapsed_after_infusion").note == "none recorded to day 400"
    only_samples = drawn(transgene="day | copies_per_ug\n28 | 10")
    assert reason(only_samples, "relapsed_after_infusion") == "no follow-up after infusion"
    assert reason(only_samples, "hct_after_infusion") == "no follow-up after infusion"
    assert "no follow-up" in reason(only_samples, "leukaemia_free_survival")
    assert value(only_samples, "overall_survival") == 28


def test_relapse_with_its_day_and_immunophenotype():
    rows = "day | site | immunophenotype_day | immunophenotype | before_index\n-50 | marrow | -50 | CD19+ | yes\n100 | marrow | 105 | CD19- | no"
    patient = drawn(relapses=rows)
    assert value(patient, "time_to_relapse") == 100
    assert value(patient, "relapse_immunophenotype") == "CD19-"
    assert "not known" in reason(patient.as_of(104), "relapse_immunophenotype")
    assert "no relapse recorded" in reason(patient.as_of(99), "time_to_relapse")


RELAPSE, DEATH = "day | site\n200 | marrow", "day | cause\n300 | leukaemia"


def survival(patient, name):
    return value(patient, name), value(patient, f"{name}_event")


def test_survival_ends_in_death_or_with_the_last_record():
    dead = drawn(relapses=RELAPSE, deaths=DEATH)
    assert survival(dead, "overall_survival") == (300, True)
    assert survival(dead, "leukaemia_free_survival") == (200, True)
    assert measured(dead, "leukaemia_free_survival").note == "relapse"
    alive = drawn(follow_up="day\n500")
    assert survival(alive, "overall_survival") == (500, False)
    assert survival(alive, "leukaemia_free_survival") == (500, False)


def test_death_in_remission_ends_leukaemia_free_survival():
    assert survival(drawn(deaths=DEATH), "leukaemia_free_survival") == (300, True)


def test_the_data_cut_and_the_day_asked_for_end_follow_up():
    dead = drawn(relapses=RELAPSE, deaths=DEATH, cut_day=250)
    assert survival(dead, "overall_survival") == (250, False)
    seen = drawn(relapses=RELAPSE, deaths=DEATH, follow_up="day\n90\n180").as_of(190)
    assert survival(seen, "overall_survival") == (180, False)
    assert survival(seen, "leukaemia_free_survival") == (180, False)


@pytest.mark.parametrize(("choice", "expected"), [("not censored", (200, True)), ("censored", (79, False))])
def test_hct_censors_leukaemia_free_survival_only_where_the_study_says_so(choice, expected):
    more = {"relapses": RELAPSE, "treatments": "day | kind\n79 | HCT", "definitions": {"lfs_hct": choice}}
    patient = assessed("28 | CR", **more)
    assert survival(patient, "leukaemia_free_survival") == expected
    assert survival(patient, "event_free_survival") == (200, True)
    assert choice.split()[-1] in measured(patient, "leukaemia_free_survival").method


@pytest.mark.parametrize(
    ("choice", "expected"), [("day 28", (28, True)), ("day 0", (0, True)), ("not an event", (400, False))]
)
def test_non_response_is_an_event_on_the_day_the_study_says(choice, expected):
    patient = assessed("30 | no response", follow_up="day\n400", definitions={"efs_non_response": choice})
    assert survival(patient, "event_free_survival") == expected
    assert survival(patient, "leukaemia_free_survival") == (400, False)


def test_response_is_no_event_and_death_before_day_28_is_one_on_its_own_day():
    assert survival(assessed("28 | CR", follow_up="day\n400"), "event_free_survival") == (400, False)
    early = assessed("21 | no response", deaths="day | cause\n25 | infection")
    assert survival(early, "event_free_survival") == (25, True)


def test_survival_goes_on_through_the_next_course():
    patient = drawn(infusions="day | course\n0 | 1\n100 | 2", deaths=DEATH)
    assert survival(patient, "overall_survival") == (300, True)


def test_an_autologous_transplant_does_not_censor_leukaemia_free_survival():
    treatments = "day | kind | donor\n79 | HCT | autologous\n90 | HCT | {}"
    for donor, expected in (("autologous", (200, True)), ("matched sibling", (90, False))):
        patient = drawn(
            relapses=RELAPSE, treatments=treatments.format(donor), definitions={"lfs_hct": "censored"}
        )
        assert survival(patient, "leukaemia_free_survival") == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({"follow_up": "day\n400"}, None, id="seen long after, and nobody knows the response"),
        pytest.param({"relapses": RELAPSE}, None, id="the event may have come before the relapse"),
        pytest.param({"follow_up": "day\n42"}, (42, False), id="the response may still be assessed"),
        pytest.param({"deaths": "day | cause\n35 | infection"}, (35, True), id="dead before it was due"),
    ],
)
def test_a_response_that_is_not_known_is_no_response_of_either_kind(more, expected):
    patient = drawn(**more)
    if expected is None:
        assert reason(patient, "event_free_survival") == "no response assessed from day 21 to 42"
        assert reason(patient, "event_free_survival_event") == "no response assessed from day 21 to 42"
    else:
        assert survival(patient, "event_free_survival") == expected
    open_choice = drawn(definitions={"efs_non_response": "not an event"}, **more)
    assert measured(open_choice, "event_free_survival").known


def test_relapse_free_survival_ends_in_the_first_relapse_since_remission():
    relapses = "day | site\n10 | marrow\n393 | marrow"
    patient = assessed("28 | CRi", relapses=relapses, deaths="day | cause\n566 | leukaemia")
    assert survival(patient, "relapse_free_survival") == (365, True)


def test_the_present_relapse_is_the_latest_and_the_first_keeps_its_own_immunophenotype():
    patient = drawn(relapses="day | site | immunophenotype\n100 | marrow | CD19+\n400 | marrow | CD19-")
    assert value(patient, "relapse_immunophenotype") == "CD19+"
    assert value(patient, "latest_relapse_immunophenotype") == "CD19-"
    assert value(patient, "relapsed_again") is True
    assert value(patient.as_of(399), "relapsed_again") is False
