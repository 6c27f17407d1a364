"""Monitoring after infusion as two reviews word it, and what is told after a relapse, in scenarios."""

from __future__ import annotations

import pytest

from cartwise.guidelines import advise
from tests.drawing import study_of
from tests.spec.guidelines.hct_case import APLASIA, FLOW_NEGATIVE, case

FIRST_YEAR = "talleur-2023/monitor-first-year"
SUBSTITUTE = "myers-2023/rq-pcr-substitute"
CONSULT = "myers-2023/ngs-expert-consultation"
NGS_28 = f"{FLOW_NEGATIVE}\n29 | NGS | marrow | negative | | 0.000001"


@pytest.mark.parametrize(("day", "standing"), [(40, "met"), (365, "met"), (365.25, "met"), (366, "not-met")])
def test_close_monitoring_is_asked_for_to_the_end_of_the_first_year(day: float, standing: str) -> None:
    said = case(day)[FIRST_YEAR]
    assert (said.standing, said.strength) == (
        standing,
        "critical to identify patients at high risk of relapse",
    )


def test_the_first_year_is_that_of_the_latest_course() -> None:
    infusions = "day | course | product\n0 | 1 | tisagenlecleucel\n300 | 2 | tisagenlecleucel"
    assert case(400, infusions=infusions)[FIRST_YEAR].standing == "met"
    assert case(666, infusions=infusions)[FIRST_YEAR].standing == "not-met"


def test_aplasia_and_mrd_together_are_followed_and_neither_alone_is_enough() -> None:
    said = case(40)
    assert said["talleur-2023/monitor-bca-and-mrd"].standing == "met"
    assert said["myers-2023/two-factors"].standing == "met"
    assert said["myers-2023/bca-alone-inadequate"].strength == "measuring for BCA alone is inadequate"
    assert said["talleur-2023/bca-not-perfect"].strength == "BCA is not a perfect surrogate for relapse risk"


@pytest.mark.parametrize(
    ("day", "mrd", "standing"),
    [
        pytest.param(20, FLOW_NEGATIVE, "not-met", id="day 20: before the weeks about day 28"),
        pytest.param(21, FLOW_NEGATIVE, "met", id="day 21: no NGS so far"),
        pytest.param(42, FLOW_NEGATIVE, "met", id="day 42: the last day of those weeks"),
        pytest.param(43, FLOW_NEGATIVE, "not-met", id="day 43: they are over, and RQ-PCR comes too late"),
        pytest.param(42, NGS_28, "not-met", id="NGS was tested"),
        pytest.param(42, NGS_28.replace("| NGS", "| IG/TR RQ-PCR"), "not-met", id="RQ-PCR was done"),
        pytest.param(700, FLOW_NEGATIVE, "not-met", id="years later"),
    ],
)
def test_rq_pcr_stands_in_in_the_weeks_in_which_ngs_is_wanting(day: float, mrd: str, standing: str) -> None:
    said = case(day, mrd=mrd, follow_up="day | status\n15 | alive")[SUBSTITUTE]
    assert (said.standing, said.direction) == (standing, "open")


def test_which_finding_of_ngs_is_suspicious_is_left_to_the_source() -> None:
    found = f"{FLOW_NEGATIVE}\n29 | NGS | marrow | positive | 0.00001 | 0.000001"
    said = case(40, mrd=found)[CONSULT]
    assert said.standing == "undetermined-by-source"
    assert said.missing == ()
    assert case(40, mrd=NGS_28)[CONSULT].standing == "not-met"
    assert case(40, mrd=FLOW_NEGATIVE)[CONSULT].standing == "unknown"


POSITIVE = "car-ma/os-after-cd19-positive-relapse"
NEGATIVE = "car-ma/os-after-cd19-negative-relapse"
SWITCH = "car-ma/os-after-lineage-switch"


@pytest.mark.parametrize(
    ("immunophenotype", "told"),
    [("CD19+", POSITIVE), ("CD19-", NEGATIVE), ("lineage switch", SWITCH)],
)
def test_after_relapse_survival_is_told_by_immunophenotype(immunophenotype: str, told: str) -> None:
    said = case(210, relapses=f"day | site | immunophenotype\n200 | marrow | {immunophenotype}")
    standings = {key: said[key].standing for key in (POSITIVE, NEGATIVE, SWITCH)}
    assert {key for key, standing in standings.items() if standing == "met"} == {told}
    assert said[told].direction == "open"


