"""Who counts after a flag, and which statements are held against which event; each told in drawn patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from cartwise.backtest import Backtest, backtest
from cartwise.backtest.endpoint import HELD_AGAINST, INFECTION, NO_ENDPOINT, SEVERE_CRS, endpoint_of, fate_of
from cartwise.backtest.statements import chosen, statements_of
from cartwise.cli import backtest_shown
from cartwise.guidelines import catalogue
from cartwise.reports import write_backtest
from cartwise.study import Study
from tests.drawing import patient_of, study_of
from tests.spec.backtest.cohort import cohort

HCT = "consolidative-hct"
TALLEUR = "talleur-2023/bca-loss-or-detectable-hct"
OVERDUE = "wang-2025/schedule-mrd"
INFECTION_DECISION = "immunoglobulin"
HANDLINGS = {"ignored", "competing event", "censored, weighted"}

Drawn = Mapping[str, Sequence[str]]

COLUMNS = {
    "patients": "disease | disease_indication",
    "infusions": "day | course | product | costimulation",
    "treatments": "day | kind",
    "assessments": "day | kind | value",
    "mrd": "day | method | specimen | sensitivity | result",
    "relapses": "day | site | immunophenotype",
    "follow_up": "day | status",
    "infections": "day | kind",
}


def _patient(
    mrd: int | None = 100,
    relapse: int | None = None,
    given: int | None = None,
    seen: int = 800,
) -> Drawn:
    """In remission without MRD on day 28; MRD first detected on day `mrd`, or looked for no more."""
    found = [] if mrd is None else [f"{mrd} | flow | marrow | 0.0001 | positive"]
    return {
        "patients": ["B-ALL | MRD re-emergence"],
        "infusions": ["0 | 1 | tisagenlecleucel | 4-1BB"],
        "treatments": [f"{given} | blinatumomab"] if given is not None else [],
        "assessments": ["28 | response | CR"],
        "mrd": ["28 | flow | marrow | 0.0001 | negative", *found],
        "relapses": [f"{relapse} | marrow | CD19+"] if relapse is not None else [],
        "follow_up": [f"{seen} | alive"],
    }


def _study(*drawn: Drawn) -> Study:
    rows = {
        table: [f"P{n:02d} | {row}" for n, patient in enumerate(drawn) for row in patient.get(table, ())]
        for table in COLUMNS
    }
    study = study_of(
        **{table: "\n".join([f"patient_id | {COLUMNS[table]}", *own]) for table, own in rows.items() if own}
    )
    assert study.quarantined == 0, [issue.as_dict() for issue in study.issues]
    return study


def _asked(*drawn: Drawn) -> Backtest:
    return backtest(_study(*drawn), guideline="talleur-2023", decision=HCT, sampling=False)


def _flags(found: Backtest, statement: str = TALLEUR) -> pd.Series:
    return found.tables["flags"].set_index("statement").loc[statement]


def test_who_was_treated_before_the_flag_is_counted_and_in_no_incidence_after_it() -> None:
    treated = [_patient(relapse=500 + n, given=40) for n in range(5)]
    untreated = [_patient(relapse=200 + n) for n in range(5)]
    found = _asked(*treated, *untreated)
    flags = _flags(found)
    assert (flags["flagged"], flags["treated before flag"], flags["event after flag"]) == (10, 5, 5)
    after = found.tables["after flag"]
    half_a_year = after[(after["statement"] == TALLEUR) & (after["by day"] == 183)]
    assert set(half_a_year["treatment is"]) == HANDLINGS
    assert set(half_a_year["patients"]) == {5}
    assert half_a_year["incidence"].to_numpy() == pytest.approx(1.0)


def test_treatment_on_the_day_of_the_flag_comes_after_it() -> None:
    flags = _flags(_asked(_patient(given=100), _patient(given=99)))
    assert (flags["treated before flag"], flags["treated after flag"]) == (1, 1)


def test_flags_raised_with_the_event_or_after_observation_are_counted_apart() -> None:
    """The study's schedule calls MRD overdue on day 92 in all four."""
    drawn = [_patient(None, relapse=200), _patient(None, relapse=92), _patient(None, relapse=80)]
    study = _study(*drawn, _patient(None, seen=92))
    found = backtest(study, guideline="wang-2025", decision="monitoring-after-infusion")
    flags = _flags(found, OVERDUE)
    assert flags["flagged"] == 1
    assert flags["flagged on the day of the event or later"] == 2
    assert flags["flagged at the end of observation or later"] == 1
    assert flags["triggers"].endswith("(1)")
    assert (flags["first day"], flags["last first day"]) == (92, 92)
    runs = found.tables["sampling runs"]
    own = runs[(runs["statement"] == OVERDUE) & (runs["run"] == "as recorded")].iloc[0]
    assert (own["flagged"], own["flagged before"]) == (1, 1)


