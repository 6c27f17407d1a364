"""Beside a biased comparison the sound ones: on the clock of the analysis, of the same outcome, of the same groups."""

import pytest

from cartwise.analyses import run
from cartwise.basis import DAYS_PER_MONTH, UserError
from cartwise.statistics import gray_test
from tests.spec.analyses.courses import courses_study, day, rows


def contacts(courses):
    """Heard of every month, so that it is known on a landmark who has had no transplant."""
    lines = [f"{n} | {day(m)} | alive" for n, (*_, end) in courses.items() for m in range(1, int(end) + 1)]
    return rows("patient_id | day | status", lines)


def remissions(courses, on=28):
    return rows("patient_id | day | kind | value", [f"{n} | {on} | response | CR" for n in courses])


# Months of HCT, relapse, death, last contact. A is transplanted 80 days after its remission on day 28, C much later.
FROM_REMISSION = {
    "A": (108 / DAYS_PER_MONTH, None, None, 20), "B": (None, None, None, 20), "C": (10, None, None, 20), "D": (None, 4, None, 9),
    "E": (None, 6, None, 9),
}  # fmt: skip


@pytest.fixture(scope="module")
def relapse_free():
    study = courses_study(
        FROM_REMISSION, assessments=remissions(FROM_REMISSION), follow_up=contacts(FROM_REMISSION)
    )
    return run(study, "relapse_free_survival", by="hct_after_infusion", as_published=True)


def test_a_landmark_after_remission_knows_what_was_known_then(relapse_free):
    """Three months after remission is day 119: A's transplant was by then, D's relapse on day 122 was not."""
    n = relapse_free.tables["as_published"].set_index(["approach", "group"])["n"]
    assert n["landmark at month 3", "yes"] == 1
    assert n["landmark at month 3", "no"] == 4


def test_it_says_from_when_on_it_is_followed(relapse_free):
    assert relapse_free.tables["as_published"]["approach"].iloc[0] == "as published, from remission"
    assert "followed from remission on" in relapse_free.caption


def test_what_was_known_at_remission_may_be_followed_from_it():
    courses = {n: FROM_REMISSION[n] for n in "ABDE"}
    crs = rows(
        "patient_id | day | kind | grade | scale",
        [f"{n} | 5 | CRS | {1 + (n == 'A')} | ASTCT 2019" for n in courses],
    )
    known = {"assessments": remissions(courses), "follow_up": contacts(courses), "toxicities": crs}
    study = courses_study(courses, **known)
    groups = run(study, "relapse_free_survival", by="crs_max_grade").tables["groups"].set_index("group")["n"]
    assert (groups["1"], groups["2"]) == (3, 1)
    with pytest.raises(UserError, match="first known after infusion"):
        run(study, "overall_survival", by="crs_max_grade")
    with pytest.raises(UserError, match="first known after remission"):
        run(study, "relapse_free_survival", by="hct_after_infusion")


# Transplant, relapse, death in remission, last contact.
COMPETING = {
    "A": (2, None, 8, 8), "B": (1.5, None, 14, 14), "C": (2.5, None, None, 40), "D": (2, 20, None, 30), "E": (5, None, 9, 9),
    "F": (None, 4, None, 12), "G": (None, 6, None, 9), "H": (None, 2, None, 4), "I": (None, None, None, 30), "J": (None, 11, None, 18),
    "K": (None, None, 16, 16),
}  # fmt: skip


@pytest.fixture(scope="module")
def competing():
    study = courses_study(COMPETING, assessments=remissions(COMPETING), follow_up=contacts(COMPETING))
    return run(study, "cumulative_incidence", by="hct_after_infusion", as_published=True)


def test_each_cause_is_compared_from_each_landmark_by_the_test_of_the_result(competing):
    table = competing.tables["as_published"].set_index(["approach", "cause", "group"])
    printed = competing.tables["gray_tests"].set_index("cause")["p"]
    for cause in ("Relapse", "Death in remission"):
        assert table.loc[("as published, from infusion", cause, "yes"), "p"] == pytest.approx(printed[cause])
        assert table.loc[("landmark at month 3", cause, "yes"), "n"] == 4


def test_grays_test_from_a_landmark_is_that_of_those_at_risk_by_what_was_known(competing):
    """By month 3 A to D are transplanted and H has relapsed; E is transplanted later and counts as not yet."""
    left = {name: course for name, course in COMPETING.items() if name != "H"}
    cause = [1 if r is not None else 2 if d is not None else 0 for _, r, d, _ in left.values()]
    month = [(r or d or end) - 3 for _, r, d, end in left.values()]
    group = [hct is not None and hct <= 3 for hct, *_ in left.values()]
    table = competing.tables["as_published"].set_index(["approach", "cause", "group"])
    for number, name in ((1, "Relapse"), (2, "Death in remission")):
        expected = gray_test(month, cause, group, cause_of_interest=number).p
        row = table.loc[("landmark at month 3", name, "no")]
        assert row["p"] == pytest.approx(expected)
        assert row["events"] == sum(c == number and not g for c, g in zip(cause, group, strict=True))


def test_the_methods_name_grays_test(competing):
    assert any("Gray's test of each cause" in sentence for sentence in competing.methods)


def test_numbers_are_cut_at_one_place_on_every_landmark():
    """The median is that of the groups followed from infusion on, not of each landmark's survivors."""
    courses = {f"P{i:02}": (None, None, 2 + i if i < 8 else None, 2 + i if i < 8 else 30) for i in range(20)}
    study = courses_study(
        courses,
        follow_up=contacts(courses),
        transgene=rows(
            "patient_id | day | specimen | copies_per_ug",
            [f"{n} | 10 | blood | {100 * (i + 1)}" for i, n in enumerate(courses)],
        ),
    )
    table = run(study, "overall_survival", by="cmax", as_published=True).tables["as_published"]
    assert len(set(table["group"])) == 2
    at_6 = table[table["approach"] == "landmark at month 6"].set_index("group")["n"]
    assert at_6.iloc[0] == 10 - 5
    assert at_6.iloc[1] == 10
