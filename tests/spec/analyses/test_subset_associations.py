"""Subsets and markers by toxicity and treatment, and CAR+ cells by cytometry against quantitative PCR."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from cartwise.analyses import run
from tests.drawing import study_of

NAMES = [f"P{i}" for i in range(1, 10)]
GRADES = dict(zip(NAMES, [0, 0, 0, 0, 1, 2, 1, 2, 1], strict=True))
MAIT = dict(zip(NAMES, [2, 3, 4, 5, 6, 7, 8, 9, 10], strict=True))
"""Every patient with CRS has more than every one without."""


def lines(head, rows):
    return "\n".join([head, *rows])


def study_from(**tables):
    study = study_of(
        patients=lines("patient_id", NAMES),
        infusions=lines("patient_id | day", [f"{name} | 0" for name in NAMES]),
        toxicities=lines(
            "patient_id | day | kind | scale | grade",
            [f"{name} | 3 | CRS | Penn | {grade}" for name, grade in GRADES.items()],
        ),
        **tables,
    )
    assert study.quarantined == 0, [issue.as_dict() for issue in study.issues]
    return study


@pytest.fixture(scope="module")
def study():
    return study_from(
        subset_frequencies=lines(
            "patient_id | day | specimen | subset | parent | parent_cells | percent",
            [
                f"{name} | 0 | product | {subset} | CAR+ T cells | 1000 | {value}"
                for name in NAMES
                for subset, value in (("CD4- MAIT/NKT", MAIT[name]), ("CD8 naive", 5))
            ],
        ),
        subset_markers=lines(
            "patient_id | day | specimen | subset | marker | median | cells",
            [
                f"{name} | {day} | {specimen} | CD8 naive | {marker} | {value} | {cells}"
                for number, name in enumerate(NAMES)
                for day, specimen, shift in ((0, "product", 0), (7, "blood", 1 + number / 10))
                for marker, value, cells in (("CD127", number + shift, 200), ("PD-1", number - shift, 200))
            ]
            + ["P1 | 28 | blood | CD8 naive | PD-1 | 9 | 3"],
        ),
    )


def test_groups_that_do_not_overlap_reach_the_smallest_p_of_their_sizes(study):
    """Four without and five with CRS: 2 of the 126 ways to divide nine."""
    table = run(study, "subset_associations").tables["differences"]
    row = table.set_index(["subset", "characteristic"]).loc[("CD4- MAIT/NKT", "CRS of any grade")]
    assert (row["p"], row["smallest_p"]) == pytest.approx((2 / 126, 2 / 126))
    assert row["chance_higher"] == 1
    assert (row["n"], row["medians"]) == ("4 | 5", "3.5 | 8")
    without, having = ([MAIT[n] for n in NAMES if (GRADES[n] > 0) is crs] for crs in (False, True))
    assert row["p"] == pytest.approx(mannwhitneyu(without, having).pvalue)


def test_a_subset_that_is_the_same_in_everybody_has_a_reason(study):
    table = run(study, "subset_associations").tables["differences"].set_index(["subset", "characteristic"])
    assert table.loc[("CD8 naive", "CRS of any grade"), "remark"] == "all values are equal"


def test_characteristics_that_nobody_is_known_for_or_that_all_share_are_not_tested(study):
    result = run(study, "subset_associations")
    assert set(result.tables["differences"]["characteristic"]) == {"CRS of any grade"}
    missing = result.missing.set_index(["measure", "reason"])["patients"]
    assert missing["crs_max_grade", "known"] == 9
    assert missing["icans_max_grade", "known"] == 0


def test_another_grouping_can_be_asked_for(study):
    result = run(study, "subset_associations", by="crs_max_grade")
    row = result.tables["differences"].set_index("subset").loc["CD4- MAIT/NKT"]
    assert row["levels"] == "0 | 1 | 2"
    assert row["n"] == "4 | 3 | 2"
    assert any("Kruskal" in sentence for sentence in result.methods)


def test_the_map_marks_what_stays_below_five_percent_after_adjustment(study):
    panel = run(study, "subset_associations").figures[""].panels[0]
    assert (panel.rows, panel.columns) == (("CD4- MAIT/NKT",), ("CRS of any grade",))
    assert (panel.values, panel.marks) == (((1.0,),), (("*",),))


def test_markers_change_in_pairs_and_are_drawn_with_their_signs(study):
    result = run(study, "marker_changes")
    row = result.tables["changes"].set_index(["marker", "first", "second"]).loc[("CD127", "product", "day 7")]
    assert (row["n"], row["p"]) == (9, 2 / 2**9)
    assert row["change"] == pytest.approx(1.4)
    panel = result.figures[""].panels[0]
    assert panel.values[0] == pytest.approx((1.4, -1.4))
    assert panel.marks[0] == ("*", "*")


def test_a_median_of_few_cells_takes_part_in_the_sensitivity_run_only(study):
    result = run(study, "marker_changes")
    main, sensitivity = (
        result.tables[name].set_index(["marker", "first", "second"]).loc[("PD-1", "day 7", "day 28"), "n"]
        for name in ("changes", "sensitivity")
    )
    assert (main, sensitivity) == (0, 1)


def test_markers_are_compared_between_groups(study):
    result = run(study, "marker_associations")
    table = result.tables["differences"].set_index(["marker", "time_point"])
    assert table.loc[("CD127", "product"), "p"] == pytest.approx(2 / 126)
    assert "CRS of any grade" in result.figures[""].label


def test_a_study_without_medians_is_compared_by_percent_positive():
    made = study_from(
        subset_markers=lines(
            "patient_id | day | specimen | subset | marker | percent_positive",
            [
                f"{name} | {day} | blood | late NK | CD16 | {10 + day + i * day / 7}"
                for i, name in enumerate(NAMES)
                for day in (0, 7)
            ],
        )
    )
    row = run(made, "marker_changes").tables["changes"].set_index(["first", "second"]).loc[("day 0", "day 7")]
    assert (row["population"], row["scale"], row["n"]) == ("cells of blood", "percent positive", 9)


CAR = [0.5, 1, 2, 4, 8, 16, 1, 3]
"""Percent CAR+ on day 7 of the first eight patients; the ninth has none by either method."""
CELLS_A_UG = 1e6 / 6.6


@pytest.fixture(scope="module")
def by_both():
    cytometry = [
        f"{n} | 7 | blood | CAR+ T cells | leukocytes | 9000 | {v}"
        for n, v in zip(NAMES, [*CAR, 0], strict=True)
    ]
    levels = [f"{n} | 8 | blood | {2 * v / 100 * CELLS_A_UG} | no" for n, v in zip(NAMES, CAR, strict=False)]
    return study_from(
        subset_frequencies=lines(
            "patient_id | day | specimen | subset | parent | parent_cells | percent",
            [*cytometry, "P1 | 28 | blood | CAR+ T cells | leukocytes | 9000 | 1"],
        ),
        transgene=lines(
            "patient_id | day | specimen | copies_per_ug | below_limit", [*levels, "P9 | 7 | blood | | yes"]
        ),
    )


def test_two_copies_a_car_cell_are_recovered_from_percent_and_copies(by_both):
    result = run(by_both, "car_by_cytometry_and_qpcr")
    found = result.estimates["copies per CAR+ cell, day 7"]
    assert (found.value, found.n) == (pytest.approx(2), 8)


def test_a_sample_below_the_limit_is_counted_and_has_no_logarithm(by_both):
    result = run(by_both, "car_by_cytometry_and_qpcr")
    table = result.tables["correlations"].set_index(["time_point", "method"])
    day = table.loc[("day 7", "Pearson")]
    assert (day["n"], day["below_limit"], day["no_car_cells"]) == (9, 1, 1)
    assert table.loc[("day 7", "Pearson, quantified by both"), "n"] == 8
    assert day["r_squared"] == pytest.approx(1)
    assert len(result.figures[""].panels[0].below) == 1
    assert any("1 below the limit by PCR" in sentence for sentence in result.methods)


def test_a_sample_without_a_level_near_it_is_counted_alone(by_both):
    table = (
        run(by_both, "car_by_cytometry_and_qpcr").tables["correlations"].set_index(["time_point", "method"])
    )
    day = table.loc[("day 28", "Spearman")]
    assert (day["n"], day["without_partner"]) == (0, 1)
    assert "too few" in day["remark"]


def test_a_sample_that_gives_two_percentages_of_car_cells_is_left_out_and_counted():
    made = study_from(
        subset_frequencies=lines(
            "patient_id | day | specimen | subset | parent | parent_cells | percent",
            [f"P1 | 7 | blood | CAR+ T cells | leukocytes | 9000 | {percent}" for percent in (1, 2)]
            + ["P2 | 7 | blood | CAR+ T cells | leukocytes | 9000 | 3"],
        ),
        transgene="patient_id | day | specimen | copies_per_ug\nP1 | 7 | blood | 900\nP2 | 7 | blood | 900",
    )
    result = run(made, "car_by_cytometry_and_qpcr")
    assert set(result.tables["correlations"].query("time_point == 'day 7'")["n"]) == {1}
    assert any("1 values of CAR+ cells were left out" in sentence for sentence in result.methods)


def test_the_fitted_line_is_that_of_least_squares(by_both):
    panel = run(by_both, "car_by_cytometry_and_qpcr").figures[""].panels[0]
    (x0, y0), (x1, y1) = panel.line
    assert (y1 - y0) / (x1 - x0) == pytest.approx(0.02 * CELLS_A_UG)
    assert np.isclose(y0, 0, atol=1e-6)
