"""What the audit finds in the printed numbers, drawn as a table; a miss fails, and so does a false alarm."""

import pytest

from cartwise import evidence
from cartwise.basis import UserError

FOUND = """
check                                    | verdict                 | fact
-----------------------------------------+-------------------------+--------------------------------------
estimate against interval                | does not agree          | female-severe-crs-model-2
P against interval                       | does not agree          | female-severe-crs-or
P against interval                       | does not agree          | female-severe-crs-model-2
P against interval                       | does not agree          | no-prior-hct-severe-crs-or
P against interval                       | does not agree          | mrd-before-ld-severe-crs-or
P against interval                       | does not agree          | mrd-after-ld-severe-crs-or
P against interval                       | does not agree          | low-dose-severe-crs-or
interval width against n                 | does not agree          | os-five-years
interval width against n                 | does not agree          | lfs-five-years
standard error against n                 | does not agree          | nrm-low-burden-hct
odds ratio and Fisher's P against counts | does not agree          | il-6-severe-crs-or
odds ratio and Fisher's P against counts | does not agree          | il-6-icans-or
odds ratio and Fisher's P against counts | does not agree          | female-severe-crs-or
odds ratio and Fisher's P against counts | does not agree          | no-prior-hct-severe-crs-or
odds ratio and Fisher's P against counts | does not agree          | mrd-before-ld-severe-crs-or
odds ratio and Fisher's P against counts | does not agree          | mrd-after-ld-severe-crs-or
odds ratio and Fisher's P against counts | does not agree          | low-dose-severe-crs-or
P of a correlation against n             | does not agree          | cmax-persistence
P of a correlation against n             | does not agree          | auc-persistence
follow-up against calendar               | does not agree          | follow-up
group against range of all               | does not agree          | cmax-no-mrd-negative-remission
events per covariate                     | too little to carry it  | female-severe-crs-model-1
events per covariate                     | too little to carry it  | female-severe-crs-model-2
events per covariate                     | too little to carry it  | no-prior-hct-severe-crs-model-1
events per covariate                     | too little to carry it  | no-prior-hct-severe-crs-model-2
events per covariate                     | too little to carry it  | mrd-before-ld-severe-crs-model-1
events per covariate                     | too little to carry it  | mrd-after-ld-severe-crs-model-2
events per covariate                     | too little to carry it  | low-dose-severe-crs-model-1
events per covariate                     | too little to carry it  | low-dose-severe-crs-model-2
time-dependent covariate                 | too little to carry it  | bca-duration-lfs-hr
"""

SOUND = """
check                        | rows | among them
-----------------------------+------+-----------------------------------------------------------------
estimate against interval    |   20 | female-lfs-hr, no-prior-car-os-hr, severe-crs-os-hr, neutropenia-os-hr
P against interval           |   13 | female-lfs-hr, no-prior-car-os-hr, severe-crs-os-hr, bca-duration-lfs-hr
percentage against counts    |   17 | complete-remission, grade-4-neutropenia, mrd-persistent
percentage against n (GRIM)  |    1 | crs
groups against n             |   55 | cmax-by-age, tlast-by-steroids, female-severe-crs-or
median against range         |   10 | tmax, cmax, time-to-relapse, hct-interval
P of a correlation against n |    1 | bca-duration-persistence
group against range of all   |   35 | cmax-by-age, cmax-by-crs, cmax-mrd-negative-remission
"""

ELSEWHERE = """
check                       | fact
----------------------------+------------------------------
percentage against counts   | oszer-2026/lasting-remission
percentage against n (GRIM) | sheba-cd28/cr
"""


def table(drawn: str) -> list[tuple[str, ...]]:
    lines = drawn.strip().splitlines()[2:]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def audited(key: str) -> tuple[evidence.AuditRow, ...]:
    return evidence.audit(evidence.source(key))


def test_the_audit_of_001_finds_what_is_wrong_and_nothing_else():
    found = [(r.check, r.verdict, r.fact) for r in audited("wang-2025") if r.verdict != "agrees"]
    expected = [(check, verdict, f"wang-2025/{fact}") for check, verdict, fact in table(FOUND)]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(("check", "rows", "among"), table(SOUND))
