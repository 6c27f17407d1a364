"""Tables 1 to 3 and Figures 1 and 2 of Wang et al. (001): which analysis has their layout, and its rows, columns and panels."""

import pytest

from cartwise.analyses import catalogue, run
from tests.spec.analyses.invented import invented

SIDES = ("below", "above")


@pytest.fixture(scope="module")
def study():
    return invented(patients=50, seed=7)


def test_each_table_and_figure_of_the_paper_has_its_analysis():
    printed = {layout for item in catalogue().values() for layout in item.reproduces.values()}
    assert printed == {
        "001 Table 1A", "001 Table 1B", "001 Table 2", "001 Table 3", "001 Figure 1", "001 Figure 2",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, item in catalogue().items() if item.reproduces])
def test_what_has_a_layout_is_there_and_its_caption_says_so(study, name):
    item = catalogue()[name]
    result = run(study, name)
    there = {*result.tables, *(f"figure {figure}".rstrip() for figure in result.figures)}
    there |= {
        "as_published",
        *(part for part in item.reproduces if "_after_ld_" in part),
    }  # nobody's MRD after LD
    assert {part for part in item.reproduces if not part.endswith("_as_published")} <= there
    for layout in item.reproduces.values():
        assert f"In the layout of {layout}: " in result.caption


@pytest.mark.parametrize(
    ("name", "covariates"),
    [
        ("leukaemia_free_survival_model", ["Duration of B-cell aplasia, per month", "Sex", "MRD-negative CR on day 28"]),
        (
            "overall_survival_model",
            ["Prior CAR T cells", "Prior HCT", "Neutropenia of grade 4", "CRS of grade 3 or more", "ICANS"],
        ),
    ],
)  # fmt: skip
def test_table_1_has_the_printed_covariates_named_biased_beside_a_landmark(study, name, covariates):
    table = run(study, name, as_published=True).tables["as_published"].query("method == 'firth'")
    biased = table[table["standing"].str.startswith("biased")]
    assert list(biased["covariate"]) == covariates
    assert list(biased.columns[-5:-1]) == ["hazard_ratio", "lower", "upper", "p"]
    sound = table.query("standing == 'sound'")
    assert len(sound) == len(covariates)
    assert sound["approach"].str.startswith("from the landmark").all()
    assert "as_published" not in run(study, name).tables


def test_at_the_landmark_of_table_1_the_duration_of_aplasia_gives_way_to_what_was_known(study):
    table = run(study, "leukaemia_free_survival_model", as_published=True).tables["as_published"]
    sound = table.query("standing == 'sound'")
    assert "B-cell aplasia kept at the landmark" in set(sound["covariate"])
    assert (sound["n"] < table["n"].max()).all()


def test_table_2_has_univariate_ratios_and_two_models_with_mrd_of_one_time_each(study):
    table = run(study, "severe_toxicity_models").tables["side_by_side"]
    for model in ("", "_model_1", "_model_2"):
        assert {f"odds_ratio{model}", f"lower{model}", f"upper{model}", f"p{model}"} <= set(table.columns)
    before = table.query("method == 'firth' and covariate.str.startswith('MRD before')")
    assert before["odds_ratio_model_1"].notna().all()
    assert before["odds_ratio_model_2"].isna().all()


def test_table_3_has_the_characteristics_of_the_paper_in_their_order(study):
    rows = list(dict.fromkeys(run(study, "kinetics_by_group").tables["kinetics"]["characteristic"]))
    assert rows == [
        "All patients", "Age at infusion", "Sex", "Prior HCT", "Prior CAR T cells",
        *(f"MRD {when} lymphodepletion, at {cut}" for when in ("before", "after") for cut in ("10⁻⁴", "10⁻³", "10⁻²")),
        "CAR T-cell dose", "CRS of grade 3 or more", "ICANS, maximum grade", "Neutropenia of grade 4",
        "Tocilizumab given", "Steroids given", "MRD-negative CR on day 28",
    ]  # fmt: skip


def test_figure_1_has_both_survivals_by_hct_on_both_sides_of_the_lowest_cut_off(study):
    result = run(study, "hct_within_mrd_strata", as_published=True)
    for survival in ("overall_survival", "leukaemia_free_survival"):
        for side in SIDES:
            figure = result.figures[f"{survival}_before_ld_{side}_1e_4"]
            assert "since the landmark at month 3" in figure.x_label
            assert {curve.group for curve in figure.curves} <= {"no HCT", "HCT"}
            printed = result.figures[f"{survival}_before_ld_{side}_1e_4_as_published"]
            assert "BIASED" in printed.x_label
    assert not [
        name for name in run(study, "hct_within_mrd_strata").figures if name.endswith("_as_published")
    ]


def test_figure_2_has_the_duration_of_aplasia_against_persistence_and_expansion(study):
    panels = run(study, "kinetics_correlations").figures[""].panels
    assert [panel.x_label.partition(",")[0] for panel in panels] == ["Tlast", "Cmax", "AUC0-28d"]
    assert {panel.y_label for panel in panels} == {"B-cell aplasia, days"}
