"""What holds of every classification, whatever the cells."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cartwise.cytometry.bias import adjusted
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.rules import RULES

RULE = st.sampled_from(RULES)


@st.composite
def labelled(draw) -> tuple[np.ndarray, np.ndarray]:
    """Cells of 2 to 5 populations in 1 to 6 markers, each with a covariance of its own."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    populations, markers = draw(st.integers(2, 5)), draw(st.integers(1, 6))
    distance = draw(st.sampled_from([0.5, 2.0, 6.0]))
    values = [
        rng.normal(size=(30, markers)) @ rng.normal(size=(markers, markers))
        + distance * rng.normal(size=markers)
        for _ in range(populations)
    ]
    return np.concatenate(values), np.repeat([f"p{i}" for i in range(populations)], 30)


@given(labelled(), RULE)
def test_distances_are_those_of_a_loop_over_cells(cells, rule):
    values, labels = cells
    reference = Reference.fit(values, labels, rule=rule)
    found = reference.classify(values, calibrate="none")
    for k, (mean, covariance) in enumerate(
        zip(reference.model.means, reference.model.covariances, strict=True)
    ):
        slow = np.array([(cell - mean) @ np.linalg.solve(covariance, cell - mean) for cell in values])
        np.testing.assert_allclose(
            found.distances[:, k] ** (2 if rule == "good2018" else 1), slow, rtol=1e-6, atol=1e-9
        )


@given(labelled(), RULE, st.integers(0, 2**32 - 1))
def test_single_precision_gives_the_labels_of_double(cells, rule, seed):
    values, labels = cells
    reference = Reference.fit(values, labels, rule=rule)
    halfway = (values + np.random.default_rng(seed).permutation(values)) / 2
    query = np.concatenate([values, halfway, reference.model.means, [reference.model.means[:2].mean(axis=0)]])
    single = query.astype(np.float32)
    one, two = reference.classify(single), reference.classify(single.astype(np.float64))
    assert (one.assigned == two.assigned).all()
    assert (one.labels == two.labels).all()


@given(labelled(), RULE)
def test_posteriors_sum_to_one_and_are_highest_where_the_cell_is_assigned(cells, rule):
    values, labels = cells
    found = Reference.fit(values, labels, rule=rule).classify(values, calibrate="none")
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1)
    sure = found.margin > 1e-6
    assert (found.posterior.argmax(axis=1) == found.codes)[sure].all()
    assert (found.margin >= 0).all()


@given(labelled(), RULE, st.randoms(use_true_random=False))
def test_the_order_of_markers_and_of_cells_changes_nothing(cells, rule, random):
    values, labels = cells
    names = [f"m{i}" for i in range(values.shape[1])]
    reference = Reference.fit(values, labels, rule=rule, markers=names)
    columns, rows = list(range(len(names))), list(range(len(values)))
    random.shuffle(columns)
    random.shuffle(rows)
    there = reference.classify(values, markers=names, calibrate="none")
    again = reference.classify(
        values[np.ix_(rows, columns)], markers=[names[i] for i in columns], calibrate="none"
    )
    assert (again.assigned == there.assigned[rows]).all()


@given(labelled(), st.integers(0, 2**32 - 1))
def test_a_change_of_scale_of_the_markers_does_not_change_full_covariance_distances(cells, seed):
    values, labels = cells
    rng = np.random.default_rng(seed)
    scale, shift = rng.uniform(0.5, 2, values.shape[1]), rng.normal(size=values.shape[1])
    for rule in ("tidytof", "gaussian"):
        one = Reference.fit(values, labels, rule=rule).classify(values, calibrate="none")
        two = Reference.fit(values * scale + shift, labels, rule=rule).classify(
            values * scale + shift, calibrate="none"
        )
        np.testing.assert_allclose(one.distances, two.distances, rtol=1e-5, atol=1e-7)


@given(labelled(), RULE, st.sampled_from(["query", "reference", "simple", "farthest", "none"]))
def test_a_cell_is_kept_exactly_where_it_is_not_rejected(cells, rule, calibrate):
    values, labels = cells
    found = Reference.fit(values, labels, rule=rule).classify(values * 1.5, calibrate=calibrate)
    assert ((found.labels == "unclassified") == found.rejected).all()
    assert (found.labels[~found.rejected] == found.assigned[~found.rejected]).all()
    assert sum(found.unclassified.values()) == found.rejected.sum()
    assert found.counts()["kept"].sum() == (~found.rejected).sum()


@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_corrected_frequencies_are_frequencies_and_undo_a_known_confusion(count, seed):
    rng = np.random.default_rng(seed)
    confusion = 0.6 * np.eye(count) + 0.4 * rng.dirichlet(np.ones(count), count)
    true, other = rng.dirichlet(np.ones(count)), rng.dirichlet(np.ones(count))
    np.testing.assert_allclose(adjusted(true @ confusion, confusion), true, atol=1e-9)
    corrected = adjusted(other, confusion)
    assert (corrected >= 0).all()
    assert abs(corrected.sum() - 1) < 1e-9