def test_what_is_sound_in_001_was_checked_and_agrees(check, rows, among):
    agreeing = [
        r.fact.partition("/")[2] for r in audited("wang-2025") if (r.check, r.verdict) == (check, "agrees")
    ]
    assert set(among.split(", ")) <= set(agreeing)
    assert len(agreeing) == int(rows)


def test_in_the_other_sources_two_printed_numbers_do_not_agree():
    keys = [source.key for source in evidence.sources() if source.key != "wang-2025"]
    found = [(r.check, r.fact) for key in keys for r in audited(key) if r.verdict != "agrees"]
    assert sorted(found) == sorted(table(ELSEWHERE))


@pytest.mark.parametrize(
    ("fact", "check", "recomputed", "note"),
    [
        ("female-severe-crs-or", "odds", "1/23 v 7/27: odds ratio 0.13", "share of those without an event"),
        ("no-prior-hct-severe-crs-or", "odds", "6/45 v 2/5: odds ratio 0.231", "share"),
        ("mrd-before-ld-severe-crs-or", "odds", "1/29 v 7/21: odds ratio 0.0714", "share"),
        ("mrd-after-ld-severe-crs-or", "odds", "2/33 v 6/17: odds ratio 0.118", "share"),
        ("low-dose-severe-crs-or", "odds", "1/25 v 7/25: odds ratio 0.107", "share"),
        ("il-6-severe-crs-or", "odds", "0/39 v 8/11", "the odds of no event in all patients"),
        ("il-6-icans-or", "odds", "0/39 v 5/11", "the odds of no event in all patients"),
        ("female-severe-crs-model-2", "estimate", "geometric mean of the limits 1.03", "would be 2.01"),
        ("os-five-years", "interval width", "at least 0.0613", "a level of 90 %"),
        ("nrm-low-burden-hct", "standard error", "at least ± 9.65", "the variance"),
        ("cmax-persistence", "P of a corr", "P 0.013", "the two fit 47 patients"),
        ("auc-persistence", "P of a corr", "P 0.0269", "the two fit 47 patients"),
        ("follow-up", "follow-up", "at most 97.0 mo", ""),
    ],
)
def test_the_audit_says_what_comes_out_instead_and_what_the_number_may_be(fact, check, recomputed, note):
    (row,) = [r for r in audited("wang-2025") if r.fact == f"wang-2025/{fact}" and r.check.startswith(check)]
    assert recomputed in row.recomputed
    assert note in row.note


OWN = """
key = "own"
title = "A file that a user wrote"
kind = "cohort"
stream = "own"
stream_note = "invented"
enrolled = "2020-01/2021-12"
data_cut = "2022-12-31"
checked = "public text read, no line"
status = "primary text read"

[[proportion]]
id = "remission"
statement = "Invented."
locator = "page 3"
population = "treated"
endpoint = "remission"
events = 17
n = 20
percent = {percent}

[[finding]]
id = "relapse-or"
statement = "Invented."
locator = "page 4"
population = "treated"
endpoint = "relapse"
measure = "OR"
value = {ratio}
p = "= {p}"
groups = [{{ label = "one", n = 10, events = 2 }}, {{ label = "other", n = 10, events = 7 }}]
"""


def test_a_file_of_the_users_own_is_audited_the_same_way(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(percent=85, ratio=0.11, p=0.070))
    assert {row.verdict for row in evidence.audit_file(path)} == {"agrees"}
    path.write_text(OWN.format(percent=83, ratio=0.11, p=0.020))
    assert {row.fact: row.verdict for row in evidence.audit_file(path)} == {
        "own/remission": "does not agree",
        "own/relapse-or": "does not agree",
    }


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UserError, match=r"absent\.toml cannot be read"):
        evidence.audit_file(tmp_path / "absent.toml")


def test_dates_that_are_none_are_told(tmp_path):
    path = tmp_path / "own.toml"
    follow_up = """
[[finding]]
id = "follow-up"
statement = "Invented."
locator = "page 2"
population = "treated"
endpoint = "follow-up"
measure = "median"
value = 20.0
lower = 1.0
upper = 30.0
interval = "range"
unit = "mo"
"""
    path.write_text(
        OWN.replace("2022-12-31", "end of 2022").format(percent=85, ratio=0.11, p=0.07) + follow_up
    )
    with pytest.raises(UserError, match="`data_cut` 2025-06-30"):
        evidence.audit_file(path)
