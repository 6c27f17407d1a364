"""The report on a run of cytometry: every number of the run, drawn and in tables, and held against the truth."""

import html
import re
from dataclasses import replace

import pandas as pd
import pytest

from cartwise.basis import UserError
from cartwise.cli.inventing import write_with_cytometry
from cartwise.cytometry import (
    Failure,
    Workers,
    read_panel,
    read_settings,
    run_cytometry,
    run_tables,
    shipped_definition,
)
from cartwise.invention import invent
from cartwise.reports import cytometry_wording as wording
from cartwise.reports import write_cytometry_report
from cartwise.reports.cytometry_truth import compared, scored
from cartwise.study import cytometry_samples, load
from tests.functional.test_report_pages import WCAG, Opened, becomes_true
from tests.functional.test_report_pages import browser as browser  # noqa: PLC0414 - a fixture, shared on purpose


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cytometry") / "study"
    made = invent("lodz", patients=3, seed=11)
    write_with_cytometry(made, folder, events=2_500, progress=lambda _done, _total: None)
    (folder / "cytometry" / "INV-002_day_0.fcs").write_bytes(b"FCS3.0, and no more")
    return load(folder)


@pytest.fixture(scope="module")
def run(study):
    panel = read_panel(study.folder / "cytometry" / "panel.toml")
    settings = read_settings(study.folder)
    definition = shipped_definition("000")
    return run_cytometry(cytometry_samples(study), {panel.title: panel}, definition, settings, Workers())


