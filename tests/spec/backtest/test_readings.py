"""What a statement says decides how it is read: a call, an all-clear, side by side, or counts only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cartwise.backtest import Backtest, backtest, figures_of
from cartwise.backtest.held_against import (
    ALL_CLEAR,
    BESIDE,
    CALL,
    COUNTED,
    READ_OTHERWISE,
    READING_WORDS,
    reading_of,
)
from cartwise.cli import backtest_shown
from cartwise.guidelines import catalogue
from cartwise.reports import write_backtest
from tests.spec.backtest.cohort import cohort
from tests.spec.backtest.drawing import drawn_patient, drawn_study

HCT = "consolidative-hct"
NO_SECOND = (
    "myers-2023/second-hct-not-routine"  # against: an HCT before the CAR T cells, and no relapse at hand
)
LEFT_OPEN = "westhafen-2025/cd41bb-nuanced"
TALLEUR = "talleur-2023/bca-loss-or-detectable-hct"
VERDICTS = ("sensitivity", "misses", "after flag", "after all-clear", "after landmark", "discrimination")


@pytest.mark.parametrize(
    ("fact", "decision", "direction", "reading"),
    [
        (TALLEUR, HCT, "for", CALL),
        ("myers-2023/ngs-month-3-predictive", HCT, "caution", CALL),
        (NO_SECOND, HCT, "against", ALL_CLEAR),
        (LEFT_OPEN, HCT, "open", COUNTED),
        ("talleur-2023/second-hct-individualised", HCT, "caution", COUNTED),
        ("westhafen-2025/icans-treatment", "icans", "for", COUNTED),
        ("westhafen-2025/b-cell-recovery-not-relapse", "monitoring-after-infusion", "caution", ALL_CLEAR),
        ("myers-2023/reinfusion", "reinfusion", "open", CALL),
        ("wang-2025/schedule-mrd", "monitoring-after-infusion", "open", CALL),
        ("myers-2023/fludarabine-auc", "lymphodepletion", "caution", CALL),
        ("myers-2023/bridging-minimal", "bridging", "for", BESIDE),
        ("myers-2023/dasatinib", "bridging", "against", BESIDE),
        ("myers-2023/bendamustine", "lymphodepletion", "open", COUNTED),
        ("myers-2023/collection-blasts", "apheresis", "against", COUNTED),
    ],
)
def test_a_direction_is_read_by_what_it_asks_for(
    fact: str, decision: str, direction: str, reading: str
) -> None:
    assert reading_of(fact, decision, direction) == reading


def test_every_statement_that_is_read_otherwise_is_one_of_the_catalogue() -> None:
    facts = {sentence.because for guideline in catalogue() for sentence in guideline.recommendations}
    assert set(READ_OTHERWISE) <= facts


@pytest.fixture(scope="module")
def told_not_to() -> Backtest:
    """Ten after an earlier HCT whose aplasia lasts, so that no second one is advised; four relapse on day 200 and later."""
    relapsing = [drawn_patient(mrd=None, relapse=200 + n, before=["-900 | HCT"]) for n in range(4)]
    well = [drawn_patient(mrd=None, before=["-900 | HCT"]) for _ in range(6)]
    return backtest(drawn_study(*relapsing, *well), guideline="myers-2023", decision=HCT, sampling=False)


def _of(found: Backtest, table: str, statement: str) -> pd.DataFrame:
    rows = found.tables[table]
    return rows[rows["statement"] == statement]


def test_of_an_all_clear_it_is_told_who_had_the_event_all_the_same(told_not_to: Backtest) -> None:
    flags = _of(told_not_to, "flags", NO_SECOND).iloc[0]
    assert (flags["read as"], flags["flagged"], flags["event after flag"]) == (ALL_CLEAR, 10, 4)
    values = _of(told_not_to, "after all-clear", NO_SECOND)
    ignored = values[(values["treatment is"] == "ignored") & (values["by day"] == 365)].iloc[0]
    assert (ignored["patients"], ignored["events"]) == (10, 4)
    assert ignored["negative predictive value"] == pytest.approx(0.6)
    assert ignored["lower"] < 0.6 < ignored["upper"]


def test_an_all_clear_has_no_sensitivity_lead_time_or_miss(told_not_to: Backtest) -> None:
    assert _of(told_not_to, "sensitivity", NO_SECOND).empty
    assert _of(told_not_to, "misses", NO_SECOND).empty
    own = _of(told_not_to, "patients", NO_SECOND)
    assert own["flagged"].notna().all()
    assert own["lead (d)"].isna().all()
    assert set(own["why no flag"]) == {""}


def test_negative_predictive_values_are_the_complements_of_incidences(told_not_to: Backtest) -> None:
    after, free = (_of(told_not_to, name, NO_SECOND) for name in ("after flag", "after all-clear"))
    assert len(after) == len(free) == 9
    told = after["incidence"].notna().to_numpy()
    values = free["negative predictive value"].to_numpy()[told]
    assert values == pytest.approx(1 - after["incidence"].to_numpy()[told])


def test_where_those_told_not_to_act_stay_well_the_auc_lies_above_one_half() -> None:
    spared = [drawn_patient(mrd=None, before=["-900 | HCT"]) for _ in range(6)]
    relapsing = [drawn_patient(mrd=None, relapse=150 + n, before=["-60 | chemotherapy"]) for n in range(6)]
    found = backtest(drawn_study(*spared, *relapsing), guideline="myers-2023", decision=HCT, sampling=False)
    scores = _of(found, "discrimination", NO_SECOND)
    own = scores[
        (scores["treatment is"] == "ignored") & (scores["landmark"] == 91) & (scores["by day"] == 183)
    ]
    assert own["AUC"].iloc[0] == 1.0


@pytest.fixture(scope="module")
def on_hct() -> Backtest:
    return backtest(cohort(), decision=HCT)


def test_of_what_its_source_leaves_open_only_counts_are_shown(on_hct: Backtest) -> None:
    flags = _of(on_hct, "flags", LEFT_OPEN).iloc[0]
    assert (flags["read as"], flags["flagged"]) == (COUNTED, 10)
    assert flags["event after flag"] == 8
    for name in (*VERDICTS, "sampling runs"):
        assert _of(on_hct, name, LEFT_OPEN).empty, name


def test_figures_show_lead_times_of_calls_and_name_the_others(on_hct: Backtest) -> None:
    figures = figures_of(on_hct, HCT)
    calls = set(on_hct.tables["flags"].query("`read as` == 'call'")["statement"])
    assert {name for name, _ in figures["lead times"].leads} <= calls
    assert set(figures["flag to event"].statements) <= calls
    for point in figures["after landmarks"].points:
        assert point.statement in calls or point.statement.endswith(f"({ALL_CLEAR})")


def test_page_terminal_and_methods_say_how_each_is_read(
    on_hct: Backtest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = write_backtest(on_hct, tmp_path)[0].read_text()
    backtest_shown.show(on_hct)
    for text in (page, capsys.readouterr().out):
        assert f"Held against relapse as {READING_WORDS[ALL_CLEAR]}" in text
        assert NO_SECOND in text
    assert any(READING_WORDS[COUNTED] in words for words in on_hct.methods)


# Before infusion


LOW_EXPOSURE = "westhafen-2025/fludarabine-auc"


@pytest.fixture(scope="module")
def exposed() -> Backtest:
    """Exposure to fludarabine: low in six, of whom four relapse, high in six, of whom one does; late in one."""
    low = [drawn_patient(mrd=None, relapse=r, exposure="9 | -1") for r in (100, 120, 140, 160, None, None)]
    high = [
        drawn_patient(mrd=None, relapse=r, exposure="25 | -1") for r in (200, None, None, None, None, None)
    ]
    late = drawn_patient(mrd=None, exposure="9 | 20")
    return backtest(drawn_study(*low, *high, late), guideline="westhafen-2025", decision="lymphodepletion")


def test_what_speaks_before_infusion_is_held_from_infusion_on(exposed: Backtest) -> None:
    flags = _of(exposed, "flags", LOW_EXPOSURE).iloc[0]
    assert (flags["flagged"], flags["event after flag"]) == (6, 4)
    assert flags["last first day"] <= 0
    sensitivity = _of(exposed, "sensitivity", LOW_EXPOSURE)
    own = sensitivity[(sensitivity["type"] == "any") & (sensitivity["treatment is"] == "ignored")].iloc[0]
    assert (own["events"], own["flagged before"]) == (5, 4)
    assert (own["shortest lead"], own["longest lead"]) == (100, 160)


def test_who_had_to_live_on_to_be_flagged_is_not_flagged(exposed: Backtest) -> None:
    """The exposure of the last was known on day 20 only."""
    flags = _of(exposed, "flags", LOW_EXPOSURE).iloc[0]
    assert flags["stood after infusion only"] == 1
    at_infusion = _of(exposed, "after landmark", LOW_EXPOSURE)
    assert set(at_infusion["landmark"]) == {0.0}
    counts = at_infusion[(at_infusion["treatment is"] == "ignored") & (at_infusion["by day"] == 365)]
    assert dict(zip(counts["standing"], counts["patients"], strict=True)) == {
        "flagged by then": 6,
        "not flagged": 6,
        "not told": 1,
        "out of scope": 0,
    }


def test_no_incidence_and_no_predictive_value_lies_outside_0_to_1(on_hct: Backtest) -> None:
    for name, value in {
        "after flag": "incidence",
        "after landmark": "incidence",
        "after all-clear": "negative predictive value",
    }.items():
        told = on_hct.tables[name][["lower", value, "upper"]].astype(float)
        assert told.min().min() >= -1e-12
        assert told.max().max() <= 1 + 1e-12
