"""An invented study is a small world: what it says of itself, what it hides, and what follows from what in it."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.invention import DEMO_SEED, NOTE, designs, invent


def room(file):
    return tomllib.loads(files("cartwise.invention").joinpath(file).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def peking():
    return invent("peking", seed=DEMO_SEED)


@pytest.fixture(scope="module")
def untreated():
    return invent("no-hct", patients=200, seed=1).truth["patients"]


def test_the_designs_are_peking_lodz_and_no_hct():
    assert designs() == ("peking", "lodz", "no-hct")


@pytest.mark.parametrize(("design", "patients"), [("peking", 50), ("lodz", 19), ("no-hct", 50)])
def test_a_design_has_the_size_of_its_model(design, patients):
    assert len(invent(design, seed=0).tables["patients"]) == patients


def test_it_says_that_it_is_invented(peking):
    assert peking.about.invented
    assert peking.about.note == NOTE
    assert NOTE.startswith("Invented data")


def test_every_number_names_its_source_or_says_assumed():
    for layer in ("common", "peking", "lodz"):
        for topic, entries in room("parameters.toml")[layer].items():
            for name, entry in entries.items():
                assert len(entry["source"]) >= 6, f"{layer}.{topic}.{name}"


def test_every_policy_says_what_it_describes_and_where_it_comes_from():
    for policy in room("policies.toml").values():
        assert policy["describes"]
        assert policy["source"]
        assert policy["wait"]["source"]


def test_an_unknown_design_is_refused_with_the_names_there_are():
    with pytest.raises(UserError, match="peking, lodz, no-hct"):
        invent("paris", seed=0)


@pytest.mark.parametrize(("patients", "seed"), [(0, 1), (5, -1)])
def test_a_study_of_nobody_or_a_negative_seed_is_refused(patients, seed):
    with pytest.raises(UserError, match="at least 1 patient and a seed of 0 or more"):
        invent("peking", patients=patients, seed=seed)


@pytest.mark.parametrize(
    ("design", "crs_scale", "product"),
    [("peking", "ASTCT 2019", "institutional CD19 CAR T cells"), ("lodz", "Penn", "tisagenlecleucel")],
)
def test_a_design_grades_on_its_own_scale_and_gives_its_own_product(design, crs_scale, product):
    tables = invent(design, patients=5, seed=2).tables
    assert set(tables["toxicities"].query("kind == 'CRS'")["scale"]) == {crs_scale}
    assert set(tables["infusions"]["product"]) == {product}
    assert (tables["infusions"]["course"] == 1).all()


@pytest.mark.parametrize(
    ("method", "sensitivity"), [("flow", 1e-4), ("fusion PCR", 1e-5), ("IG/TR RQ-PCR", 1e-5), ("NGS", 1e-6)]
)
def test_each_mrd_method_has_its_sensitivity(method, sensitivity):
    design = "lodz" if method == "IG/TR RQ-PCR" else "peking"
    mrd = invent(design, patients=30, seed=4).tables["mrd"]
    assert set(mrd[mrd["method"] == method]["sensitivity"]) == {sensitivity}


def test_the_finer_method_finds_more_and_knows_a_state_between_negative_and_a_level():
    mrd = invent("peking", patients=80, seed=5).tables["mrd"]
    paired = mrd.pivot_table(index=["patient_id", "day"], columns="method", values="result", aggfunc="first")
    both = paired.dropna(subset=["flow", "NGS"])
    assert (both["NGS"] != "negative").sum() > (both["flow"] != "negative").sum()
    assert "detected below quantification" in set(mrd["result"])


def test_sequencing_is_reported_days_later_than_flow():
    mrd = invent("peking", patients=40, seed=6).tables["mrd"]
    wait = (mrd["available_day"] - mrd["day"]).groupby(mrd["method"]).median()
    assert wait["NGS"] >= wait["flow"] + 5


def test_positive_mrd_is_verified_by_a_test_that_names_it():
    mrd = invent("peking", patients=60, seed=7).tables["mrd"]
    verifying = mrd[mrd["verifies"].notna() & (mrd["day"] > 28)]
    earlier = mrd[mrd["result"] == "positive"].groupby("patient_id")["day"].apply(set)
    assert len(verifying) > 0
    assert all(
        row.verifies < row.day and row.verifies in earlier[row.patient_id] for row in verifying.itertuples()
    )


def test_visits_grow_denser_once_disease_is_suspected():
    tables = invent("no-hct", patients=100, seed=8).tables
    mrd = tables["mrd"].query("day > 28 and method == 'flow'").sort_values(["patient_id", "day"])
    gap = mrd.groupby("patient_id")["day"].shift(-1) - mrd["day"]
    seen = mrd["result"] == "positive"
    assert gap[seen].median() < gap[~seen].median() / 2


def test_the_sampled_peak_lies_near_the_true_one(peking):
    early = peking.tables["transgene"].query("day <= 28").dropna(subset=["copies_per_ug"])
    seen = early.groupby("patient_id")["copies_per_ug"].max()
    true = peking.truth["patients"].set_index("patient_id")["kinetics_cmax"].reindex(seen.index)
    assert abs(np.log((seen / true).astype(float))).median() < 0.4


def test_cells_that_persist_keep_b_cells_away(untreated):
    working = untreated[untreated["kinetics_potency"] == 1].dropna(subset=["b_cell_return_day_without_hct"])
    contraction, back = working["kinetics_alpha"].rank(), working["b_cell_return_day_without_hct"].rank()
    assert np.corrcoef(contraction, back.astype(float))[0, 1] < -0.3


def test_a_product_that_fails_leaves_b_cells_where_they_were(untreated):
    failing = untreated[untreated["kinetics_potency"] < 1]
    assert len(failing) > 0
    assert failing["b_cell_return_day_without_hct"].isna().all()


def test_cells_that_kill_less_let_leukaemia_back(untreated):
    back = untreated["relapse_day_without_hct"].notna() & (untreated["phenotype_without_hct"] == "CD19+")
    assert untreated[back]["leukaemia_kill"].median() < untreated[~back]["leukaemia_kill"].median()


def test_without_an_escape_clone_every_relapse_is_cd19_positive(untreated):
    plain = untreated[(untreated["leukaemia_escape"] == 0) & untreated["relapse_day_without_hct"].notna()]
    assert set(plain["phenotype_without_hct"]) == {"CD19+"}


def test_a_transplant_prevents_some_relapses_and_the_truth_says_which():
    truth = invent("peking", patients=200, seed=1).truth["patients"]
    given = truth[truth["hct_day"].notna()]
    saved = given[given["hct_prevented_relapse"].astype(bool)]
    assert 0 < len(saved) < len(given)
    assert saved["relapse_day_without_hct"].notna().all()


def test_more_leukaemia_means_more_crs(peking):
    study = invent("peking", patients=300, seed=9)
    grade = study.tables["toxicities"].query("kind == 'CRS'").groupby("patient_id")["grade"].max()
    burden = study.truth["patients"].set_index("patient_id")["burden"]
    severe = grade[grade >= 3].index
    assert burden[severe].median() > 3 * burden.drop(severe).median()


def test_the_course_with_its_true_sizes_stands_in_the_sidecar(peking):
    assert set(peking.truth) == {"patients", "courses"}
    assert set(peking.truth["courses"]["patient_id"]) == set(peking.tables["patients"]["patient_id"])
