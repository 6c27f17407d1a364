"""B-cell aplasia by each definition, and what an interval says that a day cannot."""

import pytest

from cartwise.basis import NO, UNKNOWN, YES, Interval
from cartwise.evidence import threshold
from cartwise.measures import Sheet, meets
from cartwise.measures.aplasia import bca_loss
from tests.spec.measures.drawing import drawn, measured, reason, value

COURSE = """
day | percent_of_lymphocytes
-7  | 12
10  | 5
14  | 0.2
60  | 0.1
120 | 2
183 | 8
274 | 11
"""


def test_onset_loss_and_duration_are_intervals_between_samples():
    patient = drawn(b_cells=COURSE)
    assert value(patient, "bca_onset") == Interval(10, 14)
    assert value(patient, "bca_loss") == Interval(120, 183)
    assert value(patient, "bca_duration") == Interval(120, 183)
    assert measured(patient, "bca_duration").note == "ended"
    assert measured(patient, "bca_loss").note == "confirmed on day 274"


def test_duration_may_be_counted_from_onset():
    patient = drawn(b_cells=COURSE, definitions={"bca_duration_from": "onset"})
    assert value(patient, "bca_duration") == Interval(106, 169)
    assert "counted from its onset" in measured(patient, "bca_duration").method


@pytest.mark.parametrize(
    ("definition", "at_the_limit", "beyond"),
    [
        ("wang-2025", {"percent_of_wbc": 1, "percent_of_lymphocytes": 50}, {"percent_of_wbc": 1.01}),
        ("wang-2025", {"percent_of_lymphocytes": 3}, {"percent_of_lymphocytes": 3.01}),
        ("lymphocytes-below-1", {"percent_of_lymphocytes": 0.99}, {"percent_of_lymphocytes": 1}),
        ("lymphocytes-below-3", {"percent_of_lymphocytes": 2.99}, {"percent_of_lymphocytes": 3}),
        ("count-below-10", {"count": 9.9}, {"count": 10}),
        ("count-below-50", {"count": 49.9}, {"count": 50}),
    ],
)
def test_each_definition_has_its_own_limit(definition, at_the_limit, beyond):
    cells = sorted(at_the_limit | beyond)
    rows = [
        f"{day} | " + " | ".join(str(row.get(cell, "")) for cell in cells)
        for day, row in ((20, at_the_limit), (90, beyond))
    ]
    patient = drawn(b_cells="\n".join([f"day | {' | '.join(cells)}", *rows]), definitions={"bca": definition})
    assert value(patient, "bca_onset") == Interval(0, 20)
    assert value(patient, "bca_loss") == Interval(20, 90)


def test_a_definition_uses_its_own_denominator_and_no_other():
    patient = drawn(b_cells="day | count\n28 | 0\n90 | 200")
    assert "no B-cell measurement" in reason(patient, "bca_loss")
    assert value(
        drawn(b_cells="day | count\n28 | 0\n90 | 200", definitions={"bca": "count-below-10"}), "bca_loss"
    ) == Interval(28, 90)


@pytest.mark.parametrize(("definition", "counts"), [("wang-2025", True), ("lymphocytes-below-3", False)])
def test_marrow_counts_where_the_definition_names_it(definition, counts):
    patient = drawn(
        b_cells="day | specimen | percent_of_lymphocytes\n28 | marrow | 0", definitions={"bca": definition}
    )
    assert measured(patient, "bca_onset").known is counts


def test_a_day_whose_samples_disagree_decides_nothing():
    rows = "day | specimen | percent_of_lymphocytes\n20 | blood | 0\n28 | blood | 0\n28 | marrow | 20\n60 | blood | 0"
    patient = drawn(b_cells=rows)
    assert value(patient, "bca_loss") == Interval(60)


def test_loss_on_first_evidence_says_that_it_is_unconfirmed():
    patient = drawn(b_cells="day | percent_of_lymphocytes\n28 | 0\n120 | 9")
    assert value(patient, "bca_loss") == Interval(28, 120)
    assert measured(patient, "bca_loss").note == "unconfirmed: no later sample"


