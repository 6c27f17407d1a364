"""A number of one thing is told in the singular, and in the plural otherwise."""

import pytest
from typer.testing import CliRunner

from cartwise.cli.entry import app
from cartwise.cli.terminal import counted


@pytest.mark.parametrize(("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_one_is_singular(count, words):
    assert counted(count, "row") == words


def test_a_study_of_one_patient_is_told_in_the_singular(tmp_path):
    told = CliRunner().invoke(
        app, ["invent", "--patients", "1", "--seed", "3", "--out", str(tmp_path / "one")]
    )
    assert "1 invented patient, design" in told.output
    assert "\n1 patient, " in "\n" + CliRunner().invoke(app, ["check", str(tmp_path / "one")]).output
    measured = ["measure", str(tmp_path / "one"), "--only", "infused", "--out", str(tmp_path / "infused.csv")]
    assert "Wrote 1 value of 1 patient to" in CliRunner().invoke(app, measured).output
