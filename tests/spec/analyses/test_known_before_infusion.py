"""What the guard takes as known at infusion: nothing that comes later may change it, and a split dose is none of it."""

import pytest

from cartwise.analyses import run
from cartwise.analyses.grouping import KNOWN_BEFORE_INFUSION
from cartwise.basis import Missing, UserError
from cartwise.measures import Sheet
from tests.drawing import study_of

# FULL has everything on record, BARE nothing but chemotherapy, MUTE no history at all.
EARLY = {
    "patients": """patient_id | age_at_index_years | sex | relapse_number
        FULL | 9 | female | 2
        BARE | 17 | male |
        MUTE | 4 | female |""",
    "infusions": """patient_id | day | course | product | cell_source | cells_per_kg | costimulation
        FULL | 0 | 1 | tisagenlecleucel | autologous | 1000000 | 4-1BB
        BARE | 0 | | local | | 2000000 | CD28
        MUTE | 0 | | local | | 500000 | other""",
    "treatments": """patient_id | day | kind | end_day | response_day | response
        FULL | -900 | HCT | | |
        FULL | -90 | blinatumomab | -62 | -60 | CR
        FULL | -5 | lymphodepletion | -3 | |
        BARE | -400 | chemotherapy | | |
        BARE | -5 | lymphodepletion | -3 | |""",
    "relapses": """patient_id | day | before_index
        FULL | -300 | yes
        BARE | -200 | yes""",
    "marrow": """patient_id | day | blasts
        FULL | -9 | 4
        BARE | -9 | 30""",
}
# Each with the day on which its result is told: {} of days before infusion, or late.
RESULTS = {
    "mrd": """patient_id | day | available_day | method | specimen | result | level | sensitivity
        FULL | -9 | {} | flow | marrow | positive | 0.002 | 0.0001
        FULL | -1 | {} | flow | marrow | negative | | 0.0001
        BARE | -9 | {} | flow | marrow | negative | | 0.0001""",
    "labs": """patient_id | day | available_day | test | value | unit | specimen
        FULL | -3 | {} | fludarabine AUC | 10 | mg.h/L | blood
        FULL | -1 | {} | IL-6 | 12 | pg/mL | blood
        BARE | -3 | {} | fludarabine AUC | 25 | mg.h/L | blood""",
}
# Portions, further courses, transplants, relapses, grades and results of later days, in all three.
LATE = {
    "infusions": """{0} | 14 | 1 | tisagenlecleucel | donor | 3000000 | CD28
        {0} | 300 | 2 | other product | autologous post-HCT | 5000000 | CD28
        {0} | 500 | 3 | other product | donor | 5000000 | CD28""",
    "treatments": """{0} | 120 | HCT | | |
        {0} | 200 | blinatumomab | 228 | 230 | progression
        {0} | 295 | lymphodepletion | 297 | |
        {0} | 400 | donor lymphocytes | | |
        {0} | 600 | CAR T | | |""",
    "relapses": """{0} | 150 | no
        {0} | 290 | no""",
    "marrow": """{0} | 28 | 60
        {0} | 290 | 90""",
    "mrd": """{0} | 10 | 11 | flow | marrow | positive | 0.5 | 0.0001
        {0} | 290 | 291 | flow | marrow | positive | 0.5 | 0.0001""",
    "labs": """{0} | 5 | 6 | IL-6 | 9000 | pg/mL | blood
        {0} | 12 | 13 | fludarabine AUC | 40 | mg.h/L | blood
        {0} | 299 | 300 | fludarabine AUC | 40 | mg.h/L | blood""",
    "gvhd": "patient_id | day | kind\n{0} | 200 | chronic",
    "toxicities": "patient_id | day | kind | grade | scale\n{0} | 4 | CRS | 3 | ASTCT 2019",
    "deaths": "patient_id | day | cause\n{0} | 700 | leukaemia",
}
NAMES = ("FULL", "BARE", "MUTE")


def early(*, told):
    return EARLY | {table: text.replace("{}", str(told)) for table, text in RESULTS.items()}


def with_late_rows():
    tables = early(told=25)
    for table, text in LATE.items():
        head, _, lines = text.partition("\n") if table not in tables else (tables[table], "", text)
        tables[table] = "\n".join([head, *(lines.format(name) for name in NAMES)])
    return tables


