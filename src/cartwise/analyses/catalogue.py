"""The catalogue of analyses: found by looking through this room."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import cartwise.analyses
from cartwise.analyses.analysis import TOPICS, Analysis
from cartwise.basis import UserError


@cache
def catalogue() -> dict[str, Analysis]:
    """Every analysis by name, topic by topic in the order of TOPICS, and within a topic in that of their files.

    Raises:
        ImportError: where two analyses share a name, or one says nothing about itself.
        ValueError: where a topic is none of TOPICS.
    """
    found: dict[str, Analysis] = {}
    for module in pkgutil.iter_modules(cartwise.analyses.__path__, "cartwise.analyses."):
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, Analysis) and item.formula.__module__ == module.name:
                if item.name in found or not item.description:
                    raise ImportError(f"The analysis {item.name!r} stands twice, or has no docstring.")
                found[item.name] = item
    return dict(sorted(found.items(), key=lambda named: TOPICS.index(named[1].topic)))


def analysis_named(name: str) -> Analysis:
    """An analysis by name.

    Raises:
        UserError: where there is none of that name.
    """
    if name not in catalogue():
        raise UserError(f"There is no analysis {name!r}. There are {', '.join(catalogue())}.")
    return catalogue()[name]
