"""The NULISA daily toxicity set becomes a study: the misplaced row is met, blanks are not known, counts hold."""

from collections import Counter
from pathlib import Path

import pytest

from cartwise.study import import_study, load, write_study

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
FILE = DATA / "cart_lbcl_nulisa80_daily_toxicity.csv"
MAPPING = ROOT / "examples" / "nulisa-lbcl" / "mapping.toml"

pytestmark = pytest.mark.skipif(
    not FILE.is_file(),
    reason="the NULISA file is not in ../shared/data (public data, not part of the project)",
)


@pytest.fixture(scope="module")
def imported():
    return import_study(MAPPING, source=DATA)


@pytest.fixture(scope="module")
def study(imported, tmp_path_factory):
    folder = write_study(tmp_path_factory.mktemp("nulisa") / "study", imported.about, imported.tables)
    return load(folder)


def test_counts_of_the_source_are_recoverable(study):
    patients = study.patients.values()

    def graded(kind):
        return sum(any(row.grade > 0 for row in patient.toxicities.where(kind=kind)) for patient in patients)

    assert len(patients) == 80
    assert graded("CRS") == 61
    assert graded("ICANS") == 33
    assert sum(bool(patient.treatments.where(kind="tocilizumab")) for patient in patients) == 38


def test_the_row_under_the_wrong_patient_is_met_twice(imported):
    lines = [line.split(",") for line in FILE.read_text(encoding="utf-8").splitlines()]
    repeated = [issue for issue in imported.issues if issue.rule == "repeated-key"]
    (missing,) = [issue for issue in imported.issues if issue.rule == "missing-row"]
    one, other = (lines[issue.row - 1] for issue in repeated)
    before, after = lines[missing.row - 1], lines[missing.row]
    assert one[:2] == other[:2]
    assert before[0] == after[0] != one[0]
    assert float(one[1]) == float(before[1]) + 1 == float(after[1]) - 1
    assert imported.quarantined == 2


def test_blank_grades_are_not_grades(imported, study):
    unmade = [issue for issue in imported.issues if issue.rule == "rows-not-made"]
    assert [(issue.column, issue.message.split()[0]) for issue in unmade] == [
        ("crs_grade", "237"),
        ("icans_grade", "239"),
    ]  # 238 and 240 in the file, one of them in a row that was set aside
    rows = sum(len(patient.toxicities) for patient in study.patients.values())
    assert rows == 2 * (1200 - 2) - 237 - 239


def test_the_scale_is_not_guessed(study):
    scales = {row.scale for patient in study.patients.values() for row in patient.toxicities}
    assert scales == {"not stated"}


def test_padded_identifiers_are_one_patient_and_said(tmp_path):
    """The set is known for padded identifiers; this file has none left, so one is padded here."""
    text = FILE.read_text(encoding="utf-8").replace("\nLB001,3,", "\nLB001 ,3,")
    (tmp_path / FILE.name).write_text(text, encoding="utf-8")
    imported = import_study(MAPPING, source=tmp_path)
    padded = [issue for issue in imported.issues if issue.rule == "padded-cells"]
    assert [(issue.column, issue.message.split()[0]) for issue in padded] == [("ID", "1")]
    assert len(imported.tables["patients"]) == 80


def test_the_study_is_accepted_as_written(imported, study):
    assert study.quarantined == 0
    assert not Counter(issue.severity for issue in study.issues)
    assert imported.unmapped == ()
