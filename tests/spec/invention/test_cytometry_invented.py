"""Invented FCS files: which samples there are, what they truly hold, and what stands in a file."""

from __future__ import annotations

import re
import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.random import SeedSequence

from cartwise.cli.entry import main
from cartwise.cli.inventing import write_invention, write_with_cytometry
from cartwise.cytometry import read_fcs, read_panel, read_settings, shipped_definition, shipped_panel
from cartwise.invention import NOTE, draw_events, invent, plan_cytometry, true_frequencies, with_cytometry
from cartwise.study import load

CHANNELS = [channel.channel for channel in shipped_panel("demo").channels]
MARKERS = [channel.marker for channel in shipped_panel("demo").channels]
PARAMETERS = tomllib.loads(files("cartwise.invention").joinpath("cytometry.toml").read_text())


@pytest.fixture(scope="module")
def lodz():
    return invent("lodz", seed=1)


@pytest.fixture(scope="module")
def plan(lodz):
    return plan_cytometry(lodz)


@pytest.fixture(scope="module")
def day_7(plan):
    """The blood of day 7 with most CAR+ cells, and 20,000 events of it."""
    sample = max((one for one in plan if "day_7" in one.file), key=lambda one: one.weights[1].sum())
    return sample, draw_events(sample, 20_000, seed=SeedSequence(4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("invented") / "study"
    write_with_cytometry(
        invent("lodz", patients=2, seed=5), target, events=600, progress=lambda _done, _total: None
    )
    return target


def brightness(events, marker):
    return np.arcsinh(events.raw[:, MARKERS.index(marker)] / 5)


def channel(events, name):
    return events.raw[:, CHANNELS.index(name)]


# ---- the parameter file ---------------------------------------------------------------------------------------------


def tables_with_numbers(entry, name=""):
    """Every innermost table that holds a number, with the nearest source at or above it."""
    source = entry.get("source") if isinstance(entry, dict) else None
    for key, value in entry.items():
        inner = value if isinstance(value, list) else [value]
        for one in inner:
            if isinstance(one, dict):
                for place, said in tables_with_numbers(one, f"{name}.{key}"):
                    yield place, said or source
            elif isinstance(one, int | float) and not isinstance(one, bool):
                yield f"{name}.{key}", source


def test_every_number_names_a_line_of_000_or_says_assumed():
    found = list(tables_with_numbers(PARAMETERS))
    assert len(found) > 300
    assert [place for place, source in found if not re.search(r"000:\d+|assumed", source or "")] == []


def test_populations_are_those_of_the_shipped_definition_and_four_that_it_has_no_gate_for():
    named = {*PARAMETERS["populations_of_t_cells"], *PARAMETERS["populations_of_other_cells"]}
    known = {population.name for population in shipped_definition("000").populations}
    assert named - known == {"other T cells", "dendritic cells", "B cells", "blasts"}


def test_every_marker_of_the_panel_has_its_brightness():
    stained = {
        one.marker for one in shipped_panel("demo").channels if set(one.roles) & {"lineage", "state", "CAR"}
    }
    assert stained == set(PARAMETERS["marker"])


# ---- the samples ----------------------------------------------------------------------------------------------------


def test_nineteen_patients_give_about_the_77_samples_of_the_paper(plan):
    assert 72 <= len(plan) <= 82
    assert sum(one.specimen == "product" for one in plan) == 19


def test_every_batch_has_a_car_negative_control_and_the_anchor(plan):
    batches = {one.batch for one in plan}
    for role in ("CAR-negative", "batch anchor"):
        assert {one.batch for one in plan if one.control_role == role} == batches
    assert len({one.file for one in plan}) == len(plan)


def test_the_anchor_is_the_same_donor_in_every_batch_and_controls_carry_no_car(plan):
    anchors = [one for one in plan if one.control_role == "batch anchor"]
    assert len(anchors) > 1
    assert all(np.array_equal(one.weights, anchors[0].weights) for one in anchors)
    assert not any(np.array_equal(one.log_counts, anchors[0].log_counts) for one in anchors[1:])
    assert all(one.weights[1].sum() == 0 for one in plan if one.control_role != "none")


def test_blood_of_day_0_is_taken_before_the_infusion_and_holds_no_car(plan):
    before = [one for one in plan if one.specimen == "blood" and one.day == 0]
    assert len(before) > 10
    assert all(one.weights[1].sum() == 0 for one in before)


def test_the_study_lists_every_file_and_is_in_order(folder):
    study = load(folder)
    assert study.about.invented
    assert [issue.rule for issue in study.issues] == []
    listed = pd.read_csv(folder / "cytometry_files.csv")
    assert sorted(listed["file"]) == sorted(
        f"cytometry/{path.name}" for path in folder.glob("cytometry/*.fcs")
    )
    assert set(listed["panel"]) == {"demo 1"}


def test_the_other_tables_are_those_of_the_study_without_cytometry(lodz, plan):
    told = with_cytometry(lodz, plan)
    assert set(told.tables) - set(lodz.tables) == {"cytometry_files"}
    assert all(told.tables[name] is frame for name, frame in lodz.tables.items())


# ---- what the samples hold ------------------------------------------------------------------------------------------


def shares(plan, point, population):
    """Share of a population among the CAR+ cells of a time point, by patient."""
    place = [*PARAMETERS["populations_of_t_cells"], *PARAMETERS["populations_of_other_cells"]].index(
        population
    )
    chosen = [one for one in plan if one.file.endswith(f"_{point}.fcs") and one.weights[1].sum() > 0]
    return np.array([one.weights[1][place] / one.weights[1].sum() for one in chosen])


@pytest.mark.parametrize(
    ("population", "percent"), [("Treg memory", 63.3), ("CD4 central memory", 16.6), ("CD4- MAIT/NKT", 7.04)]
)
def test_the_product_has_the_composition_of_the_paper(population, percent):
    plans = [plan_cytometry(invent("lodz", patients=40, seed=seed)) for seed in (1, 2)]
    drawn = 100 * np.concatenate([shares(plan, "product", population) for plan in plans])
    error = drawn.std() / np.sqrt(len(drawn))
    assert abs(drawn.mean() - percent) < 3 * error + 0.02 * percent


@pytest.mark.parametrize(
    ("population", "rises"),
    [
        ("Treg memory", False),
        ("CD4 central memory", False),
        ("CD4- MAIT/NKT", False),
        ("CD8 naive", True),
        ("CD8 effector memory", True),
        ("CD8 terminal effector", True),
        ("CD4 effector memory", True),
        ("CD4-CD8- gd", True),
    ],
)
def test_from_product_to_day_7_a_subset_moves_as_in_the_paper(plan, population, rises):
    before, after = (np.median(shares(plan, point, population)) for point in ("product", "day_7"))
    assert (after > 1.5 * before) if rises else (after < before / 1.5)


def test_treg_memory_is_below_half_a_percent_on_day_7(plan):
    assert np.median(shares(plan, "day_7", "Treg memory")) < 0.005


def test_patients_with_crs_have_more_mait_and_terminal_effectors_in_the_product():
    made = invent("lodz", patients=120, seed=3)
    crs = made.tables["toxicities"].query("kind == 'CRS'").groupby("patient_id")["grade"].max() > 0
    products = [one for one in plan_cytometry(made) if one.specimen == "product"]
    with_crs = np.array([bool(crs[one.patient_id]) for one in products])
    for population in ("CD4- MAIT/NKT", "CD8 terminal effector"):
        share = shares(products, "product", population)
        assert share[with_crs].mean() > 1.5 * share[~with_crs].mean()


@pytest.mark.parametrize("point", ["day_7", "day_28"])
def test_car_cells_follow_the_true_transgene_level(point):
    made = invent("lodz", patients=60, seed=2)
    levels = made.truth["courses"].set_index(["patient_id", "day"])["car_t_copies_per_ug"]
    chosen = [one for one in plan_cytometry(made) if one.file.endswith(f"_{point}.fcs")]
    car = [one.weights[1].sum() for one in chosen]
    level = [levels[one.patient_id, float(one.day)] for one in chosen]
    assert 0.8 < np.corrcoef(car, level)[0, 1] ** 2 < 0.999
    assert np.quantile(car, 0.2) < 0.01


# ---- what stands in a file ------------------------------------------------------------------------------------------


def test_the_file_says_that_it_is_invented_and_reads_back_without_a_warning(folder):
    events = read_fcs(next(folder.glob("cytometry/*_product.fcs")))
    assert (list(events.channels), list(events.markers)) == (CHANNELS, MARKERS)
    assert events.warnings == ()
    assert NOTE in events.keywords.values()


def test_the_panel_and_the_settings_of_a_run_stand_beside_the_files(folder):
    settings = read_settings(folder)
    assert read_panel(folder / settings.panels[0]) == shipped_panel("demo")


def test_the_truth_has_a_label_for_every_event_and_agrees_with_the_true_frequencies(folder):
    told = pd.read_csv(folder / "truth" / "cytometry_frequencies.csv")
    for path in sorted(folder.glob("cytometry/*.fcs")):
        labels = pd.read_csv(folder / "truth" / "cytometry_cells" / f"{path.stem}.csv.gz")
        assert len(labels) == len(read_fcs(path))
        own = told[(told["file"] == f"cytometry/{path.name}") & (told["parent"] == "leukocytes")].set_index(
            "subset"
        )
        living = labels[~labels["label"].isin(["dead", "doublet", "bead", "debris"])]
        assert own.loc["late NK", "cells"] == (living["label"] == "late NK").sum()
        assert own.loc["CAR+ T cells", "cells"] == labels["car_positive"].sum()
        assert (own["parent_cells"] == len(living)).all()


def test_true_frequencies_of_a_parent_without_cells_are_blank_and_not_zero(plan):
    control = next(one for one in plan if one.control_role == "CAR-negative")
    told = true_frequencies(control, draw_events(control, 500, seed=SeedSequence(1)))
    of_carriers = told[told["parent"] == "CAR+ T cells"]
    assert (of_carriers["parent_cells"] == 0).all()
    assert of_carriers["percent"].isna().all()


def test_ions_are_never_negative_and_nothing_is_not_a_number(day_7):
    _, events = day_7
    assert events.raw.dtype == np.float32
    assert np.isfinite(events.raw).all()
    assert events.raw.min() == 0
    assert (channel(events, "Tm169Di") == 0).mean() > 0.2


@pytest.mark.parametrize(
    ("marker", "positive", "negative"),
    [
        ("CD3", "CD4 naive", "classical monocytes"),
        ("CD4", "CD4 central memory", "CD8 central memory"),
        ("CD8", "CD8 effector memory", "CD4 effector memory"),
        ("CD45RA", "CD8 naive", "CD8 central memory"),
        ("CCR7", "CD4 central memory", "CD4 effector memory"),
        ("CD14", "classical monocytes", "non-classical monocytes"),
        ("CD16", "late NK", "classical monocytes"),
        ("TCRgd", "CD4-CD8- gd", "CD8 naive"),
        ("TCRVa7.2", "CD4- MAIT/NKT", "CD8 effector memory"),
    ],
)
def test_a_marker_tells_its_populations_apart(day_7, marker, positive, negative):
    _, events = day_7
    bright, dark = (brightness(events, marker)[events.labels == name] for name in (positive, negative))
    assert min(len(bright), len(dark)) > 50
    assert np.quantile(bright, 0.05) > np.quantile(dark, 0.95) > 0


def test_car_positive_cells_stain_for_the_car_and_a_few_of_them_hide(day_7):
    _, events = day_7
    t_cells = np.isin(events.labels, PARAMETERS["populations_of_t_cells"])
    cut = np.quantile(brightness(events, "CAR")[t_cells & ~events.car], 0.999)
    assert 0.001 < (brightness(events, "CAR")[events.car] < cut).mean() < 0.25


def test_beads_carry_their_metals_and_no_dna(day_7):
    _, events = day_7
    beads = events.labels == "bead"
    assert 0.005 < beads.mean() < 0.035
    for name in ("Ce140Di", "Eu151Di", "Eu153Di", "Ho165Di", "Lu175Di"):
        assert np.median(channel(events, name)[beads]) > 1000
    assert np.median(channel(events, "Ir191Di")[beads]) < 5


def test_doublets_have_twice_the_dna_and_dead_cells_take_up_cisplatin(day_7):
    _, events = day_7
    cells = ~np.isin(events.labels, ["bead", "dead", "doublet", "debris"])
    dna, dye = channel(events, "Ir191Di"), channel(events, "Pt195Di")
    assert np.median(dna[events.labels == "doublet"]) == pytest.approx(2 * np.median(dna[cells]), rel=0.1)
    assert np.quantile(dye[events.labels == "dead"], 0.02) > np.quantile(dye[cells], 0.98)
    lengths = channel(events, "Event_length")
    assert np.median(lengths[events.labels == "doublet"]) > 1.2 * np.median(lengths[cells])


def test_the_detector_loses_ten_to_thirty_percent_within_a_run(day_7):
    _, events = day_7
    time = channel(events, "Time")
    assert (np.diff(time) >= 0).all()
    cells = ~np.isin(events.labels, ["bead", "dead", "doublet", "debris"])
    first, last = time < 0.1 * time[-1], time > 0.9 * time[-1]
    for name in ("Ir191Di", "Ir193Di"):
        kept = np.median(channel(events, name)[cells & last]) / np.median(
            channel(events, name)[cells & first]
        )
        assert 0.62 < kept < 0.98


def test_cd127_rises_after_infusion_in_car_positive_cd4_memory(plan):
    place = PARAMETERS["populations_of_t_cells"].index("CD4 central memory")
    column = [one.marker for one in shipped_panel("demo").channels if one.isotope].index("CD127")
    by_file = {one.file: one.log_counts[1, place, column] for one in plan}
    rises = [
        by_file[name] - by_file[name.replace("day_7", "product")]
        for name in by_file
        if name.endswith("day_7.fcs")
    ]
    assert min(rises) > 0.3


def test_the_same_seed_writes_the_same_bytes(folder, tmp_path):
    again = tmp_path / "again"
    write_with_cytometry(
        invent("lodz", patients=2, seed=5), again, events=600, progress=lambda _done, _total: None
    )
    written = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert len(written) > 20
    assert [
        str(path) for path in written if (folder / path).read_bytes() != (again / path).read_bytes()
    ] == []


def test_a_study_made_anew_holds_no_file_of_the_former_and_every_file_of_its_user(folder, tmp_path):
    there = tmp_path / "study"
    shutil.copytree(folder, there)
    own, listed, replaced = (
        there / "cytometry" / name for name in ("own.fcs", "listed.fcs", "INV-002_product.fcs")
    )
    invented = (there / "cytometry" / "INV-001_product.fcs").read_bytes()
    own.write_bytes(invented)
    listed.write_bytes(invented)
    replaced.write_bytes(b"a measured file under an invented name")
    table = there / "cytometry_files.csv"
    text = table.read_text(encoding="utf-8")
    row = text.splitlines()[1]
    outside = tmp_path / "outside.fcs"
    outside.write_bytes(invented)
    more = [row.replace("cytometry/INV-001_product", name) for name in ("cytometry/listed", "../outside")]
    table.write_text(text + "\n".join(more) + "\n", encoding="utf-8")
    made = invent("lodz", patients=1, seed=6)
    write_with_cytometry(made, there, events=50, overwrite=True, progress=lambda _done, _total: None)
    named = set(pd.read_csv(table)["file"])
    left = {path.relative_to(there).as_posix() for path in there.rglob("*.fcs")}
    assert left - named == {path.relative_to(there).as_posix() for path in (own, listed, replaced)}
    assert outside.is_file()
    sidecars = {path.name.removesuffix(".csv.gz") for path in (there / "truth" / "cytometry_cells").iterdir()}
    assert sidecars == {Path(name).stem for name in named} | {"INV-002_product"}
    write_invention(made, there, overwrite=True)
    left = {path.relative_to(there).as_posix() for path in there.rglob("*.fcs")}
    assert left == {path.relative_to(there).as_posix() for path in (own, listed, replaced)}
    assert not (there / "truth" / "cytometry_frequencies.csv").exists()


def test_the_command_says_what_it_wrote(tmp_path, monkeypatch, capsys):
    target = tmp_path / "study"
    asked = [
        "invent",
        "--design",
        "lodz",
        "--patients",
        "1",
        "--cytometry",
        "--cells",
        "50",
        "--out",
        str(target),
    ]
    monkeypatch.setattr("sys.argv", ["cartwise", *asked])
    with pytest.raises(SystemExit) as left:
        main()
    written = len(list(target.glob("cytometry/*.fcs")))
    assert left.value.code == 0
    assert f"{written} FCS files of 50 events" in capsys.readouterr().out
    assert len(list(target.glob("truth/cytometry_cells/*.csv.gz"))) == written > 3
