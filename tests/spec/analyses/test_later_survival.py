"""Survival from later days than infusion: remission, relapse, reinfusion; and how long B-cell aplasia lasts."""

import pytest

from cartwise.analyses import run
from cartwise.basis import DAYS_PER_MONTH
from tests.drawing import study_of
from tests.spec.analyses.courses import courses_study, day, rows

# Months of HCT, relapse, death, last contact.
COURSES = {
    "A": (None, 4, 6, 6), "B": (None, 10, None, 22), "C": (None, 2, 3, 3), "D": (None, None, None, 24), "E": (None, 8, 20, 20),
}  # fmt: skip


def relapses(kinds):
    lines = [f"{n} | {day(COURSES[n][1])} | {kind}" for n, kind in kinds.items()]
    return rows("patient_id | day | immunophenotype", lines)


@pytest.fixture(scope="module")
def study():
    responses = [f"{n} | 28 | response | {'no response' if n == 'C' else 'CR'}" for n in COURSES]
    return courses_study(
        COURSES,
        relapses=relapses({"A": "CD19-", "B": "CD19+", "C": "CD19-", "E": ""}),
        assessments=rows("patient_id | day | kind | value", responses),
    )


def test_relapse_free_survival_is_of_responders_from_their_remission_on(study):
    result = run(study, "relapse_free_survival")
    steps = dict(zip(result.attrition["step"], result.attrition["patients"], strict=True))
    assert (steps["Analysed"], sum(n for step, n in steps.items() if step.startswith("Out: not "))) == (4, 1)
    first = result.tables["curve"].query("events == 1")["month"].iloc[0]
    assert first == pytest.approx(4 - 28 / DAYS_PER_MONTH)
    assert result.figures[""].x_label == "Months since remission"
    assert not result.shareable


def test_survival_after_relapse_is_counted_from_relapse_by_immunophenotype(study):
    result = run(study, "survival_after_relapse")
    table = result.tables["groups"].set_index("group")
    assert table.loc["CD19-", ["n", "events"]].tolist() == [2, 2]
    assert table.loc["CD19+", ["n", "events"]].tolist() == [1, 0]
    curve = result.tables["curve"].query("group == 'CD19-'")["month"]
    assert list(curve) == pytest.approx([1, 2])


def test_a_relapse_of_unknown_immunophenotype_is_counted_out_and_stays_in_the_whole(study):
    result = run(study, "survival_after_relapse")
    assert result.tables["groups"].set_index("group").loc["All relapses, whatever is known of CD19", "n"] == 4
    assert "Out: Relapse immunophenotype not known" in set(result.attrition["step"])
    assert result.analysed == 3


def aplasia_study(**more):
    """A: aplastic to day 60, not on day 90. B: aplastic to day 120, HCT on day 130. C: lost between 30 and 200."""
    samples = [
        ("A", 20, 0),
        ("A", 60, 0),
        ("A", 90, 9),
        ("B", 20, 0),
        ("B", 120, 0),
        ("C", 20, 0),
        ("C", 30, 0),
        ("C", 200, 9),
    ]
    return courses_study(
        {"A": (None, None, None, 12), "B": (130 / DAYS_PER_MONTH, None, None, 12), "C": (None, None, None, 12)},
        b_cells=rows("patient_id | day | specimen | percent_of_lymphocytes", [f"{n} | {d} | blood | {v}" for n, d, v in samples]),
        **more,
    )  # fmt: skip


def test_a_loss_between_two_samples_is_bounded_and_not_dated():
    table = run(aplasia_study(), "duration_of_aplasia").tables["between_bounds"].iloc[0]
    assert (table["median_after"], table["median_by"]) == (60 / DAYS_PER_MONTH, 90 / DAYS_PER_MONTH)
    assert table["month_3_from"] == pytest.approx(table["month_3_to"])
    # Day 183 lies between the last sample of B and the first of C without aplasia.
    assert table["month_6_from"] == pytest.approx(0)
    assert table["month_6_to"] == pytest.approx(table["month_3_to"])


def test_either_end_of_the_interval_has_its_curve():
    result = run(aplasia_study(), "duration_of_aplasia")
    bounds = result.tables["bounds"].set_index("bound")
    assert bounds.loc["loss at the last sample with aplasia", "median"] == pytest.approx(60 / DAYS_PER_MONTH)
    assert bounds.loc["loss at the first sample without", "median"] == pytest.approx(200 / DAYS_PER_MONTH)
    assert [curve.group for curve in result.figures[""].curves] == list(bounds.index)


def test_what_ended_the_watch_is_counted():
    table = run(aplasia_study(), "duration_of_aplasia").tables["ended"].set_index("ended_by")["patients"]
    assert table.to_dict() == {"loss": 2, "HCT": 1}


