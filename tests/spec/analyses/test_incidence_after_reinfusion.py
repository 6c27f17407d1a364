"""After reinfusion: relapse and further therapy as cumulative incidences, for a share would take who was lost for a no."""

import pytest

from cartwise.analyses import run
from tests.drawing import study_of
from tests.spec.analyses.courses import day, rows

# Months after reinfusion on day 100: what came first, and the last contact.
AFTER = {
    "A": ("relapse", 2, 9), "B": ("HCT", 3, 12), "C": ("death", 4, 4), "D": ("", 0, 1), "E": ("", 0, 20),
    "F": ("relapse", 8, 15), "G": ("", 0, 20), "H": ("", 0, 20),
}  # fmt: skip


def later(months):
    return f"{100 + float(day(months)):g}"


def of(what):
    return [(n, later(m)) for n, (kind, m, _) in AFTER.items() if kind == what]


@pytest.fixture(scope="module")
def result():
    head = "patient_id | day | course | product | indication"
    infusions = [
        f"{n} | 0 | 1 | tisagenlecleucel | planned\n{n} | 100 | 2 | tisagenlecleucel | hematogones"
        for n in AFTER
    ]
    study = study_of(
        patients=rows("patient_id", AFTER),
        infusions=rows(head, infusions),
        assessments=rows("patient_id | day | kind | value", [f"{n} | 28 | response | CR" for n in AFTER]),
        relapses=rows("patient_id | day", [f"{n} | {d}" for n, d in of("relapse")]),
        treatments=rows("patient_id | day | kind", [f"{n} | {d} | HCT" for n, d in of("HCT")]),
        deaths=rows("patient_id | day", [f"{n} | {d}" for n, d in of("death")]),
        follow_up=rows(
            "patient_id | day | status",
            [f"{n} | {later(end)} | alive" for n, (kind, _, end) in AFTER.items() if kind != "death"],
        ),
    )
    return run(study, "reinfusion_outcome")


def test_incidences_are_those_worked_by_hand(result):
    """D is lost after 1 month without anything. Of the 7 others each event by month 6 moves its incidence by 1/7."""
    table = result.tables["incidence"].set_index(["cause", "month"])
    assert table.loc[("Relapse", 6.0), "incidence"] == pytest.approx(1 / 7)
    assert table.loc[("Further therapy", 6.0), "incidence"] == pytest.approx(1 / 7)
    assert table.loc[("Death", 6.0), "incidence"] == pytest.approx(1 / 7)
    assert table.loc[("Relapse", 12.0), "incidence"] == pytest.approx(2 / 7)
    assert table.loc[("Relapse", 12.0), ["patients", "events"]].tolist() == [8, 2]


def test_what_depends_on_follow_up_is_counted_and_has_no_share(result):
    table = result.tables["outcomes"].set_index(["outcome", "reason"])
    for outcome in ("Relapse after reinfusion", "Therapy after reinfusion"):
        row = table.loc[(outcome, "all")]
        assert row[["percent", "percent_lower", "percent_upper"]].isna().all()
        assert "see the table of incidences" in row["remark"]
    assert table.loc[("Relapse after reinfusion", "all"), ["yes", "no"]].tolist() == [2, 6]


def test_the_methods_name_the_estimator(result):
    assert any("Aalen-Johansen" in sentence for sentence in result.methods)


def test_nobody_reinfused_gives_no_number():
    table = run(study_of(), "reinfusion_outcome").tables["incidence"]
    assert table["incidence"].isna().all()
    assert set(table["remark"]) == {"nobody in remission at reinfusion was followed"}
    assert set(table["cause"]) == {"Relapse", "Further therapy", "Death"}
