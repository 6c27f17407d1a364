"""The strokes that figures inside a page are drawn with: SVG text, black on white, its words readable and searchable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cartwise.reports.figures.style import INK

SOFT, GRID, PALE = "#4a4a4a", "#d0d4d9", "#e4e8ec"
CUT = "#b3470f"
"""Where a threshold stands: dark enough for thin lines on white, and always dashed."""

WIDTH = 1000
"""Of every drawing: the page scales it."""


def drawing(parts: Iterable[str], *, height: float, title: str) -> str:
    """The parts as one SVG element; the title is for those who cannot see it."""
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
        f'font-family="system-ui, sans-serif" fill="{INK}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([opening, *parts, "</svg>"])


def line(
    ends: tuple[float, float, float, float], *, colour: str = INK, width: float = 1, dashes: str = ""
) -> str:
    """From (x1, y1) to (x2, y2)."""
    x1, y1, x2, y2 = ends
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"{pattern}/>'
    )


def box(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none") -> str:
    """A rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def words(
    x: float,
    y: float,
    text: str,
    *,
    size: float = 12,
    anchor: str = "start",
    colour: str = INK,
    bold: bool = False,
    turned: float = 0,
) -> str:
    """A line of text; `turned` degrees about its own place."""
    weight = ' font-weight="700"' if bold else ""
    turn = f' transform="rotate({turned:g} {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" '
        f'fill="{colour}"{weight}{turn}>{escape(text)}</text>'
    )


def outline(points: Sequence[tuple[float, float]], *, fill: str, stroke: str) -> str:
    """A closed shape through the points."""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{path}Z" fill="{fill}" stroke="{stroke}" stroke-width="1"/>'


def mark(number: int, x: float, y: float, *, filled: bool, radius: float = 5, said: str = "") -> str:
    """A circle, square or triangle by number, filled or hollow: told apart without colour."""
    fill = INK if filled else "white"
    style = f'fill="{fill}" stroke="{INK}" stroke-width="1.4"'
    inside = f"<title>{escape(said)}</title>" if said else ""
    r = radius
    shapes = (
        ("circle", f'cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"'),
        ("rect", f'x="{x - r * 0.9:.1f}" y="{y - r * 0.9:.1f}" width="{1.8 * r:.1f}" height="{1.8 * r:.1f}"'),
        ("path", f'd="M{x:.1f} {y - 1.1 * r:.1f}L{x + 1.1 * r:.1f} {y + r:.1f}H{x - 1.1 * r:.1f}Z"'),
    )
    name, place = shapes[number % len(shapes)]
    return f"<{name} {place} {style}>{inside}</{name}>"


def shortened(text: str, letters: int) -> str:
    """Text that fits: its end is left out where it is too long."""
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
