"""What came before, what was infused, and what bears on transplant."""

import pytest

from cartwise.basis import DAYS_PER_MONTH
from tests.spec.measures.drawing import drawn, measured, reason, value

CHEMO = "day | kind | intent\n-700 | chemotherapy | first line"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("prior_hct", "HCT"), ("prior_blinatumomab", "blinatumomab"), ("prior_inotuzumab", "inotuzumab")],
)
def test_prior_treatment_is_yes_no_or_missing(name, kind):
    assert value(drawn(treatments=f"{CHEMO}\n-300 | {kind} |"), name) is True
    none = drawn(treatments=f"{CHEMO}\n90 | {kind} |")
    assert value(none, name) is False
    assert measured(none, name).note == "none among 1 recorded earlier treatments"
    assert (
        reason(drawn(treatments=f"day | kind\n90 | {kind}"), name)
        == "no earlier treatment is recorded at all"
    )


def test_preparation_and_bridging_say_nothing_of_what_came_before():
    rows = "day | kind | intent\n-40 | apheresis |\n-30 | chemotherapy | bridging\n-5 | lymphodepletion | lymphodepletion"
    assert reason(drawn(treatments=rows), "prior_hct") == "no earlier treatment is recorded at all"


def test_a_transplant_without_a_date_is_still_known_from_indication_or_cells():
    by_indication = drawn(patients="disease_indication\nfirst relapse after HCT", treatments=CHEMO)
    assert value(by_indication, "prior_hct") is True
    by_cells = drawn(infusions="day | cell_source\n0 | autologous post-HCT", treatments=CHEMO)
    assert value(by_cells, "prior_hct") is True
    assert "no transplant is dated" in measured(by_cells, "prior_hct").note


def test_an_autologous_transplant_is_not_the_transplant_that_is_asked_for():
    rows = "day | kind | donor\n-300 | HCT | autologous\n-200 | chemotherapy |\n60 | HCT | autologous"
    patient = drawn(treatments=rows, follow_up="day | status\n90 | alive")
    assert value(patient, "prior_hct") is False
    assert value(patient, "hct_after_infusion") is False


def test_drugs_and_grades_of_the_first_weeks_do_not_deny_a_transplant():
    patient = drawn(
        treatments="day | kind\n3 | tocilizumab", toxicities="day | kind | grade | scale\n3 | CRS | 1 | Penn"
    )
    assert measured(patient, "hct_after_infusion").reason == "no follow-up after infusion"


@pytest.mark.parametrize(
    "more",
    [
        {"treatments": f"{CHEMO}\n-90 | donor lymphocytes |"},
        {"treatments": CHEMO, "gvhd": "day | kind\n-90 | chronic"},
        {"treatments": CHEMO, "infusions": "day | cell_source\n0 | donor"},
    ],
)
def test_what_points_to_a_transplant_keeps_no_from_being_said(more):
    assert "points to one" in reason(drawn(**more), "prior_hct")


@pytest.mark.parametrize(
    ("response", "failure", "said"),
    [
        ("no CR", True, "no CR"),
        ("progression", True, "progression"),
        ("CR", False, "CR"),
        ("CRi", False, "CRi"),
        ("not assessed", None, None),
        ("", None, None),
    ],
)
def test_blinatumomab_failed_where_it_brought_no_remission(response, failure, said):
    rows = (
        f"day | kind | response_day | response\n-200 | blinatumomab | {-170 if response else ''} | {response}"
    )
    patient = drawn(treatments=rows)
    for name, expected in (("blinatumomab_failure", failure), ("blinatumomab_response", said)):
        found = measured(patient, name)
        assert (found.value if found.known else None) == expected, name


def test_blinatumomab_never_given_did_not_fail_and_unknown_history_stays_unknown():
    assert value(drawn(treatments=CHEMO), "blinatumomab_failure") is False
    assert reason(drawn(treatments=CHEMO), "blinatumomab_response") == "no blinatumomab was given before"
    assert not measured(drawn(), "blinatumomab_failure").known


