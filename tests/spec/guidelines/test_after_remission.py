"""The way after remission: bridge to HCT, conditioning, reinfusion, maintenance, targeted drugs, in scenarios."""

from __future__ import annotations

import pytest

from tests.spec.guidelines.hct_case import APLASIA, CD28, EARLIER, FLOW_NEGATIVE, PRIOR, REMISSION, case

RISING_BRIDGE = "talleur-2023/bridge-bca-loss-rising-ngs"
NEGATIVITY = "myers-2023/bridge-to-ngs-negativity"
LOST = f"{APLASIA}\n61 | blood | 120 | 9"
KEPT = f"{APLASIA}\n61 | blood | 0 | 0\n190 | blood | 0 | 0"
NGS = "day | method | specimen | result | level | sensitivity"


def ngs(*rows: str) -> str:
    """NGS tests of marrow from "day result level"."""
    told = [row.split() for row in rows]
    return "\n".join(
        [NGS, *(f"{day} | NGS | marrow | {result} | {level} | 0.000001" for day, result, level in told)]
    )


def test_case_2_of_talleur_lost_aplasia_at_eight_months_with_ngs_rising_and_is_bridged() -> None:
    b_cells = f"{APLASIA}\n150 | blood | 0 | 0\n240 | blood | 120 | 9"
    said = case(246, b_cells=b_cells, mrd=ngs("200 positive 0.00001", "245 positive 0.0001"))
    assert said[RISING_BRIDGE].standing == "met"
    assert said["westhafen-2025/maintenance"].standing != "met"


@pytest.mark.parametrize(
    ("levels", "standing"),
    [
        pytest.param(("60 positive 0.00001", "90 positive 0.00002"), "met", id="the later is higher"),
        pytest.param(("60 positive 0.00002", "90 positive 0.00002"), "not-met", id="the same level"),
        pytest.param(("60 positive 0.00002", "90 positive 0.00001"), "not-met", id="falling"),
        pytest.param(("90 positive 0.00002",), "unknown", id="one test only"),
    ],
)
def test_rising_is_two_findings_in_a_row_the_later_higher(levels: tuple[str, ...], standing: str) -> None:
    assert case(91, b_cells=LOST, mrd=ngs(*levels))[RISING_BRIDGE].standing == standing


def test_a_rise_of_long_ago_is_no_rise_at_present() -> None:
    b_cells = f"{LOST}\n390 | blood | 120 | 9"
    rose = ngs("60 positive 0.00001", "90 positive 0.00002")
    assert case(182, b_cells=b_cells, mrd=rose)[RISING_BRIDGE].standing == "met"
    said = case(395, b_cells=b_cells, mrd=rose)[RISING_BRIDGE]
    assert (said.standing, said.missing) == ("unknown", ("a new NGS-MRD test",))


def test_rise_by_another_method_is_no_rise_by_ngs() -> None:
    mrd = f"{NGS}\n60 | flow | marrow | positive | 0.001 | 0.0001\n90 | flow | marrow | positive | 0.01 | 0.0001"
    assert case(91, b_cells=LOST, mrd=mrd)[RISING_BRIDGE].standing == "unknown"


def test_persistent_ngs_alone_lets_myers_think_of_a_bridge_and_be_careful_with_it() -> None:
    said = case(91, b_cells=KEPT, mrd=ngs("60 positive 0.00002", "90 positive 0.00001"))
    assert (said[NEGATIVITY].standing, said[NEGATIVITY].strength) == (
        "met",
        "is often considered, particularly when awaiting donor availability",
    )
    assert said["myers-2023/bridge-options-limited"].direction == "caution"


def test_without_loss_and_without_ngs_there_is_nothing_to_bridge() -> None:
    mrd = f"{NGS}\n180 | NGS | marrow | negative | | 0.000001"
    assert case(191, b_cells=KEPT, mrd=mrd)[NEGATIVITY].standing == "not-met"