@pytest.mark.parametrize("immunophenotype", ["unknown", ""])
def test_an_immunophenotype_that_is_not_known_is_asked_for(immunophenotype: str) -> None:
    said = case(210, relapses=f"day | site | immunophenotype\n200 | marrow | {immunophenotype}")
    for key in (POSITIVE, NEGATIVE, SWITCH, "westhafen-2025/escape-clones"):
        assert said[key].standing == "unknown"
        assert said[key].missing == ("the immunophenotype of the relapse",)


def test_an_immunophenotype_counts_from_the_day_it_was_reported() -> None:
    relapses = "day | site | immunophenotype_day | immunophenotype\n200 | marrow | 207 | CD19-"
    assert case(206, relapses=relapses)[NEGATIVE].standing == "unknown"
    assert case(207, relapses=relapses)[NEGATIVE].standing == "met"


def test_the_survival_figures_are_shown_with_their_dispute() -> None:
    said = case(210, relapses="day | site | immunophenotype\n200 | marrow | CD19+")[POSITIVE]
    assert any("disputed" in note and "PDQ" in note for note in said.notes)


@pytest.mark.parametrize("source", ["westhafen-2025", "talleur-2023"])
def test_escape_is_read_on_where_cd19_or_the_lineage_is_lost(source: str) -> None:
    clone = {"westhafen-2025": "escape-clones", "talleur-2023": "escape-clone"}[source]
    negative = case(210, relapses="day | site | immunophenotype\n200 | marrow | CD19-")
    switched = case(210, relapses="day | site | immunophenotype\n200 | marrow | lineage switch")
    kept = case(210, relapses="day | site | immunophenotype\n200 | marrow | CD19+")
    assert negative[f"{source}/{clone}"].standing == "met"
    assert f"{source}/escape-masking" in negative[f"{source}/{clone}"].facts
    assert switched[f"{source}/escape-lineage-switch"].standing == "met"
    assert kept[f"{source}/{clone}"].standing == "not-met"


def test_without_a_relapse_nothing_is_said_of_its_kind() -> None:
    said = case(210)
    assert {said[key].standing for key in (POSITIVE, NEGATIVE, SWITCH)} == {"out-of-scope"}


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        pytest.param("61 | blood | 120 | 9", "met", id="B cells are back"),
        pytest.param("61 | blood | 0 | 0", "not-met", id="aplasia holds"),
        pytest.param("61 | blood | 30 | 9", "undetermined-by-source", id="between the printed definitions"),
        pytest.param("61 | marrow | 120 | 9", "not-met", id="marrow is not read for it"),
    ],
)
def test_the_return_of_b_cells_alone_is_no_relapse(row: str, standing: str) -> None:
    b_cells = f"{APLASIA}\n{row}"
    assert case(70, b_cells=b_cells)["westhafen-2025/b-cell-recovery-not-relapse"].standing == standing


MRD_DUE = "wang-2025/schedule-mrd"
TRANSGENE_DUE = "wang-2025/schedule-qpcr"


@pytest.mark.parametrize(("day", "standing"), [(28, "not-met"), (29, "met"), (36, "met")])
def test_the_first_mrd_test_of_the_study_s_schedule_is_overdue_after_day_28(
    day: float, standing: str
) -> None:
    said = case(day, assessments="14 | HCT eligibility | eligible")[MRD_DUE]
    assert (said.standing, said.direction) == (standing, "open")


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        pytest.param(91, "not-met", id="day 91: month 3 is due at its end"),
        pytest.param(92, "met", id="day 92: month 3 went by"),
    ],
)
def test_a_test_of_day_28_moves_the_next_to_month_3(day: float, standing: str) -> None:
    assert case(day, mrd=FLOW_NEGATIVE)[MRD_DUE].standing == standing


def test_after_hct_the_schedule_begins_anew() -> None:
    hct = "day | kind\n-200 | chemotherapy\n60 | HCT"
    on_the_day = f"{FLOW_NEGATIVE}\n60 | flow | marrow | negative | | 0.0001"
    assert case(90, mrd=on_the_day, treatments=hct)[MRD_DUE].standing == "not-met"
    assert case(92, mrd=on_the_day, treatments=hct)[MRD_DUE].standing == "met"


