"""The catalogues: which tables, measures, guidelines, analyses, sources and units there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from cartwise.basis import UserError


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise catalogue measures")(catalogue)


def catalogue(
    what: Annotated[
        str, typer.Argument(help="tables, measures, guidelines, analyses, sources or units.")
    ] = "measures",
    name: Annotated[str | None, typer.Argument(help="One table, to see its columns.")] = None,
) -> None:
    """List what there is: tables, measures, guidelines, analyses, sources, units."""
    if what not in _LISTS:
        raise UserError(f"There is no catalogue {what!r}. There are {', '.join(_LISTS)}.")
    _LISTS[what](name)


def _tables(name: str | None) -> None:
    from cartwise.cli.terminal import show_table
    from cartwise.study import TABLES, columns_of

    if name is None:
        rows = [
            (table, (model.__doc__ or "").strip(), len(columns_of(model))) for table, model in TABLES.items()
        ]
        show_table(("table", "one row is", "columns"), rows)
        return
    if name not in TABLES:
        raise UserError(f"There is no table {name!r}. There are {', '.join(TABLES)}.")
    columns = [
        (c.name, c.kind, c.unit, "yes" if c.required else "", ", ".join(c.allowed), c.description)
        for c in columns_of(TABLES[name])
    ]
    show_table(("column", "kind", "unit", "required", "values", "description"), columns)


def _measures(_name: str | None) -> None:
    from cartwise.cli.terminal import show_table
    from cartwise.measures import catalogue as there

    rows = [(m.name, m.topic, m.unit, m.description.partition("\n")[0]) for m in there().values()]
    show_table(("measure", "topic", "unit", "description"), rows)


def _guidelines(_name: str | None) -> None:
    from cartwise.cli.terminal import show_table
    from cartwise.evidence import fact
    from cartwise.guidelines import catalogue as there

    rows = [
        (
            item.decision,
            guideline.source,
            item.action,
            item.direction,
            item.strength,
            fact(item.because).locator,
        )
        for guideline in there()
        for item in guideline.recommendations
    ]
    show_table(("decision", "source", "action", "direction", "strength, in its own words", "line"), rows)


def _analyses(_name: str | None) -> None:
    from cartwise.analyses import catalogue as there
    from cartwise.cli.terminal import show_table

    rows = [
        (name, item.question, ", ".join(dict.fromkeys(item.reproduces.values())))
        for name, item in there().items()
    ]
    show_table(("analysis", "question", "in the layout of"), rows)


def _sources(_name: str | None) -> None:
    from cartwise.cli.terminal import show_table
    from cartwise.evidence import sources

    show_table(
        ("source", "year", "facts", "title"), [(s.key, s.year, len(s.facts), s.title) for s in sources()]
    )


def _units(_name: str | None) -> None:
    from cartwise.basis import known_units

    print("\n".join(known_units()))


_LISTS: dict[str, Callable[[str | None], None]] = {
    "tables": _tables,
    "measures": _measures,
    "guidelines": _guidelines,
    "analyses": _analyses,
    "sources": _sources,
    "units": _units,
}
