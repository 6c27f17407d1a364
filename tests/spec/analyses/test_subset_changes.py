"""Longitudinal cytometry: which sample stands for a time point, what is compared, and what a small denominator does."""

import pandas as pd
import pytest

from cartwise.analyses import PairedLine, run
from tests.drawing import study_of

HEAD = "patient_id | day | specimen | subset | parent | cells | parent_cells | percent | file_hash"
NAMES = [f"P{i}" for i in range(1, 9)]
PRODUCT, BLOOD = "0 | product", "7 | blood"


def rows(values, place, parent_cells=1000, parent="CAR+ T cells"):
    """Two subsets of one whole a patient: Treg memory as given, and CD8 naive as the rest."""
    made = []
    for name, percent in zip(NAMES, values, strict=False):
        for subset, share in (("Treg memory", percent), ("CD8 naive", 100 - percent)):
            cells = round(share * parent_cells / 100)
            made.append(
                f"{name} | {place} | {subset} | {parent} | {cells} | {parent_cells} | {share} | {name}{place[0]}"
            )
    return made


def study_from(lines, **tables):
    infusions = "patient_id | day\n" + "\n".join(f"{name} | 0" for name in NAMES)
    patients = "patient_id\n" + "\n".join(NAMES)
    made = study_of(
        patients=patients,
        **{"infusions": infusions, "subset_frequencies": "\n".join([HEAD, *lines])} | tables,
    )
    assert made.quarantined == 0, [issue.as_dict() for issue in made.issues]
    return made


def changes(study, table="changes", analysis="subset_changes"):
    made = run(study, analysis).tables[table]
    names = [name for name in ("run", "subset", "scale", "first", "second") if name in made]
    return made.set_index(names)


FALL = [*rows(range(60, 68), PRODUCT), *rows([1, 9, 2, 7, 4, 3, 8, 5], BLOOD)]
TREG = ("Treg memory", "percent", "product", "day 7")


def test_eight_patients_who_all_fall_reach_the_smallest_p_that_eight_can():
    row = changes(study_from(FALL)).loc[TREG]
    assert (row["n"], row["p"], row["smallest_p"]) == (8, 2 / 2**8, 2 / 2**8)
    assert row["change"] == pytest.approx(-59.0)
    assert row["lower"] < row["change"] < row["upper"]
    assert row["mixed_change"] == pytest.approx(-58.625)
    assert row["mixed_p"] < 0.001


def test_the_family_is_every_comparison_of_one_population_on_one_scale():
    result = run(study_from(FALL), "subset_changes")
    table = result.tables["changes"]
    percent = table[(table["scale"] == "percent") & table["p"].notna()]
    # Two subsets of one whole mirror each other: two tests with the same p, which adjustment leaves as it is.
    assert percent["p_adjusted"].tolist() == pytest.approx([2 / 2**8, 2 / 2**8])
    assert any("CAR+ T cells, percent: 2" in sentence for sentence in result.methods)


def test_time_points_without_pairs_have_a_reason_and_no_number():
    row = changes(study_from(FALL)).loc[("Treg memory", "percent", "day 7", "day 28")]
    assert row["n"] == 0
    assert pd.isna(row["p"])
    assert "there are no pairs" in row["remark"]


def test_log_ratios_stand_beside_percentages():
    ratios = changes(study_from(FALL)).loc[("Treg memory", "centred log-ratio", "product", "day 7")]
    assert ratios["n"] == 8
    assert ratios["change"] < 0


def test_cells_that_no_subset_holds_are_none_and_stay_in_the_denominator():
    rejected = [line.replace("CD8 naive", "unclassified") for line in FALL]
    result = run(study_from(rejected), "subset_changes")
    assert set(result.tables["changes"]["subset"]) == {"Treg memory"}
    assert any("rejected count in the denominator" in sentence for sentence in result.methods)


def test_few_pairs_are_told_that_they_could_show_nothing():
    few = [*rows([60, 61, 62], PRODUCT), *rows([1, 2, 3], BLOOD)]
    row = changes(study_from(few)).loc[TREG]
    assert row["smallest_p"] == 0.25
    assert "no difference could reach" in row["remark"]
    assert pd.isna(row["lower"])


