"""The two published Mahalanobis rules, held against R and against slow readings of their formulas on real cells.

Vouchers: R 4.2.2, `stats::mahalanobis(z, colMeans(z[s == k, ]), cov(z[s == k, ]))`, which is what tidytof calls,
on the 5,000 cells of tidytof's `ddpr_data`; the formula of DEVclassifier (variances with divisor n - 1, floor 0.19,
root of the summed squares, unclassified beyond the number of markers), one cell after the other.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartwise.cytometry.reference import Reference

R_SQUARED = {  # cell (from 1): squared distance to Healthy1_Basal and to UPN1_Basal
    1: (14.351827657459674, 219.4296314162842),
    1000: (15.09171419508626, 66.106264410678179),
    2500: (77.166586195651661, 484.77572296594576),
    5000: (48.157805943872951, 18.853831354604967),
}
R_SUMS = (266611.71359007875, 386926.94041029538)
R_LABELS = {"Healthy1_Basal": 2707, "UPN1_Basal": 2293}


@pytest.fixture(scope="module")
def leukaemia(shared: Path) -> tuple[np.ndarray, np.ndarray]:
    table = pd.read_csv(shared / "data" / "pedALL_ddpr_cytof_cells5000.csv")
    return np.arcsinh(table.drop(columns="sample_name").to_numpy(float) / 5), table["sample_name"].to_numpy()


@pytest.fixture(scope="module")
def phenograph(shared: Path) -> tuple[np.ndarray, np.ndarray]:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    table = parquet.read_table(
        shared / "data" / "cytometry" / "tidytof" / "phenograph_data.parquet"
    ).to_pandas()
    markers = table.select_dtypes("number").columns
    return np.arcsinh(table[markers].to_numpy(float) / 5), table["phenograph_cluster"].to_numpy()


def mahalanobis_slowly(z: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(z - mean)' S^-1 (z - mean), one cell after the other."""
    mean, inverse = cells.mean(axis=0), np.linalg.inv(np.cov(cells, rowvar=False))
    return np.array([(cell - mean) @ inverse @ (cell - mean) for cell in z])


def good2018_slowly(z: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Root of the sum of squared deviations over variances of at least 0.19, one cell after the other."""
    mean, variance = cells.mean(axis=0), np.maximum(cells.var(axis=0, ddof=1), 0.19)
    return np.array([np.sqrt((((cell - mean) ** 2) / variance).sum()) for cell in z])


def test_tidytof_gives_the_squared_distances_and_labels_of_r(leukaemia):
    found = Reference.fit(*leukaemia, rule="tidytof").classify(leukaemia[0])
    for cell, expected in R_SQUARED.items():
        np.testing.assert_allclose(found.distances[cell - 1], expected, rtol=1e-9)
    np.testing.assert_allclose(found.distances.sum(axis=0), R_SUMS, rtol=1e-9)
    assert dict(zip(found.populations, found.counts()["kept"], strict=True)) == R_LABELS
    assert found.kept_percent == 100, "tidytof has no threshold"


@pytest.mark.parametrize(("rule", "slowly"), [("tidytof", mahalanobis_slowly), ("good2018", good2018_slowly)])
def test_each_published_rule_is_its_formula_to_nine_digits(leukaemia, phenograph, rule, slowly):
    for values, labels in (leukaemia, phenograph):
        found = Reference.fit(values, labels, rule=rule).classify(values)
        expected = np.column_stack([slowly(values, values[labels == name]) for name in found.populations])
        np.testing.assert_allclose(found.distances, expected, rtol=1e-9)
        assert (found.assigned == np.array(found.populations, dtype=object)[expected.argmin(axis=1)]).all()


def test_good2018_leaves_unclassified_what_is_farther_than_the_number_of_markers(phenograph):
    values, labels = phenograph
    stretched = values * np.linspace(0.5, 4, len(values))[:, None]
    found = Reference.fit(values, labels, rule="good2018").classify(stretched)
    expected = found.distances.min(axis=1) > values.shape[1]
    assert 0 < expected.sum() < len(values)
    assert (found.rejected == expected).all()


def test_good2018_by_its_farthest_cell(phenograph):
    values, labels = phenograph
    stretched = values * np.linspace(0.5, 4, len(values))[:, None]
    reference = Reference.fit(values, labels, rule="good2018")
    found = reference.classify(stretched, calibrate="farthest")
    reach = [
        good2018_slowly(values[labels == name], values[labels == name]).max() for name in found.populations
    ]
    nearest = found.distances.argmin(axis=1)
    expected = found.distances.min(axis=1) > 1.2 * np.array(reach)[nearest]
    assert 0 < expected.sum() < len(values)
    assert (found.rejected == expected).all()
