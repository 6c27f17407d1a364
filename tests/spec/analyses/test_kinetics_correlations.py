"""Expansion and persistence: rank correlations with their numbers, on a cohort small enough to rank by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from cartwise.analyses import run
from tests.drawing import study_of

PEAKS = {"A": 100, "B": 200, "C": 400, "D": 1000, "E": 3000}
LAST = {"A": 28, "B": 60, "C": 42, "D": 90, "E": 120}
LOST = {"A": 60, "B": 90, "C": 120, "D": 200}
"""E's aplasia is still going on."""


def study_from(names):
    return study_of(
        patients="patient_id\n" + "\n".join(names),
        infusions="patient_id | day\n" + "\n".join(f"{name} | 0" for name in names),
        transgene="patient_id | day | specimen | copies_per_ug\n"
        + "\n".join(
            f"{name} | {d} | blood | {level}"
            for name in names
            for d, level in ((10, PEAKS[name]), (LAST[name], 50))
        ),
        b_cells="patient_id | day | specimen | percent_of_lymphocytes\n"
        + "\n".join(
            f"{name} | {d} | blood | {level}"
            for name in names
            for d, level in ((14, 0), (LOST.get(name, 300), 20 if name in LOST else 0))
        ),
    )


@pytest.fixture(scope="module")
def result():
    return run(study_from(PEAKS), "kinetics_correlations")


@pytest.fixture(scope="module")
def table(result):
    return result.tables["correlations"].set_index(["measure", "with", "method"])


def test_ranks_that_swap_one_neighbour_correlate_at_nine_tenths(table):
    """Of five patients two neighbours change places: 1 - 6 x 2 / (5 x 24) = 0.9."""
    row = table.loc[("Cmax", "Tlast", "Spearman")]
    assert row["coefficient"] == pytest.approx(0.9)
    assert row["n"] == 5
    assert row["lower"] < 0.9 < row["upper"]


def test_pearson_is_of_logarithms(table):

    expected = pearsonr(np.log(list(PEAKS.values())), np.log(list(LAST.values())))
    assert table.loc[("Cmax", "Tlast", "Pearson, of logarithms"), "coefficient"] == pytest.approx(
        expected.statistic
    )


def test_aplasia_that_goes_on_has_no_duration_and_is_counted(table):
    row = table.loc[("Cmax", "BCA duration", "Spearman")]
    assert (row["n"], row["left_out"]) == (4, 1)


def test_the_number_of_comparisons_is_said_and_p_values_are_adjusted(result, table):
    assert "5 comparisons" in result.caption
    rows = table.xs("Spearman", level="method")
    assert (rows["p_adjusted"] >= rows["p"]).all()


def test_every_pair_is_drawn_with_its_number(result):
    notes = {
        name: [panel.note.rpartition(" = ")[2] for panel in figure.panels]
        for name, figure in result.figures.items()
    }
    assert notes == {"": ["4", "4", "4"], "persistence": ["5", "5"]}
    assert len(result.figures[""].panels[1].points) == 4


def test_aplasia_is_held_against_persistence_of_the_cells_as_well(table):
    """Of A to D the last quantified days 28, 60, 42, 90 and the ends of aplasia swap one neighbour: 1 - 6 x 2 / (4 x 15)."""
    assert table.loc[("Tlast", "BCA duration", "Spearman"), "coefficient"] == pytest.approx(0.8)


@pytest.mark.parametrize("names", [[], ["A"], ["A", "B"]])
def test_too_few_patients_give_a_reason_and_no_number(names):
    study = study_from(names) if names else study_of(patients="patient_id\nA")
    result = run(study, "kinetics_correlations")
    table = result.tables["correlations"]
    assert table["coefficient"].isna().all()
    assert table["remark"].str.contains("too few; a correlation needs three").all()
    assert "No correlation could be made" in result.caption
    assert not result.shareable
    assert pd.isna(table["p_adjusted"]).all()