@pytest.mark.parametrize(
    ("levels", "day", "standing"),
    [
        pytest.param("7 | blood | 900 |", 14, "not-met", id="day 14 is due today"),
        pytest.param("7 | blood | 900 |", 15, "met", id="day 14 went by"),
        pytest.param(
            "28 | blood | | yes\n84 | blood | | yes",
            400,
            "not-met",
            id="twice below the limit: the schedule ends",
        ),
        pytest.param(
            "28 | blood | 500 |\n84 | blood | | yes", 400, "met", id="once below the limit: it goes on"
        ),
    ],
)
def test_the_transgene_is_followed_until_it_is_twice_below_the_limit(
    levels: str, day: float, standing: str
) -> None:
    transgene = f"day | specimen | copies_per_ug | below_limit\n{levels}"
    assert case(day, transgene=transgene)[TRANSGENE_DUE].standing == standing


@pytest.mark.parametrize(
    "test",
    [
        "28 | flow | marrow | not evaluable | |",
        "28 | flow | CSF | negative | |",
        "28 | flow | blood | negative | |",
    ],
)
def test_a_test_that_tells_nothing_of_the_marrow_is_none_of_the_schedule(test: str) -> None:
    assert case(60, mrd=f"{FLOW_NEGATIVE.splitlines()[0]}\n{test}")[MRD_DUE].standing == "met"


def test_the_schedules_begin_anew_with_a_further_course() -> None:
    infusions = "day | course | product\n0 | 1 | tisagenlecleucel\n120 | 2 | tisagenlecleucel"
    levels = "\n".join(f"{day} | blood | 500" for day in (7, 14, 28, 84, 130, 150, 182, 210))
    said = case(
        215, infusions=infusions, mrd=FLOW_NEGATIVE, transgene=f"day | specimen | copies_per_ug\n{levels}"
    )
    assert said[TRANSGENE_DUE].standing == "not-met"
    assert said[MRD_DUE].standing == "met"
    assert "due on day 148" in str(said[MRD_DUE].answer)


def test_with_a_relapse_the_schedules_end() -> None:
    relapsed = {"mrd": FLOW_NEGATIVE, "relapses": "day | site\n100 | marrow"}
    for key in (MRD_DUE, TRANSGENE_DUE):
        assert case(200, mrd=FLOW_NEGATIVE)[key].standing == "met"
        assert case(200, **relapsed)[key].standing == "not-met"


@pytest.mark.parametrize("key", ["myers-2023/two-factors", "talleur-2023/monitor-bca-and-mrd"])
def test_after_hct_aplasia_is_no_longer_followed(key: str) -> None:
    treatments = "day | kind\n-200 | chemotherapy\n90 | HCT"
    assert case(85, treatments=treatments)[key].standing == "met"
    assert case(200, treatments=treatments)[key].standing == "out-of-scope"


def test_a_test_that_was_set_aside_may_have_been_in_time() -> None:
    lost = f"{FLOW_NEGATIVE}\nsoon | flow | marrow | negative | | 0.0001"
    patient = study_of(
        patients="patient_id | disease\nP | B-ALL",
        infusions="patient_id | day | product\nP | 0 | tisagenlecleucel",
        mrd="\n".join(
            f"{'patient_id' if n == 0 else 'P'} | {row}" for n, row in enumerate(lost.splitlines())
        ),
    ).patients["P"]
    said = {item.because: item for item in advise(patient.as_of(120))}
    assert said[MRD_DUE].standing == "unknown"
    assert said[MRD_DUE].missing == ("that row, mended",)


def test_after_a_second_relapse_its_own_immunophenotype_is_told() -> None:
    said = case(410, relapses="day | site | immunophenotype\n100 | marrow | CD19+\n400 | marrow | CD19-")
    assert said[POSITIVE].standing == "not-met"
    assert said[NEGATIVE].standing == "undetermined-by-source"
    assert said["westhafen-2025/escape-clones"].standing == "met"
    assert said["talleur-2023/escape-clone"].standing == "met"
