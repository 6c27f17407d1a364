"""A result as a Word document: what a reader finds in it, and that it is the same file each time."""

import io
import sys
from zipfile import ZipFile

import pytest

from cartwise.analyses import run
from cartwise.basis import UserError
from cartwise.invention import invent
from cartwise.reports import shared, write_result
from cartwise.reports.table_one import table_one
from cartwise.reports.word import MOST_ROWS, document
from cartwise.study import load, write_study

docx = pytest.importorskip("docx", reason="the extra `word` is not installed")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("invented")
    made = invent("peking", patients=30, seed=4)
    write_study(folder, made.about, made.tables)
    return load(folder)


@pytest.fixture(scope="module")
def survival(study):
    return run(study, "overall_survival", by="prior_hct")


@pytest.fixture(scope="module")
def description(study):
    return run(study, "cohort_description", by="hct_after_infusion")


def read(content):
    return docx.Document(io.BytesIO(content))


def texts(content):
    return "\n".join(paragraph.text for paragraph in read(content).paragraphs)


def test_it_holds_title_question_caption_methods_and_command(survival):
    told = texts(document(survival))
    for expected in (
        survival.title,
        survival.question,
        survival.caption,
        survival.command,
        *survival.methods,
    ):
        assert expected in told


def test_it_says_research_use_and_invented_on_every_page(survival):
    made = read(document(survival))
    for words in (made.sections[0].footer.paragraphs[0].text, texts(document(survival))):
        assert "Research use" in words
        assert "no patient is real" in words
        assert "Not to leave the centre" in words


def test_the_figure_says_in_words_what_it_shows(survival):
    picture = read(document(survival)).inline_shapes[0]._inline
    assert picture.docPr.get("descr").startswith(f"{survival.title}. Kaplan-Meier")


def test_tables_are_real_and_their_head_stands_on_each_page(survival):
    tables = read(document(survival)).tables
    assert [len(table.rows) - 1 for table in tables] == [
        *(len(frame) for frame in survival.tables.values() if len(frame) <= MOST_ROWS),
        len(survival.attrition),
        len(survival.missing),
    ]
    for table in tables:
        assert len(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")) == 1
        assert not table.rows[-1]._tr.xpath("./w:trPr/w:tblHeader")


def test_numbers_read_as_on_the_page(survival):
    table = read(document(survival)).tables[0]
    assert [cell.text for cell in table.rows[0].cells][:6] == [
        "Group", "Month", "At risk", "Censored", "Events", "Survival",
    ]  # fmt: skip
    assert [cell.text for cell in table.rows[1].cells][1:6] == ["0", "27", "0", "0", "1.000"]


def test_table_1_is_that_of_a_paper(description):
    """Groups as columns with their n, levels under their characteristic, n (%), medians, SMD and p."""
    table = table_one(description)
    sizes = description.tables["description"].head(3)["n"].tolist()
    assert table.head == (
        "Characteristic", f"All (n = {sizes[0]})", f"no (n = {sizes[1]})", f"yes (n = {sizes[2]})", "SMD", "p",
    )  # fmt: skip
    by_label = {line.cells[0]: line for line in table.lines}
    raw = description.tables["description"].set_index(["characteristic", "level", "group"])
    female = raw.loc[("Sex", "female", "All")]
    assert by_label["Female"].indented
    assert by_label["Female"].cells[1] == f"{female['n']:.0f} ({female['percent']:.1f})"
    age = raw.loc[("Age at infusion, years", "known", "All")]
    assert by_label["Age at infusion, years"].cells[1].startswith(f"{age['median']:.3g} (")
    printed = read(document(description)).tables[0]
    assert [cell.text for cell in printed.rows[0].cells] == list(table.head)
    assert len(printed.rows) == len(table.lines) + 1


def test_of_yes_and_no_table_1_prints_the_yes(description):
    lines = [line.cells[0] for line in table_one(description).lines]
    assert "Tocilizumab given" in lines
    assert "Yes" not in lines


def test_a_shared_table_1_shows_no_small_count(study):
    withheld = shared(run(study, "cohort_description"))
    cells = [text for line in table_one(withheld).lines for text in line.cells[1:]]
    assert "<5" in cells
    assert not [text for text in cells if text.split(" ")[0] in {"1", "2", "3", "4"}]
    told = texts(document(withheld))
    assert "Shared form" in told
    assert "Not to leave the centre" not in told


def test_the_same_bytes_each_time(survival):
    content = document(survival)
    assert document(survival) == content
    with ZipFile(io.BytesIO(content)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_long_table_is_named_and_left_to_its_file(study):
    result = run(study, "individual_kinetics")
    assert len(result.tables["levels"]) > MOST_ROWS
    assert f"has {len(result.tables['levels'])} rows" in texts(document(result))


def test_a_study_without_patients_gives_a_document_too(study):
    from dataclasses import replace  # noqa: PLC0415 - only here

    result = run(replace(study, patients={}), "overall_survival")
    assert "n = 0" in texts(document(result))


def test_without_the_extra_it_says_what_to_install(survival, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(UserError, match=r"pip install cartwise\[word\]"):
        write_result(survival, tmp_path / "out", formats=("svg", "word"))
    assert not (tmp_path / "out").exists()
