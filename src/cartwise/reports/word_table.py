"""Tables of a Word document: rules above and below as journals print them, the head repeated on each page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

POINTS = 8.5
INDENT = 10
"""In points: how far a level stands under its characteristic."""

ROOM, LONGEST = 6, 30
"""In letters: what a word needs beside itself for the margins of its cell, and the text from which on a column wraps."""


def add_table(
    document: Any, head: Sequence[str], rows: Sequence[Sequence[str]], indented: Sequence[bool] = ()
) -> None:
    """Add a table of text to a document.

    Args:
        document: the python-docx document.
        head: the words over each column.
        rows: (n, columns) texts; columns after the first are set right where every text in them begins as a number.
        indented: (n,) whether a row's label is indented; by default none is.
    """
    table = document.add_table(rows=len(rows) + 1, cols=len(head))
    table.autofit = False
    _rules(table)
    widths = _widths(head, rows, _text_width(document))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    right = [place > 0 and _numeric([row[place] for row in rows]) for place in range(len(head))]
    for number, (row, texts) in enumerate(zip(table.rows, [head, *rows], strict=True)):
        _mark(row, head=number == 0)
        deep = bool(indented) and number > 0 and indented[number - 1]
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[place]
            _fill(cell, text, bold=number == 0, right=right[place], indent=deep and place == 0)


def _numeric(texts: Sequence[str]) -> bool:
    return all(
        not text or text.lstrip("<>−-–")[:1].isdigit() or text in {"<5", "–"} or text.startswith("suppressed")
        for text in texts
    )


def _text_width(document: Any) -> int:
    page = document.sections[-1]
    return int(page.page_width - page.left_margin - page.right_margin)


def _widths(head: Sequence[str], rows: Sequence[Sequence[str]], whole: int) -> list[int]:
    """A share of the page for each column, by its longest text within bounds; a word or a number has room to stand."""
    columns = list(zip(head, *rows, strict=True))
    words = [max(len(word) for text in column for word in text.split() or [""]) + ROOM for column in columns]
    longest = [min(max(len(text) for text in column), LONGEST) for column in columns]
    weights = [max(word, text) for word, text in zip(words, longest, strict=True)]
    return [whole * weight // sum(weights) for weight in weights]


def _fill(cell: Any, text: str, *, bold: bool, right: bool, indent: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - an extra
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.paragraph_format.space_before = Pt(1)
    if indent:
        paragraph.paragraph_format.left_indent = Pt(INDENT)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.bold = bold or None
    run.font.size = Pt(POINTS)


def _mark(row: Any, *, head: bool) -> None:
    """No row breaks over a page; the head stands on each."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no public way
    properties.append(_element("w:cantSplit"))
    if head:
        properties.append(_element("w:tblHeader"))
        for cell in row.cells:
            borders = _element("w:tcBorders")
            borders.append(_element("w:bottom", val="single", sz="6", space="0", color="000000"))
            cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001


def _rules(table: Any) -> None:
    borders = _element("w:tblBorders")
    for side in ("w:top", "w:bottom"):
        borders.append(_element(side, val="single", sz="8", space="0", color="000000"))
    table._tbl.tblPr.append(borders)  # noqa: SLF001


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - an extra
    from docx.oxml.ns import qn  # noqa: PLC0415

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