def test_a_sample_of_few_cells_is_left_out_flagged_and_taken_in_by_the_sensitivity_run():
    few = [*rows(range(60, 68), PRODUCT), *rows([1, 2, 3, 4, 5, 6, 7], BLOOD)]
    few += [line for line in rows([0] * 7 + [10], BLOOD, parent_cells=40) if line.startswith("P8")]
    study = study_from(few)
    result = run(study, "subset_changes")
    assert changes(study).loc[TREG, "n"] == 7
    sensitivity = changes(study, "sensitivity")
    assert sensitivity.loc[("samples of few cells taken in", *TREG), "n"] == 8
    samples = result.tables["samples"].set_index(["patient", "time_point"])
    assert samples.loc[("P8", "day 7"), "too_few_cells"].any()
    assert not samples.loc[("P7", "day 7"), "too_few_cells"].any()
    lines = result.figures[""].panels[0].lines
    assert PairedLine("P8", ((67, False), (10, True), None)) in lines


def test_percentages_corrected_for_confusion_are_a_run_of_their_own():
    head = f"{HEAD} | corrected_percent"
    corrected = [f"{line} | 5" for line in FALL]
    study = study_from([], subset_frequencies="\n".join([head, *corrected]))
    row = changes(study, "sensitivity").loc[
        ("corrected for confusion", TREG[0], "corrected percent", *TREG[2:])
    ]
    assert (row["n"], row["zeros"]) == (8, 8)
    assert "no pair differs" in row["remark"]


@pytest.mark.parametrize(
    ("extra", "chosen"),
    [
        ([("6 | blood", 1000, 50)], 7),
        ([("8 | blood", 9000, 50)], 7),
        ([("7 | blood", 9000, 50)], 50),
        ([("10 | blood", 9000, 50)], 7),
    ],
    ids=["nearest to day 7", "nearer counts more than larger", "of one day the larger", "outside the window"],
)
def test_one_sample_stands_for_a_time_point(extra, chosen):
    """P1 has 7 % on day 7, and another sample besides."""
    lines = [*rows([60], PRODUCT), *rows([7], BLOOD)]
    for place, cells, percent in extra:
        lines += [f"{line}x" for line in rows([percent], place, parent_cells=cells)]
    panel = run(study_from(lines), "subset_changes").figures[""].panels[0]
    assert panel.lines == (PairedLine("P1", ((60, False), (chosen, False), None)),)


def test_a_sample_that_says_two_things_is_left_out_and_counted():
    lines = [*FALL, "P1 | 7 | blood | Treg memory | CAR+ T cells | 300 | 1000 | 30 | P17"]
    study = study_from(lines)
    assert changes(study).loc[TREG, "n"] == 7
    assert any("1 values of percent" in sentence for sentence in run(study, "subset_changes").methods)


def test_samples_after_the_next_course_belong_to_it():
    study = study_from(
        FALL, infusions="patient_id | day | course\n" + "\n".join(f"{n} | 0 | 1\n{n} | 6 | 2" for n in NAMES)
    )
    assert changes(study).loc[TREG, "n"] == 0 if TREG in changes(study).index else True
    assert set(run(study, "subset_changes").tables["samples"]["time_point"]) == {"product"}


def test_blood_is_followed_from_day_0_as_a_part_of_all_its_cells():
    lines = rows(range(10, 18), "-1 | blood", parent="PBMC") + rows(range(20, 28), BLOOD, parent="PBMC")
    lines += [f"{name} | 7 | blood | Treg memory | T cells | 5 | 1000 | 0.5 | {name}7" for name in NAMES]
    study = study_from(lines)
    result = run(study, "subset_changes")
    assert changes(study).loc[("Treg memory", "percent", "day 0", "day 7"), "n"] == 8
    assert result.figures["blood"].y_label == "% of PBMC"
    assert any("as a part of T cells were not compared" in sentence for sentence in result.methods)


