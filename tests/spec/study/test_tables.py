"""The declarations of the record tables, and a home for every variable that the papers need."""

from collections import Counter
from pathlib import Path

import pytest

from cartwise.basis import ucum
from cartwise.study import ASSESSMENTS, LABS, TABLES, columns_of, load, write_template

VARIABLES = Path(__file__).resolve().parents[3].parent / "shared" / "clinical" / "variables.yaml"
COLUMNS = [(table, column) for table, model in TABLES.items() for column in columns_of(model)]
IDS = [f"{table}.{column.name}" for table, column in COLUMNS]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=IDS)
def test_a_column_says_what_it_holds(table, column):
    assert column.description.strip()
    assert column.description.rstrip().endswith(".")
    assert column.kind in {"text", "number", "whole", "flag"}


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=IDS)
def test_a_unit_is_in_the_registry(table, column):
    assert column.unit == "" or ucum(column.unit) == column.unit


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=IDS)
def test_a_late_cell_waits_for_day_columns_of_its_own_table(table, column):
    days = {other.name for other in columns_of(TABLES[table]) if other.is_day}
    assert set(column.known_from) <= days


@pytest.mark.parametrize("table", TABLES)
def test_a_table_begins_with_its_patient_and_describes_itself(table):
    assert TABLES[table].__doc__
    assert columns_of(TABLES[table])[0].name == "patient_id"
    assert all(column.unit == "d" for column in columns_of(TABLES[table]) if column.is_day)


def test_units_of_laboratory_tests_are_in_the_registry():
    assert {test for test, unit in LABS.items() if ucum(unit) != unit} == set()


def test_kinds_of_assessment_are_those_the_column_takes():
    kind = next(column for column in columns_of(TABLES["assessments"]) if column.name == "kind")
    assert set(kind.allowed) == set(ASSESSMENTS)


def test_an_empty_template_is_a_study_without_patients(tmp_path):
    study = load(write_template(tmp_path / "template"))
    assert study.patients == {}
    assert not study.issues
    assert set(study.tables) == set(TABLES)


@pytest.mark.skipif(
    not VARIABLES.is_file(), reason="../shared/clinical/variables.yaml (what the papers need) is not here"
)
def test_every_variable_that_the_papers_need_has_one_home():
    yaml = pytest.importorskip("yaml", reason="pyyaml reads the list of variables")
    needed = [variable["name"] for variable in yaml.safe_load(VARIABLES.read_text("utf-8"))["variables"]]
    homes = Counter(name for _, column in COLUMNS for name in column.holds if name != "patient_id")
    assert len(needed) == 113
    assert set(homes) | {"patient_id"} == set(needed)
    assert {name for name, count in homes.items() if count > 1} == set()