@pytest.fixture(scope="module")
def report(study, run, tmp_path_factory):
    return write_cytometry_report(study, run, tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def sheets(report):
    """The quality sheets as read, in the order of the samples."""
    return [path.read_text(encoding="utf-8") for path in sorted((report / "samples").iterdir())]


def words(page):
    """What a reader reads: tags away, entities back, white space as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows(page):
    """The cells of every table row, as read."""
    return [
        tuple(words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL))
        for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]


class TestOverview:
    def test_every_sample_stands_in_the_table_with_its_numbers(self, report, run):
        seen = {
            row[0]: row for row in rows((report / "index.html").read_text(encoding="utf-8")) if len(row) == 9
        }
        for item in run.counted:
            row = seen[item.sample.name]
            assert row[1:4] == (item.sample.specimen, item.sample.batch, f"{item.events:,}")
            assert row[4] == f"{100 * item.cells / item.events:.2f}"
            car = next(f for f in item.frequencies if (f.subset, f.parent) == ("CAR+ T cells", "T cells"))
            assert row[5] == f"{wording.percent(car.percent)} ({wording.limits(car.lower, car.upper)})"
            assert set(row[7].split(", ")) == {f.parent for f in item.frequencies if f.small} or {"–"}
            assert row[8] == str(len(item.remarks))

    def test_files_that_were_not_run_stand_first_with_their_reason(self, report, run):
        page = words((report / "index.html").read_text(encoding="utf-8").partition("<main")[2])
        assert [failure.sample.name for failure in run.failures] == ["cytometry/INV-002_day_0.fcs"]
        assert run.failures[0].reason in page
        assert page.index(run.failures[0].sample.name) < page.index("Each sample has a quality sheet")

    def test_without_failures_none_are_spoken_of(self, study, run, tmp_path):
        page = write_cytometry_report(study, replace(run, failures=()), tmp_path).read_text(encoding="utf-8")
        assert "Files that were not run" not in page

    def test_settings_definition_and_versions_are_named(self, report, run):
        page = words((report / "index.html").read_text(encoding="utf-8"))
        for said in (run.settings.digest, run.settings.rule, run.definition.title, "demo 1", "cartwise 0."):
            assert said in page

    def test_every_link_leads_to_a_file_or_a_heading(self, report):
        for path in report.rglob("*.html"):
            page = path.read_text(encoding="utf-8")
            for link in re.findall(r'<a [^>]*href="([^"]+)"', page):
                target, _, anchor = link.partition("#")
                assert (path.parent / target).exists(), (path.name, link)
                assert not anchor or f'id="{anchor}"' in page, (path.name, link)

    def test_every_table_of_the_run_lies_beside(self, report, run):
        for name, table in run_tables(run).items():
            assert len(pd.read_csv(report / "tables" / f"{name}.csv")) == len(table)


class TestQualitySheet:
    def test_every_step_says_events_in_and_out(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            seen = rows(page)
            for step in item.steps:
                numbers = (f"{step.before:,}", f"{step.after:,}", wording.share(step.after, step.before))
                assert any(row[0] == step.name and row[-3:] == numbers for row in seen), step.name

    def test_every_threshold_says_how_it_came_about(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            read = words(page)
            gates = set(run.definition.names)
            for step in (step for step in item.steps if step.name not in gates):
                for setting in step.settings:
                    assert (
                        f"{setting.name} {wording.value(setting.value)} {setting.scale} {setting.how}" in read
                    )
            for name, cut in item.cuts.items():
                assert any(row[0] == name and row[3] == cut.scale and row[5] == cut.how for row in rows(page))

    def test_every_histogram_of_a_threshold_is_drawn(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            for density in (density for step in item.steps for density in step.densities):
                assert f">{html.escape(density.title)}</text>" in page

    def test_gates_stand_below_their_parents(self, sheets, run):
        parents = {population.name: population.parent for population in run.definition.populations}
        seen = [row[0] for row in rows(sheets[0]) if len(row) == 5 and row[0] in parents]
        assert sorted(seen) == sorted(parents)
        for child, parent in parents.items():
            between = seen[seen.index(parent) + 1 : seen.index(child)] if parent else []
            assert all(descends(name, parent, parents) for name in between), child

    def test_the_car_gate_shows_its_uncertainty_and_its_background(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            read = words(page)
            for estimate in (item.car.frequency, item.car.background, item.car.corrected):
                assert wording.estimate(estimate) in read
            assert "no limit" in read  # so few cells of the control cannot bound the cut from above

    def test_every_frequency_has_its_limits_and_flag(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            seen = rows(page)
            for found in item.frequencies:
                row = (
                    *(found.subset, f"{found.cells:,}", wording.percent(found.percent)),
                    *(wording.limits(found.lower, found.upper), wording.percent(found.corrected)),
                    *("yes" if found.small else "no", found.covers),
                )
                assert row in seen

    def test_the_three_rules_stand_side_by_side(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            for subset in item.by_rule["gaussian"]:
                cells = [str(counts.get(subset, 0)) for counts in item.by_rule.values()]
                assert any(
                    row[0] == subset and list(row[1::2]) == cells for row in rows(page) if len(row) == 7
                )

    def test_limits_of_the_classifier_and_remarks_are_all_told(self, sheets, run):
        for page, item in zip(sheets, run.counted, strict=True):
            seen, read = rows(page), words(page)
            assert all((name, wording.value(at), how) in seen for name, at, how in item.limits)
            assert all(" ".join(remark.split()) in read for remark in item.remarks)


def descends(name, ancestor, parents):
    while name:
        if name == ancestor:
            return True
        name = parents[name]
    return False


class TestClassifier:
    def test_the_errors_of_every_rule_and_subset_are_told(self, report, run):
        read = words((report / "classifier.html").read_text(encoding="utf-8"))
        for row in run.bias.table().itertuples():
            errors = (row.raw_percent, row.raw_error, row.corrected_percent, row.corrected_error)
            told = " ".join(
                wording.percent(value) for value in (row.true_percent, *errors, 100 * row.recovered)
            )
            assert f"{row.rule} {told}" in read

    def test_the_maps_counts_and_the_reference_are_told(self, report, run):
        seen = rows((report / "classifier.html").read_text(encoding="utf-8"))
        for bias in run.bias.rules.values():
            for name, counts in zip(bias.populations, bias.confusion.tolist(), strict=True):
                assert (name, *(f"{cells:,}" for cells in counts)) in seen
        reference = run.references["gaussian"]
        for name, cells in zip(reference.populations, reference.counts, strict=True):
            assert (name, f"{cells:,}") in seen

    def test_where_nothing_is_classified_there_is_no_such_page(self, study, run, tmp_path):
        bare = [
            replace(item, car=None, by_rule={}, kept_percent={}, limits=(), remarks=())
            for item in run.counted
        ]
        gated = replace(run, counted=tuple(bare), references={}, bias=None, cuts={})
        page = write_cytometry_report(study, gated, tmp_path).read_text(encoding="utf-8")
        assert "classifier.html" not in page
        assert not (tmp_path / "classifier.html").exists()


def frequencies(*given):
    columns = ["sample", "parent", "subset", "percent", "corrected", "small_denominator"]
    return pd.DataFrame(given, columns=columns)


def known(*given):
    return pd.DataFrame(given, columns=["sample", "parent", "subset", "percent"])


class TestTruth:
    def test_error_and_bias_are_those_of_pencil_and_paper(self):
        found = frequencies(
            ("a", "T", "naive", 10.0, 11.0, False),
            ("b", "T", "naive", 16.0, None, False),
            ("c", "T", "naive", 30.0, 24.0, False),
        )
        true = known(("a", "T", "naive", 12.0), ("b", "T", "naive", 15.0), ("c", "T", "naive", 20.0))
        row = scored(compared(found, true)).iloc[0]
        assert row.n == 3
        assert row.raw_error == pytest.approx((2 + 1 + 10) / 3)
        assert row.raw_bias == pytest.approx((-2 + 1 + 10) / 3)
        assert row.corrected_n == 2
        assert row.corrected_error == pytest.approx((1 + 4) / 2)
        assert row.corrected_bias == pytest.approx((-1 + 4) / 2)

    def test_what_one_side_does_not_name_is_not_scored(self):
        found = frequencies(("a", "T", "naive", 10.0, 11.0, False), ("a", "NK", "early", 5.0, None, False))
        assert len(compared(found, known(("a", "T", "naive", 12.0), ("b", "T", "naive", 15.0)))) == 1

    def test_the_page_scores_raw_and_corrected_and_small_denominators_apart(self, study, report, run):
        truth = pd.read_csv(study.folder / "truth" / "cytometry_frequencies.csv").rename(
            columns={"file": "sample"}
        )
        both = compared(run_tables(run)["frequencies"], truth).dropna(subset=["true", "raw"])
        page = (report / "truth.html").read_text(encoding="utf-8")
        assert f"{len(both):,} frequencies" in words(page)
        assert both.small_denominator.any()
        for small in (False, True):
            for row in scored(both[both.small_denominator == small]).itertuples():
                numbers = (row.true, row.raw_error, row.raw_bias, row.corrected_error, row.corrected_bias)
                told = [wording.percent(value) for value in numbers]
                assert (
                    row.parent,
                    row.subset,
                    str(row.n),
                    *told[:3],
                    str(row.corrected_n),
                    *told[3:],
                ) in rows(page)

    def test_recovery_is_close_where_cells_are_enough(self, study, run):
        truth = pd.read_csv(study.folder / "truth" / "cytometry_frequencies.csv").rename(
            columns={"file": "sample"}
        )
        both = compared(run_tables(run)["frequencies"], truth)
        table = scored(both[~both.small_denominator].dropna(subset=["true", "raw"]))
        assert table[table.parent == "leukocytes"].raw_error.max() < 1
        assert table[table.parent == "CAR+ T cells"].raw_error.mean() < 4

    def test_what_the_truth_does_not_state_is_named(self, report):
        read = words((report / "truth.html").read_text(encoding="utf-8"))
        assert "not stated by the truth: early NK of NK cells" in read
        assert "other T cells of CAR+ T cells" in read

    def test_a_real_study_is_held_against_no_truth(self, study, run, tmp_path):
        real = replace(study, about=replace(study.about, invented=False, note="A note of the centre."))
        page = write_cytometry_report(real, run, tmp_path).read_text(encoding="utf-8")
        assert "truth.html" not in page
        assert not (tmp_path / "truth.html").exists()
        assert "Invented data" not in page
        assert "A note of the centre." in page

    @pytest.mark.parametrize(
        "text",
        ["file,parent,subset\na,T,naive\n", "", "file,parent,subset,percent\na,T,x,1\na,T,x,2\n"],
        ids=["a column is missing", "empty", "twice"],
    )
    def test_a_truth_that_cannot_be_read_stops_it_before_anything_is_written(
        self, study, run, tmp_path, text
    ):
        (tmp_path / "truth").mkdir()
        (tmp_path / "truth" / "cytometry_frequencies.csv").write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=r"truth/cytometry_frequencies\.csv"):
            write_cytometry_report(replace(study, folder=tmp_path), run, tmp_path / "out")
        assert not (tmp_path / "out").exists()


class TestFiles:
    def test_the_same_run_gives_the_same_bytes(self, study, report, run, tmp_path):
        write_cytometry_report(study, run, tmp_path)
        for path in (path for path in report.rglob("*") if path.is_file()):
            assert (tmp_path / path.relative_to(report)).read_bytes() == path.read_bytes()

    def test_an_earlier_report_is_replaced_and_other_files_stay(self, study, run, tmp_path):
        write_cytometry_report(study, run, tmp_path)
        (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
        write_cytometry_report(study, replace(run, counted=run.counted[:2]), tmp_path)
        assert len(list((tmp_path / "samples").iterdir())) == 2
        assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"

    def test_another_page_is_not_overwritten(self, study, run, tmp_path):
        (tmp_path / "index.html").write_text("a report on the study", encoding="utf-8")
        with pytest.raises(UserError, match="Choose another folder"):
            write_cytometry_report(study, run, tmp_path)

    def test_patients_are_named_by_the_names_of_files_alone(self, study, run, tmp_path):
        renamed = [
            replace(item, sample=replace(item.sample, name=f"{place}.fcs"))
            for place, item in enumerate(run.counted)
        ]
        write_cytometry_report(study, replace(run, counted=tuple(renamed), failures=()), tmp_path)
        for path in (path for path in tmp_path.rglob("*") if path.is_file()):
            assert "INV-0" not in path.read_text(encoding="utf-8"), path.name

    def test_names_are_words_and_never_mark_up(self, study, run, tmp_path):
        name = "<b>a&b</b>.fcs"
        odd = replace(run.counted[0], sample=replace(run.counted[0].sample, name=name))
        failed = Failure(odd.sample, "count", "<script>1</script>")
        page = write_cytometry_report(study, replace(run, counted=(odd,), failures=(failed,)), tmp_path)
        assert "<b>" not in page.read_text(encoding="utf-8")
        assert "<script>1" not in page.read_text(encoding="utf-8")
        assert name in html.unescape(page.read_text(encoding="utf-8"))

    def test_every_page_says_that_it_is_internal_and_invented_and_asks_for_nothing(self, report):
        for path in report.rglob("*.html"):
            page = path.read_text(encoding="utf-8")
            assert "Internal report" in page
            assert "Invented data." in page
            assert set(re.findall(r"https?://[^\"' <]+", page)) <= {"http://www.w3.org/2000/svg"}


@pytest.fixture(params=["index.html", "samples", "classifier.html", "truth.html"])
def opened(request, browser, report):
    path = report / request.param
    with Opened(browser, path if path.is_file() else min(path.iterdir())) as page:
        yield page


def test_a_page_opens_offline_without_complaint_and_meets_wcag(opened):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []
    assert opened.complaints == []
    opened.page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")
    found = Axe().run(opened.page, options=WCAG)
    assert len(found.response["passes"]) > 15, "axe looked at next to nothing"
    assert found.violations_count == 0, found.generate_report()
    for figure in opened.page.locator("figure").all():
        beneath = figure.locator("xpath=following-sibling::*[descendant-or-self::table]")
        assert beneath.first.locator("css=tbody tr").count() > 0
    opened.page.set_viewport_size({"width": 320, "height": 900})
    becomes_true(opened.page, "document.documentElement.scrollWidth <= 320")