def test_bridging_waits_for_tests_that_were_not_done() -> None:
    said = case(70, mrd=FLOW_NEGATIVE)[NEGATIVITY]
    assert said.standing == "unknown"
    assert any("NGS" in words for words in said.missing)


CONDITIONING = "talleur-2023/non-tbi-conditioning"


@pytest.mark.parametrize(
    ("result", "standing"),
    [
        pytest.param("negative |", "met", id="clear by NGS"),
        pytest.param("positive | 0.00001", "not-met", id="found by NGS"),
    ],
)
def test_deep_remission_is_settled_by_ngs(result: str, standing: str) -> None:
    mrd = f"{FLOW_NEGATIVE}\n29 | NGS | marrow | {result} | 0.000001"
    assert case(40, mrd=mrd)[CONDITIONING].standing == standing


def test_clear_by_flow_alone_asks_for_ngs_before_remission_is_called_deep() -> None:
    said = case(40, mrd=FLOW_NEGATIVE)[CONDITIONING]
    assert said.standing == "unknown"
    assert any("NGS" in words for words in said.missing)


def test_irradiation_is_named_where_ngs_is_positive_and_flow_negative() -> None:
    mrd = f"{FLOW_NEGATIVE}\n29 | NGS | marrow | positive | 0.00001 | 0.000001"
    assert case(40, mrd=mrd)["myers-2023/tbi-if-ngs-positive"].standing == "met"
    both = f"{mrd}\n30 | flow | marrow | positive | 0.001 | 0.0001"
    assert case(40, mrd=both)["myers-2023/tbi-if-ngs-positive"].standing == "not-met"


@pytest.mark.parametrize(
    ("predisposition", "standing"),
    [("Nijmegen/chromosomal instability", "met"), ("none", "not-met"), ("", "unknown")],
)
def test_chromosomal_instability_speaks_for_reduced_intensity(predisposition: str, standing: str) -> None:
    patients = f"disease | germline_predisposition\nB-ALL | {predisposition}"
    said = case(40, patients=patients)["westhafen-2025/chromosomal-instability-conditioning"]
    assert said.standing == standing


@pytest.mark.parametrize("key", ["talleur-2023/cd28-hct-timing", "westhafen-2025/cd28-hct-timing"])
def test_graft_and_timing_are_told_of_cd28_products_only(key: str) -> None:
    assert case(40, infusions=CD28)[key].standing == "met"
    assert case(40, infusions=CD28)[key].direction == "open"
    assert case(40)[key].standing == "not-met"


REINFUSION = "westhafen-2025/reinfusion"


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        pytest.param("60 | marrow | | | yes", "met", id="precursors in marrow"),
        pytest.param("60 | blood | 120 | 9 |", "met", id="B cells back in blood"),
        pytest.param("60 | marrow | | | no\n61 | blood | 0 | 0 |", "not-met", id="neither"),
        pytest.param("61 | blood | 0 | 0 |", "unknown", id="marrow not read for precursors"),
    ],
)
def test_reinfusion_turns_on_b_cells_or_their_precursors(row: str, standing: str) -> None:
    b_cells = f"day | specimen | count | percent_of_lymphocytes | hematogones\n14 | blood | 0 | 0 |\n{row}"
    said = case(70, b_cells=b_cells)[REINFUSION]
    assert (said.standing, said.direction) == (standing, "open")


def test_reinfusion_of_westhafen_speaks_of_4_1bb_products() -> None:
    assert case(70, b_cells=LOST, infusions=CD28)[REINFUSION].standing == "not-met"


def test_reinfusion_of_myers_carries_the_dispute_of_its_figures() -> None:
    said = case(70, b_cells=LOST)["myers-2023/reinfusion"]
    assert said.standing == "met"
    assert said.strength == "has not been firmly established"
    assert any("disputed" in note for note in said.notes)


