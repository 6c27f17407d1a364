"""Definitions read from TOML: every problem of a file is told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from cartwise.basis import UserError
from cartwise.cytometry.definition import (
    BRIGHT,
    LEVELS,
    METHODS,
    Classify,
    CutRule,
    Definition,
    Measure,
    Population,
    Search,
)
from cartwise.cytometry.panel_reading import read_toml, shipped_toml, unknown_keys

_HEAD = ("name", "version", "cut", "population", "classify", "measure")
_CUT = ("within", "method", "at", "fallback", "bright")
_POPULATION = ("name", "parent", "where", "reference", "holds")
_CLASSIFY = ("cells", "reference_cells", "markers")
_MEASURE = ("gated", "state_markers")
_NEEDS_NUMBER = {"quantile", "control", "fixed"}


def read_definition(path: Path | str) -> Definition:
    """Read the populations of a study.

    Args:
        path: TOML with `name`, `version`, a `[cut.MARKER]` for each marker that is gated on, a `[[population]]`
            for each gate, and if wanted `[classify]` and `[measure]`.

    Raises:
        UserError: naming every problem of the file.
    """
    return definition_from(read_toml(Path(path), "a definition of populations"), str(path))


def shipped_definition(name: str) -> Definition:
    """A definition that comes with cartwise: `000`, the subsets of source 000.

    Raises:
        UserError: no definition of that name is shipped.
    """
    return definition_from(shipped_toml("populations", name), f"populations {name}")


def definition_from(content: Mapping[str, Any], where: str) -> Definition:
    """A definition from the content of its TOML.

    Args:
        content: as `tomllib` reads it.
        where: the file, for the message.

    Raises:
        UserError: naming every problem.
    """
    problems = _wrong_shapes(content)
    if not problems:
        definition = _made(content)
        problems = [
            *_wrong_cuts(content["cut"]),
            *_wrong_names(definition),
            *_wrong_rest(content, definition),
        ]
        problems = problems or _cycles(definition)
    if problems:
        raise UserError(f"{where}: " + "; ".join(problems) + ".")
    return definition


def _wrong_shapes(content: Mapping[str, Any]) -> list[str]:
    """Problems that keep a definition from being made at all."""
    cuts, populations = content.get("cut", {}), content.get("population", [])
    problems = [f"`{key}` is missing" for key in _HEAD[:4] if content.get(key, "") in ("", {}, [])]
    problems += unknown_keys(content, _HEAD, "the head of the definition")
    if not isinstance(cuts, dict) or not all(isinstance(cut, dict) for cut in cuts.values()):
        problems.append("`cut` must be sections, each headed [cut.MARKER]")
    if not isinstance(populations, list) or not all(isinstance(entry, dict) for entry in populations):
        return [*problems, "`population` must be tables, each headed [[population]]"]
    for place, entry in enumerate(populations, 1):
        problems += _wrong_population(entry, f"population {entry.get('name') or f'number {place}'}")
    for section, keys in (("classify", _CLASSIFY), ("measure", _MEASURE)):
        problems += _wrong_section(content.get(section, {}), section, keys)
    return problems


def _wrong_population(entry: Mapping[str, Any], what: str) -> list[str]:
    problems = [f"{what} does not say its `{key}`" for key in _POPULATION[:3] if key not in entry]
    problems += unknown_keys(entry, _POPULATION, what)
    levels = entry.get("where", {})
    if not isinstance(levels, dict):
        return [*problems, f"{what}: `where` must be a table of markers and levels"]
    problems += [
        f"{what}: `{key}` must be text"
        for key in ("name", "parent", "holds")
        if not isinstance(entry.get(key, ""), str)
    ]
    if not isinstance(entry.get("reference", False), bool):
        problems.append(f"{what}: `reference` must be true or false")
    return problems + [
        f'{what} asks for {marker} "{level}"; levels are {", ".join(LEVELS)}'
        for marker, level in levels.items()
        if level not in LEVELS
    ]


def _wrong_section(section: Any, name: str, keys: tuple[str, ...]) -> list[str]:
    if not isinstance(section, dict):
        return [f"`{name}` must be a section, headed [{name}]"]
    problems = unknown_keys(section, keys, f"[{name}]")
    if name == "classify" and section:
        problems += [f"[classify] does not say its `{key}`" for key in keys if key not in section]
    lists = ("markers", *_MEASURE)
    return problems + [
        f"[{name}] {key} must be a list of names"
        for key in section.keys() & set(lists)
        if not isinstance(section[key], list) or not all(isinstance(item, str) for item in section[key])
    ]


def _made(content: Mapping[str, Any]) -> Definition:
    cuts: dict[str, CutRule] = {}
    for marker, entry in content["cut"].items():
        cuts[marker] = _rule(marker, marker, entry, entry)
        if isinstance(entry.get("bright"), dict):
            cuts[marker + BRIGHT] = _rule(marker + BRIGHT, marker, entry["bright"], entry)
    populations = tuple(
        Population(
            entry["name"],
            entry["parent"],
            entry["where"],
            entry.get("reference", False),
            entry.get("holds", ""),
        )
        for entry in content["population"]
    )
    classify, measure = content.get("classify"), content.get("measure", {})
    return Definition(
        name=content["name"],
        version=str(content["version"]),
        cuts=cuts,
        populations=populations,
        classify=_classify(classify) if classify else None,
        measure=Measure(tuple(measure.get("gated", ())), tuple(measure.get("state_markers", ()))),
    )


def _classify(section: Mapping[str, Any]) -> Classify:
    return Classify(section["cells"], section["reference_cells"], tuple(section["markers"]))


def _rule(name: str, marker: str, entry: Mapping[str, Any], base: Mapping[str, Any]) -> CutRule:
    """A second cut is looked for within the population of the first where it names none of its own."""
    searches = tuple(_search(step) for step in _steps(entry))
    return CutRule(name, marker, str(entry.get("within", base.get("within", ""))), searches)


def _steps(entry: Mapping[str, Any]) -> list[Any]:
    fallback = entry.get("fallback", [])
    return [entry, *(fallback if isinstance(fallback, list) else [fallback])]


def _search(step: Any) -> Search:
    if not isinstance(step, dict):
        return Search(str(step))
    at = step.get("at")
    return Search(str(step.get("method", "")), None if at is None or not _is_number(at) else float(at))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong_cuts(cuts: Mapping[str, Any]) -> list[str]:
    problems = []
    for marker, entry in cuts.items():
        problems += [*unknown_keys(entry, _CUT, f"cut {marker}"), *_wrong_searches(f"cut {marker}", entry)]
        bright = entry.get("bright")
        if isinstance(bright, dict):
            name = f"cut {marker}{BRIGHT}"
            problems += [*unknown_keys(bright, _CUT[:4], name), *_wrong_searches(name, bright)]
        elif bright is not None:
            problems.append(f"cut {marker}: `bright` must be a table, as a cut is")
    return problems


def _wrong_searches(what: str, entry: Mapping[str, Any]) -> list[str]:
    steps = _steps(entry)
    problems = [problem for step in steps for problem in _wrong_search(what, step)]
    for step in steps[1:]:
        problems += (
            unknown_keys(step, ("method", "at"), f"{what}, fallback") if isinstance(step, dict) else []
        )
    if not problems and _search(steps[-1]).method != "fixed":
        problems.append(
            f'{what}: the last fallback must be fixed, e.g. fallback = {{ method = "fixed", at = 2.0 }}, so that a '
            "sample of few cells has a cut"
        )
    return problems


def _wrong_search(what: str, step: Any) -> list[str]:
    search = _search(step)
    if search.method not in METHODS:
        return [f'{what} has the method "{search.method}"; methods are {", ".join(METHODS)}']
    if search.method in _NEEDS_NUMBER and search.at is None:
        return [f"{what}: the method {search.method} needs a number `at`"]
    if search.method in {"quantile", "control"} and not 0 < (search.at or 0) < 100:
        return [f"{what}: `at` of the method {search.method} is a percentage between 0 and 100"]
    return []


def _wrong_names(definition: Definition) -> list[str]:
    """Names that stand for nothing: parents, markers without a cut, populations of a cut."""
    known = set(definition.names)
    counts = Counter(definition.names)
    return [
        *(f"population {name} stands {count} times" for name, count in counts.items() if count > 1),
        *(
            f'population {population.name} has the parent "{population.parent}", which is no population'
            for population in definition.populations
            if population.parent and population.parent not in known
        ),
        *(
            f"population {population.name} needs a cut of {cut}, and there is no section for it"
            for population in definition.populations
            for cut in population.cuts
            if cut not in definition.cuts
        ),
        *(
            f'cut {rule.name} is looked for within "{rule.within}", which is no population'
            for rule in definition.cuts.values()
            if rule.within not in known
        ),
    ]


def _wrong_rest(content: Mapping[str, Any], definition: Definition) -> list[str]:
    known = set(definition.names)
    asked = [("[measure] gated", name) for name in definition.measure.gated]
    if definition.classify is not None:
        asked += [
            ("[classify] cells", definition.classify.cells),
            ("[classify] reference_cells", definition.classify.reference_cells),
        ]
    problems = [
        f'{where} names "{name}", which is no population' for where, name in asked if name not in known
    ]
    if content.get("classify") and not definition.reference:
        problems.append(
            "[classify] needs a reference: say `reference = true` in the populations that make it"
        )
    return problems


def _cycles(definition: Definition) -> list[str]:
    """A population that would need a cut that is looked for within it, or that is its own ancestor."""
    needs: dict[str, set[str]] = {
        f"population {population.name}": {f"cut {cut}" for cut in population.cuts}
        | ({f"population {population.parent}"} if population.parent else set())
        for population in definition.populations
    }
    needs |= {f"cut {rule.name}": {f"population {rule.within}"} for rule in definition.cuts.values()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = " needs ".join(reversed(error.args[1]))
        return [f"a circle: {circle}. Look for the cut within a population that does not need it"]
    return []
