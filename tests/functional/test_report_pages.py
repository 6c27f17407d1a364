"""The report in a real browser: opens offline, says no more than it should, and everybody can use it (WCAG 2.2 AA)."""

import os
import shutil

import pytest

from cartwise.invention import invent
from cartwise.reports import write_report
from cartwise.study import load, write_study

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        missing = "no Chromium here (Debian: apt-get install chromium): the pages were not looked at"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    folder = tmp_path_factory.mktemp("invented")
    made = invent("peking", patients=6, seed=3)
    write_study(folder, made.about, made.tables)
    return load(folder)


@pytest.fixture(scope="module")
def report(invented, tmp_path_factory):
    return write_report(invented, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def patient_page(report, invented):
    return report.parent / "patients" / f"{next(iter(invented.patients))}.html"


class Opened:
    """A page in the browser, with what it asked for and complained of while it was open."""

    def __init__(self, browser, path):
        self.asked, self.complaints = [], []
        self.page = browser.new_page(viewport={"width": 1000, "height": 900})
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        for chart in self.page.locator(".chart").all():
            chart.locator(".main-svg").first.wait_for()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.close()


@pytest.fixture(scope="module", params=["index", "patient", "evidence"])
def opened(request, browser, report, patient_page):
    evidence = report.parent / "evidence" / "loss-of-b-cell-aplasia.html"
    paths = {"index": report, "patient": patient_page, "evidence": evidence}
    with Opened(browser, paths[request.param]) as page:
        yield page


def test_a_page_opens_offline_without_complaint(opened):
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.complaints == []


def test_a_page_meets_wcag(opened):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    opened.page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")
    found = Axe().run(opened.page, options=WCAG)
    assert len(found.response["passes"]) > 15, "axe looked at next to nothing"
    assert found.violations_count == 0, found.generate_report()


def test_the_index_needs_no_file_beside_it(browser, report, tmp_path):
    alone = tmp_path / "index.html"
    shutil.copy(report, alone)
    with Opened(browser, alone) as opened:
        assert [url for url in opened.asked if url.startswith("file:")] == [alone.as_uri()]
        assert opened.page.locator(".chart .main-svg").count() > 0
        broken = opened.page.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
        assert broken == 0


def test_no_chart_can_be_sent_away(opened):
    buttons = opened.page.locator(".modebar-btn").all()
    titles = [button.get_attribute("data-title") or button.get_attribute("aria-label") for button in buttons]
    charts = opened.page.locator(".chart").count()
    assert any("Download" in title for title in titles) == (charts > 0)
    assert not [title for title in titles if "share" in title.lower() or "cloud" in title.lower()]
    configs = opened.page.evaluate(
        "[...document.querySelectorAll('script[type=\"application/json\"]')]"
        ".map(block => JSON.parse(block.textContent).config)"
    )
    assert len(configs) == charts
    assert all(config["showSendToCloud"] is False and config["plotlyServerURL"] == "" for config in configs)


def test_a_table_stands_under_every_figure(opened):
    figures = opened.page.locator("figure").all()
    assert figures
    for figure in figures:
        # Further figures stand folded together, and the tables of the section under the fold.
        after = "(following-sibling::*|ancestor::details/following-sibling::*)"
        beneath = figure.locator(f"xpath={after}[descendant-or-self::table]")
        assert beneath.first.locator("css=tbody tr").count() > 0


def becomes_true(page, expression):
    """Within five seconds; Playwright's own waiting needs the eval that the page's policy forbids."""
    for _ in range(50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never came true: {expression}")


def test_nothing_is_cut_off_on_a_narrow_screen(opened):
    """320 px is WCAG's reflow width, and what 1280 px leave at 400 % zoom."""
    opened.page.set_viewport_size({"width": 320, "height": 900})
    becomes_true(opened.page, "document.documentElement.scrollWidth <= 320")
    becomes_true(
        opened.page,
        "[...document.querySelectorAll('.chart .main-svg')].every(drawn => drawn.clientWidth <= 320)",
    )


def test_the_keyboard_reaches_the_content_and_the_views(browser, patient_page):
    with Opened(browser, patient_page) as opened:
        page = opened.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert page.locator(".skip").bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        button = page.get_by_role("button", name="First year")
        button.focus()
        page.keyboard.press("Enter")
        becomes_true(page, "document.getElementById('chart-timeline').layout.xaxis.range[1] === 370")
