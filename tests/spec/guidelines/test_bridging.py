"""Bridging, CD19, radiotherapy and disease outside the marrow before infusion, in scenarios."""

from __future__ import annotations

import pytest

from tests.spec.guidelines.before_infusion_case import assessed, before_infusion, treated


def _standing(name: str, **tables: str) -> str:
    return before_infusion(**tables)[f"myers-2023/{name}"].standing


@pytest.mark.parametrize(
    ("assessment", "standing"),
    [
        ("-5 | response | CR", "met"),
        ("-5 | response | CRi", "met"),
        ("-5 | CNS | isolated CNS", "met"),
        pytest.param("-5 | CNS | CNS3", "unknown", id="the response was not assessed again"),
    ],
)
def test_minimal_bridging_in_remission_or_with_cns_disease_only(assessment: str, standing: str) -> None:
    treatments = "day | kind | end_day\n-200 | chemotherapy | -100"
    assert _standing("bridging-minimal", assessments=assessed(assessment), treatments=treatments) == standing


@pytest.mark.parametrize(("blasts", "standing"), [(4.9, "met"), (5, "not-met")])
def test_blasts_after_a_response_end_the_remission(blasts: float, standing: str) -> None:
    tables = {
        "assessments": assessed("-20 | response | CR", "-2 | CNS | CNS1"),
        "marrow": f"day | blasts\n-3 | {blasts}",
    }
    assert _standing("bridging-minimal", **tables) == standing


@pytest.mark.parametrize(("blasts", "standing"), [(4.9, "not-met"), (5, "met")])
def test_intensifying_at_high_burden_is_cautioned_against(blasts: float, standing: str) -> None:
    assert _standing("bridging-high-burden", marrow=f"day | blasts\n-3 | {blasts}") == standing


def test_bridging_chemotherapy_calls_for_intrathecal_treatment_until_it_is_given() -> None:
    bridge = "-10 | chemotherapy | | bridging | | | |"
    assert _standing("bridging-intrathecal", treatments=treated(bridge)) == "met"
    assert _standing("bridging-count-recovery", treatments=treated(bridge)) == "met"
    given = treated(bridge, "-8 | intrathecal | | | | | |")
    assert _standing("bridging-intrathecal", treatments=given) == "not-met"
    assert _standing("bridging-intrathecal", treatments=treated()) == "not-met"
    assert _standing("bridging-intrathecal") == "unknown"


def test_blinatumomab_as_a_bridge_is_advised_against_for_everybody_before_infusion() -> None:
    said = before_infusion()["myers-2023/bridging-blinatumomab"]
    assert (said.standing, said.direction, said.general) == ("met", "against", True)


@pytest.mark.parametrize(("wish", "standing"), [("wants", "met"), ("avoids", "not-met")])
def test_inotuzumab_is_cautioned_against_where_hct_is_to_follow(wish: str, standing: str) -> None:
    assert _standing("inotuzumab-sos", assessments=assessed(f"-5 | HCT wish | {wish}")) == standing


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        pytest.param(treated("-40 | inotuzumab | | | -20 | | |"), "met", id="inotuzumab"),
        pytest.param(
            treated("-40 | CD22-directed therapy | | | -20 | | |"), "met", id="another against CD22"
        ),
        pytest.param(treated("-40 | blinatumomab | | | -20 | | |"), "not-met", id="other treatment only"),
        pytest.param("", "unknown", id="no treatment is told"),
    ],
)
def test_treatment_against_cd22_is_a_caution_of_the_westhafen_group(given: str, standing: str) -> None:
    tables = {"treatments": given} if given else {}
    said = before_infusion(**tables)["westhafen-2025/cd22-before-cd19"]
    assert (said.standing, said.direction) == (standing, "caution")


@pytest.mark.parametrize(
    ("cd19", "standing"),
    [("dim", "met"), ("positive", "not-met"), ("partial", "undetermined-by-source"), ("", "unknown")],
)
def test_cd19_grown_dim_under_blinatumomab(cd19: str, standing: str) -> None:
    tables = {
        "treatments": treated("-60 | blinatumomab | | | -40 | -38 | no CR |"),
        "marrow": f"day | blasts | cd19\n-30 | 20 | {cd19}",
    }
    assert _standing("cd19-dim", **tables) == standing


@pytest.mark.parametrize(("read", "standing"), [(-40, "met"), (-39, "not-met")])
def test_cd19_is_to_be_read_after_the_last_day_of_blinatumomab(read: int, standing: str) -> None:
    tables = {
        "treatments": treated("-60 | blinatumomab | | | -40 | | |"),
        "marrow": f"day | cd19\n{read} | positive",
    }
    assert _standing("case-cd19-confirmed", **tables) == standing


@pytest.mark.parametrize(("share", "standing"), [(14.9, "met"), (15, "not-met"), ("", "unknown")])
def test_few_cd19_positive_cells_in_marrow(share: float | str, standing: str) -> None:
    marrow = f"day | blasts | cd19_antigen_load\n-3 | 2 | {share}"
    assert _standing("antigen-load-share", marrow=marrow) == standing


