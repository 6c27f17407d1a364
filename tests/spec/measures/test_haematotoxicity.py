"""ICAHT, CTCAE, CAR-HEMATOTOX and EASIX: every boundary, and what missing values leave open."""

import pytest

from cartwise.basis import Interval
from tests.spec.measures.drawing import drawn, measured, reason, value

HEAD = "day | test | value | unit"


def counts(values, first=0, **more):
    """One neutrophil count a day from day `first` on."""
    rows = [f"{first + number} | ANC | {count} | /uL" for number, count in enumerate(values)]
    more.setdefault("follow_up", "day | status\n200 | alive")
    return drawn(labs="\n".join([HEAD, *rows]), **more)


@pytest.mark.parametrize(
    ("low", "days", "grade"),
    [
        (501, 31, 0),
        (500, 1, 1),
        (500, 6, 1),
        (500, 7, 2),
        (500, 13, 2),
        (500, 14, 3),
        (500, 30, 3),
        (500, 31, 4),
        (101, 7, 2),
        (100, 6, 1),
        (100, 7, 3),
        (100, 13, 3),
        (100, 14, 4),
    ],
)
def test_early_icaht_by_depth_and_days(low, days, grade):
    patient = counts([low] * days + [2000] * (31 - days))
    assert value(patient, "early_icaht_longest_run") == grade
    assert value(patient, "early_icaht_cumulative") == grade


def test_the_two_readings_part_where_neutropenia_returns():
    returns = counts([400] * 5 + [900] * 3 + [400] * 5 + [900] * 18)
    assert value(returns, "early_icaht_longest_run") == 1
    assert value(returns, "early_icaht_cumulative") == 2


def test_a_recovery_of_fewer_than_three_days_joins_two_runs():
    joined = counts([400] * 5 + [900] * 2 + [400] * 5 + [900] * 19)
    assert value(joined, "early_icaht_longest_run") == 2


def test_seven_days_without_a_value_are_bridged_and_eight_leave_a_range():
    bridged = f"{HEAD}\n0 | ANC | 2000 | /uL\n1 | ANC | 400 | /uL\n9 | ANC | 400 | /uL"
    later = "\n".join(f"{day} | ANC | 2000 | /uL" for day in range(10, 31))
    follow_up = "day | status\n200 | alive"
    assert value(drawn(labs=f"{bridged}\n{later}", follow_up=follow_up), "early_icaht_longest_run") == 2
    wide = bridged.replace("9 | ANC", "10 | ANC")
    found = drawn(labs=f"{wide}\n{later.partition(chr(10))[2]}", follow_up=follow_up)
    assert value(found, "early_icaht_longest_run") == Interval(1, 3)
    assert "neutrophils of 8 days between day 2 and 9" in measured(found, "early_icaht_longest_run").note


def test_a_count_that_never_recovers_before_death_is_grade_4():
    died = counts([1500] * 3 + [400] * 8, deaths="day\n10", follow_up="day | status\n9 | alive")
    assert value(died, "early_icaht_longest_run") == 4


def test_so_far_is_said_while_the_window_is_open():
    patient = counts([400] * 31).as_of(9)
    assert value(patient, "early_icaht_longest_run") == 2
    assert "so far, to day 9" in measured(patient, "early_icaht_longest_run").note


def test_the_lowest_of_a_day_counts_and_below_a_limit_is_0():
    labs = f"{HEAD} | below_limit\n3 | ANC | 0.9 | 10*9/L |\n3 | ANC | | /uL | yes\n4 | ANC | 0.9 | 10*9/L |"
    assert value(drawn(labs=labs), "neutropenia_grade_ctcae_6") == 4


@pytest.mark.parametrize(
    ("lowest", "grade"),
    [(1501, 0), (1500, 1), (1001, 1), (1000, 2), (501, 2), (500.5, 2), (500, 3), (101, 3), (100, 4)],
)
def test_late_icaht_by_the_lowest_count(lowest, grade):
    assert value(counts([lowest, lowest, 3000], first=40), "late_icaht") == grade


def test_late_icaht_needs_a_second_low_count_unless_there_is_only_one():
    assert value(counts([400, 1501], first=40), "late_icaht") == 0
    assert value(counts([400, 1500], first=40), "late_icaht") == 3
    assert value(counts([400], first=40), "late_icaht") == 3
    assert measured(counts([400], first=40), "late_icaht").note == "a single count"


def test_no_late_count_is_missing_and_not_0():
    assert "day 31 to 100" in reason(counts([400, 400]), "late_icaht")


@pytest.mark.parametrize(
    ("anc", "version_5", "version_6"),
    [
        (1500, Interval(0, 1), 0),
        (1499, 2, 1),
        (1000, 2, 1),
        (999, 3, 2),
        (500, 3, 2),
        (499, 4, 3),
        (100, 4, 3),
        (99, 4, 4),
    ],
)
def test_ctcae_versions_of_neutropenia_are_kept_apart(anc, version_5, version_6):
    patient = counts([anc])
    assert value(patient, "neutropenia_grade_ctcae_5") == version_5
    assert value(patient, "neutropenia_grade_ctcae_6") == version_6


