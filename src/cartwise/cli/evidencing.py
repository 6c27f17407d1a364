"""The command on evidence: list the sources, show a fact, search, and audit what is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cartwise.basis import UserError

if TYPE_CHECKING:
    from cartwise.evidence import AuditRow, Fact


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(epilog="Example: cartwise evidence show westhafen-2025/hct-tier-1")(evidence)


def evidence(
    what: Annotated[str, typer.Argument(help="list, show, search or audit.")] = "list",
    about: Annotated[
        str | None,
        typer.Argument(
            help="list: a theme; show: a source or source/fact; search: words; audit: a source or a TOML file."
        ),
    ] = None,
    all_rows: Annotated[bool, typer.Option("--all", help="audit: show what agrees, too.")] = False,
) -> None:
    """Read the evidence: who says what, at which line, in which words, and what of it cannot be right."""
    if what not in _DOES:
        raise UserError(f"`cartwise evidence` does {', '.join(_DOES)}, not {what!r}.")
    _DOES[what](about, all_rows)


def _list(theme: str | None, _all: bool) -> None:
    from cartwise.cli.terminal import show_table
    from cartwise.evidence import THEMES, sources

    if theme is None:
        rows = [(s.key, s.year, s.stream, len(s.facts), s.title) for s in sources()]
        show_table(("source", "year", "stream", "facts", "title"), rows)
        print(f"\nThemes: {', '.join(THEMES)}")
        return
    if theme not in THEMES:
        raise UserError(f"There is no theme {theme!r}. There are: {', '.join(THEMES)}.")
    _show_facts([fact for source in sources() for fact in source.facts.values() if fact.theme == theme])


def _search(words: str | None, _all: bool) -> None:
    from cartwise.evidence import sources

    if not words:
        raise UserError('Say what to search for: `cartwise evidence search "loss of aplasia"`.')
    wanted = words.lower().split()
    found = [
        fact
        for source in sources()
        for fact in source.facts.values()
        if all(word in f"{fact.key} {fact.statement} {fact.quote}".lower() for word in wanted)
    ]
    if not found:
        print("No fact holds all of these words.")
    else:
        _show_facts(found)


def _show_facts(facts: list[Fact]) -> None:
    from cartwise.cli.terminal import show_table

    rows = [(fact.key, type(fact).__name__.lower(), fact.locator, fact.statement) for fact in facts]
    show_table(("fact", "kind", "where", "what it says"), rows)


def _show(key: str | None, _all: bool) -> None:
    from cartwise.evidence import fact, source

    if not key:
        raise UserError(
            "Say which: `cartwise evidence show westhafen-2025` or `... show westhafen-2025/hct-tier-1`."
        )
    if "/" not in key:
        made = source(key)
        print(f"{made.key}: {made.authors}. {made.title} ({made.year}). {made.published}\n")
        _show_facts(list(made.facts.values()))
        return
    _show_fact(fact(key))


def _show_fact(said: Fact) -> None:
    from dataclasses import fields

    print(f'{said.key} ({type(said).__name__.lower()}, {said.locator})\n{said.statement}\n"{said.quote}"')
    hidden = {"source", "id", "statement", "locator", "quote", "disputes"}
    for item in fields(said):
        value = getattr(said, item.name)
        if item.name not in hidden and value not in {None, ""} and value != ():
            print(f"  {item.name}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}")
    for dispute in said.disputes:
        reading = f" Read as: {dispute.reading}" if dispute.reading else ""
        print(
            f"  {dispute.state} dispute on {', '.join(dispute.fields)}: printed {dispute.printed!r}. {dispute.why}{reading}"
        )


def _audit(what: str | None, all_rows: bool) -> None:
    from cartwise.cli.terminal import show_table

    rows = _audited(what)
    shown = rows if all_rows else [row for row in rows if row.verdict != "agrees"]
    if shown:
        cells = [(r.fact, r.locator, r.check, r.verdict, r.printed, r.recomputed, r.note) for r in shown]
        show_table(("fact", "where", "check", "verdict", "printed", "recomputed", "note"), cells)
    print(f"{len(rows)} checks, {len(rows) - sum(row.verdict == 'agrees' for row in rows)} do not agree.")


def _audited(what: str | None) -> list[AuditRow]:
    from cartwise.evidence import audit, audit_file, source, sources

    if what is not None and what.endswith(".toml"):
        path = Path(what)
        if not path.is_file():
            raise UserError(
                f"There is no file {path}. Name an evidence file, or a source of `cartwise evidence list`."
            )
        return list(audit_file(path))
    return [row for item in ([source(what)] if what else sources()) for row in audit(item)]


_DOES: dict[str, Callable[[str | None, bool], None]] = {
    "list": _list,
    "show": _show,
    "search": _search,
    "audit": _audit,
}