@pytest.mark.parametrize(
    ("lesion", "standing"), [("BCR-ABL1", "met"), ("Ph-like", "undetermined-by-source"), ("none", "not-met")]
)
def test_dasatinib_with_car_t_cells(lesion: str, standing: str) -> None:
    status = "absent" if lesion == "none" else "present"
    genetics = f"day | lesion | status\n-300 | {lesion} | {status}"
    if lesion == "Ph-like":
        genetics += "\n-300 | BCR-ABL1 | absent"
    assert _standing("dasatinib", genetics=genetics) == standing


@pytest.mark.parametrize(
    ("last", "standing"),
    [(-27, "met"), (-28, "undetermined-by-source"), (-55, "undetermined-by-source"), (-56, "not-met")],
)
def test_four_to_eight_weeks_after_cranial_irradiation(last: int, standing: str) -> None:
    assert (
        _standing("cns-radiotherapy", treatments=treated(f"-70 | cranial radiotherapy | | | {last} | | |"))
        == standing
    )


def test_cranial_irradiation_never_given_and_never_asked() -> None:
    assert _standing("cns-radiotherapy", treatments=treated()) == "not-met"
    assert _standing("cns-radiotherapy") == "unknown"


@pytest.mark.parametrize(
    ("status", "treat", "lesion"),
    [
        ("CNS1", "not-met", "not-met"),
        ("CNS2", "undetermined-by-source", "not-met"),
        ("CNS3", "met", "not-met"),
        ("parenchymal", "met", "met"),
    ],
)
def test_cns_disease_at_referral(status: str, treat: str, lesion: str) -> None:
    said = before_infusion(assessments=assessed(f"-5 | CNS | {status}"))
    assert said["myers-2023/cns-treat"].standing == treat
    assert said["myers-2023/cns-lesion"].standing == lesion


@pytest.mark.parametrize(
    ("state", "standing"), [("acute or worsening", "met"), ("stable", "not-met"), ("none", "not-met")]
)
def test_no_infusion_while_neurotoxicity_is_acute(state: str, standing: str) -> None:
    assessments = assessed("-5 | CNS | CNS3", f"-1 | neurotoxicity | {state}")
    assert _standing("cns-no-neurotoxicity", assessments=assessments) == standing


def test_bulky_disease_is_reduced_and_irradiated_where_chemotherapy_fails() -> None:
    bulky = ("-5 | extramedullary disease | other", "-5 | bulky extramedullary disease | present")
    response = "-2 | extramedullary response to chemotherapy | {}"
    said = before_infusion(assessments=assessed(*bulky))
    assert said["myers-2023/emd-reduce"].standing == "met"
    assert said["myers-2023/bridging-radiotherapy"].standing == "unknown"
    failed = assessed(*bulky, response.format("not responding"))
    assert _standing("bridging-radiotherapy", assessments=failed) == "met"
    moved = assessed(*bulky, response.format("responding"))
    assert _standing("bridging-radiotherapy", assessments=moved) == "not-met"
    assert _standing("emd-reduce", assessments=assessed("-5 | extramedullary disease | none")) == "not-met"


@pytest.mark.parametrize(
    ("site", "testis", "pet"),
    [("testicular", "met", "met"), ("other", "not-met", "met"), ("none", "not-met", "not-met")],
)
def test_testicular_disease_and_imaging(site: str, testis: str, pet: str) -> None:
    said = before_infusion(assessments=assessed(f"-5 | extramedullary disease | {site}"))
    assert said["myers-2023/testis"].standing == testis
    assert said["myers-2023/emd-pet"].standing == pet


def test_after_infusion_bridging_is_out_of_scope() -> None:
    said = before_infusion(20, infusions="day | product\n10 | tisagenlecleucel")
    assert said["myers-2023/bridging-blinatumomab"].standing == "out-of-scope"
    assert said["myers-2023/cns-treat"].standing == "out-of-scope"


def test_maintenance_as_a_bridge_is_bridging_chemotherapy() -> None:
    bridge = treated("-25 | maintenance | | bridging | | | |")
    assert _standing("bridging-intrathecal", treatments=bridge) == "met"
    assert _standing("bridging-count-recovery", treatments=bridge) == "met"


@pytest.mark.parametrize(
    ("response", "marrow", "standing"),
    [
        pytest.param(-1460, "", "unknown", id="a remission of years ago"),
        pytest.param(-43, "", "unknown", id="older than a bridging cycle and its recovery"),
        pytest.param(-42, "", "met", id="recent enough"),
        pytest.param(-100, "-5 | 2", "met", id="a later marrow bears it out"),
        pytest.param(-100, "-5 | 30", "not-met", id="a later marrow ends it"),
    ],
)
def test_a_remission_stands_for_six_weeks_or_until_the_next_marrow(
    response: int, marrow: str, standing: str
) -> None:
    tables = {"marrow": f"day | blasts\n{marrow}"} if marrow else {}
    assessments = assessed(f"{response} | response | CR", "-2 | CNS | CNS1")
    assert _standing("bridging-minimal", assessments=assessments, **tables) == standing


