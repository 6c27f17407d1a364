"""The record as it stood at the end of a day: what had happened, and what had become known of it."""

import pytest

MRD = "patient_id,day,available_day,method,specimen,result\n"


def seen(study, day, table, patient="A"):
    return [tuple(row) for row in getattr(study.patients[patient].as_of(day), table)]


def test_a_row_enters_on_its_day(study_of):
    patient = study_of(follow_up="patient_id,day,status\nA,10,alive").patients["A"]
    assert [len(patient.as_of(day).follow_up) for day in (9, 9.5, 10, 11)] == [0, 0, 1, 1]


def test_a_row_enters_when_its_result_was_available(study_of):
    patient = study_of(mrd=MRD + "A,28,35,NGS,marrow,negative").patients["A"]
    assert [len(patient.as_of(day).mrd) for day in (28, 34, 35)] == [0, 0, 1]


def test_the_turnaround_of_the_test_counts_where_no_available_day_is_given(study_of):
    study = study_of(
        sections='[turnaround]\nmrd = 2\n"mrd.NGS" = 10\n',
        mrd=MRD
        + "A,28,,NGS,marrow,negative\nA,28,,flow,marrow,negative\nA,28,28,IG/TR RQ-PCR,marrow,negative",
    )
    methods = {day: [row.method for row in study.patients["A"].as_of(day).mrd] for day in (28, 30, 38)}
    assert methods[28] == ["IG/TR RQ-PCR"]
    assert methods[30] == ["IG/TR RQ-PCR", "flow"]
    assert set(methods[38]) == {"IG/TR RQ-PCR", "flow", "NGS"}


def test_a_cell_that_becomes_known_later_is_blank_until_then(study_of):
    patient = study_of(
        treatments="patient_id,day,kind,end_day,response_day,response\nA,-60,blinatumomab,-32,-20,CR"
    ).patients["A"]
    row = {day: patient.as_of(day).treatments[0] for day in (-60, -32, -20)}
    assert [(row[day].end_day, row[day].response_day, row[day].response) for day in row] == [
        (None, None, None),
        (-32.0, None, None),
        (-32.0, -20.0, "CR"),
    ]


def test_a_response_without_its_day_waits_for_the_end_of_treatment(study_of):
    patient = study_of(treatments="patient_id,day,kind,end_day,response\nA,-60,blinatumomab,-32,CR").patients[
        "A"
    ]
    assert [patient.as_of(day).treatments[0].response for day in (-33, -32)] == [None, "CR"]


def test_a_cell_that_nobody_dated_is_seen_in_the_whole_record_only(study_of):
    patient = study_of(patients="patient_id,best_response\nA,CR\nB,").patients["A"]
    assert patient.profile.best_response == "CR"
    assert patient.as_of(10_000).profile.best_response is None


def test_the_cause_of_death_is_known_when_established(study_of):
    patient = study_of(deaths="patient_id,day,cause,cause_day\nA,100,infection,130").patients["A"]
    assert [[row.cause for row in patient.as_of(day).deaths] for day in (99, 100, 129, 130)] == [
        [],
        [None],
        [None],
        ["infection"],
    ]


def test_a_finding_without_a_day_is_known_from_referral_unless_its_result_came_later(study_of):
    study = study_of(genetics="patient_id,day,available_day,lesion\nA,,,KMT2Ar\nB,,30,KMT2Ar")
    assert [len(study.patients["A"].as_of(day).genetics) for day in (-500, 30)] == [1, 1]
    assert [len(study.patients["B"].as_of(day).genetics) for day in (-500, 29, 30)] == [0, 0, 1]


def test_a_later_view_never_widens_an_earlier_one(study_of):
    patient = study_of(follow_up="patient_id,day,status\nA,10,alive\nA,20,alive").patients["A"]
    assert patient.as_of(10).as_of(30).day == 10
    assert len(patient.as_of(10).as_of(30).follow_up) == 1
    assert patient.as_of(15).last_day == 10.0


def test_days_on_which_something_became_known(study_of):
    study = study_of(
        mrd=MRD + "A,28,35,NGS,marrow,negative",
        treatments="patient_id,day,kind,end_day\nA,40,steroid,50",
    )
    assert study.patients["A"].change_days() == [0.0, 35.0, 40.0, 50.0]
    assert study.patients["A"].as_of(41).change_days() == [0.0, 35.0, 40.0]


def test_a_study_is_seen_as_of_a_day_in_every_patient(study_of):
    study = study_of(follow_up="patient_id,day,status\nA,10,alive\nB,20,alive").as_of(15)
    assert [len(study.patients[name].follow_up) for name in "AB"] == [1, 0]


def test_a_table_that_does_not_exist_is_named(study_of):
    with pytest.raises(AttributeError, match="'tranzgene'"):
        _ = study_of().patients["A"].tranzgene
