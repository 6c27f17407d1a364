"""The report as files: self-contained, honest about what it is, whole when parts are missing, never mixed with old pages."""

import json
import re

import pytest

from cartwise.analyses import run
from cartwise.basis import UserError
from cartwise.measures import Sheet
from cartwise.reports import chart_config, timeline, write_report, write_result
from cartwise.study import About
from tests.drawing import study_of

NASTY = "<script>alert(1)</script>"
FEW = {
    "patients": "patient_id | disease\nA/1 | B-ALL\nB&2 | B-ALL\nC | B-ALL",
    "infusions": f"patient_id | day | product\nA/1 | 0 | {NASTY}\nB&2 | 0 | x",
    "treatments": f"patient_id | day | kind | detail\nA/1 | 3 | tocilizumab | {NASTY}",
    "transgene": "patient_id | day | specimen | copies_per_ug | below_limit | lower_limit\n"
    "A/1 | 7 | blood | 900 | no | 100\nA/1 | 40 | blood | | yes | 100",
    "follow_up": "patient_id | day | status\nA/1 | 100 | alive\nB&2 | 90 | alive",
}


def text_of(folder, name="index.html"):
    return (folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("report")
    about = About(name=f"Study {NASTY}", centre="Centre & Co", invented=True)
    write_report(study_of(about=about, **FEW), target)
    return target


def test_the_index_holds_all_it_needs(folder):
    page = text_of(folder)
    loaded = re.findall(r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=\"([^\"]+)\"", page)
    assert [address for address in loaded if not address.startswith("data:")] == []
    assert "default-src 'none'" in page
    assert page.count("plotly.js v") == 1


def test_data_cannot_become_part_of_the_page(folder):
    for path in folder.rglob("*.html"):
        assert NASTY not in path.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in text_of(folder)


def test_every_page_says_what_it_is(folder):
    pages = [
        path for path in folder.rglob("*.html") if path.parent.name != "evidence"
    ]  # these hold no patients
    assert len(pages) == 4
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert "Invented data." in page
        assert "Internal report" in page
        assert "Research use; supports and never replaces clinical judgement" in page
    for path in (folder / "patients").iterdir():
        assert "Encoded from the printed text; not reviewed by a clinician; research use" in path.read_text(
            encoding="utf-8"
        )


def test_every_file_says_that_its_data_are_invented(folder):
    files = [path for kind in ("figures", "tables", "texts") for path in (folder / kind).iterdir()]
    assert len(files) > 20
    silent = [path.name for path in files if "invented" not in path.read_text(encoding="utf-8").lower()]
    assert silent == []


def test_every_patient_has_a_page_whatever_the_pseudonym(folder):
    assert {path.name for path in (folder / "patients").iterdir()} == {"A%2F1.html", "B%262.html", "C.html"}
    assert 'href="patients/A%252F1.html"' in text_of(folder)


def test_links_lead_to_files_that_were_written(folder):
    links = re.findall(r'<a href="((?:figures|tables|texts)/[^"]+)"', text_of(folder))
    assert len(links) > 20
    assert [link for link in links if not (folder / link).is_file()] == []


def test_each_result_gives_its_command_and_its_files(folder):
    page = text_of(folder)
    for name in ("cohort_description", "kinetics_by_group", "overall_survival", "swimmer"):
        assert f"<code>cartwise analyse STUDY {name}</code>" in page
        assert list(folder.glob(f"tables/{name}*.csv"))
        assert list(folder.glob(f"figures/{name}.svg"))


def test_the_same_study_gives_the_same_bytes(folder, tmp_path):
    about = About(name=f"Study {NASTY}", centre="Centre & Co", invented=True)
    write_report(study_of(about=about, **FEW), tmp_path)
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / path.relative_to(folder)).read_bytes(), path.name


def test_a_shared_report_leaves_no_page_of_an_earlier_internal_one(tmp_path):
    study = study_of(**FEW)
    write_report(study, tmp_path)
    (tmp_path / "notes.txt").write_text("the user's own")
    assert list((tmp_path / "patients").iterdir())
    write_report(study, tmp_path, share=True)
    assert not (tmp_path / "patients").exists() or not list((tmp_path / "patients").iterdir())
    assert not (tmp_path / "tables" / "swimmer-lanes.csv").exists()
    assert (tmp_path / "notes.txt").read_text() == "the user's own"


