"""Figures as PNG: 300 dots per inch, the same bytes each time, of the same drawing as the SVG."""

import struct

import pytest

from cartwise.analyses import KaplanMeierFigure, RiskCell, StepCurve
from cartwise.reports import svg
from cartwise.reports.figures.raster import png

CURVE = StepCurve("a", 30.0, (3.0, 9.0), (0.9, 0.7), (0.5, None), (0.99, None), (20, 9), (1, 8), (1, 0))
FIGURE = KaplanMeierFigure((CURVE,), (RiskCell("a", 0.0, 20, 0, 0),), "Months", "Overall survival")


def chunk(content, kind):
    place = content.index(kind)
    length = struct.unpack(">I", content[place - 4 : place])[0]
    return content[place + 4 : place + 4 + length]


def test_the_same_bytes_each_time():
    assert png(FIGURE) == png(FIGURE)


def test_300_dots_per_inch_and_the_size_of_the_svg():
    content = png(FIGURE)
    per_metre = struct.unpack(">II", chunk(content, b"pHYs")[:8])
    assert [round(dots * 0.0254) for dots in per_metre] == [300, 300]
    width = struct.unpack(">I", chunk(content, b"IHDR")[:4])[0]
    points = float(svg(FIGURE).split('width="')[1].split("pt")[0])
    assert width == pytest.approx(points / 72 * 300, abs=1)


def test_invented_data_say_so_on_its_face():
    assert png(FIGURE, invented=True) != png(FIGURE)


def test_it_holds_no_version_and_no_date():
    assert b"matplotlib" not in png(FIGURE).lower()
