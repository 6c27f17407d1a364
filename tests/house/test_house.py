"""The rules of the house: layers, doors, sizes, names, the lock file, licences, and extras that are imported late.

Run this file to draw doors.txt anew after a public name was added or taken away on purpose.
"""

import ast
import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
DOORS = Path(__file__).with_name("doors.txt")
PACKAGE = ROOT / "src" / "cartwise"
ROOMS = sorted(door.parent.name for door in PACKAGE.glob("*/__init__.py"))
SOURCES = sorted(PACKAGE.rglob("*.py"))
WRITTEN = sorted(
    path for part in ("src", "tests", "benchmarks", "docs") for path in (ROOT / part).rglob("*.py")
)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

MAX_FILE, MAX_FUNCTION = 400, 50  # lines
EMPTY_NAMES = {"utils", "helpers", "core", "manager", "service", "engine", "common", "misc"}


def expect_none(offenders: Iterable[object]) -> None:
    """Fail with every offender on a line of its own."""
    if listed := [str(offender) for offender in offenders]:
        pytest.fail("\n".join(listed), pytrace=False)


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_rooms_import_one_way():
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    linted = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def imported_modules(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module} | {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }


def test_rooms_import_each_other_through_their_doors_only():
    """The measures themselves stand in files of their topic: a catalogue discovers them, no door lists them."""
    behind_the_catalogue = imported_modules(PACKAGE / "measures" / "__init__.py")
    expect_none(
        f"{place(path)} imports {module}"
        for path in SOURCES
        for module in sorted(imported_modules(path))
        if re.match(r"cartwise\.\w+\.", module)
        and module.split(".")[1] != path.relative_to(PACKAGE).parts[0]
        and (not module.startswith("cartwise.measures.") or module in behind_the_catalogue)
    )


def reading_order(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Constants, classes, functions; numbers within names by value (as ruff's RUF022 sorts)."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_lists_names_that_exist_in_reading_order(room):
    door = importlib.import_module(f"cartwise.{room}")
    assert list(door.__all__) == sorted(set(door.__all__), key=reading_order)
    expect_none(name for name in door.__all__ if not hasattr(door, name))


def pinned() -> dict[str, list[str]]:
    doors: dict[str, list[str]] = {}
    for line in DOORS.read_text().splitlines()[2:]:
        room, name = (cell.strip() for cell in line.split("|"))
        doors.setdefault(room, []).append(name)
    return doors


def drawn(rooms: list[str]) -> str:
    lines = ["room       | public name", "-----------+------------"]
    for room in rooms:
        lines += [f"{room:<10} | {name}" for name in importlib.import_module(f"cartwise.{room}").__all__]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("room", sorted(pinned()))
def test_a_public_name_comes_or_goes_on_purpose(room):
    assert list(importlib.import_module(f"cartwise.{room}").__all__) == pinned()[room]


def test_files_are_short():
    lengths = {place(path): len(path.read_text().splitlines()) for path in WRITTEN}
    expect_none(f"{path}: {length} lines" for path, length in lengths.items() if length > MAX_FILE)


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which is there for the manual."""
    first, last = function.body[0], function.end_lineno or function.lineno
    docstring = ast.get_docstring(function, clean=False) is not None
    return last - function.lineno + 1 - docstring * ((first.end_lineno or first.lineno) - first.lineno + 1)


def test_functions_are_short():
    lengths = {
        f"{place(path)}:{node.lineno} {node.name}": lines_of(node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    expect_none(
        f"{function}: {length} lines" for function, length in lengths.items() if length > MAX_FUNCTION
    )


def test_every_file_opens_by_saying_what_it_holds():
    docstrings = {place(path): ast.get_docstring(ast.parse(path.read_text())) or "" for path in WRITTEN}
    expect_none(path for path, text in docstrings.items() if len(text.split("\n")[0].split()) < 3)


def test_every_name_of_a_file_says_something():
    expect_none(place(path) for path in WRITTEN if {path.stem, path.parent.name} & EMPTY_NAMES)


def test_the_lock_file_hashes_everything_and_names_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=\w)", lock)
    assert len(entries) > len(PYPROJECT["project"]["dependencies"])
    expect_none(entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry)
    expect_none(re.findall(r".*(?:https?://|index-url|find-links|trusted-host).*", lock))


def runtime_distributions() -> set[str]:
    """Every distribution that cartwise without extras needs here, and what those need."""
    found: set[str] = set()
    waiting = [Requirement("cartwise")]
    while waiting:
        wanted = waiting.pop()
        found.add(wanted.name.lower())
        for text in importlib.metadata.requires(wanted.name) or []:
            needed = Requirement(text)
            applies = any(
                needed.marker is None or needed.marker.evaluate({"extra": extra})
                for extra in {"", *wanted.extras}
            )
            if applies and (needed.name.lower() not in found or needed.extras):
                waiting.append(needed)
    return found


def licence_of(distribution: str) -> str:
    """What the metadata says, in the order in which it is dependable; a field may hold a whole licence text."""
    said = importlib.metadata.metadata(distribution)
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    return (
        said.get("License-Expression") or "; ".join(classifiers) or (said.get("License") or "").split("\n")[0]
    )


def test_nothing_in_the_runtime_core_is_under_the_gpl():
    licences = {name: licence_of(name) for name in sorted(runtime_distributions())}
    assert {"cartwise", "numpy", "pandera"} < set(licences)
    expect_none(name for name, licence in licences.items() if not licence)
    forbidden = re.compile(r"\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)
    expect_none(item for item in licences.items() if forbidden.search(item[1]))


WITHOUT_EXTRAS = """
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras!r}:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Absent())
import cartwise
for module in pkgutil.walk_packages(cartwise.__path__, "cartwise."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def test_every_room_opens_without_any_extra():
    optional = PYPROJECT["project"]["optional-dependencies"]
    extras = {Requirement(text).name.replace("-", "_") for needed in optional.values() for text in needed}
    assert {"dask", "distributed", "pyarrow"} <= extras
    script = WITHOUT_EXTRAS.format(extras=extras)
    opened = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert opened.returncode == 0, opened.stderr


if __name__ == "__main__":
    DOORS.write_text(drawn(sorted(pinned())))