def test_a_response_to_blinatumomab_is_known_from_its_own_day():
    rows = "day | kind | intent | response_day | response\n-200 | blinatumomab | reinduction | -150 | no CR"
    patient = drawn(treatments=rows)
    assert not measured(patient.as_of(-160), "blinatumomab_failure").known
    assert value(patient.as_of(-150), "blinatumomab_failure") is True


@pytest.mark.parametrize(
    ("counted", "dated", "expected"),
    [("2", [], 2), ("0", [], 0), ("", [-400, -50], 2), ("1", [-400, -50], 2), ("", [], None)],
)
def test_the_number_of_relapses_is_counted_and_never_zero_for_want_of_a_record(counted, dated, expected):
    rows = "\n".join(f"{day} | marrow | yes" for day in dated)
    more = {"relapses": f"day | site | before_index\n{rows}"} if dated else {}
    found = measured(drawn(patients=f"disease | relapse_number\nB-ALL | {counted}", **more), "relapse_number")
    assert (found.value if found.known else None) == expected


def test_from_transplant_to_relapse_in_months():
    patient = drawn(
        treatments="day | kind\n-500 | HCT",
        relapses="day | site | before_index\n-600 | marrow | yes\n-200 | marrow | yes",
    )
    assert value(patient, "hct_to_relapse") == pytest.approx(300 / DAYS_PER_MONTH)
    assert (
        reason(drawn(treatments="day | kind\n-500 | HCT"), "hct_to_relapse")
        == "no dated relapse after that transplant"
    )


def test_the_infusion_and_its_split_doses():
    infusions = "day | course | product | costimulation | cells_per_kg\n0 | 1 | tisagenlecleucel | 4-1BB | 600000\n1 | 1 | tisagenlecleucel | 4-1BB | 1400000\n200 | 2 | other | CD28 | 9000000"
    patient = drawn(infusions=infusions, patients="age_at_index_years\n9.5")
    assert value(patient, "dose_per_kg") == 2_000_000
    assert value(patient, "product") == "tisagenlecleucel"
    assert value(patient, "costimulation") == "4-1BB"
    assert value(patient, "age_at_infusion") == 9.5
    assert value(patient.as_of(0), "dose_per_kg") == 600_000
    assert reason(drawn(), "costimulation") == "the costimulatory domain of the product is not recorded"


def test_a_licensed_product_has_its_domain_and_a_record_that_differs_contradicts_itself():
    rows = "day | product | costimulation\n0 | tisagenlecleucel | {}"
    assert value(drawn(infusions=rows.format("")), "costimulation") == "4-1BB"
    assert measured(drawn(infusions=rows.format("CD28")), "costimulation").value.cause == "conflict"


@pytest.mark.parametrize(
    ("product", "target", "expected"),
    [("tisagenlecleucel", "", True), ("own", "CD22", False), ("own", "", None), ("own", "CD19", True)],
)
def test_a_product_against_cd19_is_known_by_its_name_or_its_target(product, target, expected):
    found = measured(drawn(infusions=f"day | product | target\n0 | {product} | {target}"), "cd19_product")
    assert (found.value if found.known else None) is expected


@pytest.mark.parametrize(("disease", "expected"), [("B-ALL", True), ("CLL", False), ("", None)])
def test_whether_the_disease_is_b_all(disease, expected):
    found = measured(drawn(patients=f"disease | sex\n{disease} | male"), "b_all")
    assert (found.value if found.known else None) is expected


def test_the_indication_is_as_recorded_at_referral():
    assert value(drawn(patients="disease_indication\nMRD persistence"), "indication") == "MRD persistence"
    assert reason(drawn(), "indication") == "the indication is not recorded"


def test_a_later_course():
    assert value(drawn(), "later_course") is False
    patient = drawn(infusions="day | course\n0 | 1\n1 | 1\n100 | 2")
    assert value(patient, "later_course") is True
    assert value(patient.as_of(99), "later_course") is False


def test_a_split_dose_without_its_number_leaves_the_sum_missing():
    assert not measured(
        drawn(infusions="day | course | cells_per_kg\n0 | 1 | 600000\n1 | 1 |"), "dose_per_kg"
    ).known


