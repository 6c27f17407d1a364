"""The register of factors: each present, absent or unknown for a patient, beside what is known of it, in scenarios."""

from __future__ import annotations

import pytest

from cartwise import evidence
from cartwise.guidelines.risk_factors import OF_TOXICITY, REGISTER, FactorFinding, risk_factors
from tests.drawing import patient_of
from tests.spec.guidelines.hct_case import APLASIA, EARLIER, FOUR_1BB, PRIOR, case

BLINATUMOMAB = f"{EARLIER}\n-60 | blinatumomab | -40 | -40 | CR"


def found(day: float = 400, **tables: str) -> dict[str, FactorFinding]:
    """The register for a patient given a 4-1BB product, by the name of the factor."""
    tables.setdefault("infusions", FOUR_1BB)
    return {item.factor.name: item for item in risk_factors(patient_of(**tables).as_of(day))}


def truth(name: str, day: float = 400, **tables: str) -> str:
    return str(found(day, **tables)[name].truth)


@pytest.mark.parametrize(
    ("blasts", "answer"),
    [
        pytest.param("0.9", "no", id="below every cut-off"),
        pytest.param("1", "unknown", id="high in Paris only"),
        pytest.param("4.9", "unknown", id="just under 5 %"),
        pytest.param("5", "unknown", id="5 %, and not the 40 % of Philadelphia"),
        pytest.param("40", "unknown", id="40 % is not more than 40 %"),
        pytest.param("40.1", "yes", id="above every cut-off"),
    ],
)
def test_high_burden_is_settled_where_all_cut_offs_agree(blasts: str, answer: str) -> None:
    marrow = f"day | blasts\n-10 | {blasts}"
    assert truth("High marrow burden before infusion", marrow=marrow) == answer


def test_between_the_cut_offs_each_is_told_and_no_test_is_asked_for() -> None:
    item = found(marrow="day | blasts\n-10 | 20")["High marrow burden before infusion"]
    assert ">= 5 %: yes" in item.answer.detail
    assert "> 40 %: no" in item.answer.detail
    assert item.missing == ()


def test_not_responding_to_blinatumomab_is_a_factor_and_having_had_it_is_contested() -> None:
    failed = BLINATUMOMAB.replace("-40 | CR", "-40 | no CR")
    items = found(treatments=failed)
    assert str(items["No response to blinatumomab"].truth) == "yes"
    assert str(items["Blinatumomab before"].truth) == "yes"
    assert "car-ma/blinatumomab-exposure" in items["Blinatumomab before"].contradicting
    assert truth("No response to blinatumomab", treatments=BLINATUMOMAB) == "no"


@pytest.mark.parametrize(
    ("treatments", "marrow", "answer"),
    [
        pytest.param(BLINATUMOMAB, "-20 | dim", "yes", id="dim after it"),
        pytest.param(BLINATUMOMAB, "-20 | positive", "no", id="positive after it"),
        pytest.param(BLINATUMOMAB, "-20 | partial", "unknown", id="partial, which the source does not name"),
        pytest.param(BLINATUMOMAB, "-90 | dim", "unknown", id="read only before it"),
        pytest.param(EARLIER, "-20 | dim", "no", id="never had it"),
    ],
)
def test_cd19_grown_dim_under_blinatumomab(treatments: str, marrow: str, answer: str) -> None:
    told = truth("CD19 dim after blinatumomab", treatments=treatments, marrow=f"day | cd19\n{marrow}")
    assert told == answer


@pytest.mark.parametrize(
    ("b_cells", "answer"),
    [
        pytest.param("60 | blood | 0 | 0\n63 | blood | 120 | 9", "yes", id="lost by day 63: by every time"),
        pytest.param("63 | blood | 0 | 0\n64 | blood | 120 | 9", "unknown", id="after day 63: depends"),
        pytest.param("366 | blood | 0 | 0", "no", id="kept for a year"),
        pytest.param("150 | blood | 0 | 0", "unknown", id="not looked at since month 5"),
    ],
)
def test_loss_of_aplasia_is_settled_where_all_times_agree(b_cells: str, answer: str) -> None:
    assert truth("Loss of B-cell aplasia", b_cells=f"{APLASIA}\n{b_cells}") == answer


