"""Each rule between rows and tables: one drawn record that breaks it and one that does not."""

import pytest

from cartwise.basis import Severity

BLOOD = "patient_id,day,specimen,copies_per_ug,copies_per_cell,below_limit"

BROKEN = {
    "second-row-of-patient": ("patients", "patient_id,sex\nA,female\nB,male\nA,male", 4),
    "unknown-patient": ("follow_up", "patient_id,day,status\nNOBODY,9,alive", 2),
    "infusions-on-one-day": ("infusions", "patient_id,day,course\nA,0,1\nB,0,\nB,0,", 3),
    "available-before-sample": ("labs", "patient_id,day,available_day,test,value,unit\nA,9,8,CRP,5,mg/L", 2),
    "ends-before-start": ("treatments", "patient_id,day,kind,end_day\nA,9,steroid,8", 2),
    "relapse-before-infusion": ("relapses", "patient_id,day,site\nA,-30,marrow", 2),
    "unknown-unit": ("labs", "patient_id,day,test,value,unit\nA,9,CRP,5,lumps", 2),
    "unit-of-another-kind": ("labs", "patient_id,day,test,value,unit\nA,9,CRP,5,{cells}/uL", 2),
    "grade-without-scale": ("toxicities", "patient_id,day,kind,grade\nA,3,CRS,2", 2),
    "no-result": ("transgene", f"{BLOOD}\nA,7,blood,,,", 2),
    "below-limit-with-value": ("transgene", f"{BLOOD}\nA,7,blood,500,,yes", 2),
    "zero-without-limit": ("transgene", f"{BLOOD}\nA,7,blood,0,,", 2),
    "mrd-level-without-positive": (
        "mrd",
        "patient_id,day,method,specimen,result,level\nA,28,flow,marrow,negative,0.01",
        2,
    ),
    "value-not-allowed": ("assessments", "patient_id,day,kind,value\nA,28,donor,perhaps", 2),
    "transgene-units-disagree": (
        "transgene",
        f"{BLOOD}\nA,7,blood,150000,1,\nA,14,blood,320000,2,\nA,21,CSF,1500,1,",
        4,
    ),
    "repeated-row": ("mrd", "patient_id,day,method,specimen,result\n" + "A,28,flow,marrow,negative\n" * 2, 3),
    "contradicting-rows": (
        "toxicities",
        "patient_id,day,kind,grade,scale\nA,3,CRS,2,ASTCT 2019\nA,3,CRS,1,ASTCT 2019",
        2,
    ),
    "hct-without-date": ("treatments", "patient_id,day,kind\nA,,HCT", 2),
    "required-blank": ("treatments", "patient_id,day,kind\nA,,steroid", 2),
    "sample-of-nobody": (
        "cytometry_files",
        "patient_id,day,specimen,file\n,0,control,a.fcs\n,7,blood,b.fcs",
        3,
    ),
    "out-of-range": ("b_cells", "patient_id,day,specimen,percent_of_wbc\nA,9,blood,140", 2),
    "unreadable-value": ("b_cells", "patient_id,day,specimen,percent_of_wbc\nA,9,blood,<1", 2),
}

