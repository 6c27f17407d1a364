"""Tables 1 to 3 of Wang et al. (001) as the paper lays them out: its columns, its lines, and nothing where there is no number."""

import pytest

from cartwise.analyses import catalogue, run
from cartwise.reports import shared
from cartwise.reports.paper_tables import paper_table
from tests.spec.analyses.invented import invented


@pytest.fixture(scope="module")
def study():
    return invented(patients=50, seed=7)


def test_table_1_has_hazard_ratio_interval_and_p(study):
    result = run(study, "overall_survival_model", as_published=True)
    table = paper_table(result, "as_published")
    assert table.head == ("Covariate", "HR", "95 % CI", "p")
    assert table.lines[0].cells == ("As published, from infusion, biased: immortal time, cox", "", "", "")
    raw = result.tables["as_published"].iloc[0]
    assert table.lines[1].indented
    assert table.lines[1].cells == (
        "Prior CAR T cells",
        f"{raw['hazard_ratio']:.3f}",
        f"{raw['lower']:.3f}, {raw['upper']:.3f}",
        f"{raw['p']:.3f}",
    )


def test_table_2_has_each_factor_alone_and_in_two_models(study):
    table = paper_table(run(study, "severe_toxicity_models"), "side_by_side")
    assert [words.partition(", ")[2] or words for words in table.head] == [
        "Clinical factor", "alone", "p", "model 1", "p", "model 2", "p",
    ]  # fmt: skip
    assert {len(line.cells) for line in table.lines} == {7}
    separated = next(line for line in table.lines if line.cells[0].startswith("MRD before"))
    assert separated.cells[1] == "–"
    assert "the file says why" in table.note


def test_table_3_has_levels_under_their_characteristic_and_p_beside_it(study):
    result = run(study, "kinetics_by_group")
    table = paper_table(result, "kinetics")
    assert table.head == (
        "Characteristic", "n", "Median Cmax", "p", "Median AUC0–28d", "p", "Median Tlast, d", "p",
    )  # fmt: skip
    at = [line.cells[0] for line in table.lines].index("Sex")
    sex, female, male = table.lines[at : at + 3]
    assert [line.cells[0] for line in (female, male)] == ["female", "male"]
    assert female.indented
    raw = result.tables["kinetics"].query("characteristic == 'Sex'").iloc[0]
    assert sex.cells[3] == f"{raw['p_cmax']:.3f}"
    assert female.cells[1] == str(raw["n_cmax"])


def test_a_shared_table_3_shows_no_small_count(study):
    table = paper_table(shared(run(study, "kinetics_by_group")), "kinetics")
    assert not [line for line in table.lines if line.cells[1] in {"1", "2", "3", "4"}]


def test_a_table_without_a_paper_has_no_paper_form(study):
    assert paper_table(run(study, "kinetics_by_group"), "cmax") is None
    assert paper_table(run(study, "overall_survival"), "handlings") is None


@pytest.mark.parametrize("name", [name for name, item in catalogue().items() if item.reproduces])
@pytest.mark.parametrize("patients", [1, 2])
def test_studies_too_small_for_a_model_still_have_a_page(name, patients):
    result = run(invented(patients=patients, seed=3), name)
    for part in result.tables:
        table = paper_table(result, part)
        assert table is None or {len(line.cells) for line in table.lines} <= {len(table.head)}
