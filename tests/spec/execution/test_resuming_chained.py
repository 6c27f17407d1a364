"""A map whose function is bound to what an earlier map found knows its own results again."""

from __future__ import annotations

from functools import partial

from cartwise.execution import run


def made(number: int) -> tuple[str, ...]:
    return "a text that two results share", str(number)


def joined(number: int, *, to: tuple[tuple[str, ...], ...]) -> str:
    return f"{number} {to}"


def test_what_is_bound_may_come_from_an_earlier_map(tmp_path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for expected in (0, 3):
        found = tuple(outcome.get() for outcome in run(made, range(2), checkpoint=first))
        told: list[int] = []
        run(
            partial(joined, to=found),
            range(3),
            checkpoint=second,
            progress=lambda done, _total: told.append(done),
        )
        assert told[0] == expected
