"""Every guideline file is held against at least four scenarios: counted in the specs of this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

import cartwise.guidelines
from cartwise.guidelines import Guideline

FEWEST = 4
HERE = Path(__file__).resolve().parent


@cache
def spoken() -> dict[str, str]:
    """The guideline file in which each fact is spoken, by key and, where that is plain, by id."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(cartwise.guidelines.__path__, "cartwise.guidelines."):
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, Guideline):
                found |= {said.because: module.name.rpartition(".")[2] for said in item.recommendations}
    return found | _by_id(found)


def _by_id(found: dict[str, str]) -> dict[str, str]:
    """The file by a fact's bare id, where facts of that id are spoken in one file only: specs put the source before it."""
    files: dict[str, set[str]] = {}
    for key, file in found.items():
        files.setdefault(key.partition("/")[2], set()).add(file)
    return {name: file for name, of in files.items() if len(of) == 1 for file in of}


def _strings(value: Any, module: ModuleType, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The strings that a value holds; of a function those of its text, and of what it names in its module."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _strings(part, module, seen)
    elif isinstance(value, dict):
        yield from _strings([*value, *value.values()], module, seen)
    elif isinstance(value, FunctionType) and value.__module__ == module.__name__:
        yield from _strings(value.__code__, module, seen)
    elif isinstance(value, CodeType):
        yield from _strings(value.co_consts, module, seen)
        for name in value.co_names:
            if name not in seen:
                yield from _strings(getattr(module, name, None), module, seen | {name})


def _scenarios(test: FunctionType, module: ModuleType) -> list[set[str]]:
    """The files that each case of a test asks: by the text of the test, and by the case's own values."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    drawn = [[getattr(case, "values", case) for case in mark.args[1]] for mark in marks]
    by_text = {spoken()[word] for word in _strings(test, module) if word in spoken()}
    by_case = [
        {spoken()[word] for word in _strings(case, module) if word in spoken()} for case in product(*drawn)
    ]
    return [by_text | files for files in by_case]


@cache
def counted() -> Counter[str]:
    """How many scenarios of this folder ask each guideline file."""
    total: Counter[str] = Counter()
    for path in sorted(HERE.glob("test_*.py")):
        if path.stem in {"test_scenarios_counted", "test_carried"}:
            continue
        module = importlib.import_module(f"tests.spec.guidelines.{path.stem}")
        tests = [item for name, item in vars(module).items() if name.startswith("test_")]
        total.update(file for test in tests for files in _scenarios(test, module) for file in files)
    return total


@pytest.mark.parametrize("file", sorted(set(spoken().values())))
def test_a_guideline_file_is_held_against_four_scenarios_or_more(file: str) -> None:
    assert counted()[file] >= FEWEST
