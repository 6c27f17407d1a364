"""Print figures as PNG at 300 dpi, for journals and documents that take no SVG; drawn by the same painters."""

from __future__ import annotations

import io

from cartwise.analyses import Figure
from cartwise.reports.figures import PAINTERS
from cartwise.reports.figures.style import mark_invented, settings

DOTS_PER_INCH = 300
"""What journals ask of line art with shading; the text of a figure 6.6 inches wide stays readable."""


def png(figure: Figure, *, invented: bool = False) -> bytes:
    """A figure as the bytes of a PNG image: the same each time; one of invented data says so on its face."""
    target = io.BytesIO()
    with settings():
        drawn = PAINTERS[type(figure)](figure)  # type: ignore[operator]
        if invented:
            mark_invented(drawn)
        # No other metadata: Matplotlib would write its version, and files of two machines would differ by it.
        drawn.savefig(target, format="png", dpi=DOTS_PER_INCH, metadata={"Software": "cartwise"})
    return target.getvalue()
