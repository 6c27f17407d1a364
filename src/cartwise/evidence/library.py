"""The shelf of sources: each file is read when it is first asked for, and once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TypeVar

from cartwise.basis import UserError
from cartwise.evidence.fact import Fact, cited_lines
from cartwise.evidence.kinds import Finding, Proportion, Recommendation
from cartwise.evidence.source import Source, read_source
from cartwise.evidence.subjects import FACTORS
from cartwise.evidence.threshold import Threshold

F = TypeVar("F", bound=Fact)


def sources() -> tuple[Source, ...]:
    """Every source of evidence, sorted by key."""
    return tuple(source(key) for key in _keys())


@cache
def source(key: str) -> Source:
    """The source of that key ("westhafen-2025").

    Raises:
        UserError: where there is none, or its file is faulty.
    """
    if key not in _keys():
        raise UserError(f"There is no source of evidence {key!r}. There are: {', '.join(_keys())}.")
    made = read_source(f"{key}.toml", _bytes(key).decode())
    if made.key != key:
        raise UserError(f"Evidence file {key}.toml calls itself {made.key!r}. File and key must agree.")
    return made


@cache
def fact(key: str) -> Fact:
    """The fact of that key ("westhafen-2025/hct-tier-1").

    A finding of another study that the source reports ("myers-2023/ngs-month-3-hr") comes under the name and with
    the lines that it has there; what it says is written down once, in the study's own file.

    Raises:
        UserError: where there is none, naming those with a similar id.
    """
    source_key, _, fact_id = key.partition("/")
    asked = source(source_key)
    if fact_id in asked.facts:
        return asked.facts[fact_id]
    if fact_id in asked.also:
        return _as_reported(asked, fact_id)
    names = [*asked.facts, *asked.also]
    near = get_close_matches(fact_id, names, n=3) or names[:3]
    raise UserError(f"There is no fact {key!r}. Similar: {', '.join(f'{source_key}/{n}' for n in near)}.")


def _as_reported(paper: Source, fact_id: str) -> Fact:
    """A study's finding as one paper reports it."""
    original = fact(paper.also[fact_id])
    for locator in original.reports:
        if cited_lines(locator)[0] == paper.paper:
            return replace(original, source=paper.key, id=fact_id, locator=locator)
    raise UserError(f"Evidence file {paper.key}.toml: {original.key} is not reported by paper {paper.paper}.")


def about(factor: str) -> tuple[Fact, ...]:
    """What every source reports of a factor ("marrow burden"): agreements and disagreements together, never averaged.

    Raises:
        UserError: where there is no such factor.
    """
    if factor not in FACTORS:
        raise UserError(f"There is no factor {factor!r}. There are: {', '.join(FACTORS)}.")
    return tuple(fact for one in sources() for fact in one.facts.values() if fact.factor == factor)


@cache
def streams() -> Mapping[str, tuple[str, ...]]:
    """Every stream of evidence and its sources; sources of one stream do not confirm each other."""
    found: dict[str, tuple[str, ...]] = {}
    for one in sources():
        found[one.stream] = (*found.get(one.stream, ()), one.key)
    return found


def independent_reports(fact: Fact) -> Mapping[str, tuple[str, ...]]:
    """The streams of evidence that report a fact, each with its lines: two papers of one stream are one report.

    That several report a finding does not make it more than one study.
    """
    stream_of = {one.paper: one.stream for one in sources() if one.paper}
    found: dict[str, tuple[str, ...]] = {}
    for locator in fact.reports:
        stream = stream_of[cited_lines(locator)[0]]
        found[stream] = (*found.get(stream, ()), locator)
    return found


def threshold(key: str) -> Threshold:
    """The threshold of that key.

    Raises:
        UserError: where there is no such fact, or it is of another kind.
    """
    return _of_kind(key, Threshold)


def finding(key: str) -> Finding:
    """The finding of that key; raises as `threshold` does."""
    return _of_kind(key, Finding)


def proportion(key: str) -> Proportion:
    """The proportion of that key; raises as `threshold` does."""
    return _of_kind(key, Proportion)


def recommendation(key: str) -> Recommendation:
    """The recommendation of that key; raises as `threshold` does."""
    return _of_kind(key, Recommendation)


@cache
def digest(*keys: str) -> str:
    """SHA-256 over the files of the named sources, or of all, so that an output can say which evidence it used."""
    sha = hashlib.sha256()
    for key in sorted(set(keys)) or _keys():
        source(key)  # an unknown or faulty source has no digest
        sha.update(key.encode() + b"\0" + _bytes(key) + b"\0")
    return sha.hexdigest()


def _of_kind(key: str, kind: type[F]) -> F:
    found = fact(key)
    if not isinstance(found, kind):
        raise UserError(f"{key} is a {type(found).__name__.lower()}, not a {kind.__name__.lower()}.")
    return found


@cache
def _keys() -> tuple[str, ...]:
    shelf = files("cartwise.evidence") / "sources"
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in shelf.iterdir() if item.name.endswith(".toml"))
    )


def _bytes(key: str) -> bytes:
    return (files("cartwise.evidence") / "sources" / f"{key}.toml").read_bytes()
