"""The file that keeps finished results, so that an interrupted run can be taken up again.

A header, then one record per finished task: digest, length, key, and the pickle of the value. Records are only
ever appended; a last record that was cut off while being written is recognised by its digest and let go.
Like every pickle, a checkpoint can run code when it is read: read only those you wrote yourself.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from cartwise import __version__
from cartwise.basis import UserError
from cartwise.execution.outcome import Job, Outcome

_HEADER = b"cartwise checkpoint 1\n"
_DIGEST, _LENGTH = hashlib.sha256().digest_size, 8  # bytes; a key is a digest too


class Checkpoint:
    """Finished results by key, in memory and at the end of an open file."""

    def __init__(self, path: Path, file: BinaryIO, function: Callable[..., Any]) -> None:
        self._path, self._file = path, file
        self._function = pickled(function, "The function")
        self._values = _taken_up(path, file)

    def known(self, jobs: Iterable[Job]) -> dict[int, Outcome[Any]]:
        """The outcomes of those jobs that an earlier run finished, by position."""
        found = ((job.position, self._values.get(self._key(job))) for job in jobs)
        return {
            position: Outcome(pickle.loads(value))  # noqa: S301  our own record, whole by its digest
            for position, value in found
            if value is not None
        }

    def keep(self, job: Job, value: Any) -> Any:
        """Append one result, at once, and give it back as a later run will read it.

        Two equal values can pickle differently (they share other strings), so a second map whose function is bound to
        values of a first one would not know its own results again if it once got them fresh and once from here.
        """
        kept = pickled(value, "The result of a task")
        payload = self._key(job) + kept
        try:
            self._file.write(_frame(payload))
            self._file.flush()
        except OSError as error:
            raise _unusable(self._path, error) from error
        return pickle.loads(kept)  # noqa: S301  our own record of a moment ago

    def _key(self, job: Job) -> bytes:
        """What a result depends on: our version, the function with what is bound to it, the task, its seed.

        A plain function pickles as its name: a change of its text is not seen, a change of version is.
        """
        seed = None if job.seed is None else (job.seed.entropy, job.seed.spawn_key)
        task = pickled((job.task, seed), "A task")
        return hashlib.sha256(b"\0".join([__version__.encode(), self._function, task])).digest()


@contextmanager
def opened(path: Path, function: Callable[..., Any]) -> Iterator[Checkpoint]:
    """The checkpoint at `path`, made where there is none.

    Raises:
        UserError: the file is something else, or cannot be read and written.
    """
    try:
        file = path.open("a+b")
    except OSError as error:
        raise _unusable(path, error) from error
    with file:
        yield Checkpoint(path, cast("BinaryIO", file), function)


def pickled(thing: Any, what: str) -> bytes:
    """The thing as bytes that another process, or a later run, can read.

    Raises:
        TypeError: it cannot be pickled (a lambda, a local function, an open file).
    """
    try:
        return pickle.dumps(thing, protocol=5)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(
            f"{what} cannot be pickled ({error}), so it cannot leave this process. Use functions and classes "
            "that stand at the top of a module, and plain data."
        ) from error


def _frame(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest() + len(payload).to_bytes(_LENGTH) + payload


def _taken_up(path: Path, file: BinaryIO) -> dict[bytes, bytes]:
    """Read every whole record, cut off a broken end, and stand ready to append."""
    file.seek(0)
    content = file.read()
    if not _HEADER.startswith(content[: len(_HEADER)]):
        raise UserError(f"{path} is not a checkpoint of cartwise and is left as it is. Name another file.")
    if len(content) < len(_HEADER):  # new, or cut off within its first line
        file.truncate(0)
        file.write(_HEADER)
        file.flush()
        return {}
    payloads = list(_payloads(content))
    file.truncate(len(_HEADER) + sum(len(_frame(payload)) for payload in payloads))
    return {payload[:_DIGEST]: payload[_DIGEST:] for payload in payloads}


def _payloads(content: bytes) -> Iterator[bytes]:
    start = len(_HEADER)
    while start < len(content):
        head = content[start : start + _DIGEST + _LENGTH]
        end = start + len(head) + int.from_bytes(head[_DIGEST:])
        payload = content[start + len(head) : end]
        if _frame(payload) != head + payload:
            return
        yield payload
        start = end


def _unusable(path: Path, error: OSError) -> UserError:
    return UserError(
        f"The checkpoint {path} cannot be written ({error.strerror}). Name a file in a folder that exists, "
        "on a disk with room."
    )
