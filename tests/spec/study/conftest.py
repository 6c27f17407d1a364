"""Draw a study as text and load it through the one door."""

from textwrap import dedent

import pytest

from cartwise.study import import_study, load
from tests.spec.study.importing_case import HEAD

PATIENTS = "patient_id\nA\nB"
INFUSIONS = "patient_id,day,course\nA,0,1\nB,0,1"


@pytest.fixture
def study_of(tmp_path):
    """`study_of(transgene="patient_id,day,...")`: patients A and B, infused on day 0 unless drawn otherwise."""

    def run(*, head='name = "drawn"', sections="", **tables):
        drawn = {"patients": PATIENTS, "infusions": INFUSIONS} | tables
        (tmp_path / "study.toml").write_text(f"[study]\n{head}\n{sections}", encoding="utf-8")
        for name, text in drawn.items():
            if text is not None:
                (tmp_path / f"{name}.csv").write_text(dedent(text).strip() + "\n", encoding="utf-8")
        return load(tmp_path)

    return run


@pytest.fixture
def met():
    """The issues of a study as (rule, file, row), without notes on days moved."""

    def of(study):
        return [(issue.rule, issue.file, issue.row) for issue in study.issues if issue.rule != "days-rebased"]

    return of


@pytest.fixture
def drawn(tmp_path):
    """Import one drawn file by one mapping."""

    def run(csv, rows, head=HEAD):
        (tmp_path / "f.csv").write_text(dedent(csv).strip() + "\n", encoding="utf-8")
        (tmp_path / "mapping.toml").write_text(head + rows, encoding="utf-8")
        return import_study(tmp_path / "mapping.toml")

    return run
