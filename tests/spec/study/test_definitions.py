"""The head of a study: what it may say, and the one message that lists all that is wrong with it."""

import datetime as dt

import pytest

from cartwise.basis import UserError
from cartwise.study import CHOICES, About, Definitions, load, write_study


@pytest.fixture
def head(tmp_path):
    def run(text):
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        (tmp_path / "patients.csv").write_text("patient_id\nA\n", encoding="utf-8")
        return load(tmp_path).about

    return run


def test_a_name_is_enough_and_the_first_choice_is_the_default(head):
    about = head('[study]\nname = "Lodz"')
    assert about.name == "Lodz"
    assert about.definitions == Definitions()
    assert all(getattr(about.definitions, name) == next(iter(options)) for name, options in CHOICES.items())


def test_choices_are_taken_and_said_in_words(head):
    about = head('[study]\nname = "Lodz"\n[definitions]\nbca = "count-below-10"')
    assert about.definitions.bca == "count-below-10"
    assert about.definitions.in_words("bca") == CHOICES["bca"]["count-below-10"]


def test_a_turnaround_may_be_of_a_table_or_of_one_kind_in_it(head):
    about = head(
        '[study]\nname = "x"\n[turnaround]\nmrd = 3\n"mrd.NGS" = 10\n[turnaround.labs]\nferritin = 1'
    )
    assert [about.turnaround_of("mrd", kind) for kind in ("flow", "NGS", None)] == [3, 10, 3]
    assert about.turnaround_of("labs", "ferritin") == 1
    assert about.turnaround_of("labs", "CRP") == 0


def test_everything_wrong_stands_in_one_message(head):
    with pytest.raises(UserError) as error:
        head(
            '[study]\ncolour = "red"\ndata_cut = "soon"\n[definitions]\nbca = "mine"\nmood = 1\nblq_rule = ["drop"]\n'
            '[turnaround]\nmrd = -1\nmdr = 3\n"labs.CRP" = "late"\n[extras]\n'
        )
    said = str(error.value)
    for part in (
        "[study] colour",
        "name is missing",
        "data_cut must be a date",
        "bca must be one of",
        "mood is not a definition",
        "blq_rule must be one of",
        "[turnaround] mrd",
        "mdr names no table",
        "labs.CRP",
        "[extras]",
    ):
        assert part in said, part


def test_a_head_that_is_no_toml_names_the_line(head):
    with pytest.raises(UserError, match="line 2"):
        head("[study]\nname = \ncentre = 1")


@pytest.mark.parametrize(
    "about",
    [
        About("plain"),
        About('Łódź "quoted" \\ and\nlines\tand \x7f', centre="C", note="n", invented=True),
        About("cut", data_cut=dt.date(2024, 2, 29), definitions=Definitions(bca="count-below-50")),
        About("labels", region="EU", label_edition=2025),
        About("days", cut_day=1234567.125, turnaround={"mrd.NGS": 10.0, "labs": 0.123456789}),
    ],
)
def test_a_head_reads_back_as_it_was_written(tmp_path, about):
    import pandas as pd  # noqa: PLC0415 - only here

    folder = write_study(tmp_path / "s", about, {"patients": pd.DataFrame({"patient_id": ["A"]})})
    assert load(folder).about == about
