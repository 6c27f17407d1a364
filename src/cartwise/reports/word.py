"""A result as a Word document: figures with alternative text, real tables, methods, who was analysed; same bytes each time."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

import cartwise
from cartwise.analyses import Result, catalogue
from cartwise.basis import UserError
from cartwise.reports.figures.raster import png
from cartwise.reports.paper_tables import paper_table
from cartwise.reports.sharing import is_shared
from cartwise.reports.table_one import TableOne, table_one
from cartwise.reports.word_table import add_table
from cartwise.reports.wording import cell, header

RESEARCH = "Research use; supports and never replaces clinical judgement."
INTERNAL = "Internal: small counts and single patients are not suppressed. Not to leave the centre."
SHARED = "Shared form: small counts suppressed, no single patients."
INVENTED = "Invented data: no patient is real."
MOST_ROWS = 80
"""A longer table is for a computer: the document names it and its rows, and the CSV file holds it."""
WIDE = 8
"""With more columns than this in a table the page lies on its side."""
ROOM = 0.62
"""Of the height of the page, what a figure may take: title and caption stand on its page."""
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the day of writing, which would make each file another one."""
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def document(result: Result) -> bytes:
    """A result as the bytes of a Word document: the same each time.

    Raises:
        UserError: where the extra `word` is not installed.
    """
    made = _empty()
    frames = {name: frame for name, frame in result.tables.items() if len(frame) <= MOST_ROWS}
    first = table_one(result)
    if first is not None:
        frames = {name: frame for name, frame in frames.items() if name not in {"description", "comparison"}}
    _page(made, wide=any(len(frame.columns) > WIDE for frame in frames.values()), result=result)
    _opening(made, result)
    _figures(made, result)
    numbered = 0
    if first is not None:
        numbered += 1
        _paper_table(made, first, f"Table 1. {result.title}.")
    for name, frame in frames.items():
        numbered += 1
        words = f"Table {numbered}. {result.title}: {header(name)}."
        printed = paper_table(result, name)
        if printed is None:
            _table(made, frame, words)
        else:
            layout = catalogue()[result.name].reproduces[name]
            _paper_table(made, printed, f"{words} Layout of {layout}.")
    _left_to_files(made, result)
    _methods(made, result)
    return _same_bytes(made, result)


def _empty() -> Any:
    try:
        from docx import Document  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as absent:
        raise UserError(
            "Word documents need python-docx, which is not installed. `pip install cartwise[word]` adds it; "
            "--format svg and --format csv need nothing more."
        ) from absent
    return Document()


def _page(made: Any, *, wide: bool, result: Result) -> None:
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415 - an extra
    from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415

    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    page.left_margin = page.right_margin = Mm(22)
    for name in ("Normal", "Title", "Heading 1", "Caption"):
        style = made.styles[name]
        style.font.name = "Arial"
        style.font.color.rgb = RGBColor(0, 0, 0)
    made.styles["Normal"].font.size = Pt(10)
    made.styles["Title"].font.size = Pt(18)
    made.styles["Heading 1"].font.size = Pt(12)
    # Each page says so, since pages are copied one by one.
    page.footer.paragraphs[0].text = " ".join(_warnings(result))


def _warnings(result: Result) -> list[str]:
    told = [INVENTED] if result.invented else []
    return [*told, SHARED if is_shared(result) else INTERNAL, RESEARCH]


def _opening(made: Any, result: Result) -> None:
    made.add_paragraph(result.title, style="Title")
    made.add_paragraph().add_run(" ".join(_warnings(result))).bold = True
    made.add_paragraph().add_run(result.question).italic = True
    if not result.figures:
        made.add_paragraph(result.caption)


def _figures(made: Any, result: Result) -> None:
    from docx.shared import Emu  # noqa: PLC0415 - an extra

    page = made.sections[0]
    width = Emu(int(page.page_width - page.left_margin - page.right_margin))
    height = Emu(int((page.page_height - page.top_margin - page.bottom_margin) * ROOM))
    for number, (name, figure) in enumerate(result.figures.items(), start=1):
        shown = made.add_picture(io.BytesIO(png(figure, invented=result.invented)))
        scale = min(width / shown.width, height / shown.height, 1.0)
        shown.width, shown.height = int(shown.width * scale), int(shown.height * scale)
        part = f": {header(name)}" if name else ""
        about = shown._inline.docPr  # noqa: SLF001 - python-docx has no public way to say what a picture shows
        about.set("title", f"{result.title}{part}")
        about.set("descr", f"{result.title}{part}. {result.about} The numbers stand in the tables below.")
        made.paragraphs[-1].paragraph_format.keep_with_next = True
        made.add_paragraph(f"Figure {number}{part}. {result.caption}", style="Caption")


def _caption_over(made: Any, words: str) -> None:
    caption = made.add_paragraph(words, style="Caption")
    caption.paragraph_format.keep_with_next = True


def _paper_table(made: Any, table: TableOne, words: str) -> None:
    _caption_over(made, words)
    lines = table.lines
    add_table(made, table.head, [line.cells for line in lines], [line.indented for line in lines])
    _note(made, table.note)


def _table(made: Any, frame: pd.DataFrame, words: str) -> None:
    _caption_over(made, words)
    columns = [str(column) for column in frame.columns]
    rows = [
        [cell(name, value) for name, value in zip(columns, row, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    add_table(made, [header(name) for name in columns], rows)
    _note(made, "")


def _note(made: Any, words: str) -> None:
    from docx.shared import Pt  # noqa: PLC0415 - an extra

    made.add_paragraph().add_run(words).font.size = Pt(8)


def _left_to_files(made: Any, result: Result) -> None:
    for name, frame in result.tables.items():
        if len(frame) > MOST_ROWS and name != "description":
            made.add_paragraph(
                f"The table “{header(name)}” has {len(frame)} rows, too many to print; its CSV file holds it "
                "(--format csv)."
            )


def _methods(made: Any, result: Result) -> None:
    made.add_paragraph("Who was analysed", style="Heading 1")
    _table(made, result.attrition, f"{result.title}: who was analysed.")
    if len(result.missing):
        _table(made, result.missing, f"{result.title}: what is missing.")
    made.add_paragraph("Methods", style="Heading 1")
    for sentence in result.methods:
        made.add_paragraph(sentence, style="List Bullet")
    made.add_paragraph(f"{result.source} Made with cartwise {cartwise.__version__} by: {result.command}")


def _same_bytes(made: Any, result: Result) -> bytes:
    """The document without the day and person of its writing, in the document's properties and in the archive."""
    about = made.core_properties
    about.title, about.subject, about.comments = result.title, result.question, " ".join(_warnings(result))
    about.author = about.last_modified_by = "cartwise"
    about.created = about.modified = NO_DATE
    written, fixed = io.BytesIO(), io.BytesIO()
    made.save(written)
    with ZipFile(written) as source, ZipFile(fixed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, ZIP_DATE), source.read(name), ZIP_DEFLATED)
    return fixed.getvalue()
