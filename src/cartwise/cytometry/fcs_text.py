"""The HEADER and TEXT of an FCS file: where its segments lie, and its keywords.

FlowIO reads these segments too, but drops every `$` inside values, joins a keyword with an empty value to the
next one, keeps the last of two contradicting keywords in silence, does not read the supplemental TEXT, and stops
before any keyword is known where an offset is blank or absent. Repairing the bytes for it would take more code than
reading them does; the tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_END, BufferedReader

from cartwise.basis import UserError

HEADER_BYTES = 58
VERSIONS = ("2.0", "3.0", "3.1", "3.2")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a segment lies, as one place of the file states it.

    Attributes:
        begin, end: first and last byte, counted from 0, both inclusive.
        stated_in: `HEADER` or `TEXT`.
    """

    begin: int
    end: int
    stated_in: str

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.end - self.begin + 1


@dataclass(frozen=True, slots=True)
class Header:
    """The first 58 bytes: version, and the segments whose offsets are given (None: blank, zero or no number)."""

    version: str
    text: Segment | None
    data: Segment | None


def read_header(file: BufferedReader) -> Header:
    """Read the HEADER.

    Source: FCS 3.1 (Spidlen et al., Cytometry A 2010), HEADER segment.

    Raises:
        UserError: no FCS file, or one of an unknown version.
    """
    head = file.read(HEADER_BYTES)
    if len(head) < HEADER_BYTES or not head.startswith(b"FCS"):
        raise UserError(
            f'it does not begin with the {HEADER_BYTES} bytes of an FCS header ("FCS" and the version); '
            "it is damaged or of another kind. Export it again from the instrument."
        )
    version = head[3:6].decode("latin-1")
    if version not in VERSIONS:
        raise UserError(
            f'it calls itself FCS version "{version}"; {", ".join(VERSIONS)} can be read. '
            "Export it as FCS 3.0 or 3.1."
        )
    offsets = [head[start : start + 8].decode("latin-1") for start in range(10, 42, 8)]
    text = segment(offsets[0], offsets[1], "HEADER")
    return Header(version, text, segment(offsets[2], offsets[3], "HEADER"))


def whole(text: str) -> int | None:
    """A whole number as HEADER and TEXT write it, with blanks around it; None where it is none."""
    found = re.fullmatch(r"\s*(\d{1,18})\s*", text, re.ASCII)
    return int(found[1]) if found else None


def segment(begin: str, end: str, stated_in: str) -> Segment | None:
    """A segment from two offsets as text; None where they are blank, zero (or within the HEADER) or no numbers."""
    first, last = whole(begin), whole(end)
    if first is None or last is None or first < HEADER_BYTES:
        return None
    return Segment(first, last, stated_in)


def read_keywords(file: BufferedReader, header: Header, remarks: list[str]) -> dict[str, str]:
    """Keywords of the primary and the supplemental TEXT, in lower case and without their `$`.

    Raises:
        UserError: the file ends before its TEXT does, or TEXT does not lie where the HEADER says.
    """
    if header.text is None:
        raise UserError(
            "its HEADER does not say where the TEXT segment lies, so that no keyword can be read. "
            "Export it again from the instrument."
        )
    raw = _bytes_of(file, header.text)
    if len(raw) < max(header.text.length, 1):
        raise UserError(
            f"it should have a TEXT segment from byte {header.text.begin:,} to {header.text.end:,}, and the file ends "
            "before. It was cut short: copy it again from its origin."
        )
    if raw[:1].isalnum():
        raise UserError(
            f"no TEXT begins at byte {header.text.begin:,}, where its HEADER says so (a letter or digit cannot be the "
            "delimiter). It is damaged: copy it again from its origin, or export it again."
        )
    found = list(pairs(_decoded(raw, remarks), remarks))
    keywords = _merged(found, [])
    extra = segment(keywords.get("beginstext", ""), keywords.get("endstext", ""), "TEXT")
    if extra and extra.length > 1 and extra.begin != header.text.begin:
        found += _supplement(_bytes_of(file, extra), extra.length, raw[:1], remarks)
    return _merged(found, remarks)


def _bytes_of(file: BufferedReader, place: Segment) -> bytes:
    """The bytes of a segment, fewer where the file ends before."""
    size = file.seek(0, SEEK_END)
    file.seek(place.begin)
    return file.read(max(min(place.length, size - place.begin), 0))


def _supplement(raw: bytes, length: int, delimiter: bytes, remarks: list[str]) -> list[Pair]:
    """The supplemental TEXT holds optional keywords only, so that a file without it can still be read."""
    if len(raw) < length or raw[:1] != delimiter:
        remarks.append(
            "There is no TEXT where $BEGINSTEXT and $ENDSTEXT say; its optional keywords were not read."
        )
        return []
    return list(pairs(_decoded(raw, remarks), remarks))


def _decoded(raw: bytes, remarks: list[str]) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        remarks.append(
            "TEXT holds bytes that are not UTF-8; it was read as Latin-1 (names may show wrong letters)."
        )
        return raw.decode("latin-1")


def pairs(text: str, remarks: list[str]) -> Iterator[Pair]:
    """Keyword and value, one pair after the other, from a TEXT segment.

    The first character is the delimiter. A doubled delimiter inside a value is the character itself. Directly after a
    keyword's own delimiter, where the standard allows no value, a single one closes an empty value (as several
    instruments write it).
    """
    delimiter = text[0]
    text = text.rstrip("".join({" ", "\0", "\r", "\n", "\t"} - {delimiter}))
    mark = re.escape(delimiter)
    empty: list[str] = []
    for found in re.finditer(f"([^{mark}]+){mark}((?:[^{mark}]|{mark}{mark})*+)({mark}|$)", text[1:]):
        key, value = found[1].strip(), found[2].replace(delimiter * 2, delimiter)
        if value == "":
            empty.append(key)
        yield key, value
    if empty:
        remarks.append(f"Keywords without a value were read as empty: {listed(empty)}.")
    if not text.endswith(delimiter):
        remarks.append("The TEXT segment ends without its delimiter; its last value may be cut.")


def _merged(pairs: Iterable[Pair], remarks: list[str]) -> dict[str, str]:
    """One mapping; the standard's own keywords (`$`) win over others of the same name, the first over later ones."""
    keywords: dict[str, str] = {}
    doubtful: list[str] = []
    for key, value in sorted(pairs, key=lambda pair: not pair[0].startswith("$")):
        name = key.removeprefix("$").lower()
        if keywords.setdefault(name, value).strip() != value.strip():
            doubtful.append(key)
    if doubtful:
        remarks.append(
            f"Keywords that stand twice with different values: {listed(doubtful)}; "
            "the standard one ($), else the first, was taken."
        )
    return keywords


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names in a sentence, the first few of many."""
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - most} more" if len(unique) > most else ""
    return ", ".join(unique[:most]) + more
