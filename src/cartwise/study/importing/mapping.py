"""Read a mapping file into a plan; everything that is wrong with the mapping stands in one message."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from cartwise.basis import UserError
from cartwise.study.definitions import About, about_from
from cartwise.study.importing.column import Problems, cell_of, names, strange
from cartwise.study.importing.plan import Block, Cell, Every, Plan, Restarts, SourceFile
from cartwise.study.reading import UnreadableError, names_of, read_csv
from cartwise.study.tables import TABLES, Column, columns_of

T = TypeVar("T", Every, Restarts)

_HEAD = ("study", "definitions", "turnaround")
_FILE = {"path", "separator", "decimal", "blank", "key", "repeats", "every", "restarts"}
_BLOCK = {"table", "from", "where", "needs", "once", "columns", "each"}


def read_mapping(path: Path, folder: Path | None) -> Plan:
    """Read a mapping.

    Args:
        path: the mapping, a TOML file.
        folder: where the source files are; None: where the mapping says.

    Raises:
        UserError: where there is no such file, it is no TOML, or anything in it does not hold together; the
            message lists every problem.
    """
    content = _toml(path)
    problems: Problems = []
    about = _about(content, path, problems)
    files = _files(content.get("source", {}), folder, path, problems)
    blocks = _blocks(content.get("rows", []), files, problems)
    strange(content, {*_HEAD, "source", "rows"}, "the mapping", problems)
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise UserError(f"{path} does not hold together. Mend these and run again:\n{listed}")
    return Plan(about, files, tuple(blocks))


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError(f"There is no mapping {path}. Name a TOML file; examples/ holds two to start from.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as TOML: {error}. Mend that line and run again.") from None


def _about(content: dict[str, Any], path: Path, problems: Problems) -> About:
    try:
        return about_from({name: content[name] for name in _HEAD if name in content}, path)
    except UserError as error:
        problems.append(str(error).removeprefix(f"{path}: ").rstrip("."))
        return About(name="")


def _files(source: Any, folder: Path | None, path: Path, problems: Problems) -> dict[str, SourceFile]:
    if not isinstance(source, dict) or not isinstance(source.get("files"), dict):
        problems.append("[source.files.NAME] is missing: name each source file with its path")
        return {}
    strange(source, {"folder", "files"}, "[source]", problems)
    root = folder or path.parent / str(source.get("folder", "."))
    return {
        name: file
        for name, given in source["files"].items()
        if (file := _file(name, given, root, problems)) is not None
    }


def _file(name: str, given: Any, root: Path, problems: Problems) -> SourceFile | None:
    place = f"[source.files.{name}]"
    if not isinstance(given, dict) or not isinstance(given.get("path"), str):
        problems.append(f"{place} path is missing: give the file's name")
        return None
    strange(given, _FILE, place, problems)
    path = root / given["path"]
    if not path.is_file():
        problems.append(f"{place} there is no file {path}: correct path or [source] folder, or name --source")
        return None
    separator, decimal = given.get("separator", ","), given.get("decimal", ".")
    if decimal not in {".", ","} or not isinstance(separator, str) or len(separator) != 1:
        problems.append(f"{place} separator is one character and decimal is '.' or ','")
        return None
    if given.get("repeats", "set aside") not in {"keep", "set aside"}:
        problems.append(f"{place} repeats must be 'keep' (replicates) or 'set aside'")
    try:
        frame, issues = read_csv(path, separator)
    except UnreadableError as error:
        problems.append(f"{place} {path.name} cannot be read. {error}")
        return None
    file = SourceFile(
        name,
        path,
        frame,
        tuple(issues),
        decimal=decimal,
        blank=names(given.get("blank", ())),
        key=names(given.get("key", ())),
        keep_repeats=given.get("repeats") == "keep",
        every=_check(Every, given.get("every"), f"{place} every", problems),
        restarts=_check(Restarts, given.get("restarts"), f"{place} restarts", problems),
    )
    _present({*file.key, *_columns_of_checks(file)}, file, place, problems)
    return file


def _columns_of_checks(file: SourceFile) -> set[str]:
    every = {file.every.per, file.every.column} if file.every else set()
    return every | ({file.restarts.per, file.restarts.day, file.restarts.label} if file.restarts else set())


def _present(columns: set[str], file: SourceFile, place: str, problems: Problems) -> None:
    problems += [
        f"{place} reads column {name!r}, which {file.path.name} does not have; it has {', '.join(file.header)}"
        for name in sorted(columns - set(file.header))
    ]


def _check(kind: type[T], given: Any, place: str, problems: Problems) -> T | None:
    if given is None:
        return None
    wanted = {name: str(hint) for name, hint in kind.__annotations__.items()}
    right = isinstance(given, dict) and given.keys() == wanted.keys()
    if not right or any(type(given[name]).__name__ != hint for name, hint in wanted.items()):
        problems.append(f"{place} must say " + ", ".join(f"{name} ({hint})" for name, hint in wanted.items()))
        return None
    return kind(**given)


def _blocks(given: Any, files: Mapping[str, SourceFile], problems: Problems) -> list[Block]:
    if not isinstance(given, list) or not given:
        problems.append("[[rows]] is missing: say of at least one table how its rows are made")
        return []
    blocks = []
    for number, block in enumerate(given, start=1):
        said = block if isinstance(block, dict) else {"rows": block}
        place = f"[[rows]] {number} ({said.get('table', 'no table')})"
        for part in _parts(said, place, problems):
            blocks += [made] if (made := _block(part, place, files, problems)) else []
    return blocks


def _parts(block: dict[str, Any], place: str, problems: Problems) -> list[dict[str, Any]]:
    """A block with `each` stands for several that share what stands above it: rows from the columns of a wide file."""
    strange(block, _BLOCK, place, problems)
    parts = block.get("each", [{}])
    if not isinstance(parts, list) or not all(_has_sections(part) for part in [block, *parts]):
        problems.append(f"{place} where and columns must be sections, and each a list of [[rows.each]]")
        return []
    for part in parts:
        strange(part, {"where", "columns"}, f"{place} each", problems)
    return [
        block | {name: {**block.get(name, {}), **part.get(name, {})} for name in ("where", "columns")}
        for part in parts
    ]


def _has_sections(part: Any) -> bool:
    return isinstance(part, dict) and all(
        isinstance(part.get(name, {}), dict) for name in ("where", "columns")
    )


def _block(
    given: dict[str, Any], place: str, files: Mapping[str, SourceFile], problems: Problems
) -> Block | None:
    table, source = str(given.get("table", "")), str(given.get("from", ""))
    if table not in TABLES:
        problems.append(f"{place} table must be one of {', '.join(TABLES)}")
    if source not in files:
        problems.append(f"{place} from must be one of the readable files: {', '.join(files) or 'none'}")
    if table not in TABLES or source not in files:
        return None
    cells = _cells(given["columns"], table, place, files[source], problems)
    needs, once = names(given.get("needs", ())), names(given.get("once", ()))
    made = {name for cell in cells for name in (cell.header, cell.target.name)}
    problems += [
        f"{place} names {name} in needs or once but does not fill it" for name in {*needs, *once} - made
    ]
    where = {column: names(values) for column, values in given["where"].items()}
    block = Block(table, source, where, needs, once, tuple(cells))
    _present(block.columns, files[source], place, problems)
    return block


def _cells(given: dict[str, Any], table: str, place: str, file: SourceFile, problems: Problems) -> list[Cell]:
    headers = {name: column for column in columns_of(TABLES[table]) for name in names_of(column)}
    headers |= _index_date(headers) if table == "patients" else {}
    strange(given, headers, f"{place} columns", problems)
    filled = {headers[name].name for name in given if name in headers}
    problems += [
        f"{place} leaves {column.name} unfilled, and no row of {table} can be without it"
        for column in columns_of(TABLES[table])
        if column.required and column.name not in filled
    ]
    cells = [
        cell_of(
            name,
            headers[name],
            value,
            place=f"{place} {name}",
            table=table,
            file=file,
            problems=problems,
        )
        for name, value in given.items()
        if name in headers
    ]
    return [cell for cell in cells if cell is not None]


def _index_date(headers: Mapping[str, Column]) -> dict[str, Column]:
    """The index date stands in for no column: it is where days are counted from."""
    return {"index_date": headers["referral_day"]}
