"""The catalogue of guidelines: found by looking through this room."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import cartwise.guidelines
from cartwise.guidelines.guideline import Guideline


@cache
def catalogue() -> tuple[Guideline, ...]:
    """Every guideline, in the order of its file's name.

    Raises:
        ImportError: where two guidelines share a title, or one rests on a measure kept for research.
    """
    found: list[Guideline] = []
    for module in pkgutil.iter_modules(cartwise.guidelines.__path__, "cartwise.guidelines."):
        found += [
            item
            for item in vars(importlib.import_module(module.name)).values()
            if isinstance(item, Guideline)
        ]
    titles = [(item.title, item.source) for item in found]
    if len(titles) != len(set(titles)):
        raise ImportError("Two guidelines of one source share a title: rename one.")
    for guideline in found:
        _without_research(guideline)
    return tuple(found)


def _without_research(guideline: Guideline) -> None:
    rules = (guideline.written_for, *(item.when for item in guideline.recommendations))
    research = {item.name for rule in rules for item in rule.measures() if item.research}
    if research:
        raise ImportError(f"{guideline.title} rests on {', '.join(sorted(research))}, kept for research.")