@pytest.mark.parametrize(
    ("again", "standing"),
    [
        pytest.param("", "not-met", id="once only"),
        pytest.param("\n90 | 2 | tisagenlecleucel | 4-1BB", "met", id="the same product again"),
        pytest.param("\n90 | 2 | brexucabtagene autoleucel | CD28", "not-met", id="another product"),
        pytest.param("\n90 | 2 | | ", "unknown", id="no product named"),
    ],
)
def test_checkpoint_inhibitors_are_spoken_of_after_reinfusion(again: str, standing: str) -> None:
    infusions = f"day | course | product | costimulation\n0 | 1 | tisagenlecleucel | 4-1BB{again}"
    said = case(100, infusions=infusions)["myers-2023/checkpoint-after-reinfusion"]
    assert said.standing == standing


MAINTENANCE = "westhafen-2025/maintenance"


@pytest.mark.parametrize(
    ("lost", "standing"),
    [
        pytest.param("181 | blood | 0 | 0\n182 | blood | 120 | 9", "met", id="lost by day 182"),
        pytest.param("182 | blood | 0 | 0\n183 | blood | 120 | 9", "unknown", id="between day 182 and 183"),
        pytest.param("183 | blood | 0 | 0\n184 | blood | 120 | 9", "not-met", id="aplasia still on day 183"),
        pytest.param("150 | blood | 0 | 0", "unknown", id="last seen in month 5"),
    ],
)
def test_maintenance_is_an_alternative_after_early_loss(lost: str, standing: str) -> None:
    said = case(200, b_cells=f"{APLASIA}\n{lost}")[MAINTENANCE]
    assert (said.standing, said.direction) == (standing, "open")


@pytest.mark.parametrize("key", [NEGATIVITY, "myers-2023/reinfusion"])
@pytest.mark.parametrize(("day", "standing"), [(365, "met"), (366, "undetermined-by-source")])
def test_for_how_long_early_loss_foretells_relapse_is_left_to_the_source(
    key: str, day: float, standing: str
) -> None:
    clear = f"{NGS}\n360 | NGS | marrow | negative | | 0.000001"
    assert case(day, b_cells=LOST, mrd=clear)[key].standing == standing


def test_after_hct_maintenance_is_no_longer_the_question() -> None:
    treatments = f"{EARLIER}\n90 | HCT | | |"
    assert case(120, b_cells=LOST, treatments=treatments)[MAINTENANCE].standing == "out-of-scope"


def lesion(row: str) -> str:
    return f"day | lesion | status | target\n{row}"


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        ("-300 | BCR-ABL1 | present |", "met"),
        ("-300 | BCR-ABL1 | absent |", "not-met"),
        ("-300 | none | |", "not-met"),
        ("-300 | KMT2Ar | present |", "unknown"),
        ("-300 | BCR-ABL1 | not tested |", "unknown"),
    ],
)
def test_maintenance_with_a_tki_is_told_of_philadelphia_positive_disease(row: str, standing: str) -> None:
    assert case(40, genetics=lesion(row))["westhafen-2025/tki-maintenance"].standing == standing


TARGETED = "myers-2023/targeted-agents-after"


@pytest.mark.parametrize(
    ("row", "b_cells", "standing"),
    [
        pytest.param("-300 | BCR-ABL1 | present |", APLASIA, "met", id="aplasia holds"),
        pytest.param("-300 | BCR-ABL1 | present |", LOST, "not-met", id="aplasia lost"),
        pytest.param("-300 | other | present | JAK2", APLASIA, "met", id="another target"),
        pytest.param("-300 | none | |", APLASIA, "not-met", id="nothing to aim at"),
        pytest.param("-300 | other | present |", APLASIA, "unknown", id="no target told"),
    ],
)
def test_targeted_drugs_are_avoided_while_aplasia_holds(row: str, b_cells: str, standing: str) -> None:
    said = case(70, genetics=lesion(row), b_cells=b_cells)[TARGETED]
    assert (said.standing, said.direction) == (standing, "against")


