"""How files are read: what cannot be read is said with its place, and everything else is read."""

import pytest

from cartwise.basis import Severity, UserError
from cartwise.study import load


def test_a_folder_without_a_study_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"no study\.toml"):
        load(tmp_path)
    with pytest.raises(UserError, match="no folder"):
        load(tmp_path / "absent")


def test_a_study_without_patients_is_fatal_and_no_crash(study_of):
    study = study_of(patients=None)
    assert [issue.severity for issue in study.issues if issue.rule == "no-patients"] == [Severity.FATAL]
    assert study.patients == {}


def test_a_ragged_row_is_set_aside_with_its_line(study_of, met):
    study = study_of(labs="patient_id,day,test,value,unit\nA,1,CRP,5,mg/L\nA,2,CRP,5\nA,3,CRP,6,mg/L")
    assert met(study) == [("ragged-row", "labs.csv", 3)]
    assert [row.day for row in study.patients["A"].labs] == [1.0, 3.0]


def test_lines_are_those_of_an_editor_even_after_blank_ones(study_of, met):
    study = study_of(labs="patient_id,day,test,value,unit\n\nA,1,CRP,x,mg/L\n,,,,\nA,3,CRP,y,mg/L")
    assert met(study) == [("unreadable-value", "labs.csv", 3), ("unreadable-value", "labs.csv", 5)]


def test_an_unknown_column_and_an_unknown_table_are_named_and_harm_nothing(study_of, met):
    study = study_of(patients="patient_id,shoe\nA,41\nB,42", shoes="patient_id\nA")
    assert met(study) == [("unknown-table", "shoes.csv", None), ("unknown-column", "patients.csv", None)]
    assert list(study.patients) == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("patient_id,day,day\nA,1,2", "day twice"),
        ("patient_id,,day\nA,1,2", "without a name"),
    ],
)
def test_a_file_that_cannot_be_read_is_fatal_and_hides_no_other(study_of, tmp_path, text, why):
    (tmp_path / "labs.csv").write_text(text, encoding="utf-8")
    study = study_of()
    (issue,) = [issue for issue in study.issues if issue.severity is Severity.FATAL]
    assert (issue.rule, issue.file) == ("unreadable-file", "labs.csv")
    assert why in issue.message
    assert len(study.patients) == 2


def test_a_file_in_another_encoding_is_named(study_of, tmp_path):
    (tmp_path / "labs.csv").write_bytes("patient_id\nMüller".encode("latin-1"))
    assert ["UTF-8" in issue.message for issue in study_of().issues] == [True]


def test_a_byte_order_mark_is_no_part_of_the_header(study_of, tmp_path):
    (tmp_path / "follow_up.csv").write_bytes(b"\xef\xbb\xbfpatient_id,day,status\r\nA,5,alive\r\n")
    study = study_of()
    assert not study.issues
    assert study.patients["A"].follow_up[0].status == "alive"


def test_blanks_around_a_cell_are_read_away_and_said(study_of):
    study = study_of(follow_up="patient_id,day,status\n A ,5,alive\nA,6,alive")
    (issue,) = study.issues
    assert (issue.rule, issue.column, issue.severity) == ("padded-cells", "patient_id", Severity.WARNING)
    assert [row.day for row in study.patients["A"].follow_up] == [5.0, 6.0]


@pytest.mark.parametrize("cell", ["NaN", "inf", "1,5", "NA", "five", "0x10", "1e999"])
def test_what_is_no_number_is_never_taken_for_one(study_of, met, cell):
    study = study_of(transgene=f'patient_id,day,specimen,copies_per_ug\nA,7,blood,"{cell}"\nA,14,blood,.5e3')
    assert met(study) == [("unreadable-value", "transgene.csv", 2)]
    assert study.patients["A"].transgene.values("copies_per_ug") == [500.0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("yes", True), ("NO", False), ("1", True), ("0", False), ("TRUE", True), ("", None)],
)
def test_flags_are_read_in_their_usual_spellings_and_blank_is_not_no(study_of, cell, value):
    study = study_of(patients=f"patient_id,down_syndrome\nA,{cell}\nB,no")
    assert study.patients["A"].profile.down_syndrome is value


def test_a_whole_number_with_a_fraction_is_set_aside(study_of, met):
    study = study_of(patients="patient_id,relapse_number\nA,1.5\nB,2.0")
    assert ("unreadable-value", "patients.csv", 2) in met(study)
    assert study.patients["B"].profile.relapse_number == 2


def test_a_table_in_two_files_is_refused(study_of, tmp_path):
    (tmp_path / "patients.parquet").write_bytes(b"")
    with pytest.raises(UserError, match="holds both"):
        study_of()