def test_events_are_those_flagged_before_and_the_misses() -> None:
    """Also with a relapse on the day of infusion, before which no flag can lie."""
    drawn = [_patient(relapse=200), _patient(relapse=60), _patient(relapse=0)]
    found = _asked(*drawn)
    table, misses = found.tables["sensitivity"], found.tables["misses"]
    own = table[(table["type"] == "any") & (table["treatment is"] == "ignored")].set_index("statement")
    missed = misses.groupby("statement")["patients"].sum().reindex(own.index, fill_value=0)
    assert own.loc[TALLEUR, "events"] == 2
    assert (own["events"] == own["flagged before"] + missed).all()


def test_only_decisions_that_mean_to_foresee_or_prevent_an_event_are_held_against_one() -> None:
    told = {sentence.decision for guideline in catalogue() for sentence in guideline.recommendations}
    assert set(HELD_AGAINST) <= told
    held = {item.decision for item in statements_of(chosen(None, None)) if item.held}
    assert held == set(HELD_AGAINST)
    for decision in (
        "icans",
        "iec-hs",
        "icaht",
        "apheresis",
        "eligibility",
        "a decision nobody has thought of",
    ):
        assert endpoint_of(decision) is NO_ENDPOINT


def test_a_statement_that_stood_before_infusion_only_is_not_one_that_never_stood() -> None:
    treated = {**_patient(), "treatments": ["-30 | chemotherapy"], "follow_up": ["800 | alive"]}
    flags = backtest(_study(treated), decision="eligibility", sampling=False).tables["flags"]
    own = flags[flags["stood before infusion only"] > 0]
    assert len(own) > 0
    assert (own["flagged"] == 0).all()


@pytest.fixture(scope="module")
def on_icans() -> Backtest:
    return backtest(cohort(), decision="icans")


def test_a_decision_held_against_nothing_has_flags_and_agreement_only(on_icans: Backtest) -> None:
    flags = on_icans.tables["flags"]
    assert (flags["patients"] == 12).all()
    assert set(flags["event"]) == {"not held against an event"}
    assert flags[["event after flag", "untreated, never event"]].isna().all(axis=None)
    for name in ("sensitivity", "misses", "after flag", "after landmark", "discrimination", "sampling runs"):
        assert on_icans.tables[name].empty, name
    assert "not held against an event: icans" in on_icans.text


def test_page_and_terminal_say_why_it_is_held_against_nothing(
    on_icans: Backtest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = write_backtest(on_icans, tmp_path)[0].read_text()
    backtest_shown.show(on_icans)
    printed = capsys.readouterr().out
    for text in (page, printed):
        assert "so none is held against them" in text
    assert "icans: sensitivity" not in page.lower()
    assert "\nsensitivity" not in printed


@pytest.mark.parametrize(("infections", "patients"), [((), 0), (("30 | viral",), 2)])
def test_without_a_row_of_infections_of_anybody_nobody_is_free_of_infection(
    infections: tuple[str, ...], patients: int
) -> None:
    drawn = [{**_patient(), "infections": infections}, _patient()]
    found = backtest(_study(*drawn), decision=INFECTION_DECISION, sampling=False)
    flags = found.tables["flags"]
    assert set(flags["patients"]) == {patients}
    assert flags["not told"].str.contains("no row of infections").all() == (patients == 0)
    assert set(found.tables["after landmark"]["patients"]) <= ({0} if patients == 0 else {0, 1, 2})


def test_severe_crs_of_a_second_course_is_not_that_of_the_first() -> None:
    patient = patient_of(
        infusions="day | course\n0 | 1\n200 | 2",
        toxicities="day | kind | grade | scale\n2 | CRS | 1 | ASTCT 2019\n203 | CRS | 4 | ASTCT 2019",
        follow_up="day | status\n400 | alive",
    )
    fate = fate_of(patient, SEVERE_CRS)
    assert (fate.event, fate.end, fate.death) == (None, 200, None)


def test_crs_graded_on_two_scales_is_not_told() -> None:
    patient = patient_of(
        infusions="day\n0",
        toxicities="day | kind | grade | scale\n2 | CRS | 2 | ASTCT 2019\n3 | CRS | 3 | Penn",
        follow_up="day | status\n400 | alive",
    )
    assert "do not compare" in fate_of(patient, SEVERE_CRS).untold


def test_a_row_of_infections_that_was_set_aside_may_have_been_the_first() -> None:
    study = study_of(
        infusions="patient_id | day\nP | 0",
        infections="patient_id | day | kind\nP | soon | viral",
        follow_up="patient_id | day | status\nP | 400 | alive",
    )
    assert "set aside" in fate_of(study.patients["P"], INFECTION).untold