def test_confirmed_loss_waits_for_the_next_sample():
    rows = "day | percent_of_lymphocytes\n28 | 0\n120 | 9"
    waiting = drawn(b_cells=rows, definitions={"bca_loss": "confirmed"})
    assert value(waiting, "bca_loss") == Interval(28)
    assert "awaits its confirmation" in measured(waiting, "bca_loss").note
    confirmed = drawn(b_cells=f"{rows}\n150 | 7", definitions={"bca_loss": "confirmed"})
    assert value(confirmed, "bca_loss") == Interval(28, 120)


def test_a_blip_is_loss_on_first_evidence_and_none_when_confirmation_is_asked():
    rows = "day | percent_of_lymphocytes\n28 | 0\n60 | 5\n91 | 0\n183 | 9\n200 | 9"
    first = drawn(b_cells=rows)
    assert value(first, "bca_loss") == Interval(28, 60)
    assert measured(first, "bca_loss").note == "unconfirmed: aplasia again on day 91"
    assert value(drawn(b_cells=rows, definitions={"bca_loss": "confirmed"}), "bca_loss") == Interval(91, 183)


def test_aplasia_not_yet_seen_may_still_come_and_never_seen_is_left_open_by_the_sources():
    early = measured(drawn(b_cells="day | percent_of_lymphocytes\n14 | 9"), "bca_loss").value
    assert early.reason == "B-cell aplasia not seen to day 14"
    assert early.settled_by == "a B-cell count on or after day 28"
    never = measured(drawn(b_cells="day | percent_of_lymphocytes\n14 | 9\n28 | 9"), "bca_loss").value
    assert never.cause == "source"


def test_aplasia_never_seen_has_no_loss_and_no_duration():
    patient = drawn(b_cells="day | percent_of_lymphocytes\n14 | 9\n28 | 9\n100 | 12")
    assert value(patient, "bca_onset") == Interval(100)
    assert "never seen in 3 samples" in reason(patient, "bca_loss")
    assert "never seen in 3 samples" in reason(patient, "bca_duration")
    assert value(patient, "bca_at_month_3") is False
    assert "not seen so far" in reason(patient, "bca_at_month_6")


def test_aplasia_before_infusion_is_said():
    patient = drawn(b_cells="day | percent_of_lymphocytes\n-5 | 0\n14 | 0")
    assert measured(patient, "bca_onset").note == "aplasia was there before infusion"


@pytest.mark.parametrize(
    ("last_sample", "percent", "month_3", "month_6"),
    [
        (95, 0, True, None),
        (95, 9, None, False),
        (60, 0, None, None),
        (60, 9, False, False),
        (200, 0, True, True),
    ],
)
def test_status_at_a_month_needs_a_sample_that_settles_it(last_sample, percent, month_3, month_6):
    patient = drawn(b_cells=f"day | percent_of_lymphocytes\n28 | 0\n{last_sample} | {percent}")
    for name, expected in (("bca_at_month_3", month_3), ("bca_at_month_6", month_6)):
        found = measured(patient, name)
        assert (found.value if found.known else None) is expected, name


def test_what_would_settle_a_status_is_named():
    found = measured(drawn(b_cells="day | percent_of_lymphocytes\n28 | 0"), "bca_at_month_6").value
    assert found.settled_by == "a B-cell count on or after day 183"


@pytest.mark.parametrize(
    ("rows", "truth"),
    [
        ("28 | 0\n150 | 9", YES),
        ("28 | 0\n190 | 0", NO),
        ("28 | 0\n120 | 0", UNKNOWN),
        ("28 | 0\n190 | 9", UNKNOWN),
    ],
)
def test_early_loss_is_yes_no_or_unknown(rows, truth):
    sheet = Sheet(drawn(b_cells=f"day | percent_of_lymphocytes\n{rows}"))
    answer = meets(bca_loss, threshold("westhafen-2025/early-bca-loss")).answer(sheet)
    assert answer.truth is truth


