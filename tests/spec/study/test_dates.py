"""Dates become days at the door, and days are counted from the index day."""

import pytest

DATED = {"infusions": "patient_id,date,course\nA,2024-03-10,1\nB,2024-06-01,1"}


def days(study, table, patient="A"):
    return [row.day for row in getattr(study.patients[patient], table)]


def test_dates_are_counted_from_the_first_infusion(study_of):
    study = study_of(
        **DATED,
        follow_up="patient_id,date,status\nA,2024-03-17,alive\nB,2024-06-02,alive\nA,2024-03-10T12:00,alive",
    )
    assert days(study, "infusions") == [0.0]
    assert days(study, "follow_up") == [0.5, 7.0]
    assert days(study, "follow_up", "B") == [1.0]
    assert not study.issues


def test_without_an_infusion_days_are_counted_from_referral(study_of):
    study = study_of(
        patients="patient_id,referral_date\nA,2024-03-01\nB,",
        infusions=None,
        follow_up="patient_id,date,status\nA,2024-03-11,alive",
    )
    assert days(study, "follow_up") == [10.0]
    assert (study.patients["A"].anchor, study.patients["B"].anchor) == ("referral", "record")


def test_an_index_date_comes_first_and_the_infusion_is_day_0_all_the_same(study_of, met):
    study = study_of(
        patients="patient_id,index_date\nA,2024-03-08\nB,2024-06-01",
        **DATED,
        head='name = "drawn"\ndata_cut = 2024-03-20',
        follow_up="patient_id,date,status\nA,2024-03-17,alive",
    )
    assert days(study, "infusions") == [0.0]
    assert days(study, "follow_up") == [7.0]
    assert study.patients["A"].cut_day == 10.0
    assert [issue.rule for issue in study.issues] == ["days-rebased"]


def test_the_cut_is_counted_from_each_patients_index_day(study_of):
    study = study_of(**DATED, head='name = "drawn"\ndata_cut = 2024-06-11')
    assert (study.patients["A"].cut_day, study.patients["B"].cut_day) == (93.0, 10.0)


@pytest.mark.parametrize("cell", ["05/03/2024", "5.3.2024", "20240305", "2024-13-01", "soon"])
def test_a_date_whose_order_must_be_guessed_is_set_aside(study_of, met, cell):
    study = study_of(**DATED, follow_up=f"patient_id,date,status\nA,{cell},alive\nA,2024-03-17,alive")
    assert met(study) == [("unreadable-date", "follow_up.csv", 2)]
    assert days(study, "follow_up") == [7.0]


def test_a_bad_index_date_sets_the_patient_aside_as_it_says(study_of, met):
    study = study_of(patients="patient_id,index_date\nA,2024-03-08\nB,June", infusions=None)
    assert met(study) == [("unreadable-date", "patients.csv", 3)]
    assert list(study.patients) == ["A"]
    assert study.quarantined == 1


def test_a_date_without_an_index_day_is_set_aside(study_of, met):
    study = study_of(infusions=None, follow_up="patient_id,date,status\nA,2024-03-17,alive")
    assert met(study) == [("date-without-index", "follow_up.csv", 2)]


@pytest.mark.parametrize(
    ("day", "kept"), [("7", True), ("7.0", True), ("", True), ("8", False), ("x", False)]
)
def test_a_day_beside_a_date_must_agree(study_of, met, day, kept):
    study = study_of(**DATED, follow_up=f"patient_id,date,day,status\nA,2024-03-17,{day},alive")
    assert (met(study) == []) is kept
    assert days(study, "follow_up") == ([7.0] if kept else [])


class TestReBasing:
    def test_a_file_may_count_its_days_from_anywhere(self, study_of):
        study = study_of(
            infusions="patient_id,day,course\nA,40,1\nA,70,2\nB,0,1",
            labs="patient_id,day,available_day,test,value,unit\nA,35,42,CRP,5,mg/L",
            mrd="patient_id,day,method,specimen,result,verifies\nA,68,flow,marrow,negative,61",
            treatments="patient_id,day,kind,end_day\nA,38,steroid,50",
        )
        patient = study.patients["A"]
        assert days(study, "infusions") == [0.0, 30.0]
        assert (patient.labs[0].day, patient.labs[0].available_day) == (-5.0, 2.0)
        assert (patient.mrd[0].day, patient.mrd[0].verifies) == (28.0, 21.0)
        assert (patient.treatments[0].day, patient.treatments[0].end_day) == (-2.0, 10.0)
        (note,) = study.issues
        assert note.rule == "days-rebased"
        assert note.message.startswith("The days of 1 patient(s)")

    def test_an_infusion_on_day_0_is_the_index_even_after_an_earlier_product(self, study_of):
        study = study_of(infusions="patient_id,day,course\nA,-400,1\nA,0,2\nB,0,1")
        assert days(study, "infusions") == [-400.0, 0.0]
        assert not study.issues

    def test_without_an_infusion_the_referral_is_day_0(self, study_of):
        study = study_of(
            patients="patient_id,referral_day\nA,12\nB,",
            infusions="patient_id,day,course\nB,0,1",
            follow_up="patient_id,day,status\nA,20,alive",
        )
        assert days(study, "follow_up") == [8.0]
        assert study.patients["A"].profile.referral_day == 0.0
        assert [study.patients[name].anchor for name in "AB"] == ["referral", "infusion"]
