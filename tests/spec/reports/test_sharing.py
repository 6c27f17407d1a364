"""A shared result: tables, figures and caption without small counts, for cohorts drawn by the invention."""

import re

import numpy as np
import pandas as pd
import pytest

from cartwise.analyses import catalogue, run
from cartwise.invention import invent
from cartwise.reports import shared, write_report
from cartwise.reports.disclosure import determined
from cartwise.reports.result_files import files_of
from cartwise.study import load, write_study
from tests.drawing import study_of

GROUPS = {
    "cohort_description": ("prior_hct", "hct_after_infusion", "crs_max_grade"),
    "kinetics_by_group": ("prior_hct", "tocilizumab_given", "crs_max_grade"),
    "overall_survival": ("prior_hct", "mrd_state_before_ld", "age_at_infusion"),
    "leukaemia_free_survival": ("prior_hct", "mrd_state_before_ld", "age_at_infusion"),
}


@pytest.fixture(scope="module", params=[(50, 1), (23, 2), (9, 3)], ids=lambda drawn: f"{drawn[0]} patients")
def study(request, tmp_path_factory):
    patients, seed = request.param
    folder = tmp_path_factory.mktemp("invented")
    made = invent("peking", patients=patients, seed=seed)
    write_study(folder, made.about, made.tables)
    return load(folder)


@pytest.fixture(scope="module")
def results(study):
    return [run(study, name, by=by) for name, groups in GROUPS.items() for by in (None, *groups)]


def columns_of_counts(result):
    """Every count of patients in a result: table, row, column and value."""
    tables = {name: result.tables[name] for name in result.counts if name in result.tables}
    named = {name: result.counts[name].columns for name in tables}
    tables |= {"attrition": result.attrition, "missing": result.missing}
    named |= {"attrition": ("patients",), "missing": ("patients",)}
    return [
        (name, row, column, tables[name][column].iloc[row])
        for name in tables
        for column in named[name]
        for row in range(len(tables[name]))
    ]


def test_no_count_of_one_to_four_remains(results):
    for result in results:
        left = [place for place in columns_of_counts(shared(result)) if not isinstance(place[-1], str)]
        assert left
        assert [place for place in left if 0 < place[-1] < 5] == [], result.command


def test_words_stand_exactly_where_counts_are_withheld(results):
    """`suppressed (<5)` for what is small, `suppressed` for what would give it away; never for a zero alone."""
    for result in results:
        after = {
            key[:3]: key[3] for key in columns_of_counts(shared(result)) if key[0] in {"attrition", "missing"}
        }
        before = {key[:3]: key[3] for key in columns_of_counts(result)}
        for place, value in after.items():
            small = 0 < before[place] < 5
            assert (value == "suppressed (<5)") == small
            assert small or value in {"suppressed", before[place]}


def sums_of(table):
    """How the counts of a table by characteristic, level and group add up, as a reader sees it from its words."""
    total = table["characteristic"].isin(["Patients", "All patients"])
    group = table["group"] if "group" in table else pd.Series("All", index=table.index)
    for _, rows in table[~total].groupby([table["characteristic"], group], sort=False):
        whole = table.index[total & (group == group[rows.index[0]])][0]
        yield dict.fromkeys(rows.index, 1) | {whole: -1}
    for _, rows in table.groupby(["characteristic", "level"], sort=False):
        whole = rows.index[group[rows.index] == "All"][0]
        if len(rows) > 1:
            yield dict.fromkeys(rows.index.drop(whole), 1) | {whole: -1}


def test_no_withheld_count_can_be_worked_out_from_a_table(results):
    """An attacker who knows the number analysed finds more than one value for every count below five."""
    for result in [item for item in results if item.name in {"cohort_description", "kinetics_by_group"}]:
        name = "description" if result.name == "cohort_description" else "cmax"
        table = shared(result).tables[name]
        keys = [column for column in ("characteristic", "level", "group") if column in table]
        truth = table[keys].merge(result.tables[name], on=keys)["n"].astype(int)
        hidden = {row for row in table.index if isinstance(table["n"][row], str)}
        shown_total = [row for row in table.index if row not in hidden]
        if shown_total:
            assert determined(list(sums_of(table)), dict(truth.items()), hidden) == [], result.command


def test_percents_and_medians_go_with_their_counts(results):
    for result in results:
        for name, table in shared(result).tables.items():
            rule = result.counts[name]
            for column, count in {**rule.derived, **rule.shares}.items():
                gone = table[count].map(lambda value: isinstance(value, str))
                left = table.loc[gone, column]
                assert left.map(lambda value: pd.isna(value) or value == "suppressed").all()