def test_nobody_in_remission_relapsed_or_aplastic_is_said():
    study = study_of(patients="patient_id\nA", infusions="patient_id | day\nA | 0")
    for name in (
        "relapse_free_survival",
        "survival_after_relapse",
        "duration_of_aplasia",
        "reinfusion_outcome",
    ):
        result = run(study, name)
        assert result.analysed == 0
        assert result.figures == {}


@pytest.fixture(scope="module")
def reinfusion():
    """A, B and C were reinfused on day 100: A stayed in remission with aplasia, B relapsed on day 160, C had HCT on day 150."""
    return run(
        study_of(
            patients="patient_id\nA\nB\nC\nD",
            infusions="patient_id | day | course | product | indication\n"
            + "\n".join(f"{n} | 0 | 1 | tisagenlecleucel | planned" for n in "ABCD")
            + "\nA | 100 | 2 | tisagenlecleucel | hematogones\nB | 100 | 2 | tisagenlecleucel | peripheral B-cell recovery\n"
            "C | 100 | 2 | tisagenlecleucel | peripheral B-cell recovery",
            b_cells="patient_id | day | specimen | percent_of_lymphocytes\nA | 128 | blood | 0\nB | 130 | blood | 12\nC | 190 | blood | 0",
            relapses="patient_id | day\nB | 160",
            treatments="patient_id | day | kind\nC | 150 | HCT",
            follow_up="patient_id | day | status\n" + "\n".join(f"{n} | 400 | alive" for n in "ABCD"),
        ),
        "reinfusion_outcome",
    )


def test_only_the_reinfused_are_followed_and_from_reinfusion_on(reinfusion):
    assert reinfusion.analysed == 3
    assert sorted(reinfusion.tables["curve"].query("events == 1")["month"]) == pytest.approx(
        [50 / DAYS_PER_MONTH, 60 / DAYS_PER_MONTH]
    )


def test_outcomes_stand_by_the_reason_of_reinfusion(reinfusion):
    table = reinfusion.tables["outcomes"].set_index(["outcome", "reason"])
    counts = ["yes", "no", "not_known"]
    assert table.loc[("Aplasia after reinfusion", "all"), counts].tolist() == [1, 1, 1]
    assert table.loc[("Aplasia after reinfusion", "hematogones"), counts].tolist() == [1, 0, 0]
    assert table.loc[("Relapse after reinfusion", "peripheral B-cell recovery"), counts].tolist() == [1, 1, 0]
    assert table.loc[("Therapy after reinfusion", "all"), counts].tolist() == [1, 2, 0]


@pytest.fixture(scope="module")
def pooled():
    """Reinfused on day 100: A for relapse, B for no response, C after a relapse on day 90, D not in remission on day 28,
    E after a relapse on day 60 and remission on day 90, F with no response recorded. G's third course was on day 200.
    """
    reasons = {"A": "relapse", "B": "no response"} | dict.fromkeys("CDEFG", "peripheral B-cell recovery")
    return run(
        study_of(
            patients=rows("patient_id", reasons),
            infusions=rows(
                "patient_id | day | course | product | indication",
                [f"{n} | 0 | 1 | tisagenlecleucel | planned" for n in reasons]
                + [f"{n} | 100 | 2 | tisagenlecleucel | {reason}" for n, reason in reasons.items()]
                + ["F | 103 | 2 | tisagenlecleucel |", "G | 200 | 3 | brexucabtagene autoleucel |"],
            ),
            relapses="patient_id | day\nC | 90\nE | 60",
            assessments="patient_id | day | kind | value\nD | 28 | response | no response\nE | 90 | response | CR",
            follow_up=rows("patient_id | day | status", [f"{n} | 400 | alive" for n in reasons]),
        ),
        "reinfusion_outcome",
    )


def test_the_curve_is_of_remission_at_reinfusion_and_the_others_are_counted(pooled):
    assert pooled.analysed == 3
    steps = dict(zip(pooled.attrition["step"], pooled.attrition["patients"], strict=True))
    assert steps["Out: relapse or no response at reinfusion: no remission to keep"] == 4
    table = pooled.tables["outcomes"].set_index(["outcome", "reason"])
    assert table.loc[("Relapse after reinfusion", "relapse"), ["yes", "no", "not_known"]].tolist() == [
        0,
        1,
        0,
    ]


def test_a_third_course_ends_remission_without_further_therapy_and_a_split_dose_does_not(pooled):
    ended = pooled.tables["curve"].query("events > 0")["month"]
    assert list(ended) == pytest.approx([100 / DAYS_PER_MONTH])
