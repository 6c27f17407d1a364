"""A fact that no guideline, measure or analysis uses says so; run this file to mark the facts anew."""

import re
from pathlib import Path

import pytest

from cartwise import evidence

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "cartwise"
MARK = 'use = "evidence only"\n'
_KEY = re.compile(r"[\"']([a-z0-9-]+)/([a-z0-9-]+)[\"']")


def cited_keys() -> set[str]:
    """Every key that stands in the code or the parameters of another room."""
    own = PACKAGE / "evidence"
    files = [
        path for ending in ("*.py", "*.toml") for path in PACKAGE.rglob(ending) if own not in path.parents
    ]
    names = {source.key for source in evidence.sources()}
    found = {match for path in files for match in _KEY.findall(path.read_text(encoding="utf-8"))}
    return {f"{source}/{name}" for source, name in found if source in names}


def used_facts() -> set[str]:
    """The facts behind those keys, a finding by its own name."""
    used = set()
    for key in cited_keys():
        source, _, name = key.partition("/")
        used.add(evidence.source(source).also.get(name, key))
    return used


def test_every_cited_key_resolves():
    assert len(cited_keys()) > 50
    for key in cited_keys():
        assert evidence.fact(key)


@pytest.mark.parametrize("source", evidence.sources(), ids=lambda source: source.key)
def test_a_fact_that_nothing_uses_says_evidence_only(source: evidence.Source):
    used = used_facts()
    wrong = [f.key for f in source.facts.values() if (f.use == "evidence only") == (f.key in used)]
    assert not wrong, f"run {Path(__file__).name} to mark anew: {', '.join(wrong)}"


def mark(path: Path, used: set[str]) -> None:
    """Write the mark into the tables of one file, or take it out."""

    def marked(found: re.Match[str]) -> str:
        return found[1] + ("" if f"{path.stem}/{found[2]}" in used else MARK)

    text = path.read_text(encoding="utf-8").replace(MARK, "")
    path.write_text(re.sub(r'(?m)^(id = "([^"]+)"\n)', marked, text), encoding="utf-8")


if __name__ == "__main__":
    for toml in sorted((PACKAGE / "evidence" / "sources").glob("*.toml")):
        mark(toml, used_facts())