def test_the_range_which_is_two_patients_values_is_not_shared(results):
    for result in results:
        for table in shared(result).tables.values():
            assert not {"lowest", "highest", "remark"} & set(table)


def test_a_shared_curve_and_its_table_never_tell_of_fewer_than_five_events(study, results):
    """Read together, the steps of the curve and the counts of the table differ by no event or by five."""
    drawn = 0
    for result in [item for item in results if item.name.endswith("survival")]:
        figure = shared(result).figures.get("")
        for curve in figure.curves if figure else ():
            whole = next(other for other in result.figures[""].curves if other.group == curve.group)
            told = {
                cell.time
                for cell in figure.risk
                if cell.group == curve.group and not isinstance(cell.events, str)
            }
            times = np.array(sorted({*told, *curve.times}))
            events = [
                sum(n for t, n in zip(whole.times, whole.events, strict=True) if t <= time) for time in times
            ]
            steps = np.diff([0, *events])
            assert ((steps == 0) | (steps >= 5)).all(), (result.command, curve.group)
            assert not any(curve.censored)
            assert curve.end <= max(times), "a line beyond what is told would say that nobody had the event"
            assert curve.end <= max(
                (t for t, n in zip(whole.times, whole.at_risk, strict=True) if n >= 5), default=0
            )
            drawn += len(curve.times)
    assert drawn or len(study.patients) < 20


def test_a_curve_whose_number_is_withheld_is_not_drawn(results):
    for result in [item for item in results if item.name.endswith("survival")]:
        table = shared(result).tables["groups"].set_index("group")["n"]
        drawn = [curve.group for figure in shared(result).figures.values() for curve in figure.curves]
        assert all(not isinstance(table[group], str) for group in drawn)


def test_counts_over_time_differ_by_none_or_by_five(results):
    """The difference of two cumulative counts is a count as well."""
    for result in [item for item in results if item.name.endswith("survival")]:
        for _, rows in shared(result).tables["risk_table"].groupby("group"):
            for column in ("at_risk", "censored", "events"):
                shown = [count for count in rows[column] if not isinstance(count, str)]
                steps = np.abs(np.diff(shown))
                assert ((steps == 0) | (steps >= 5)).all()


def test_caption_and_files_hold_no_small_count():
    tables = {
        "patients": "patient_id\n" + "\n".join(f"P{n}" for n in range(12)),
        "infusions": "patient_id | day\n" + "\n".join(f"P{n} | 0" for n in range(10)),
        "follow_up": "patient_id | day | status\n" + "\n".join(f"P{n} | 90 | alive" for n in range(10)),
    }
    result = run(study_of(**tables), "overall_survival")
    assert "n = 10 (of 12 in the study)" in result.caption
    withheld = shared(result)
    assert "n = suppressed (of 12 in the study)" in withheld.caption
    texts = dict(files_of(withheld))
    assert "Out: not infused,suppressed (<5)" in texts["overall_survival-attrition.csv"]
    assert "n = 10" not in texts["overall_survival.txt"]
    assert not re.search(r"^All patients,.*\b10\b", texts["overall_survival-groups.csv"], re.MULTILINE)


def test_of_several_cut_offs_of_one_measure_only_the_first_is_shared(results):
    """19 below one cut-off and 21 below the next would show 2 between them."""
    result = next(item for item in results if item.command.endswith("kinetics_by_group"))
    told = set(shared(result).tables["kinetics"]["characteristic"])
    assert {label for label in told if "lymphodepletion" in label} == {
        "MRD before lymphodepletion, at 10⁻⁴",
        "MRD after lymphodepletion, at 10⁻⁴",
    }


def test_a_shared_report_leaves_out_every_single_patient(study, tmp_path):
    page = write_report(study, tmp_path / "shared", share=True).read_text(encoding="utf-8")
    written = {path.relative_to(tmp_path / "shared").parts[0] for path in (tmp_path / "shared").rglob("*")}
    assert "patients" not in written
    assert "assets" not in written
    everything = "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "shared").rglob("*") if path.is_file()
    )
    assert [name for name in study.patients if name in everything] == []
    left_out = [name for name in catalogue() if not run(study, name).shareable]
    assert set(catalogue()) - set(left_out) == set(GROUPS)
    assert not [name for name in (*left_out, "kinetics_by_group") if re.search(rf"\b{name}\b", page)]
    assert "Shared report" in page
    assert "Internal report" not in page
