"""Write the reference pages from what the code declares; with --check, fail where a page is stale."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from cartwise import analyses, evidence, guidelines, measures, study
from cartwise.basis import known_units

REFERENCE = Path(__file__).parent / "reference"
HEAD = "<!-- Written by `make docs` from the code; edit the declarations, not this page. -->\n\n"
TABLES_HEAD = """# Record tables

A study is a folder with `study.toml` and one `<table>.csv` (or `.parquet`) a table. Every column whose name ends in
`day` may be given as a date instead, under the same name ending in `date` (`day` becomes `date`); past the door only
days since the index day remain. A blank cell is not known.
"""


def pages() -> dict[str, str]:
    """Every reference page by file name."""
    return {
        "tables.md": _tables(),
        "definitions.md": _definitions(),
        "measures.md": _measures(),
        "guidelines.md": _guidelines(),
        "evidence.md": _evidence(),
        "analyses.md": _analyses(),
        "commands.md": _commands(),
        "units.md": "# Units\n\nUCUM codes of the registry.\n\n"
        + "\n".join(f"- `{unit}`" for unit in known_units())
        + "\n",
    }


def _table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(columns)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _tables() -> str:
    parts = [TABLES_HEAD]
    for name, model in study.TABLES.items():
        rows = [
            (
                f"`{c.name}`",
                c.kind,
                f"`{c.unit}`" if c.unit else "",
                "yes" if c.required else "",
                _values(c),
                c.description,
            )
            for c in study.columns_of(model)
        ]
        parts.append(
            f"## {name}\n\n{model.__doc__}\n\n"
            + _table(("column", "kind", "unit", "required", "values", "what it holds"), rows)
        )
    return "\n".join(parts)


def _values(column: study.Column) -> str:
    if column.allowed:
        return ", ".join(column.allowed)
    low = "" if column.lowest is None else f"from {column.lowest:g}"
    return low if column.highest is None else f"{low} to {column.highest:g}".strip()


def _definitions() -> str:
    parts = [
        "# Definitions a study chooses\n\nIn `study.toml`, section `[definitions]`; the first is the default.\n"
    ]
    for choice, options in study.CHOICES.items():
        parts.append(
            f"## {choice}\n\n"
            + _table(("option", "meaning"), [(f"`{name}`", words) for name, words in options.items()])
        )
    return "\n".join(parts)


def _measures() -> str:
    parts = [
        "# Measures\n\nEvery measure answers with a value or with the reason why there is none. Words in braces stand for what the study chose under that name ([definitions](definitions.md)).\n"
    ]
    topic = ""
    for item in measures.catalogue().values():
        if item.topic != topic:
            topic = item.topic
            parts.append(f"## {topic.replace('_', ' ')}\n")
        made_from = ", ".join(f"`{name}`" for name in item.inputs)
        facts = [
            f"unit `{item.unit}`" if item.unit else "",
            f"CDISC {item.cdisc}" if item.cdisc else "",
            f"made from {made_from}",
        ]
        method = f"\n\nMethod: {item.method}" if item.method else ""
        parts.append(
            f"### {item.name}\n\n{item.description}\n\n{'; '.join(fact for fact in facts if fact)}.{method}\n"
        )
    return "\n".join(parts)


def _guidelines() -> str:
    parts = [f"# Guidelines\n\n{guidelines.CAVEAT}\n"]
    for item in guidelines.catalogue():
        source = evidence.source(item.source)
        parts.append(f"## {item.title} ({source.key})\n\n{source.authors}. {source.title} ({source.year}).\n")
        parts.append("Written for:\n\n" + _rule(item.written_for, 0))
        for said in item.recommendations:
            line = evidence.fact(said.because).locator
            opening = "The source leaves this open when" if said.undetermined else "When"
            parts.append(
                f"### {said.action}\n\n`{said.because}` ({line}); decision {said.decision}; direction {said.direction}; "
                f'in its own words: "{said.strength}".\n\n{opening}:\n\n{_rule(said.when, 0)}'
            )
    return "\n".join(parts)


def _rule(rule: measures.Criterion, depth: int) -> str:
    line = f"{'  ' * depth}- {rule.sentence}\n"
    return line + "".join(_rule(part, depth + 1) for part in rule.parts)


def _evidence() -> str:
    parts = [
        "# Evidence\n\nEvery fact with its line; `NNN:line` is the paper's file and line. Open disputes are never computed with.\n"
    ]
    for source in evidence.sources():
        rows = [
            (f"`{fact.id}`", type(fact).__name__.lower(), fact.statement, fact.locator, _disputes(fact))
            for fact in source.facts.values()
        ]
        parts.append(
            f"## {source.key}\n\n{source.authors}. {source.title} ({source.year}).\n\n"
            + _table(("fact", "kind", "what it says", "where", "disputed"), rows)
        )
    return "\n".join(parts)


def _disputes(fact: evidence.Fact) -> str:
    return "; ".join(f"{dispute.state}: {dispute.why}" for dispute in fact.disputes)


def _analyses() -> str:
    return "# Analyses\n\n" + _table(
        ("analysis", "question"),
        [(f"`{name}`", item.question) for name, item in analyses.catalogue().items()],
    )


def _commands() -> str:
    parts = ["# Commands\n"]
    for name in (
        "demo",
        "template",
        "import",
        "invent",
        "check",
        "measure",
        "advise",
        "timeline",
        "analyse",
        "report",
        "backtest",
        "cytometry",
        "evidence",
        "catalogue",
    ):
        call = [sys.executable, "-c", "from cartwise.cli import main; main()", name, "--help"]
        text = subprocess.run(
            call, capture_output=True, text=True, check=True, env={"COLUMNS": "100", "TERM": "dumb"}
        ).stdout
        parts.append(f"## cartwise {name}\n\n```\n{text.replace('python -c', 'cartwise').strip()}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the pages, or say which are stale."""
    checking = "--check" in sys.argv
    REFERENCE.mkdir(exist_ok=True)
    stale = []
    for name, text in pages().items():
        path, wanted = REFERENCE / name, HEAD + text
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
            stale.append(name)
            if not checking:
                path.write_text(wanted, encoding="utf-8")
    if checking and stale:
        print(f"Stale: {', '.join(stale)}. Run `make docs` and commit the pages.")
        return 1
    print(f"{'All pages are fresh' if not stale else 'Wrote ' + ', '.join(stale)}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