SOUND = {
    "second-row-of-patient": ("patients", "patient_id,sex\nA,female\nB,male"),
    "unknown-patient": ("follow_up", "patient_id,day,status\nA,9,alive"),
    "sample-of-nobody": (
        "cytometry_files",
        "patient_id,day,specimen,file,control_role\nA,7,blood,a.fcs,\n,,control,b.fcs,CAR-negative",
    ),
    "infusions-on-one-day": ("infusions", "patient_id,day,course\nA,0,1\nB,0,1\nB,0,1"),
    "available-before-sample": ("labs", "patient_id,day,available_day,test,value,unit\nA,9,9,CRP,5,mg/L"),
    "ends-before-start": ("treatments", "patient_id,day,kind,end_day\nA,9,steroid,9"),
    "relapse-before-infusion": ("relapses", "patient_id,day,site,before_index\nA,-30,marrow,yes"),
    "unknown-unit": ("labs", "patient_id,day,test,value,unit\nA,9,CRP,5,mg/dL"),
    "unit-of-another-kind": ("labs", "patient_id,day,test,value,unit\nA,9,sCD25,5,ng/mL"),
    "grade-without-scale": ("toxicities", "patient_id,day,kind,grade,scale\nA,3,CRS,2,not stated"),
    "no-result": ("transgene", f"{BLOOD}\nA,7,blood,,,yes"),
    "below-limit-with-value": ("transgene", f"{BLOOD}\nA,7,blood,500,,no"),
    "zero-without-limit": ("transgene", f"{BLOOD}\nA,7,blood,0,,yes"),
    "mrd-level-without-positive": (
        "mrd",
        "patient_id,day,method,specimen,result,level\nA,28,flow,marrow,positive,0.01",
    ),
    "value-not-allowed": ("assessments", "patient_id,day,kind,value\nA,28,imaging,perhaps"),
    "transgene-units-disagree": (
        "transgene",
        f"{BLOOD}\nA,7,blood,150000,1,\nA,14,blood,320000,2,\nA,21,CSF,1500,,",
    ),
    "repeated-row": (
        "mrd",
        "patient_id,day,method,specimen,result\nA,28,flow,marrow,negative\nA,28,NGS,marrow,negative",
    ),
    "contradicting-rows": (
        "toxicities",
        "patient_id,day,kind,grade,scale\nA,3,CRS,2,ASTCT 2019\nA,3,CRS,3,Penn",
    ),
    "hct-without-date": ("treatments", "patient_id,day,kind\nA,90,HCT"),
    "required-blank": ("treatments", "patient_id,day,kind\nA,-9,steroid"),
    "out-of-range": ("b_cells", "patient_id,day,specimen,percent_of_wbc\nA,9,blood,100"),
    "unreadable-value": ("b_cells", "patient_id,day,specimen,percent_of_wbc\nA,9,blood,1e-1"),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_row_that_breaks_the_rule_is_set_aside_and_located(study_of, met, rule):
    table, text, line = BROKEN[rule]
    study = study_of(**{table: text})
    assert (rule, f"{table}.csv", line) in met(study)
    quarantined = {
        (issue.file, issue.row) for issue in study.issues if issue.severity is Severity.QUARANTINED
    }
    rows = len(text.strip().splitlines()) - 1
    assert study.quarantined == len(quarantined)
    assert len(study.tables[table]) == rows - len(quarantined) < rows


@pytest.mark.parametrize("rule", SOUND)
def test_a_row_that_keeps_the_rule_stays(study_of, met, rule):
    table, text = SOUND[rule]
    study = study_of(**{table: text})
    assert met(study) == []
    assert len(study.tables[table]) == len(text.strip().splitlines()) - 1


def test_no_issue_repeats_an_identifier_or_a_value(study_of):
    for table, text, _ in BROKEN.values():
        said = " ".join(issue.message for issue in study_of(**{table: text}).issues)
        assert "NOBODY" not in said
        assert "lumps" not in said


class TestDeath:
    DEATHS = "patient_id,day,cause\nA,100,leukaemia"

    def test_nothing_happens_after_death(self, study_of, met):
        study = study_of(deaths=self.DEATHS, follow_up="patient_id,day,status\nA,99,alive\nA,101,alive")
        assert met(study) == [("record-after-death", "follow_up.csv", 3)]

    def test_a_result_may_arrive_after_death(self, study_of, met):
        labs = "patient_id,day,available_day,test,value,unit\nA,99,110,CRP,5,mg/L"
        assert met(study_of(deaths=self.DEATHS, labs=labs)) == []

    def test_others_live_on(self, study_of, met):
        assert met(study_of(deaths=self.DEATHS, follow_up="patient_id,day,status\nB,500,alive")) == []

    def test_a_table_of_deaths_without_rows_harms_nothing(self, study_of, met):
        study = study_of(deaths="patient_id,day", follow_up="patient_id,day,status\nB,500,alive")
        assert met(study) == []


class TestLastContact:
    LABS = "patient_id,day,test,value,unit\nA,50,CRP,5,mg/L"

    def test_a_record_after_the_last_contact_is_shown(self, study_of, met):
        study = study_of(labs=self.LABS, follow_up="patient_id,day,status\nA,10,alive\nA,40,alive")
        assert met(study) == [("last-contact-before-last-record", "follow_up.csv", 3)]
        assert study.quarantined == 0

    def test_the_last_contact_on_the_day_of_the_last_record_is_fine(self, study_of, met):
        assert met(study_of(labs=self.LABS, follow_up="patient_id,day,status\nA,50,alive")) == []

    def test_death_after_the_last_contact_is_no_contradiction(self, study_of, met):
        study = study_of(follow_up="patient_id,day,status\nA,50,alive", deaths="patient_id,day\nA,90")
        assert met(study) == []


def test_replicates_that_differ_are_kept_and_shown(study_of, met):
    study = study_of(transgene=f"{BLOOD}\nA,7,blood,500,,\nA,7,blood,700,,")
    assert met(study) == [
        ("differing-results", "transgene.csv", 2),
        ("differing-results", "transgene.csv", 3),
    ]
    assert len(study.patients["A"].transgene) == 2


def test_a_cell_that_nobody_dated_is_noted(study_of, met):
    study = study_of(treatments="patient_id,day,kind,response\nA,-60,blinatumomab,CR")
    assert met(study) == [("undated-late-cell", "treatments.csv", 2)]
    assert study.quarantined == 0


def test_a_row_may_break_one_rule_twice(study_of, met):
    study = study_of(treatments="patient_id,day,kind,end_day,response_day\nA,9,steroid,8,7")
    assert met(study) == [("ends-before-start", "treatments.csv", 2)]
    assert len(study.tables["treatments"]) == 0


def test_one_bad_row_hides_no_other(study_of, met):
    study = study_of(
        labs="patient_id,day,test,value,unit\nA,1,CRP,x,mg/L\nA,2,CRP,5,mg/L\nB,3,CRP,5,lumps\nC,4,CRP,5,mg/L",
        mrd="patient_id,day,method,specimen,result\nA,28,flow,marrow,maybe",
    )
    assert {rule for rule, _, _ in met(study)} == {
        "unreadable-value",
        "unknown-unit",
        "unknown-patient",
        "value-not-allowed",
    }
    assert study.quarantined == 4
    assert [row.day for row in study.patients["A"].labs] == [2.0]


@pytest.mark.parametrize(("word", "kept"), [("blow-by", 1), ("tent", 0), ("", 0)])
def test_an_observation_in_words_takes_those_of_its_kind(study_of, word, kept):
    study = study_of(observations=f"patient_id,day,kind,text\nA,3,oxygen device,{word}")
    assert len(study.tables["observations"]) == kept