def test_targeted_drugs_are_spoken_of_from_the_first_weeks_on_before_any_response() -> None:
    tables = {"genetics": lesion("-300 | BCR-ABL1 | present |"), "b_cells": APLASIA.replace("14 |", "7 |")}
    assert case(10, **tables)[TARGETED].standing == "met"
    no_response = case(40, assessments="28 | response | no response", **tables)
    assert no_response[TARGETED].standing == "met"


def test_aplasia_of_long_ago_is_neither_kept_nor_lost() -> None:
    tables = {
        "genetics": lesion("-300 | BCR-ABL1 | present |"),
        "mrd": ngs("600 positive 0.00001", "690 positive 0.0001"),
    }
    said = case(700, **tables, b_cells=APLASIA)
    for key in (
        TARGETED,
        RISING_BRIDGE,
        "westhafen-2025/immunoglobulin-routine",
        "wang-2025/immunoglobulin-levels",
    ):
        assert said[key].standing == "unknown", key
        assert any("B-cell count" in words for words in said[key].missing), key
    after_hct = case(700, **tables, b_cells=APLASIA, treatments=f"{EARLIER}\n90 | HCT | | |")
    assert after_hct["westhafen-2025/immunoglobulin-routine"].standing == "undetermined-by-source"
    assert after_hct[TARGETED].standing == "out-of-scope"


def test_immunoglobulin_turns_on_present_aplasia_whatever_was_seen_once() -> None:
    blip = f"{APLASIA}\n45 | blood | 120 | 5\n60 | blood | 0 | 0\n120 | blood | 0 | 0"
    assert case(121, b_cells=blip)["westhafen-2025/immunoglobulin-routine"].standing == "met"
    assert case(62, b_cells=LOST)["westhafen-2025/immunoglobulin-routine"].standing == "not-met"


@pytest.mark.parametrize(("treatments", "standing"), [(PRIOR, "met"), (EARLIER, "not-met")])
def test_after_an_earlier_hct_other_ways_of_preventing_relapse_come_first(
    treatments: str, standing: str
) -> None:
    said = case(40, treatments=treatments)["myers-2023/relapse-prevention-after-hct"]
    assert said.standing == standing


def test_prevention_after_an_earlier_hct_is_told_in_remission_only() -> None:
    relapses = "day | site | immunophenotype\n200 | marrow | CD19+"
    said = case(210, treatments=PRIOR, relapses=relapses)["myers-2023/relapse-prevention-after-hct"]
    assert said.standing == "out-of-scope"


def test_an_earlier_hct_that_is_not_told_is_asked_for() -> None:
    said = case(40, treatments="day | kind\n3 | tocilizumab")["myers-2023/relapse-prevention-after-hct"]
    assert said.standing == "unknown"
    assert any("earlier treatment" in words for words in said.missing)


def test_a_relapsed_patient_is_no_longer_in_the_remission_these_statements_speak_of() -> None:
    relapses = "day | site | immunophenotype\n200 | marrow | CD19+"
    said = case(210, relapses=relapses, b_cells=LOST, assessments=REMISSION)
    keys = [RISING_BRIDGE, NEGATIVITY, CONDITIONING, REINFUSION, MAINTENANCE, TARGETED]
    assert {said[key].standing for key in keys} == {"out-of-scope"}


def test_a_trace_that_has_gone_leaves_open_whether_remission_is_deep() -> None:
    early = "day | method | specimen | result | level | sensitivity\n28 | flow | marrow | detected below quantification | | 0.0001"
    clear = "\n60 | NGS | marrow | negative | | 0.000001\n60 | flow | marrow | negative | | 0.0001"
    assert case(70, mrd=f"{early}{clear}")[CONDITIONING].standing == "undetermined-by-source"
    assert (
        case(40, mrd=f"{early}\n29 | NGS | marrow | positive | 0.00001 | 0.000001")[CONDITIONING].standing
        == "not-met"
    )