@pytest.mark.parametrize(
    ("rows", "lost"), [("28 | 0\n150 | 9", True), ("28 | 0\n190 | 0", False), ("28 | 9", None)]
)
def test_lost_so_far(rows, lost):
    found = measured(drawn(b_cells=f"day | percent_of_lymphocytes\n{rows}"), "bca_lost")
    assert (found.value if found.known else None) is lost


def test_what_would_settle_early_loss_is_named():
    sheet = Sheet(drawn(b_cells="day | percent_of_lymphocytes\n28 | 0\n120 | 0"))
    answer = meets(bca_loss, threshold("westhafen-2025/early-bca-loss")).answer(sheet)
    assert answer.settled_by == "a B-cell count on or after day 183"


@pytest.mark.parametrize("kind", ["HCT", "blinatumomab", "inotuzumab", "chemotherapy"])
def test_b_cells_speak_of_car_t_cells_only_until_something_else_takes_them(kind):
    rows = "day | percent_of_lymphocytes\n28 | 0\n60 | 0\n120 | 0\n200 | 20"
    patient = drawn(b_cells=rows, treatments=f"day | kind\n79 | {kind}")
    assert value(patient, "bca_loss") == Interval(60)
    assert measured(patient, "bca_loss").note == f"not followed beyond {kind} on day 79"
    assert measured(patient, "bca_duration").note == "goes on as far as it was followed"
    assert not measured(patient, "bca_at_month_3").known


def test_aplasia_stops_at_relapse_and_at_the_next_course():
    rows = "day | percent_of_lymphocytes\n28 | 0\n100 | 40"
    assert value(drawn(b_cells=rows, relapses="day | site\n100 | marrow"), "bca_loss") == Interval(28)
    assert value(drawn(b_cells=rows, infusions="day | course\n0 | 1\n90 | 2"), "bca_loss") == Interval(28)
    assert value(drawn(b_cells=rows, treatments="day | kind\n90 | CAR T"), "bca_loss") == Interval(28)


def test_an_infusion_without_a_course_is_a_split_dose_for_four_weeks():
    rows = "day | percent_of_lymphocytes\n28 | 0\n100 | 40"
    assert value(drawn(b_cells=rows, infusions="day\n0\n1"), "bca_loss") == Interval(28, 100)
    assert value(drawn(b_cells=rows, infusions="day\n0\n60"), "bca_loss") == Interval(28)


def test_as_of_a_day_loss_is_not_known_before_its_result():
    rows = "day | available_day | percent_of_lymphocytes\n28 | 28 | 0\n100 | 103 | 9"
    patient = drawn(b_cells=rows)
    assert value(patient.as_of(102), "bca_loss") == Interval(28)
    assert value(patient.as_of(103), "bca_loss") == Interval(28, 100)
    assert reason(patient.as_of(-3), "bca_loss") == "no infusion is recorded"


LYMPHODEPLETED = "day | percent_of_lymphocytes\n0 | 0.1\n7 | 6\n9 | 7"


def test_b_cells_that_come_back_before_the_car_t_cells_have_expanded_are_no_loss():
    assert "not seen to day 9" in reason(drawn(b_cells=LYMPHODEPLETED), "bca_loss")
    patient = drawn(b_cells=f"{LYMPHODEPLETED}\n17 | 0.2\n60 | 0.1")
    assert value(patient, "bca_onset") == Interval(9, 17)
    assert value(patient, "bca_loss") == Interval(60)


def test_an_aplasia_lost_in_the_first_weeks_is_told_from_day_28_on():
    early = "day | percent_of_lymphocytes\n10 | 0.1\n21 | 6"
    assert value(drawn(b_cells=early), "bca_loss") == Interval(10)
    assert value(drawn(b_cells=f"{early}\n28 | 9"), "bca_loss") == Interval(10, 28)


def test_blood_of_the_day_of_infusion_shows_lymphodepletion_and_not_aplasia():
    patient = drawn(b_cells="day | percent_of_lymphocytes\n0 | 0.1\n30 | 6\n90 | 12")
    assert "never seen in 2 samples" in reason(patient, "bca_loss")


