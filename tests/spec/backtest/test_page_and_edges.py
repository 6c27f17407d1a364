"""The command, its page, and studies too small or too empty to say anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cartwise.backtest import Backtest, backtest, figures_of, sampling
from cartwise.basis import UserError
from cartwise.cli.entry import app
from cartwise.reports import write_backtest
from cartwise.study import write_study
from tests.drawing import study_of
from tests.spec.backtest.cohort import cohort
from tests.spec.backtest.drawing import drawn_patient, drawn_study

HCT = "consolidative-hct"


@pytest.fixture(scope="module")
def found() -> Backtest:
    return backtest(cohort(), decision=HCT, sampling=False, horizons=(12, 6))


def test_the_page_says_how_many_it_rests_on_and_what_it_cannot_show(found: Backtest, tmp_path: Path) -> None:
    files = {path.name: path for path in write_backtest(found, tmp_path)}
    page = files["backtest.html"].read_text()
    for words in ("12 infused patients with 10 relapses", "What the numbers cannot show", "Research use"):
        assert words in page
    assert {"backtest-consolidative-hct-flag-to-event.svg", "backtest-patients.csv", "backtest.txt"} <= set(
        files
    )
    assert "P01" not in re.sub(r"data:[^\"]*", "", page)


def test_figures_are_the_same_bytes_each_time(found: Backtest, tmp_path: Path) -> None:
    first, second = (
        {path.name: path.read_bytes() for path in write_backtest(found, tmp_path / name)} for name in "ab"
    )
    assert first == second


def test_every_figure_has_something_to_show(found: Backtest) -> None:
    assert set(figures_of(found, HCT)) == {"flag to event", "lead times", "after landmarks", "disagreement"}


def test_horizons_are_read_in_order_and_named_in_the_command(found: Backtest) -> None:
    assert sorted(set(found.tables["after flag"]["by day"])) == [183, 365]
    assert "--horizon 12 --horizon 6" in found.command


def test_later_and_fewer_results_flag_nobody_sooner() -> None:
    runs = backtest(cohort(), guideline="talleur-2023", decision=HCT).tables["sampling runs"]
    own = runs[runs["statement"] == "talleur-2023/bca-loss-or-detectable-hct"].set_index("run")
    as_recorded = own.loc["as recorded"]
    delayed = own.loc["results 14 days later"]
    assert (as_recorded["flagged before"], as_recorded["median lead (d)"]) == (4, 60)
    assert (delayed["flagged before"], delayed["median lead (d)"]) == (4, 46)
    assert own.loc["every second sample after infusion removed", "flagged before"] < 4


def test_of_very_many_with_an_event_every_second_or_third_is_replayed_again_beside_its_own_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten relapsed; where four at most are replayed again it is every third."""
    monkeypatch.setattr(sampling, "MOST_AGAIN", 4)
    runs = backtest(cohort(), guideline="talleur-2023", decision=HCT).tables["sampling runs"]
    own = runs[runs["statement"] == TALLEUR]
    assert len(own) == 3
    assert set(own["events"]) == {4}


def test_samples_are_counted_by_month(found: Backtest) -> None:
    density = found.tables["sampling density"].set_index("sample")
    assert density.loc["blood B cells", "samples"] == 29
    assert density.loc["transgene in blood", "per month"] == 0


@pytest.mark.parametrize(
    ("patients", "infusions"),
    [
        pytest.param("patient_id", "patient_id | day", id="nobody"),
        pytest.param("patient_id\nP", "patient_id | day", id="nobody infused"),
        pytest.param("patient_id\nP", "patient_id | day\nP | 0", id="one, of whom nothing else is known"),
        pytest.param("patient_id\nP\nQ", "patient_id | day\nP | 0\nQ | 0", id="two"),
    ],
)
def test_an_empty_study_says_that_nothing_can_be_said(patients: str, infusions: str, tmp_path: Path) -> None:
    for decision in (HCT, None):
        empty = backtest(study_of(patients=patients, infusions=infusions), decision=decision)
        assert "Without a relapse nothing can be said" in empty.about
        assert len(write_backtest(empty, tmp_path)) > 1


TALLEUR = "talleur-2023/bca-loss-or-detectable-hct"


def test_where_nobody_relapsed_there_is_no_sensitivity_and_every_flag_came_to_nothing(tmp_path: Path) -> None:
    spared = backtest(drawn_study(*[drawn_patient() for _ in range(6)]), decision=HCT)
    assert "Without a relapse nothing can be said" in spared.about
    assert (spared.tables["sensitivity"]["events"] == 0).all()
    assert spared.tables["sensitivity"]["sensitivity"].isna().all()
    flags = spared.tables["flags"].set_index("statement").loc[TALLEUR]
    assert (flags["flagged"], flags["untreated, never event"]) == (6, 6)
    assert len(write_backtest(spared, tmp_path)) > 1


@pytest.mark.parametrize(("day", "before", "after"), [(60, 6, 0), (110, 0, 6)])
def test_where_everybody_was_treated_nobody_stands_for_the_untreated(
    day: int, before: int, after: int, tmp_path: Path
) -> None:
    """MRD is detected on day 100 in all six."""
    drawn = [drawn_patient(given=day, relapse=300 if number < 3 else None) for number in range(6)]
    treated = backtest(drawn_study(*drawn), decision=HCT)
    flags = treated.tables["flags"].set_index("statement").loc[TALLEUR]
    assert (flags["treated before flag"], flags["treated after flag"]) == (before, after)
    table = treated.tables["after flag"]
    own = table[(table["statement"] == TALLEUR) & (table["treatment is"] == "censored, weighted")]
    assert own["incidence"].isna().all()
    assert own["reason"].str.len().gt(0).all()
    assert len(write_backtest(treated, tmp_path)) > 1


def test_a_name_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(UserError, match="westhafen-2025"):
        backtest(cohort(), guideline="nobody-2020")
    with pytest.raises(UserError, match="consolidative-hct"):
        backtest(cohort(), decision="nothing")
    with pytest.raises(UserError, match="says nothing on"):
        backtest(cohort(), guideline="wang-2025", decision="reinfusion")
    with pytest.raises(UserError, match="above 0"):
        backtest(cohort(), decision=HCT, horizons=(0,))


def test_the_command_prints_tables_and_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = cohort()
    write_study(tmp_path / "study", drawn.about, dict(drawn.tables))
    words = ["backtest", str(tmp_path / "study"), "--guideline", "talleur-2023", "--decision", HCT]
    app([*words, "--as-recorded-only", "--out", str(tmp_path / "out")], standalone_mode=False)
    printed = capsys.readouterr().out
    assert "talleur-2023/bca-loss-or-detectable-hct\tany\tignored\t10\t4\t0.4\t" in printed
    assert "What the numbers cannot show" in printed
    assert (tmp_path / "out" / "backtest.html").is_file()