MRD = "day | method | specimen | result | level | sensitivity"


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ("28 | IG/TR RQ-PCR | marrow | positive | 0.0001 | 0.00001", "no"),
        ("28 | IG/TR RQ-PCR | marrow | positive | 0.00011 | 0.00001", "yes"),
        ("28 | IG/TR RQ-PCR | marrow | negative | | 0.0001", "no"),
        ("28 | IG/TR RQ-PCR | marrow | negative | | 0.001", "unknown"),
        ("28 | fusion PCR | marrow | positive | 0.01 | 0.00001", "unknown"),
        ("20 | IG/TR RQ-PCR | marrow | positive | 0.01 | 0.00001", "unknown"),
    ],
)
def test_rq_pcr_counts_above_one_in_ten_thousand_about_day_28(row: str, answer: str) -> None:
    assert truth("IG/TR RQ-PCR about day 28", mrd=f"{MRD}\n{row}") == answer


@pytest.mark.parametrize(
    ("day", "early", "late"), [(28, "yes", "unknown"), (91, "unknown", "yes"), (60, "unknown", "unknown")]
)
def test_ngs_is_read_at_two_times(day: int, early: str, late: str) -> None:
    items = found(mrd=f"{MRD}\n{day} | NGS | marrow | detected below quantification | | 0.000001")
    assert str(items["NGS-MRD about day 28"].truth) == early
    assert str(items["NGS-MRD about month 3"].truth) == late


@pytest.mark.parametrize(("load", "answer"), [("14.9", "yes"), ("15", "no")])
def test_antigen_load_is_low_below_15_per_cent(load: str, answer: str) -> None:
    assert truth("Low CD19 antigen load", marrow=f"day | cd19_antigen_load\n-10 | {load}") == answer


@pytest.mark.parametrize(("relapse", "answer"), [("-718", "yes"), ("-717", "no"), ("-950", "unknown")])
def test_relapse_within_six_months_of_hct(relapse: str, answer: str) -> None:
    told = truth(
        "Relapse early after HCT",
        treatments=PRIOR,
        relapses=f"day | site | before_index\n{relapse} | marrow | yes",
    )
    assert told == answer


def test_without_an_earlier_hct_there_is_no_early_relapse_after_it() -> None:
    assert truth("Relapse early after HCT", treatments=EARLIER) == "no"


@pytest.mark.parametrize(
    ("auc", "answer"), [("13.7", "yes"), ("13.8", "unknown"), ("13.9", "unknown"), ("14", "no")]
)
def test_exposure_to_fludarabine_between_the_two_cut_offs_is_left_open(auc: str, answer: str) -> None:
    labs = f"day | test | value | unit\n-2 | fludarabine AUC | {auc} | mg.h/L"
    assert truth("Low exposure to fludarabine", labs=labs) == answer


@pytest.mark.parametrize(("remissions", "answer"), [("1", "no"), ("2", "yes"), ("", "unknown")])
def test_two_remissions_or_more(remissions: str, answer: str) -> None:
    assert (
        truth("Two remissions or more before", patients=f"disease | prior_cr_n\nB-ALL | {remissions}")
        == answer
    )


def test_a_trend_without_a_cut_off_is_told_and_puts_nobody_on_one_side() -> None:
    infusions = "day | course | product | cells_per_kg\n0 | 1 | tisagenlecleucel | 2000000"
    items = found(infusions=infusions, patients="disease | prior_lines_n\nB-ALL | 4")
    for name, said in (("Low cell dose", "2e+06"), ("Many lines of therapy before", "4 lines")):
        assert (str(items[name].truth), items[name].answer.cause) == ("unknown", "source")
        assert said in items[name].answer.detail
        assert items[name].missing == ()


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ("-5 | active extramedullary disease | present", "yes"),
        ("-5 | active extramedullary disease | absent", "no"),
        ("-5 | extramedullary disease | none", "no"),
        ("-5 | extramedullary disease | testicular", "unknown"),
        ("-50 | active extramedullary disease | present", "unknown"),
    ],
)
def test_extramedullary_disease_counts_where_it_is_active_at_infusion(row: str, answer: str) -> None:
    items = found(assessments=f"day | kind | value\n{row}")
    item = items["Active extramedullary disease at infusion"]
    assert str(item.truth) == answer
    assert "car-ma/active-emd-efs-hr" in item.supporting
    assert "prwcc/emd-no-difference" in item.contradicting


