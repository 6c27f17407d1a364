"""Who counts after a flag, and which statements are held against which event; each told in drawn patients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from cartwise.backtest import Backtest, backtest
from cartwise.backtest.endpoint import fate_of
from cartwise.backtest.endpoints import INFECTION, NO_ENDPOINT, RESIDUAL_DISEASE, SEVERE_CRS, SEVERE_CYTOPENIA
from cartwise.backtest.held_against import HELD_AGAINST, WHY_NONE, endpoint_of
from cartwise.backtest.statements import chosen, statements_of
from cartwise.cli import backtest_shown
from cartwise.guidelines import catalogue
from cartwise.reports import write_backtest
from tests.drawing import patient_of, study_of
from tests.spec.backtest.cohort import cohort
from tests.spec.backtest.drawing import Drawn, drawn_patient, drawn_study

HCT = "consolidative-hct"
TALLEUR = "talleur-2023/bca-loss-or-detectable-hct"
OVERDUE = "wang-2025/schedule-mrd"
INFECTION_DECISION = "immunoglobulin"
HANDLINGS = {"ignored", "competing event", "censored, weighted"}


def _asked(*drawn: Drawn) -> Backtest:
    return backtest(drawn_study(*drawn), guideline="talleur-2023", decision=HCT, sampling=False)


def _flags(found: Backtest, statement: str = TALLEUR) -> pd.Series:
    return found.tables["flags"].set_index("statement").loc[statement]


def test_who_was_treated_before_the_flag_is_counted_and_in_no_incidence_after_it() -> None:
    treated = [drawn_patient(relapse=500 + n, given=40) for n in range(5)]
    untreated = [drawn_patient(relapse=200 + n) for n in range(5)]
    found = _asked(*treated, *untreated)
    flags = _flags(found)
    assert (flags["flagged"], flags["treated before flag"], flags["event after flag"]) == (10, 5, 5)
    after = found.tables["after flag"]
    half_a_year = after[(after["statement"] == TALLEUR) & (after["by day"] == 183)]
    assert set(half_a_year["treatment is"]) == HANDLINGS
    assert set(half_a_year["patients"]) == {5}
    assert half_a_year["incidence"].to_numpy() == pytest.approx(1.0)


def test_treatment_on_the_day_of_the_flag_comes_after_it() -> None:
    flags = _flags(_asked(drawn_patient(given=100), drawn_patient(given=99)))
    assert (flags["treated before flag"], flags["treated after flag"]) == (1, 1)


def test_flags_raised_with_the_event_or_after_observation_are_counted_apart() -> None:
    """The study's schedule calls MRD overdue on day 92 in all four; it ends with a relapse, once that is reported."""
    drawn = [
        drawn_patient(mrd=None, relapse=200),
        drawn_patient(mrd=None, relapse=92, reported=95),
        drawn_patient(mrd=None, relapse=80, reported=95),
    ]
    study = drawn_study(*drawn, drawn_patient(mrd=None, seen=92))
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
    drawn = [drawn_patient(relapse=200), drawn_patient(relapse=60), drawn_patient(relapse=0)]
    found = _asked(*drawn)
    table, misses = found.tables["sensitivity"], found.tables["misses"]
    own = table[(table["type"] == "any") & (table["treatment is"] == "ignored")].set_index("statement")
    missed = misses.groupby("statement")["patients"].sum().reindex(own.index, fill_value=0)
    assert own.loc[TALLEUR, "events"] == 2
    assert (own["events"] == own["flagged before"] + missed).all()


def test_every_decision_of_the_catalogue_has_an_event_or_a_reason_why_it_has_none() -> None:
    told = {sentence.decision for guideline in catalogue() for sentence in guideline.recommendations}
    assert set(HELD_AGAINST) | set(WHY_NONE) == told
    assert not set(HELD_AGAINST) & set(WHY_NONE)
    held = {item.decision for item in statements_of(chosen(None, None)) if item.held}
    assert held == set(HELD_AGAINST)
    assert endpoint_of("a decision nobody has thought of") is NO_ENDPOINT