@pytest.mark.parametrize(
    ("test", "unit", "level", "measure", "grade"),
    [
        ("platelets", "10*9/L", 75, "thrombocytopenia_grade_ctcae_5", Interval(0, 1)),
        ("platelets", "10*9/L", 74, "thrombocytopenia_grade_ctcae_5", 2),
        ("platelets", "10*9/L", 49, "thrombocytopenia_grade_ctcae_5", 3),
        ("platelets", "10*9/L", 24, "thrombocytopenia_grade_ctcae_5", 4),
        ("haemoglobin", "g/dL", 10, "anaemia_grade_ctcae", Interval(0, 1)),
        ("haemoglobin", "g/dL", 9.9, "anaemia_grade_ctcae", 2),
        ("haemoglobin", "g/dL", 7.9, "anaemia_grade_ctcae", Interval(3, 4)),
    ],
)
def test_ctcae_of_platelets_and_haemoglobin(test, unit, level, measure, grade):
    assert value(drawn(labs=f"{HEAD}\n5 | {test} | {level} | {unit}"), measure) == grade


def before_ld(platelets, anc, hb, crp, ferritin, *, crp_unit="mg/dL"):
    rows = [
        f"-5 | platelets | {platelets} | 10*9/L",
        f"-5 | ANC | {anc} | /uL",
        f"-5 | haemoglobin | {hb} | g/dL",
        f"-5 | CRP | {crp} | {crp_unit}",
        f"-5 | ferritin | {ferritin} | ng/mL",
    ]
    kept = [row for row in rows if "None" not in row]
    return drawn(labs="\n".join([HEAD, *kept]), treatments="day | kind\n-5 | lymphodepletion")


@pytest.mark.parametrize(
    ("items", "score"),
    [
        ((220, 3400, 12.4, 0.8, 180), 0),
        ((130, 1800, 10.5, 1.4, 320), 1),
        ((110, 950, 10.1, 4.2, 540), 3),
        ((60, 700, 8.5, 2.4, 1400), 5),
        ((40, 400, 7.8, 9.5, 3200), 7),
    ],
)
def test_the_five_vectors_of_car_hematotox(items, score):
    """The vectors of the public specification that the cut-offs come from."""
    assert value(before_ld(*items), "car_hematotox") == score


NONE = (220, 3400, 12.4, 0.8, 180)


@pytest.mark.parametrize(
    ("item", "level", "score"),
    [
        (0, 175.1, 0),
        (0, 175, 1),
        (0, 75, 1),
        (0, 74.9, 2),
        (1, 1200, 0),
        (1, 1199, 1),
        (2, 9.0, 0),
        (2, 8.9, 1),
        (3, 2.9, 0),
        (3, 3.0, 1),
        (4, 649, 0),
        (4, 650, 1),
        (4, 2000, 1),
        (4, 2001, 2),
    ],
)
def test_each_cut_off_of_car_hematotox(item, level, score):
    items = [*NONE[:item], level, *NONE[item + 1 :]]
    assert value(before_ld(*items), "car_hematotox") == score


def test_crp_in_mg_per_litre_is_converted_and_not_taken_for_mg_per_decilitre():
    assert value(before_ld(220, 3400, 12.4, 8, 180, crp_unit="mg/L"), "car_hematotox") == 0
    assert value(before_ld(220, 3400, 12.4, 30, 180, crp_unit="mg/L"), "car_hematotox") == 1


def test_the_score_carries_its_warning_and_its_unsure_boundary():
    note = measured(before_ld(220, 1200, 12.4, 0.8, 180), "car_hematotox").note
    assert note.startswith(
        "low; boundary by secondary source: ANC; made and validated in large B-cell lymphoma"
    )
    assert measured(before_ld(*[NONE[0], 1100, 8, 0.8, 180]), "car_hematotox").note.startswith("high; made")


def test_without_every_item_there_is_no_score_but_a_list():
    why = reason(before_ld(220, None, 12.4, None, 180), "car_hematotox")
    assert why == "no score without every item: no ANC from day -12 to -5; no CRP from day -12 to -5"


def test_the_easix_family_gives_numbers_without_bands():
    labs = f"{HEAD}\n-6 | LDH | 300 | U/L\n-6 | creatinine | 0.5 | mg/dL\n-6 | CRP | 20 | mg/L\n-6 | platelets | 50 | 10*9/L"
    patient = drawn(labs=labs)
    assert value(patient, "easix") == pytest.approx(3.0)
    assert value(patient, "m_easix") == pytest.approx(12.0)
    assert value(patient, "s_easix") == pytest.approx(6.0)
    assert "no band" in measured(patient, "easix").note
    assert reason(drawn(labs=f"{HEAD}\n-6 | LDH | 300 | U/L"), "s_easix") == "no platelets from day -7 to 0"


def test_platelets_of_0_divide_nothing():
    labs = f"{HEAD}\n-6 | LDH | 300 | U/L\n-6 | platelets | 0 | 10*9/L"
    assert "by which nothing can be divided" in reason(drawn(labs=labs), "s_easix")


@pytest.mark.parametrize(
    ("values", "days"),
    [([900, 400, 400, 499], 3), ([400, 500], 0), ([400, 900, 400], 1), ([400, 400], Interval(2, 12))],
)
def test_how_long_severe_neutropenia_has_lasted(values, days):
    patient = counts(values, first=10).as_of(9 + len(values))
    if isinstance(days, Interval):
        assert str(value(patient, "severe_neutropenia_days")) == str(days)
        return
    assert value(patient, "severe_neutropenia_days") == days


def test_an_old_count_does_not_tell_the_present():
    assert "last 7 days" in reason(counts([400], first=10).as_of(18), "severe_neutropenia_days")
