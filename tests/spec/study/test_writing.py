"""Writing a study: nothing that stands there is lost, and what is written reads back."""

import pandas as pd
import pytest

from cartwise.basis import UserError
from cartwise.study import About, load, write_study

PATIENTS = pd.DataFrame({"patient_id": ["A"]})


def test_a_study_is_never_overwritten_unasked(tmp_path):
    write_study(tmp_path, About("one"), {"patients": PATIENTS})
    with pytest.raises(UserError, match="already holds a study"):
        write_study(tmp_path, About("two"), {"patients": PATIENTS})
    assert load(tmp_path).about.name == "one"


@pytest.mark.parametrize(
    "tables", [{"patients": PATIENTS.assign(shoe=41)}, {"patients": PATIENTS, "shoes": PATIENTS}]
)
def test_a_study_that_cannot_be_written_leaves_the_old_one_whole(tmp_path, tables):
    write_study(tmp_path, About("one"), {"patients": PATIENTS})
    with pytest.raises(UserError, match="shoe"):
        write_study(tmp_path, About("two"), tables, overwrite=True)
    assert list(load(tmp_path).patients) == ["A"]


def test_tables_of_the_old_study_do_not_outlive_it(tmp_path):
    deaths = pd.DataFrame({"patient_id": ["A"], "day": [9.0]})
    write_study(tmp_path, About("one"), {"patients": PATIENTS, "deaths": deaths})
    (tmp_path / "labs.parquet").write_bytes(b"old")
    write_study(tmp_path, About("two"), {"patients": PATIENTS}, overwrite=True)
    study = load(tmp_path)
    assert set(study.tables) == {"patients"}
    assert not study.issues


def test_dates_may_be_written_for_days(tmp_path):
    infusions = pd.DataFrame({"patient_id": ["A"], "date": ["2024-03-05"], "course": ["1"]})
    study = load(write_study(tmp_path, About("one"), {"patients": PATIENTS, "infusions": infusions}))
    assert [row.day for row in study.patients["A"].infusions] == [0.0]