@pytest.mark.parametrize(
    ("lesion", "name"),
    [("KMT2Ar", "KMT2A rearrangement"), ("TP53", "TP53 alteration"), ("hypodiploid", "Hypodiploidy")],
)
def test_a_lesion_is_present_absent_or_not_reported(lesion: str, name: str) -> None:
    said = {
        "-300 | other | present": "unknown",
        f"-300 | {lesion} | present": "yes",
        f"-300 | {lesion} | absent": "no",
        f"-300 | {lesion} | not tested": "unknown",
        "-300 | none |": "no",
    }
    for row, answer in said.items():
        assert truth(name, genetics=f"day | lesion | status\n{row}") == answer


def test_li_fraumeni_syndrome_is_an_alteration_of_tp53() -> None:
    patients = "disease | germline_predisposition\nB-ALL | Li-Fraumeni/TP53"
    assert truth("TP53 alteration", patients=patients) == "yes"


def test_what_is_known_before_infusion_is_told_and_the_rest_is_unknown() -> None:
    items = {item.factor.name: item for item in risk_factors(patient_of(marrow="day | blasts\n-10 | 60"))}
    assert {str(item.truth) for item in items.values()} == {"unknown", "yes"}
    assert str(items["Loss of B-cell aplasia"].truth) == "unknown"


def test_every_factor_stands_beside_what_is_known_of_it_and_nothing_is_added_up() -> None:
    for item in found().values():
        told = (*item.supporting, *item.contradicting, *item.undecided)
        assert told, item.factor.name
        assert len(told) == len(set(told))
        for key in told:
            assert (evidence.fact(key).theme == OF_TOXICITY) is item.factor.toxicity
    assert len({factor.name for factor in REGISTER}) == len(REGISTER)


@pytest.mark.parametrize(
    ("row", "kmt2a", "tp53"),
    [
        ("-300 | KMT2Ar | present\n-300 | TP53 | absent", "met", "not-met"),
        ("-300 | KMT2Ar | absent\n-300 | TP53 | somatic", "not-met", "met"),
        ("-300 | none |", "not-met", "not-met"),
        ("-300 | other | present", "unknown", "unknown"),
    ],
)
def test_westhafen_bears_two_lesions_in_mind(row: str, kmt2a: str, tp53: str) -> None:
    said = case(40, genetics=f"day | lesion | status\n{row}")
    assert (said["westhafen-2025/kmt2a"].standing, said["westhafen-2025/tp53"].standing) == (kmt2a, tp53)


def test_the_exposure_before_a_reinfusion_is_not_that_of_the_first() -> None:
    labs = (
        "day | test | value | unit\n-2 | fludarabine AUC | 10 | mg.h/L\n145 | fludarabine AUC | 20 | mg.h/L"
    )
    infusions = f"{FOUR_1BB}\n150 | 2 | tisagenlecleucel | 4-1BB"
    assert truth("Low exposure to fludarabine", labs=labs, infusions=infusions) == "yes"


@pytest.mark.parametrize(
    ("site", "day", "answer"),
    [("CNS", -100, "yes"), ("CNS", 100, "no"), ("marrow and extramedullary", -10, "unknown")],
)
def test_a_relapse_after_infusion_is_no_cns_disease_before_it(site: str, day: int, answer: str) -> None:
    told = truth(
        "CNS disease before",
        relapses=f"day | site | before_index\n{day} | {site} | {'yes' if day < 0 else 'no'}",
        assessments="day | kind | value\n-20 | CNS | CNS1",
    )
    assert told == answer