@pytest.mark.parametrize(
    ("assessments", "site", "standing"),
    [
        pytest.param(["-400 | CNS | isolated CNS"], "marrow", "not-met", id="a marrow relapse came after it"),
        pytest.param(["-400 | CNS | isolated CNS"], "", "unknown", id="a relapse nobody says where"),
        pytest.param(["-400 | CNS | CNS1"], "CNS", "met", id="a relapse of the CNS came after it"),
        pytest.param(["-9 | CNS | isolated CNS"], "CNS", "met", id="both say so"),
        pytest.param(["-9 | CNS | CNS1"], "CNS", "unknown", id="clear since: the response decides"),
        pytest.param(["-9 | CNS | CNS3"], "marrow and extramedullary", "not-met", id="CNS and marrow"),
    ],
)
def test_disease_of_the_cns_only_is_told_by_the_later_of_assessment_and_relapse(
    assessments: list[str], site: str, standing: str
) -> None:
    tables = {"relapses": f"day | site\n-60 | {site}", "assessments": assessed(*assessments)}
    assert _standing("bridging-minimal", **tables) == standing


def test_an_old_isolated_cns_assessment_does_not_outlive_a_marrow_relapse() -> None:
    said = before_infusion(
        relapses="day | site\n-60 | marrow", assessments=assessed("-400 | CNS | isolated CNS")
    )
    assert said["myers-2023/isolated-cns"].standing == "not-met"


@pytest.mark.parametrize(
    ("site", "assessment", "ever", "at_referral"),
    [
        pytest.param("CNS", "-20 | CNS | CNS1", "met", "met", id="a relapse of the CNS, clear since"),
        pytest.param("marrow", "-1500 | CNS | CNS3", "met", "unknown", id="years ago, not looked at since"),
        pytest.param("marrow", "-20 | CNS | CNS1", "not-met", "not-met", id="looked at since the relapse"),
        pytest.param("marrow and extramedullary", "-200 | CNS | CNS1", "unknown", "unknown", id="where?"),
        pytest.param("marrow and extramedullary", "-20 | CNS | CNS1", "not-met", "not-met", id="not there"),
    ],
)
def test_cns_disease_is_told_by_relapses_too(site: str, assessment: str, ever: str, at_referral: str) -> None:
    said = before_infusion(
        relapses=f"day | site\n-100 | {site}",
        assessments=assessed(assessment, "-9 | seizure or neurotoxicity history | absent"),
    )
    assert said["myers-2023/antiepileptics"].standing == ever
    assert said["myers-2023/cns-treat"].standing == at_referral


@pytest.mark.parametrize(
    ("earlier", "standing"), [(-1500, "not-met"), pytest.param(-40, "met", id="of the disease at hand")]
)
def test_cns_disease_long_past_is_not_that_of_referral(earlier: int, standing: str) -> None:
    said = before_infusion(
        assessments=assessed(f"{earlier} | CNS | CNS3", "-10 | CNS | CNS1", "-1 | neurotoxicity | none")
    )
    assert said["myers-2023/cns-treat"].standing == standing
    assert said["myers-2023/antiepileptics"].standing == "met"


@pytest.mark.parametrize(
    ("site", "assessment", "standing"),
    [
        pytest.param("testis", "-1500 | extramedullary disease | none", "met", id="a relapse says it"),
        pytest.param("testis", "-20 | extramedullary disease | none", "not-met", id="gone since"),
        pytest.param("other", "-1500 | extramedullary disease | none", "unknown", id="somewhere else"),
    ],
)
def test_an_assessment_older_than_the_relapse_does_not_deny_disease_outside_the_marrow(
    site: str, assessment: str, standing: str
) -> None:
    said = before_infusion(relapses=f"day | site\n-60 | {site}", assessments=assessed(assessment))
    assert said["myers-2023/testis"].standing == standing
    assert said["myers-2023/emd-reduce"].standing == ("not-met" if standing == "not-met" else "unknown")


@pytest.mark.parametrize(
    ("marrow", "standing"),
    [
        pytest.param("-200 | positive", "unknown", id="not read since blinatumomab"),
        pytest.param("-200 | dim", "unknown", id="dim before blinatumomab, not read since"),
        pytest.param("-120 | dim", "met", id="dim since"),
    ],
)
def test_cd19_of_before_blinatumomab_says_nothing_of_after_it(marrow: str, standing: str) -> None:
    tables = {
        "treatments": treated("-160 | blinatumomab | | | -130 | | |"),
        "marrow": f"day | cd19\n{marrow}",
    }
    assert _standing("cd19-dim", **tables) == standing


@pytest.mark.parametrize(("day", "standing"), [(-43, "unknown"), (-42, "not-met")])
def test_antigen_load_is_that_of_before_lymphodepletion(day: int, standing: str) -> None:
    marrow = f"day | cd19_antigen_load\n{day} | 50"
    assert _standing("antigen-load-share", marrow=marrow) == standing
