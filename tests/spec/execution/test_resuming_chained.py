"""A map whose function is bound to what an earlier map found knows its own results again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cartwise.execution import run


def made(number: int) -> tuple[str, ...]:
    return "a text that two results share", str(number)


def joined(number: int, *, to: tuple[tuple[str, ...], ...]) -> str:
    return f"{number} {to}"


def taken_up(folder: Path) -> int:
    """How many results of the second map were there before it began."""
    found = tuple(outcome.get() for outcome in run(made, range(2), checkpoint=folder / "first"))
    told: list[int] = []
    second = partial(joined, to=found)
    run(second, range(3), checkpoint=folder / "second", progress=lambda done, _total: told.append(done))
    return told[0]


def test_what_is_bound_may_come_from_an_earlier_map(tmp_path) -> None:
    assert [taken_up(tmp_path), taken_up(tmp_path)] == [0, 3]