def test_transplant_after_infusion_and_its_day():
    patient = drawn(treatments="day | kind\n-300 | HCT\n79 | HCT")
    assert value(patient, "hct_after_infusion") is True
    assert value(patient, "hct_day") == 79
    assert value(patient.as_of(78), "prior_hct") is True
    assert reason(patient.as_of(0), "hct_after_infusion") == "no follow-up after infusion"
    followed = drawn(follow_up="day\n60")
    assert value(followed, "hct_after_infusion") is False
    assert not measured(followed, "hct_day").known


def judged(*rows: str, **more):
    return drawn(assessments="\n".join(["day | kind | value", *rows]), **more)


@pytest.mark.parametrize(
    ("row", "name", "expected"),
    [
        ("HCT eligibility | eligible", "hct_eligible", True),
        ("HCT eligibility | not eligible", "hct_eligible", False),
        ("donor | available", "donor_available", True),
        ("donor | not available", "donor_available", False),
        ("donor | searching", "donor_available", None),
        ("HCT wish | avoids", "hct_wish", "avoids"),
        ("another relapse treatable | unlikely", "another_relapse_unlikely_treatable", True),
        ("another relapse treatable | likely", "another_relapse_unlikely_treatable", False),
    ],
)
def test_a_judgement_is_read_as_it_was_made(row, name, expected):
    found = measured(judged(f"31 | {row}"), name)
    assert (found.value if found.known else None) == expected
    assert not measured(drawn(), name).known


def test_the_latest_judgement_counts_and_stands_for_six_months():
    patient = judged(
        "31 | HCT eligibility | eligible", "60 | HCT eligibility | not eligible", follow_up="day\n400"
    )
    assert value(patient.as_of(59), "hct_eligible") is True
    assert value(patient.as_of(243), "hct_eligible") is False
    assert "more than 183 days ago" in reason(patient.as_of(244), "hct_eligible")


def test_two_judgements_of_one_day_that_differ_settle_nothing():
    patient = judged("31 | donor | available", "31 | donor | not available")
    assert "different ways" in reason(patient, "donor_available")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("KMT2Ar | present |", True),
        ("TP53 | germline |", True),
        ("hypodiploid | present | low", True),
        ("BCR-ABL1 | present | high", True),
        ("BCR-ABL1 | present |", None),
        ("ETV6-RUNX1 | present | low", False),
        ("none | absent |", False),
        ("KMT2Ar | absent |\nhypodiploid | absent |\nTP53 | absent |", False),
        ("KMT2Ar | absent |\nTP53 | not tested |", None),
    ],
)
def test_adverse_cytogenetics(rows, expected):
    found = measured(
        drawn(
            genetics="lesion | status | risk_group\n" + rows,
        ),
        "adverse_cytogenetics",
    )
    assert (found.value if found.known else None) is expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("-7 | 20 | positive | yes", True),
        ("-7 | 20 | negative |", True),
        ("-7 | 20 | positive | no", False),
        ("-7 | 20 | positive |", None),
        ("28 | 20 | negative | yes", None),
    ],
)
def test_a_cd19_negative_clone_before_infusion(rows, expected):
    found = measured(
        drawn(marrow="day | blasts | cd19 | cd19_negative_clone\n" + rows), "cd19_negative_clone_before"
    )
    assert (found.value if found.known else None) is expected


@pytest.mark.parametrize("cells", ["autologous post-HCT", "donor"])
def test_the_cells_of_a_later_infusion_tell_nothing_of_what_came_before(cells):
    infusions = f"day | course | cell_source\n0 | 1 | autologous\n300 | 2 | {cells}"
    assert value(drawn(infusions=infusions, treatments=CHEMO), "prior_hct") is False


def test_from_an_autologous_transplant_no_time_to_relapse_is_counted():
    rows = "day | kind | donor\n-500 | HCT | {}"
    relapses = "day | site | before_index\n-200 | marrow | yes"
    assert reason(drawn(treatments=rows.format("autologous"), relapses=relapses), "hct_to_relapse")
    assert value(drawn(treatments=rows.format("matched sibling"), relapses=relapses), "hct_to_relapse") > 9