# Rows of later days with a word for a number, which are set aside.
WRONG = {
    "infusions": "{0} | 900 | 4 | other product | donor | many | CD28",
    "treatments": "{0} | 900 | chemotherapy | soon | |",
    "marrow": "{0} | 900 | many",
    "mrd": "{0} | 900 | 901 | flow | marrow | positive | many | 0.0001",
    "labs": "{0} | 900 | 901 | IL-6 | many | pg/mL | blood",
    "relapses": "{0} | 900 | perhaps",
}


def with_wrong_late_rows():
    tables = with_late_rows()
    return tables | {
        name: f"{tables[name]}\n" + "\n".join(row.format(n) for n in NAMES) for name, row in WRONG.items()
    }


def told_of(tables, *, day=None, set_aside=0):
    study = study_of(**tables)
    assert study.quarantined == set_aside, [issue.as_dict() for issue in study.issues]
    return {n: Sheet(p if day is None else p.as_of(day)) for n, p in study.patients.items()}


@pytest.fixture(scope="module")
def at_infusion():
    return told_of(early(told=0), day=0)


@pytest.fixture(scope="module")
def whole_record():
    return told_of(with_late_rows())


@pytest.fixture(scope="module")
def beside_wrong_rows():
    return told_of(with_wrong_late_rows(), set_aside=len(WRONG) * len(NAMES))


def said(sheet, measure):
    value = sheet.value(measure)
    return "missing" if isinstance(value, Missing) else value


@pytest.mark.parametrize("measure", sorted(KNOWN_BEFORE_INFUSION))
def test_nothing_of_later_days_changes_what_was_known_at_infusion(
    measure, at_infusion, whole_record, beside_wrong_rows
):
    before = {name: said(sheet, measure) for name, sheet in at_infusion.items()}
    assert {name: said(sheet, measure) for name, sheet in whole_record.items()} == before
    assert {name: said(sheet, measure) for name, sheet in beside_wrong_rows.items()} == before
    assert before["FULL"] != "missing"
    assert len(set(before.values())) > 1


SPLIT = {
    "patients": "patient_id\n" + "\n".join("ABCDEFGH"),
    "infusions": "patient_id | day | course | cells_per_kg\n"
    + "\n".join(f"{name} | 0 | 1 | {1 + (name in 'CDEF')}e6" for name in "ABCDEFGH")
    + "\nG | 120 | 1 | 1e6\nH | 120 | 1 | 1e6",
    "treatments": "patient_id | day | kind\n"
    + "\n".join(f"{name} | -99 | chemotherapy" for name in "ABCDEFGH"),
    "deaths": "patient_id | day\nA | 30\nB | 40\nC | 90",
    "follow_up": "patient_id | day | status\n" + "\n".join(f"{name} | 400 | alive" for name in "DEFGH"),
}


def test_a_dose_that_grew_after_infusion_makes_no_groups_from_infusion_on():
    """Only who lives on day 120 gets the second portion, which does nothing here."""
    with pytest.raises(UserError, match="immortal time"):
        run(study_of(**SPLIT), "overall_survival", by="dose_per_kg")


def test_the_dose_of_the_day_of_infusion_does():
    result = run(study_of(**SPLIT), "overall_survival", by="dose_on_day_0")
    assert result.tables["groups"].set_index("group")["n"].tolist() == [4, 4, 8]


@pytest.mark.parametrize("name", ["leukaemia_free_survival_model", "overall_survival_model"])
def test_models_from_infusion_on_take_the_dose_of_that_day(name):
    table = run(study_of(**SPLIT), name).tables["univariate"].set_index("covariate")
    dose = table.loc["CAR-positive cells on the day of infusion, per 10⁶/kg"]
    assert dose["n"] == 8
    assert "not entered" not in dose["remark"]


def test_portions_of_one_day_are_one_dose_and_one_without_its_number_is_none():
    head = "patient_id | day | course | cells_per_kg"
    sheets = told_of({"infusions": f"{head}\nP | 0 | 1 | 1e6\nP | 0 | 1 | 2e6\nP | 3 | 1 | 8e6"})
    assert sheets["P"].value("dose_on_day_0") == 3e6
    assert sheets["P"].value("dose_per_kg") == 11e6
    sheets = told_of({"infusions": f"{head}\nP | 0 | 1 | 1e6\nP | 0 | 1 |"})
    assert "no dose per kilogram" in sheets["P"].value("dose_on_day_0").reason
