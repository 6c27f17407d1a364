"""The Penn CTL019 kinetics become a study: every trap is met by an issue or a stated rule, and the medians hold."""

from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import pytest

from cartwise.study import import_study, load, write_study

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
MAPPING = ROOT / "examples" / "penn-ctl019" / "mapping.toml"

pytestmark = pytest.mark.skipif(
    not (DATA / "cart_penn_qpcr_kinetics40.csv").is_file(),
    reason="the Penn CTL019 files are not in ../shared/data (public data, not part of the project)",
)


@pytest.fixture(scope="module")
def imported():
    return import_study(MAPPING, source=DATA)


@pytest.fixture(scope="module")
def study(imported, tmp_path_factory):
    folder = write_study(tmp_path_factory.mktemp("penn") / "study", imported.about, imported.tables)
    return load(folder)


def rules(issues):
    return Counter(issue.rule for issue in issues)


def test_every_patient_and_sample_arrives(imported, study):
    assert {name: len(frame) for name, frame in imported.tables.items()} == {
        "patients": 59,
        "infusions": 40,
        "transgene": 941,
    }
    assert len(study.patients) == 59
    assert sum(not patient.infusions for patient in study.patients.values()) == 19
    assert imported.quarantined == 0


def test_zeros_are_below_a_limit_that_nobody_stated(imported, study):
    assert rules(imported.issues)["limit-not-stated"] == 1
    below = [row for patient in study.patients.values() for row in patient.transgene if row.below_limit]
    assert all(row.copies_per_ug is None and row.lower_limit is None for row in below)
    assert (imported.tables["transgene"]["below_limit"] == "yes").sum() == 227


def test_repeated_samples_are_shown_and_kept(imported, study):
    assert rules(imported.issues)["repeated-key"] == 12
    assert rules(study.issues)["repeated-row"] == 1  # two pieces of one biopsy, both below the limit


def test_the_sample_whose_units_disagree_is_set_aside(study):
    (issue,) = [issue for issue in study.issues if issue.rule == "transgene-units-disagree"]
    source = (DATA / "cart_penn_qpcr_kinetics40.csv").read_text(encoding="utf-8").splitlines()
    assert "CSF" in source[issue.row - 1]  # the written study keeps the source's order and lines
    assert study.quarantined == 2


def test_half_days_stay_half_days(study):
    days = {row.day for patient in study.patients.values() for row in patient.transgene}
    assert {0.5, 1.5, 42.5} <= days


def test_labels_that_start_again_make_no_second_infusion(imported, study):
    assert rules(imported.issues)["label-restarts"] == 5
    assert all(len(patient.infusions) <= 1 for patient in study.patients.values())


def test_columns_without_a_home_are_listed(imported):
    assert {column for _, column in imported.unmapped} == {
        "response",
        "apheresis_cd8_ccr7_cd45ro_pct",
        "label_day",
        "label_month",
        "label_phase",
    }
    assert rules(imported.issues)["unmapped-column"] == 5


def test_no_issue_repeats_an_identifier(imported, study):
    said = " ".join(issue.message + issue.mend for issue in (*imported.issues, *study.issues))
    assert not [name for name in study.patients if name in said]


def test_peaks_are_those_of_the_source(study):
    """Blood, days 0 to 28, highest value of each patient; the vouched medians of three groups."""
    peaks = defaultdict(list)
    for patient in study.patients.values():
        seen = patient.transgene.where(specimen="blood").between(0, 28)
        if seen:
            peak = max(seen, key=lambda row: row.copies_per_ug or 0.0)
            peaks[patient.profile.group, patient.profile.best_response].append((peak.copies_per_ug, peak.day))
    found = {group: (len(rows), round(median(value for value, _ in rows))) for group, rows in peaks.items()}
    assert found["CLL", "CR_PRtd"] == (11, 52_022)
    assert found["CLL", "PR_NR"] == (18, 657)
    assert found["pALL", "CR_PRtd"] == (5, 81_725)
    assert median(day for _, day in peaks["pALL", "CR_PRtd"]) == 9
