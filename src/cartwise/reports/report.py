"""Write the report on a study: one self-contained page, its files, a page for each patient, and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from cartwise import analyses, evidence, guidelines
from cartwise.analyses import Result
from cartwise.basis import UserError
from cartwise.guidelines import Advice
from cartwise.measures import Sheet
from cartwise.reports.charts import Chart, plotly_js
from cartwise.reports.cohort_charts import chart_of
from cartwise.reports.evidence_pages import evidence_pages
from cartwise.reports.pages import page
from cartwise.reports.paper_tables import paper_table
from cartwise.reports.result_files import files_of
from cartwise.reports.sharing import suppressed_counts
from cartwise.reports.sharing_across import Together, shared_together
from cartwise.reports.table_one import TableOne, table_one
from cartwise.reports.timeline import timeline
from cartwise.study import CHOICES, Patient, Study

Advise = Callable[[Patient], list[Advice]]
Progress = Callable[[int, int], None]
"""Told how many parts of the report are done, and how many there are."""

MANIFEST = "report-files.txt"
FOLDERS = {"svg": "figures", "csv": "tables", "txt": "texts"}
VALUE = ("cohort_description", "overall_survival", "leukaemia_free_survival")
"""Where shared results disagree the later gives way: these first, in this order."""

LONG = 15
"""A table with more rows than this is folded away until it is asked for."""


PAPER = {"description", "comparison"}
"""The tables that a page shows as one, as a paper prints its Table 1."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table on the page.

    Attributes:
        name: its name.
        frame: what it holds.
        folded: whether it is long enough to be folded away.
        layout: which table of a paper it has the layout of, "" for none.
        paper: the same as that paper prints it; None where it has no such layout.
    """

    name: str
    frame: pd.DataFrame
    folded: bool
    layout: str
    paper: TableOne | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as SVG text, with its name and which figure of a paper it has the layout of, "" for none."""

    name: str
    image: str
    layout: str


@dataclass(frozen=True, slots=True)
class Section:
    """One analysis on the page: its result, its first figure as a chart or a drawing, the others, and its files."""

    result: Result
    chart: Chart | None
    drawings: tuple[Drawing, ...]
    files: tuple[str, ...]

    @property
    def topic(self) -> str:
        """Under which head the contents list it."""
        return analyses.catalogue()[self.result.name].topic

    @property
    def answered(self) -> bool:
        """Whether anybody could be analysed; a suppressed count is of somebody."""
        return self.result.analysed != 0

    @property
    def paper(self) -> TableOne | None:
        """The description of a cohort as a paper prints it; None where the result holds none."""
        return table_one(self.result)

    @property
    def tables(self) -> list[ShownTable]:
        """The other tables."""
        layouts = _layouts(self.result)
        return [
            ShownTable(name, table, len(table) > LONG, layouts.get(name, ""), paper_table(self.result, name))
            for name, table in self.result.tables.items()
            if self.paper is None or name not in PAPER
        ]

    @property
    def layouts(self) -> set[str]:
        """The tables and figures of a paper that some of it has the layout of."""
        found = [*(table.layout for table in self.tables), *(drawing.layout for drawing in self.drawings)]
        return {layout for layout in found if layout}


