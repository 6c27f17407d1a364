"""The catalogue of measures: found by looking through this room, and checked when it is first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import cartwise.measures
from cartwise.basis import ucum
from cartwise.measures.measure import Measure

GIVEN = frozenset({"patient", "definitions"})
"""Inputs that are not measures."""


@cache
def catalogue() -> dict[str, Measure]:
    """Every measure by name, in the order of topics and of their text.

    Raises:
        ImportError: where two measures share a name, one is made from something that does not exist, its unit
            is not in the registry, or it says nothing about itself.
    """
    found: dict[str, Measure] = {}
    for module in pkgutil.iter_modules(cartwise.measures.__path__, "cartwise.measures."):
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, Measure) and item.formula.__module__ == module.name:
                if item.name in found:
                    raise ImportError(f"Two measures are called {item.name!r}: rename one.")
                found[item.name] = item
    for item in found.values():
        _check(item, found)
    return found


def _check(item: Measure, found: dict[str, Measure]) -> None:
    unknown = [name for name in item.inputs if name not in GIVEN and name not in found]
    if unknown:
        raise ImportError(f"{item.name!r} is made from {', '.join(unknown)}, but no measure has that name.")
    if item.unit and ucum(item.unit) is None:
        raise ImportError(f"{item.name!r} has the unit {item.unit!r}, which is not in the registry.")
    if not item.description:
        raise ImportError(f"{item.name!r} has no docstring: say what it is.")


@cache
def depends_on_definitions(name: str) -> bool:
    """Whether what the study chose enters a measure, directly or through what it is made from."""
    item = catalogue()[name]
    return "definitions" in item.inputs or any(
        depends_on_definitions(made_from) for made_from in item.inputs if made_from not in GIVEN
    )
