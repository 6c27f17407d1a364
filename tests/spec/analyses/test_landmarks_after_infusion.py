"""HCT, loss of B-cell aplasia and NGS-MRD from landmarks on: nothing counts before it was known."""

import math

import numpy as np
import pandas as pd
import pytest

from cartwise.analyses import run
from cartwise.analyses.aplasia_told import from_landmark, told_at, told_by, varying
from cartwise.basis import DAYS_PER_MONTH
from cartwise.study import Definitions
from tests.drawing import study_of
from tests.spec.analyses.courses import courses_study, rows

# Months of HCT, relapse, death, last contact.
COURSES = {
    "A": (None, 1.5, None, 30), "B": (None, 7, None, 30), "C": (2, None, None, 30), "D": (5, 10, None, 30),
    "E": (None, None, None, 30), "F": (None, 4, None, 30), "G": (None, None, None, 30), "H": (8, None, None, 30),
}  # fmt: skip
SAMPLES = [
    ("A", 20, 0), ("B", 20, 0), ("B", 50, 9), ("E", 20, 0), ("E", 150, 0), ("E", 200, 9),
    ("F", 20, 0), ("F", 80, 9), ("G", 20, 0), ("G", 100, 0), ("H", 20, 0), ("H", 180, 0),
]  # fmt: skip
"""B loses aplasia between days 20 and 50, F between 20 and 80, E between 150 and 200; G and H are not seen to lose it."""
NGS = {
    "B": "positive",
    "C": "negative",
    "D": "detected below quantification",
    "E": "negative",
    "A": "positive",
}


@pytest.fixture(scope="module")
def study():
    return courses_study(
        COURSES,
        b_cells=rows(
            "patient_id | day | specimen | percent_of_lymphocytes",
            [f"{n} | {d} | blood | {v}" for n, d, v in SAMPLES],
        ),
        mrd=rows(
            "patient_id | day | method | specimen | result | level",
            [f"{n} | 28 | NGS | marrow | {r} | {0.001 if r == 'positive' else ''}" for n, r in NGS.items()],
        ),
    )


@pytest.fixture(scope="module")
def published(study):
    return run(study, "landmarks_after_infusion", as_published=True)


@pytest.fixture(scope="module")
def table(published):
    return published.tables["effects"].set_index(["exposure", "approach"])


ARMS = ["without", "with"]


def test_day_63_and_months_3_6_9_12_are_landmarks(table):
    approaches = table.loc["HCT after infusion"].index
    expected = ["day 63", "month 3", "month 6", "month 9", "month 12"]
    assert [a.removeprefix("Landmark at ") for a in approaches if a.startswith("Landmark")] == expected


def test_hct_counts_from_a_landmark_on_where_it_was_done_by_then(table):
    """On day 63 A has relapsed and C is transplanted; at month 6 B, C, D, E, G and H are left, with C and D."""
    assert table.loc[("HCT after infusion", "Landmark at day 63"), ARMS].tolist() == [6, 1]
    assert table.loc[("HCT after infusion", "Landmark at month 6"), ARMS].tolist() == [4, 2]


def test_aplasia_is_lost_on_the_first_sample_without_it(table):
    """Day 63: B has lost it; E, F, G and H have not been seen to. A has relapsed; C and D have no sample."""
    assert table.loc[("Loss of B-cell aplasia", "Landmark at day 63"), ARMS].tolist() == [4, 1]
    assert table.loc[("Loss of B-cell aplasia", "Landmark at month 3"), ARMS].tolist() == [3, 2]


def test_a_patient_without_samples_any_more_is_no_longer_known_as_aplastic(published, table):
    """G's last aplastic sample is of day 100, too old at month 9; H's transplant ends its follow-up at month 8."""
    at_6 = table.loc[("Loss of B-cell aplasia", "Landmark at month 6")]
    assert at_6[ARMS].tolist() == [3, 1]
    assert table.loc[("Loss of B-cell aplasia", "Landmark at month 9"), ARMS].tolist() == [0, 1]
    unknown = published.tables["undetermined"].set_index("approach")["patients"]
    assert unknown[["Landmark at month 6", "Landmark at month 9"]].tolist() == [0, 1]


# Patient by patient: kept on day 100 and lost by day 300; kept on day 100, then a relapse; kept on days 100 and 400.
GAPS = {"P": (None, None, None, 30), "Q": (None, 280 / DAYS_PER_MONTH, None, 30), "R": (None, None, None, 30)}
GAP_SAMPLES = [("P", 100, 0), ("P", 300, 9), ("Q", 100, 0), ("R", 100, 0), ("R", 400, 0)]


def gaps(definitions=None):
    lines = [f"{n} | {d} | blood | {v}" for n, d, v in GAP_SAMPLES]
    header = "patient_id | day | specimen | percent_of_lymphocytes"
    study = courses_study(GAPS, b_cells=rows(header, lines), definitions=definitions)
    return run(study, "landmarks_after_infusion").tables