NOW = [
    # B cells, seen on day, present aplasia, lost to date
    pytest.param("28 | 0", 120, True, False, id="seen lately"),
    pytest.param("28 | 0", 121, None, None, id="not seen for three months"),
    pytest.param("28 | 0\n60 | 9", 62, False, True, id="lost"),
    pytest.param("28 | 0\n60 | 9", 700, None, True, id="lost long ago, and not counted since"),
    pytest.param("28 | 0\n45 | 9\n60 | 0\n120 | 0", 121, True, True, id="a blip"),
    pytest.param("14 | 9", 20, False, None, id="not yet there"),
    pytest.param("-3 | 0", 20, None, None, id="before infusion only"),
]


@pytest.mark.parametrize(("rows", "day", "now", "lost"), NOW)
def test_present_aplasia_rests_on_a_recent_sample_and_so_does_a_loss_denied(rows, day, now, lost):
    patient = drawn(b_cells=f"day | percent_of_lymphocytes\n{rows}").as_of(day)
    for name, expected in (("bca_now", now), ("bca_lost_to_date", lost)):
        found = measured(patient, name)
        assert (found.value if found.known else None) is expected, name


@pytest.mark.parametrize(
    "later",
    [{"treatments": "day | kind\n90 | HCT"}, {"relapses": "day | site\n90 | marrow"}],
    ids=["HCT", "relapse"],
)
def test_after_hct_or_relapse_an_earlier_sample_does_not_tell_present_aplasia(later):
    patient = drawn(b_cells="day | percent_of_lymphocytes\n28 | 0\n85 | 0\n95 | 0", **later)
    assert value(patient.as_of(89), "bca_now") is True
    assert value(patient.as_of(89), "relapse_or_hct_recorded") is False
    assert "day 90" in reason(patient.as_of(94), "bca_now")
    assert "day 90" in reason(patient.as_of(96), "bca_lost_to_date")
    assert value(patient.as_of(96), "relapse_or_hct_recorded") is True


def test_a_loss_that_was_seen_stands_whatever_was_given_after_it():
    rows = "day | percent_of_lymphocytes\n28 | 0\n61 | 9"
    patient = drawn(b_cells=rows, treatments="day | kind\n70 | blinatumomab").as_of(80)
    assert value(patient, "bca_lost_to_date") is True
    assert "blinatumomab on day 70" in reason(patient, "bca_now")


def test_first_evidence_that_awaits_its_confirmation_is_neither_aplasia_nor_its_loss():
    rows = "day | percent_of_lymphocytes\n28 | 0\n60 | 9"
    waiting = drawn(b_cells=rows, definitions={"bca_loss": "confirmed"}).as_of(62)
    for name in ("bca_now", "bca_lost_to_date"):
        assert "awaits its confirmation" in reason(waiting, name)
    confirmed = drawn(b_cells=f"{rows}\n70 | 7", definitions={"bca_loss": "confirmed"}).as_of(71)
    assert value(confirmed, "bca_now") is False
    assert value(confirmed, "bca_lost_to_date") is True


def test_present_aplasia_is_that_of_the_latest_course():
    rows = "day | percent_of_lymphocytes\n28 | 0\n120 | 9\n178 | 0"
    patient = drawn(b_cells=rows, infusions="day | course\n0 | 1\n150 | 2")
    assert value(patient.as_of(149), "bca_lost_to_date") is True
    assert "no B-cell measurement" in reason(patient.as_of(151), "bca_now")
    assert value(patient.as_of(180), "bca_now") is True
    assert value(patient.as_of(180), "bca_lost_to_date") is False
    assert value(patient.as_of(180), "bca_lost") is True


def test_a_relapse_takes_no_b_cells_so_aplasia_seen_since_is_there():
    cells = "day | percent_of_lymphocytes\n28 | 0.1\n85 | 0.1\n110 | 0.1"
    relapsed = drawn(b_cells=cells, relapses="day | site\n100 | marrow")
    assert reason(relapsed.as_of(105), "bca_now")
    assert value(relapsed.as_of(115), "bca_now") is True
    treated = drawn(
        b_cells=cells, relapses="day | site\n100 | marrow", treatments="day | kind\n104 | chemotherapy"
    )
    assert reason(treated.as_of(115), "bca_now")
