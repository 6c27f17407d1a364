"""What holds for every invented sample of cytometry, whatever its study, size and seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import SeedSequence

from cartwise.cytometry import shipped_panel
from cartwise.invention import (
    designs,
    draw_events,
    event_labels,
    invent,
    plan_cytometry,
    true_frequencies,
    with_cytometry,
)
from cartwise.study import load, write_study

few = settings(max_examples=8, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
names = st.sampled_from(designs())
NOT_CELLS = ["dead", "doublet", "bead", "debris"]


@few
@given(names, seeds)
def test_every_sample_is_made_of_shares_and_belongs_to_an_observed_patient(design, seed):
    made = invent(design, patients=9, seed=seed)
    last = made.truth["patients"].set_index("patient_id")["end_of_observation_day"]
    for sample in plan_cytometry(made):
        assert (sample.weights >= 0).all()
        assert np.isclose(sample.weights.sum(), 1)
        assert np.isfinite(sample.log_counts).all()
        assert sample.day <= last[sample.patient_id]


@few
@given(design=names, seed=seeds)
def test_the_validator_has_nothing_to_say_of_the_files_and_controls(design, seed, tmp_path_factory):
    made = invent(design, patients=8, seed=seed)
    study = with_cytometry(made, plan_cytometry(made))
    folder = write_study(tmp_path_factory.mktemp("study") / "s", study.about, study.tables)
    assert [(issue.rule, issue.file) for issue in load(folder).issues] == []


@few
@given(seeds, st.integers(1, 7), st.integers(1, 7))
def test_more_patients_leave_the_samples_of_the_first_as_they_are(seed, count, more):
    small, large = (
        plan_cytometry(invent("lodz", patients=number, seed=seed)) for number in (count, count + more)
    )
    later = {sample.file: sample for sample in large}
    for sample in small:
        assert np.array_equal(sample.weights, later[sample.file].weights)
        assert np.array_equal(sample.log_counts, later[sample.file].log_counts)


@few
@given(names, seeds, st.integers(1, 3000), st.data())
def test_events_depend_on_the_sample_and_its_seed_alone(design, seed, events, data):
    plan = plan_cytometry(invent(design, patients=2, seed=seed))
    sample = data.draw(st.sampled_from(plan))
    one, other = (draw_events(sample, events, seed=SeedSequence(seed)) for _ in range(2))
    assert one.raw.shape == (events, len(shipped_panel("demo").channels))
    assert np.array_equal(one.raw, other.raw)
    assert np.array_equal(one.labels, other.labels)
    assert np.isfinite(one.raw).all()
    assert (one.raw >= 0).all()


@few
@given(names, seeds, st.integers(1, 3000), st.data())
def test_truth_counts_every_intact_cell_once(design, seed, events, data):
    sample = data.draw(st.sampled_from(plan_cytometry(invent(design, patients=2, seed=seed))))
    drawn = draw_events(sample, events, seed=SeedSequence(seed))
    told = true_frequencies(sample, drawn)
    labels = event_labels(drawn)
    intact = labels[~labels["label"].isin(NOT_CELLS)]
    families = ["T cells", "NK cells", "monocytes", "CD19+ cells", "CAR+ T cells"]
    parts = told[(told["parent"] == "leukocytes") & ~told["subset"].isin(families)]
    assert parts["cells"].sum() == len(intact)
    assert told[told["parent"] == "CAR+ T cells"]["cells"].sum() == labels["car_positive"].sum()
    assert (told["cells"] <= told["parent_cells"]).all()
    assert not labels[labels["label"].isin(NOT_CELLS)]["car_positive"].any()