def write_report(
    study: Study,
    folder: str | Path,
    *,
    share: bool = False,
    advice: Advise | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the report on a study.

    Args:
        study: the study.
        folder: where to. Files of an earlier report there are replaced, so that none of its pages stays behind.
        share: leave out everything on single patients and withhold small counts, so that it may leave the centre.
        advice: what gives the advice for a patient's record; by default every guideline.
        progress: told how many parts are done and how many there are, as the report grows.

    Returns:
        The page to open.

    Raises:
        UserError: where the folder holds an index.html that no report wrote.
    """
    target = Path(folder)
    _clear(target)
    names = list(analyses.catalogue())
    total = len(names) + (0 if share else len(study.patients))
    tell = _counter(total, progress)
    written: list[str] = []

    def write(name: str, text: str) -> None:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(name)
        # After every file, so that a report that was interrupted can be cleared as well.
        (target / MANIFEST).write_text("\n".join(written) + "\n", encoding="utf-8")

    results = _results(study, names, tell)
    together = shared_together(study, sorted(results, key=_value_of)) if share else None
    sections = [_section(result, write) for result in (together.results if together else results)]
    if not share:
        _write_patients(study, advice or guidelines.advise, write, tell)
    for name, text in evidence_pages().items():
        write(name, text)
    write("index.html", page("index.html", **_index(study, sections, together)))
    return target / "index.html"


def _clear(target: Path) -> None:
    manifest = target / MANIFEST
    if (target / "index.html").exists() and not manifest.exists():
        raise UserError(
            f"{target} holds an index.html that is no report of cartwise. Choose another folder with --out."
        )
    if manifest.exists():
        for name in manifest.read_text(encoding="utf-8").split("\n"):
            path = (target / name).resolve()
            if name and path.is_relative_to(target.resolve()):
                path.unlink(missing_ok=True)
        manifest.unlink()


def _counter(total: int, progress: Progress | None) -> Callable[[], None]:
    done = count(1)

    def tell() -> None:
        if progress is not None:
            progress(next(done), total)

    return tell


def _results(study: Study, names: list[str], tell: Callable[[], None]) -> Iterator[Result]:
    for name in names:
        yield analyses.run(study, name)
        tell()


def _value_of(result: Result) -> int:
    return VALUE.index(result.name) if result.name in VALUE else len(VALUE)


def _section(result: Result, write: Callable[[str, str], None]) -> Section:
    names, images = [], []
    for name, text in files_of(result):
        path = f"{FOLDERS[name.rpartition('.')[2]]}/{name}"
        write(path, text)
        names.append(path)
        images += [text] if name.endswith(".svg") else []
    figure = next(iter(result.figures.values()), None)
    chart = None if figure is None else chart_of(result.name, result.title, figure)
    layouts = _layouts(result)
    drawings = tuple(
        Drawing(name, image, layouts.get(f"figure {name}".rstrip(), ""))
        for name, image in zip(result.figures, images, strict=True)
    )
    return Section(result, chart, drawings, tuple(names))


def _layouts(result: Result) -> Mapping[str, str]:
    return analyses.catalogue()[result.name].reproduces


def _index(study: Study, sections: list[Section], together: Together | None) -> dict[str, Any]:
    share = together is not None
    charts = any(section.chart for section in sections)
    return {
        "study": study,
        "share": share,
        "left_out": together.left_out if together else {},
        "sections": sections,
        "contents": _by_topic(sections),
        "layouts": _by_layout(sections),
        "papers": {source.paper: source.key for source in evidence.sources() if source.paper},
        "issues": _issues(study, share=share),
        "quarantined": _quarantined(study, share=share),
        "definitions": [(choice, study.about.definitions.in_words(choice)) for choice in CHOICES],
        "patients": [] if share else _patients(study),
        "plotly": plotly_js() if charts else "",
    }


def _by_topic(sections: list[Section]) -> dict[str, list[Section]]:
    """The sections that answer something, under their topics in the order of the page."""
    contents: dict[str, list[Section]] = {}
    for section in sections:
        if section.answered:
            contents.setdefault(section.topic, []).append(section)
    return contents


def _by_layout(sections: list[Section]) -> dict[str, Section]:
    """The section that holds what has the layout of each table or figure of a paper, in the order of the paper."""
    found = {layout: section for section in sections if section.answered for layout in section.layouts}
    # Of one paper its tables come first, as their names do not.
    return dict(sorted(found.items(), key=lambda item: (" Figure " in item[0], item[0])))


def _issues(study: Study, *, share: bool) -> list[tuple[str, str, int | str, str]]:
    """Severity, rule, how often, and the first message of each rule that was broken."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for issue in study.issues:
        grouped.setdefault((str(issue.severity), issue.rule), []).append(issue.message)
    counts: Mapping[Any, int | str] = {key: len(messages) for key, messages in grouped.items()}
    if share:
        words = suppressed_counts({"\t".join(key): len(messages) for key, messages in grouped.items()})
        counts = {key: words["\t".join(key)] for key in grouped}
    return [
        (severity, rule, counts[severity, rule], grouped[severity, rule][0])
        for severity, rule in sorted(grouped)
    ]


def _quarantined(study: Study, *, share: bool) -> int | str:
    return suppressed_counts({"rows": study.quarantined})["rows"] if share else study.quarantined


def _address(patient: str) -> str:
    """The file of a patient's page: a pseudonym may hold characters that a file name may not."""
    return quote(patient, safe="") + ".html"


def _patients(study: Study) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "address": "patients/" + quote(_address(name)),
            "infused": _value(sheet, "infused"),
            "response": _value(sheet, "response_day_28"),
            "relapsed": _value(sheet, "relapsed_after_infusion"),
            "hct": _value(sheet, "hct_after_infusion"),
            "died": "yes" if patient.deaths else "no",
        }
        for name, patient in study.patients.items()
        for sheet in [Sheet(patient)]
    ]


def _value(sheet: Sheet, measure: str) -> str:
    measured = sheet[measure]
    return measured.text if measured.known else "not known"


def _write_patients(
    study: Study, advise: Advise, write: Callable[[str, str], None], tell: Callable[[], None]
) -> None:
    if study.patients:
        write("assets/plotly.min.js", plotly_js())
    for name, patient in study.patients.items():
        seen = patient.as_of(patient.cut_day)
        write("patients/" + _address(name), page("patient.html", **_patient(study, name, seen, advise)))
        tell()


def _patient(study: Study, name: str, patient: Patient, advise: Advise) -> dict[str, Any]:
    sheet = Sheet(patient)
    by_topic: dict[str, list[Any]] = {}
    for measured in sheet.all():
        by_topic.setdefault(measured.measure.topic, []).append(measured)
    decisions = guidelines.by_decision(advise(patient))
    return {
        "study": study,
        "name": name,
        "patient": patient,
        "share": False,
        "timeline": timeline(sheet),
        "topics": by_topic,
        "decisions": {decision: (guidelines.summary(items), items) for decision, items in decisions.items()},
        "factors": guidelines.risk_factors(patient),
        "turns": guidelines.turns(guidelines.replay(patient)),
        "caveat": guidelines.CAVEAT,
        "nothing_applies": guidelines.NOTHING_APPLIES,
    }