def test_a_page_that_no_report_wrote_is_not_overwritten(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(UserError, match="no report of cartwise"):
        write_report(study_of(**FEW), tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"


def test_progress_is_told_to_the_end(tmp_path):
    told = []
    write_report(study_of(**FEW), tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, len(told)) for done in range(1, len(told) + 1)]


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"patients": "patient_id"}, "No patient of this study could be analysed"),
        ({"patients": "patient_id | referral_day\nA | 0"}, "No patient of this study could be analysed"),
        ({"patients": "patient_id\nA", "infusions": "patient_id | day\nA | 0"}, "Description of the cohort"),
    ],
    ids=["nobody", "nobody infused", "one"],
)
def test_a_report_on_next_to_nothing_says_so(tmp_path, tables, said, share):
    page = write_report(study_of(**tables), tmp_path, share=share).read_text(encoding="utf-8")
    if share and "A" in tables["patients"]:
        said = "suppressed (&lt;5)"  # that one patient was or was not infused would tell of that patient
    assert said in page
    assert "nan" not in re.sub(r"data:[^\"]+", "", page.partition("<script>")[0]).lower().split()


def test_problems_of_the_records_are_counted_by_rule(tmp_path):
    tables = FEW | {"deaths": "patient_id | day\nA/1 | soon\nB&2 | later"}
    page = text_of(write_report(study_of(**tables), tmp_path / "r").parent)
    assert "Rows set aside and not used: 2" in page
    assert "unreadable-value" in page
    shared_page = text_of(write_report(study_of(**tables), tmp_path / "s", share=True).parent)
    assert "Rows set aside and not used: suppressed (&lt;5)" in shared_page


def test_every_chart_is_made_unable_to_send_itself_away():
    config = chart_config("any")
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False


def test_chart_data_cannot_end_their_script_block():
    study = study_of(
        patients="patient_id\nA",
        infusions="patient_id | day\nA | 0",
        treatments=f"patient_id | day | kind | detail\nA | 3 | tocilizumab | </script>{NASTY}",
    )
    chart = timeline(Sheet(study.patients["A"])).chart
    assert "<" not in str(chart.data)
    assert json.loads(str(chart.data))["config"]["showSendToCloud"] is False


def test_the_time_line_keeps_below_limit_apart_and_tells_everything_in_its_table():
    study = study_of(**FEW)
    drawn = timeline(Sheet(study.patients["A/1"]))
    symbols = {trace.get("marker", {}).get("symbol"): trace for trace in drawn.chart.traces}
    assert symbols["triangle-down-open"]["y"] == [100.0]
    assert drawn.chart.layout["yaxis"]["type"] == "log"
    findings = set(zip(drawn.table["day"], drawn.table["what"], drawn.table["finding"], strict=True))
    assert (40.0, "CAR T cells, blood", "below the limit of 100") in findings
    assert (0.0, "Events", "Infusion") in findings


def test_a_result_is_written_in_the_formats_asked_for(tmp_path):
    result = run(study_of(**FEW), "overall_survival")
    written = write_result(result, tmp_path / "out", formats=("svg", "csv"))
    assert {path.suffix for path in written} == {".svg", ".csv"}
    assert all(path.is_file() for path in written)
    with pytest.raises(UserError, match="no format pdf"):
        write_result(result, tmp_path, formats=("pdf",))


def test_the_description_stands_as_a_paper_prints_it_and_its_rows_are_in_a_file(folder):
    page = text_of(folder)
    section = page[page.index('aria-labelledby="cohort_description"') :]
    section = section[: section.index("</section>")]
    assert '<table class="paper">' in section
    assert '<th scope="col">All (n = 3)</th>' in section
    assert '<th scope="row" class="level">Range</th>' not in section  # nobody's age is known
    assert 'href="tables/cohort_description-description.csv"' in section
    assert "Description of the cohort: Description" not in section


def test_every_figure_is_on_the_page_and_the_first_outside_the_fold(folder):
    page = text_of(folder)
    assert page.count("data:image/svg+xml") >= len(list((folder / "figures").iterdir())) - 2  # two are charts
    assert "Further figures (" in page


def test_the_contents_name_what_has_the_layout_of_a_paper(folder):
    page = text_of(folder)
    contents = page[page.index("<nav") : page.index("</nav>")]
    assert '<a href="#kinetics_by_group">001 Table 3</a>' in contents
    assert "(layout of 001 Table 3)" in page