def test_parts_that_overlap_make_no_log_ratio():
    """T cells and the CAR+ cells among them are no two parts; neither are subsets that sum to more than the whole."""
    lines = [
        f"P{i} | {day} | blood | {subset} | {parent} | {cells} | 1000 | {cells / 10} | h{i}{day}"
        for i in range(1, 5)
        for day in (0, 7)
        for subset, parent, cells in (
            ("T cells", "leukocytes", 600 + i),
            ("CAR+ T cells", "leukocytes", 30),
            ("CAR+ T cells", "T cells", 50),
            ("late NK", "leukocytes", 100 + day),
        )
    ]
    methods = run(study_from(lines), "subset_changes").methods
    assert any("for log-ratios: T cells, late NK;" in sentence for sentence in methods)
    twice = [line.replace("| late NK | leukocytes | 1", "| late NK | leukocytes | 9") for line in lines]
    twice = [line.replace("1000 | 10", "1000 | 90") for line in twice]
    assert any(
        "No log-ratios of cells of blood" in s for s in run(study_from(twice), "subset_changes").methods
    )


EMPTY = {
    "nobody": study_of(patients="patient_id"),
    "not infused": study_of(patients="patient_id\nA"),
    "no cytometry": study_of(patients="patient_id\nA", infusions="patient_id | day\nA | 0"),
    "outside every window": study_of(
        patients="patient_id\nA",
        infusions="patient_id | day\nA | 0",
        subset_frequencies=f"{HEAD}\nA | 90 | blood | Treg memory | CAR+ T cells | 1 | 100 | 1 | h",
        subset_markers="patient_id | day | specimen | subset | marker | median\nA | 90 | blood | Treg memory | PD-1 | 1",
    ),
}
ANALYSES = [
    "car_by_cytometry_and_qpcr",
    "marker_associations",
    "marker_changes",
    "subset_associations",
    "subset_changes",
    "subset_composition",
]


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("study", EMPTY.values(), ids=EMPTY)
def test_a_study_without_cytometry_is_told_so(name, study):
    result = run(study, name)
    assert "No cytometry in this study" in result.about
    assert not result.figures
    assert not result.shareable


@pytest.mark.parametrize("name", ANALYSES)
def test_one_patient_with_one_sample_gives_tables_without_p_values(name):
    study = study_from(
        rows([60], PRODUCT),
        subset_markers="patient_id | day | specimen | subset | marker | median | cells\nP1 | 0 | product | Treg memory | PD-1 | 1 | 99",
    )
    result = run(study, name)
    for table in result.tables.values():
        assert "p" not in table or table["p"].isna().all()


def test_the_composition_gives_mean_median_and_every_patient():
    result = run(study_from(FALL), "subset_composition")
    table = result.tables["composition"].set_index(["subset", "time_point"])
    assert table.loc[("Treg memory", "product"), ["n", "mean", "median"]].tolist() == [8, 63.5, 63.5]
    figure = result.figures[""]
    assert figure.parts == ("Treg memory", "CD8 naive")
    assert figure.panels[0].bars[0].shares == pytest.approx((63.5, 36.5))
    assert [bar.label for bar in figure.panels[1].bars] == NAMES


def blood_study(subset, method):
    head = "patient_id | day | specimen | subset | parent | cells | parent_cells | percent | method"
    lines = [
        f"{name} | {day} | blood | {subset} | leukocytes | {cells} | 1000 | {cells / 10} | {method}"
        for name in NAMES
        for day, cells in ((0, 50), (28, 350))
    ]
    return study_from([], subset_frequencies="\n".join([head, *lines]))


TOGETHER = "CD19+ cells are B cells and CD19+ leukaemic blasts together"


@pytest.mark.parametrize(
    ("subset", "method", "told"),
    [
        ("CD19+ cells", "populations of 000 2; panel demo 1", TOGETHER),
        ("B cells", "populations of 000 1; panel demo 1", "run the cytometry again"),
        ("B cells", "our own gates, CD20+ CD10-", None),
        ("late NK", "populations of 000 1; panel demo 1", None),
    ],
)
@pytest.mark.parametrize("name", ["subset_changes", "subset_composition", "subset_associations"])
def test_a_rise_of_cells_that_may_be_blasts_is_not_shown_as_recovery_of_b_cells(name, subset, method, told):
    about = run(blood_study(subset, method), name).about
    said = [words for words in (TOGETHER, "run the cytometry again") if words in about]
    assert said == ([told] if told else [])
