"""A study as known on a calendar day: an earlier data cut, where the records give dates."""

from __future__ import annotations

import datetime as dt

import pytest

from cartwise.analyses import run
from cartwise.basis import UserError
from cartwise.measures import Sheet
from cartwise.study import load

PATIENTS = "patient_id,index_date\nA,2024-01-10\nB,2024-06-01"
INFUSIONS = "patient_id,date,course\nA,2024-01-10,1\nB,2024-06-01,1"
RELAPSES = "patient_id,date,site\nA,2024-05-01,marrow\nB,2024-09-01,marrow"
FOLLOW_UP = "patient_id,date,status\nA,2024-04-01,alive\nA,2024-12-01,alive\nB,2024-12-01,alive"


def drawn(study_of, head='name = "drawn"\ndata_cut = 2024-12-31'):
    return study_of(patients=PATIENTS, infusions=INFUSIONS, relapses=RELAPSES, follow_up=FOLLOW_UP, head=head)


def test_what_came_later_was_not_known_and_each_patient_has_the_same_calendar_day(study_of, tmp_path) -> None:
    drawn(study_of)
    study = load(tmp_path, known_on=dt.date(2024, 6, 30))
    assert [len(study.patients[name].relapses) for name in "AB"] == [1, 0]
    assert study.patients["A"].cut_day == 172
    assert study.patients["B"].cut_day == 29
    assert Sheet(study.patients["B"]).value("relapsed_after_infusion") is not True


def test_a_patient_infused_later_was_not_infused_then(study_of, tmp_path) -> None:
    drawn(study_of)
    study = load(tmp_path, known_on=dt.date(2024, 3, 1))
    assert Sheet(study.patients["A"]).value("infused") is True
    assert Sheet(study.patients["B"]).value("infused") is False


def test_a_day_after_the_records_were_cut_is_refused(study_of, tmp_path) -> None:
    drawn(study_of)
    with pytest.raises(UserError, match="cut on 2024-12-31"):
        load(tmp_path, known_on=dt.date(2025, 6, 30))


def test_a_study_in_days_has_no_calendar(study_of, tmp_path) -> None:
    study_of()
    with pytest.raises(UserError, match="2 of 2 patients have no calendar date"):
        load(tmp_path, known_on=dt.date(2024, 6, 30))


def test_what_was_made_at_an_earlier_cut_says_so_in_its_command(study_of, tmp_path) -> None:
    drawn(study_of)
    result = run(load(tmp_path, known_on=dt.date(2024, 6, 30)), "overall_survival")
    assert result.command.endswith("overall_survival --known-on 2024-06-30")