@pytest.mark.parametrize(
    ("approach", "arms", "unknown"), [("month 6", [3, 0], 0), ("month 9", [0, 0], 3), ("month 12", [0, 1], 1)]
)
def test_a_later_sample_does_not_tell_of_the_months_before_it(approach, arms, unknown):
    """At month 9 all three were last seen with aplasia on day 100, whatever P and R will show later."""
    tables = gaps()
    table = tables["effects"].set_index(["exposure", "approach"])
    assert table.loc[("Loss of B-cell aplasia", f"Landmark at {approach}"), ARMS].tolist() == arms
    assert tables["undetermined"].set_index("approach")["patients"][f"Landmark at {approach}"] == unknown


def test_a_relapse_after_a_stale_sample_counts_for_neither():
    row = gaps()["effects"].set_index(["exposure", "approach"])
    row = row.loc[("Loss of B-cell aplasia", "Time-varying covariate")]
    assert row[["without", "with", "events_without", "events_with"]].tolist() == [2, 1, 0, 0]


def test_a_loss_that_must_be_confirmed_is_known_on_the_second_sample():
    days = [(20.0, True), (60.0, False), (80.0, True), (100.0, False), (150.0, False)]
    told = told_by(days, confirmed=True)
    assert (told.kept, told.lost) == (((20.0, 60.0), (80.0, 100.0)), 150.0)
    assert [told.lost_on(day) for day in (10, 50, 70, 90, 100, 120, 150)] == [
        None,
        False,
        None,
        False,
        None,
        None,
        True,
    ]
    assert told_by(days, confirmed=False).lost == 60.0
    chosen = gaps(Definitions(bca_loss="confirmed"))["undetermined"].set_index("approach")["patients"]
    assert chosen["Landmark at month 12"] == 2


def samples_without_meaning(seed, gap=150.0, patients=300, end=900.0):
    """Loss and relapse that know nothing of each other, with samples about every `gap` days."""
    random = np.random.default_rng(seed)
    told, followed = {}, []
    for name in map(str, range(patients)):
        loss, relapse = random.exponential(300), random.exponential(500)
        until = min(relapse, end)
        taken = 28 + np.r_[0, np.cumsum(gap * random.uniform(0.6, 1.4, 12))]
        days = [(float(day), bool(day < loss)) for day in taken if day < until]
        if days and days[0][1]:
            told[name] = told_by(days, confirmed=False)
            followed.append((name, until / DAYS_PER_MONTH, int(relapse < end)))
    return pd.DataFrame(followed, columns=["patient", "month", "event"]), told


def test_where_loss_and_relapse_are_independent_no_hazard_ratio_is_found():
    """A span that turned on what a later sample shows would give ratios near 2 here (immortal time)."""
    drawn = [samples_without_meaning(seed) for seed in range(16)]
    over_time = [math.log(varying(rows, told).ratio.value) for rows, told in drawn]
    from_month_6 = [
        math.log(from_landmark(told_at(rows, told, 6.0)[0], 6.0).ratio.value) for rows, told in drawn
    ]
    assert abs(np.mean(over_time)) < 0.15
    assert abs(np.mean(from_month_6)) < 0.15


def test_ngs_of_day_28_is_followed_from_the_end_of_its_window(table):
    """A relapsed on day 46, after the landmark of day 42; below quantification is detected (004:207)."""
    row = table.loc[("NGS-MRD about day 28", "Landmark at day 42")]
    assert row[ARMS].tolist() == [2, 3]
    assert row[["events_without", "events_with"]].tolist() == [0, 3]
    assert "no patient is event-free" in table.loc[("NGS-MRD about month 3", "Landmark at day 112"), "remark"]


def test_who_could_not_be_asked_is_counted(published):
    table = published.tables["left_out"].set_index("exposure")
    assert table.loc["Loss of B-cell aplasia", ["in", "left_out"]].tolist() == [6, 2]
    assert table.loc["NGS-MRD about day 28", ["in", "left_out"]].tolist() == [5, 3]


def test_the_duration_of_aplasia_as_if_known_at_infusion_is_named_biased(study, table):
    assert table.loc[
        ("Duration of B-cell aplasia, per month", "As if known at infusion"), "standing"
    ].startswith("biased")
    sound = run(study, "landmarks_after_infusion").tables["effects"]
    assert set(sound["standing"]) == {"sound"}


def test_curves_start_at_their_landmark(published):
    assert published.figures["hct_after_infusion_month_6"].x_label == "Months since the landmark at month 6"
    figure = published.figures["ngs_mrd_about_day_28"]
    assert figure.x_label == "Months since the landmark at day 42"
    assert [curve.group for curve in figure.curves] == ["NGS-MRD negative", "NGS-MRD detected"]


@pytest.mark.parametrize("courses", [{}, {"A": COURSES["A"]}, {"E": COURSES["E"], "G": COURSES["G"]}])
def test_without_a_comparison_there_is_a_reason(courses):
    study = courses_study(courses) if courses else study_of(patients="patient_id\nA")
    result = run(study, "landmarks_after_infusion", as_published=True)
    table = result.tables["effects"]
    assert table["hazard_ratio"].isna().all()
    assert (table["remark"] != "").all()
    assert "No effect can be estimated" in result.caption
