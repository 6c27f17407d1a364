"""Results that leave the centre together, and one that leaves it alone."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from cartwise.analyses import run
from cartwise.basis import UserError
from cartwise.cli.entry import app
from cartwise.invention import invent
from cartwise.reports import shared, shared_alone, shared_together
from cartwise.reports.combining import giving_way, tells_of_few
from cartwise.study import load, write_study

NAMES = ("cohort_description", "overall_survival", "leukaemia_free_survival", "kinetics_by_group", "swimmer")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("invented")
    made = invent("peking", patients=40, seed=7)
    write_study(place, made.about, made.tables)
    return place


@pytest.fixture(scope="module")
def study(folder):
    return load(folder)


def sets(*members):
    return [sum(1 << place for place in group) for group in members]


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (range(20), range(22), True),  # within: 2 are beside
        (range(20), range(20), False),  # the same patients
        (range(20), range(25), False),  # within: 5 are beside
        (range(20), range(20, 28), True),  # apart: 30 less 20 less 8 are in neither
        (range(20), range(20, 30), False),  # apart, and nobody is left
        (range(20), range(17, 30), True),  # they hold all: 3 are in both
        (range(20), range(2, 25), False),  # each has patients of its own: nothing follows
    ],
)
def test_what_two_counts_and_the_number_in_the_study_tell(one, other, answer):
    first, second = sets(one, other)
    assert tells_of_few([first, second], 30) is answer
    assert tells_of_few([second, first], 30) is answer


def test_three_counts_tell_what_no_two_of_them_do():
    """8 relapsed and 14 died, 20 had either: 2 relapsed and died, though every two of these counts are safe."""
    relapsed, died, either = sets(range(8), range(6, 20), range(20))
    for two in ((relapsed, died), (relapsed, either), (died, either)):
        assert not tells_of_few(two, 40)
    assert tells_of_few([relapsed, died, either], 40)
    assert giving_way([relapsed, died, either], 40) == {either}
    assert giving_way([either, relapsed, died], 40) == {died}


def test_nothing_is_told_by_no_count_or_by_everybody():
    assert not tells_of_few([], 3)
    assert not tells_of_few([0, (1 << 30) - 1], 30)
    assert giving_way([], 3) == set()


def test_the_first_result_keeps_what_it_shows_alone_and_what_cannot_be_traced_is_named(study):
    results = [run(study, name) for name in NAMES]
    together = shared_together(study, results)
    assert [result.name for result in together.results] == list(NAMES[:3])
    assert list(together.left_out) == [results[3].title]
    assert "cannot be traced" in together.left_out[results[3].title]


@pytest.mark.parametrize("by", [None, "prior_hct", "hct_after_infusion"])
def test_every_count_of_a_description_is_traced(study, by):
    assert shared_together(study, [run(study, "cohort_description", by=by)]).left_out == {}


def test_a_result_whose_counts_do_not_agree_with_the_patients_is_left_out(study):
    result = run(study, "overall_survival")
    risk = result.tables["risk_table"].assign(at_risk=39)
    changed = replace(result, tables=dict(result.tables) | {"risk_table": risk})
    assert list(shared_together(study, [changed]).left_out) == [result.title]


def test_alone_it_says_so_and_how_it_was_made(study):
    alone = shared_alone(study, run(study, "overall_survival"))
    assert "Shared alone" in alone.caption
    assert alone.command.endswith("overall_survival --share")
    assert (
        shared_alone(study, run(study, "kinetics_by_group")).tables.keys()
        == shared(run(study, "kinetics_by_group")).tables.keys()
    )


def test_a_command_names_the_folder_as_it_was_typed_and_to_others_none(study, folder):
    result = run(study, "overall_survival")
    assert result.command == f"cartwise analyse {folder.as_posix()} overall_survival"
    assert shared(result).command == "cartwise analyse STUDY overall_survival"
    assert shared_alone(study, result).command == "cartwise analyse STUDY overall_survival --share"


@pytest.mark.parametrize("name", ["swimmer", "response_rates"])
def test_what_has_no_shared_form_is_refused(study, name):
    with pytest.raises(UserError, match=f"{name} has no shared form"):
        shared_alone(study, run(study, name))


def test_numbers_as_published_are_not_shared(study):
    with pytest.raises(UserError, match="as-published"):
        shared_alone(study, run(study, "overall_survival", by="hct_after_infusion", as_published=True))


def test_analyse_shares_and_writes_the_formats_asked_for(folder, tmp_path):
    call = ["analyse", str(folder), "overall_survival", "--share", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*call, "--format", "png", "--format", "csv"])
    assert done.exit_code == 0, done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert "overall_survival.png" in names
    assert {name.rpartition(".")[2] for name in names} == {"png", "csv"}
    assert "overall_survival-curve.csv" not in names, "the steps of the curve are single patients"


def test_a_format_without_a_folder_or_unknown_is_refused(folder, tmp_path):
    call = ["analyse", str(folder), "overall_survival", "--format", "png"]
    assert isinstance(CliRunner().invoke(app, call).exception, UserError)
    call = ["analyse", str(folder), "overall_survival", "--out", str(tmp_path), "--format", "pdf"]
    assert "Choose among" in str(CliRunner().invoke(app, call).exception)
