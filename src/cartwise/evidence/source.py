"""One source of evidence, and how it is read from its file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from cartwise.basis import UserError
from cartwise.evidence.fact import PUBLIC, Dispute, Fact, cited_lines
from cartwise.evidence.kinds import Definition, Finding, Group, Proportion, Recommendation, Statement
from cartwise.evidence.threshold import Threshold

KINDS: dict[str, type[Fact]] = {
    "threshold": Threshold,
    "finding": Finding,
    "proportion": Proportion,
    "recommendation": Recommendation,
    "definition": Definition,
    "statement": Statement,
}
"""The arrays of tables of a source's file, and what each becomes."""

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int | None": (int,),
    "float | None": (int, float),
    "tuple[str, ...]": (tuple,),
    "tuple[Dispute, ...]": (tuple,),
    "tuple[Group, ...]": (tuple,),
    "Mapping[str, float]": (dict,),
    "Mapping[str, str]": (dict,),
    "Mapping[str, Fact]": (dict,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A paper with the facts read from it, or a study or consensus with what the papers report of it.

    Attributes:
        key: the name it is cited by ("westhafen-2025", "car-ma").
        title: its title, or what the study is.
        kind: what it is ("consensus review with recommendations").
        stream: which stream of evidence it belongs to; sources of one stream do not confirm each other.
        stream_note: why.
        facts: its facts by id, in the order of the file.
        authors: its authors, as far as the text names them.
        year: year of publication.
        published: where it was published, and which version was read.
        paper: code of the paper's text in locators; empty for a source that was read in other papers only.
        file: name of the file that the lines are counted in.
        doi: DOI where the text read prints it; otherwise empty.
        enrolled: first and last month of enrolment ("2017-06/2021-03").
        data_cut: last day of follow-up ("2025-06-30").
        overlaps: sources that count, or may count, some of the same patients.
        also: findings of other sources that this paper reports too, by the name they have here.
    """

    key: str
    title: str
    kind: str
    stream: str
    stream_note: str
    facts: Mapping[str, Fact]
    authors: str = ""
    year: int | None = None
    published: str = ""
    paper: str = ""
    file: str = ""
    doi: str = ""
    enrolled: str = ""
    data_cut: str = ""
    overlaps: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)


def read_source(name: str, text: str) -> Source:
    """Make a source from the text of its TOML file.

    `checked` and `status` at the head of the file hold for every fact that does not say otherwise.

    Raises:
        UserError: naming the file and, where it is a fact's fault, the fact.
    """
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"Evidence file {name} is not TOML: {error}") from None
    tables = {kind: head.pop(kind, []) for kind in KINDS}
    shared = {key: head.pop(key, "") for key in ("checked", "status")} | {"source": head.get("key", "")}
    facts: dict[str, Fact] = {}
    for kind, entries in tables.items():
        for entry in _tables(entries, f"Evidence file {name}: `{kind}`"):
            fact = _fact(name, kind, shared | entry)
            if fact.id in facts:
                raise UserError(f"Evidence file {name}: two facts have the id {fact.id!r}. Rename one.")
            facts[fact.id] = fact
    source: Source = _made(Source, head | {"facts": facts}, f"Evidence file {name}")
    _check_paper(name, source)
    return source


def _fact(name: str, kind: str, entry: dict[str, Any]) -> Fact:
    where = f"Evidence file {name}, {kind} {entry.get('id', 'without an id')}"
    disputes = _tables(entry.pop("dispute", []), f"{where}: `dispute`")
    entry["disputes"] = tuple(_made(Dispute, dispute, where) for dispute in disputes)
    if "groups" in entry:
        groups = _tables(entry["groups"], f"{where}: `groups`")
        entry["groups"] = tuple(_made(Group, group, where) for group in groups)
    if isinstance(entry.get("reported_by"), list) and entry["reported_by"]:
        entry.setdefault("locator", entry["reported_by"][0])
    if kind == "recommendation" and "strength" in entry and entry["checked"] != PUBLIC:
        entry.setdefault("quote", entry["strength"])  # its words of strength are what it rests on
    made: Fact = _made(KINDS[kind], entry, where)
    return made


def _tables(entries: Any, what: str) -> list[dict[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UserError(f"{what} is not a list of tables.")
    return entries


def _made(cls: type[Any], entry: dict[str, Any], where: str) -> Any:
    """An instance of a dataclass from a table, with the table's faults told in the file's own words."""
    entry = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    types, required = _SHAPES[cls]
    if unknown := sorted(entry.keys() - types.keys()):
        raise UserError(f"{where}: unknown field {', '.join(unknown)}. Known: {', '.join(sorted(types))}.")
    if absent := sorted(key for key in required if entry.get(key, "") == ""):
        raise UserError(f"{where}: {', '.join(absent)} is missing or empty.")
    for key, value in entry.items():
        if not isinstance(value, types[key]) or isinstance(value, bool):
            raise UserError(f"{where}: `{key}` is a {type(value).__name__}, which it may not be.")
    try:
        return cls(**entry)
    except ValueError as error:
        raise UserError(f"{where}: {error}.") from None


def _shape(cls: type[Any]) -> tuple[dict[str, tuple[type, ...]], frozenset[str]]:
    """The types a class's fields may have in a file, and the fields that a file must give."""
    declared = fields(cls)
    types = {item.name: _TYPES[str(item.type)] for item in declared}
    return types, frozenset(
        item.name for item in declared if item.default is MISSING and item.default_factory is MISSING
    )


# Worked out once: every table of every file is held against one of these.
_SHAPES = {cls: _shape(cls) for cls in (Source, Dispute, Group, *KINDS.values())}


def _check_paper(name: str, source: Source) -> None:
    for fact in source.facts.values():
        for locator in fact.reports if source.paper else ():
            if cited_lines(locator)[0] != source.paper:
                raise UserError(f"Evidence file {name}, {fact.id}: {locator} is not in paper {source.paper}.")
        for other in fact.thresholds if isinstance(fact, Definition) else ():
            if not isinstance(source.facts.get(other), Threshold):
                raise UserError(f"Evidence file {name}, {fact.id}: no threshold {other!r} in this file.")