def test_a_statement_that_stood_before_infusion_only_is_not_one_that_never_stood() -> None:
    history = "seizure or neurotoxicity history"
    judged = [f"-10 | {history} | absent", "-10 | neuroimaging | normal", f"0 | {history} | present"]
    patient = {**drawn_patient(), "assessments": judged, "toxicities": ["5 | ICANS | 0 | ASTCT 2019"]}
    flags = backtest(drawn_study(patient), decision="icans", sampling=False).tables["flags"]
    own = flags[flags["stood before infusion only"] > 0]
    assert len(own) > 0
    assert (own["flagged"] == 0).all()


@pytest.fixture(scope="module")
def on_conditioning() -> Backtest:
    return backtest(cohort(), decision="conditioning")


def test_a_decision_held_against_nothing_has_flags_and_agreement_only(on_conditioning: Backtest) -> None:
    flags = on_conditioning.tables["flags"]
    assert (flags["patients"] == 12).all()
    assert set(flags["event"]) == {"not held against an event"}
    assert flags[["event after flag", "untreated, never event"]].isna().all(axis=None)
    for name in (
        "sensitivity",
        "misses",
        "after flag",
        "after all-clear",
        "after landmark",
        "discrimination",
        "sampling runs",
    ):
        assert on_conditioning.tables[name].empty, name
    assert "not held against an event: conditioning" in on_conditioning.text


def test_page_and_terminal_say_why_it_is_held_against_nothing(
    on_conditioning: Backtest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = write_backtest(on_conditioning, tmp_path)[0].read_text()
    backtest_shown.show(on_conditioning)
    printed = capsys.readouterr().out
    for text in (page, printed):
        assert "held against no event: they are about what is given with a transplant" in text
    assert "conditioning: sensitivity" not in page.lower()
    assert "\nsensitivity" not in printed


@pytest.mark.parametrize(("infections", "patients"), [((), 0), (("30 | viral",), 2)])
def test_without_a_row_of_infections_of_anybody_nobody_is_free_of_infection(
    infections: tuple[str, ...], patients: int
) -> None:
    drawn = [{**drawn_patient(), "infections": infections}, drawn_patient()]
    found = backtest(drawn_study(*drawn), decision=INFECTION_DECISION, sampling=False)
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


@pytest.mark.parametrize(
    ("response", "mrd", "event", "kind"),
    [
        ("no response", "positive", 28, "no remission"),
        ("CR", "positive", 28, "MRD in remission"),
        ("CR", "negative", None, ""),
    ],
)
def test_residual_disease_about_day_28_is_no_remission_or_mrd_in_it(
    response: str, mrd: str, event: float | None, kind: str
) -> None:
    patient = patient_of(
        infusions="day\n0",
        assessments=f"day | kind | value\n30 | response | {response}",
        mrd=f"day | method | specimen | sensitivity | result\n30 | flow | marrow | 0.0001 | {mrd}",
        follow_up="day | status\n400 | alive",
    )
    fate = fate_of(patient, RESIDUAL_DISEASE)
    assert (fate.event, fate.kind, fate.untold) == (event, kind, "")


def test_who_died_before_residual_disease_could_be_looked_for_had_another_event() -> None:
    died = patient_of(infusions="day\n0", deaths="day\n20")
    fate = fate_of(died, RESIDUAL_DISEASE)
    assert (fate.event, fate.death, fate.untold) == (None, 20, "")
    unseen = patient_of(infusions="day\n0", follow_up="day | status\n400 | alive")
    assert "response" in fate_of(unseen, RESIDUAL_DISEASE).untold


@pytest.mark.parametrize(
    ("days", "event", "untold"),
    [
        (range(31), 30, ""),
        (range(5), None, ""),
        ([0, 10], None, "too few neutrophil counts"),
    ],
)
def test_severe_early_icaht_is_told_on_day_30_by_the_counts_of_all_days(
    days: Sequence[int], event: float | None, untold: str
) -> None:
    """Neutrophils of 50 per uL on some days; of 2000 on the others, unless only two were counted."""
    others = [] if untold else [f"{day} | ANC | 2000 | {{cells}}/uL" for day in range(31) if day not in days]
    rows = [f"{day} | ANC | 50 | {{cells}}/uL" for day in days] + others
    patient = patient_of(
        infusions="day\n0",
        labs="\n".join(["day | test | value | unit", *rows]),
        follow_up="day | status\n400 | alive",
    )
    fate = fate_of(patient, SEVERE_CYTOPENIA)
    assert fate.event == event
    assert fate.untold.startswith(untold)
    assert bool(fate.untold) == bool(untold)
