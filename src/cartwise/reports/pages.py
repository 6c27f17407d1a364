"""Fill the page templates; everything they show is escaped, and style and scripts stand inside the page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

import cartwise
from cartwise.analyses import in_words
from cartwise.reports import wording

if TYPE_CHECKING:
    from jinja2 import Environment

PLAIN = " !$()*+,/:;=?@'"
"""What stands in an address as it is; to escape the rest of an SVG takes less room than base64 of all of it."""


def page(template: str, **content: Any) -> str:
    """A page as HTML text.

    Args:
        template: name of the template.
        content: what it shows.
    """
    return _environment().get_template(template).render(version=cartwise.__version__, **content)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - keeps --help quick

    environment = Environment(
        loader=PackageLoader("cartwise.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"style": asset("style.css"), "chart_script": asset("charts.js")}
    environment.filters |= {
        "header": wording.header,
        "unit": wording.unit,
        "data_uri": data_uri,
        "measured": wording.measured_value,
        "measure_in_words": in_words,
        "in_words": wording.decision_in_words,
        "evidence_page": wording.evidence_page,
    }
    environment.globals["cell"] = wording.cell
    return environment


def asset(name: str) -> Markup:
    """A style sheet or script of ours, to stand inside a page."""
    text = files("cartwise.reports").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file, not data


def data_uri(svg: str) -> str:
    """An SVG as an address that carries it, so that a page needs no file beside it."""
    return "data:image/svg+xml," + quote(svg, safe=PLAIN)
