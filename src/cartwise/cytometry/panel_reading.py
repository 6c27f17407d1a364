"""Panels read from TOML: every problem of a file is told at once."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cartwise.basis import UserError
from cartwise.cytometry.panel import MARKER_ROLES, ROLES, Channel, Panel

_HEAD = ("name", "version", "cofactor", "channel")
_CHANNEL = ("channel", "isotope", "marker", "roles")


def read_panel(path: Path | str) -> Panel:
    """Read a panel.

    Args:
        path: TOML with `name`, `version`, `cofactor` and one `[[channel]]` for each channel that the files must
            have: `channel` ($PnN), `isotope`, `marker` ("" where it carries none) and `roles`.

    Raises:
        UserError: naming every problem of the file.
    """
    return panel_from(read_toml(Path(path), "a panel"), str(path))


def shipped_panel(name: str) -> Panel:
    """A panel that comes with cartwise: `demo`, of the invented study.

    Raises:
        UserError: no panel of that name is shipped.
    """
    return panel_from(shipped_toml("panel", name), f"panel {name}")


def panel_from(content: Mapping[str, Any], where: str) -> Panel:
    """A panel from the content of its TOML.

    Args:
        content: as `tomllib` reads it.
        where: the file, for the message.

    Raises:
        UserError: naming every problem.
    """
    entries = content.get("channel", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UserError(f"{where}: `channel` must be a list of tables, each headed [[channel]].")
    problems = [*_wrong_head(content), *_wrong_channels(entries)]
    if problems:
        raise UserError(f"{where}: " + "; ".join(problems) + ".")
    channels = tuple(
        Channel(entry["channel"], entry["isotope"], entry["marker"], tuple(entry["roles"]))
        for entry in entries
    )
    return Panel(content["name"], str(content["version"]), float(content["cofactor"]), channels)


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        UserError: it is absent or cannot be read; the message says where.
    """
    if not path.is_file():
        raise UserError(f"{path} is not a file, so {what} cannot be read from it. Check the path.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as TOML: {error}. Mend that line and run again.") from None


def shipped_toml(kind: str, name: str) -> dict[str, Any]:
    """The content of a TOML file that comes with cartwise.

    Args:
        kind: `panel` or `populations`.
        name: of that kind.

    Raises:
        UserError: there is none of that name; the message lists those there are.
    """
    folder = files("cartwise.cytometry") / "definitions"
    there = {item.name for item in folder.iterdir() if item.name.startswith(f"{kind}_")}
    if f"{kind}_{name}.toml" not in there:
        known = ", ".join(sorted(item.removeprefix(f"{kind}_").removesuffix(".toml") for item in there))
        raise UserError(
            f'No {kind} "{name}" comes with cartwise. There are: {known}; or give a file of your own.'
        )
    return tomllib.loads((folder / f"{kind}_{name}.toml").read_text(encoding="utf-8"))


def unknown_keys(entry: Mapping[str, Any], known: Iterable[str], what: str) -> list[str]:
    """A sentence where a table says something that is not understood."""
    extra = sorted(entry.keys() - set(known))
    return (
        [f"{what} does not know {', '.join(extra)}; it may say {', '.join(sorted(known))}"] if extra else []
    )


def _wrong_head(content: Mapping[str, Any]) -> list[str]:
    problems = [f"`{key}` is missing" for key in _HEAD if content.get(key, "") in ("", [])]
    problems += unknown_keys(content, _HEAD, "the head of the panel")
    if not isinstance(content.get("name", ""), str):
        problems.append("`name` must be text")
    if not _is_positive(content.get("cofactor", 1)):
        problems.append("`cofactor` must be a number above 0")
    return problems


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _wrong_channels(entries: list[dict[str, Any]]) -> list[str]:
    problems = [problem for place, entry in enumerate(entries, 1) for problem in _wrong_channel(entry, place)]
    for key in ("channel", "marker"):
        counts = Counter(str(entry.get(key, "")) for entry in entries)
        problems += [
            f"{key} {name} stands {count} times; it may stand once"
            for name, count in counts.items()
            if name and count > 1
        ]
    if entries and not any(set(_roles(entry)) & set(MARKER_ROLES) for entry in entries):
        problems.append(f"no channel has a role of {', '.join(MARKER_ROLES)}, so there is nothing to gate on")
    return problems


def _wrong_channel(entry: dict[str, Any], place: int) -> list[str]:
    what = f"channel {entry.get('channel') or f'number {place}'}"
    roles = _roles(entry)
    problems = [
        *(f"{what} does not say its `{key}`" for key in _CHANNEL if key not in entry),
        *unknown_keys(entry, _CHANNEL, what),
        *(
            f"{what}: `{key}` must be text"
            for key in _CHANNEL[:3]
            if key in entry and not isinstance(entry[key], str)
        ),
        *(
            f'{what} has the role "{role}"; roles are {", ".join(ROLES)}'
            for role in roles
            if role not in ROLES
        ),
    ]
    if entry.get("channel") == "":
        problems.append(f"{what} has no name")
    if "roles" in entry and not roles:
        problems.append(f"{what} has no role; `roles` is a list of {', '.join(ROLES)}")
    if set(roles) & set(MARKER_ROLES) and entry.get("marker") == "":
        problems.append(f"{what} has the role {roles[0]} and no marker")
    return problems


def _roles(entry: Mapping[str, Any]) -> tuple[str, ...]:
    roles = entry.get("roles", ())
    return tuple(str(role) for role in roles) if isinstance(roles, list) else ()
