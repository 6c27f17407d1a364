"""Writing FCS 3.1: float32, little endian, the same bytes for the same input."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import UserError
from cartwise.cytometry.fcs_data import blocks
from cartwise.cytometry.fcs_layout import HEADER_LIMIT
from cartwise.cytometry.fcs_text import HEADER_BYTES, listed

DELIMITER = "\f"
OFFSET_DIGITS = 16
"""Offsets in TEXT have leading zeros, so that their own length does not depend on them."""

VALUE_BYTES = 4

ALIGNMENT = 64
"""DATA begin at a multiple of this many bytes, so that a reader can map them."""

OWN = re.compile(
    r"par|tot|mode|datatype|byteord|nextdata|(begin|end)(data|stext|analysis)|p\d+(n|s|b|e|r|datatype)"
)


def write_fcs(
    path: Path | str,
    values: ArrayLike,
    channels: Sequence[str],
    markers: Sequence[str] = (),
    keywords: Mapping[str, str] | None = None,
) -> None:
    """Write events as FCS 3.1 ($DATATYPE F, $BYTEORD 1,2,3,4); an existing file is replaced.

    Doubles and integers above 16,777,216 are rounded to single precision. NaN and infinite values are written as they are: FCS allows them, and other
    programs may not expect them. No date and no origin is added: what `keywords` does not hold is not in the file.

    Args:
        path: the file.
        values: (n, c) numbers.
        channels: (c,) short names ($PnN), each once, without commas.
        markers: (c,) long names ($PnS), "" for none; or nothing at all.
        keywords: further keywords as they shall stand in the file (`$CYT`, `$P1G`, own ones). Those that describe the
            data ($PAR, $TOT, offsets, $PnN, $PnS, $PnB, $PnE, $PnR ...) are the writer's own.

    Raises:
        UserError: shapes do not fit, a name or keyword that FCS does not allow, a value beyond single precision, or the
            file cannot be written.

    Source: FCS 3.1, Spidlen et al., Cytometry A 2010.
    """
    path = Path(path)
    table = np.asarray(values)
    markers = markers or [""] * len(channels)
    _check_shape(table, channels, markers)
    _check_names(channels, markers)
    _check_keywords(keywords or {})
    described = {**_description(len(table), channels, markers, _ranges(table, channels)), **(keywords or {})}
    try:
        _write(path, preamble(len(table), len(channels), described), table)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"{path.name} cannot be written: {reason}. Check the folder and its space.") from None


def _write(path: Path, start: bytes, table: NDArray[Any]) -> None:
    """A new file takes the place of the old one when it is whole: the values may be a map of the old one."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(start)
            for rows in blocks(len(table), max(table[:1].nbytes, 1)):
                np.ascontiguousarray(table[rows], "<f4").tofile(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def preamble(events: int, channels: int, described: Mapping[str, str]) -> bytes:
    """HEADER, TEXT and filling up to the first byte of the DATA.

    Args:
        events: how many.
        channels: how many.
        described: every keyword but those on where the segments lie.
    """
    length = len(_text(0, 0, described))
    begin = math.ceil((HEADER_BYTES + length) / ALIGNMENT) * ALIGNMENT
    end = begin + events * channels * VALUE_BYTES - 1
    in_header = (begin, end) if end <= HEADER_LIMIT else (0, 0)
    offsets = (HEADER_BYTES, HEADER_BYTES + length - 1, *in_header, 0, 0)
    header = "FCS3.1    " + "".join(f"{offset:>8}" for offset in offsets)
    return (header.encode("ascii") + _text(begin, end, described)).ljust(begin)


def _text(begin: int, end: int, described: Mapping[str, str]) -> bytes:
    pairs = {
        "$BEGINANALYSIS": "0",
        "$ENDANALYSIS": "0",
        "$BEGINSTEXT": "0",
        "$ENDSTEXT": "0",
        "$NEXTDATA": "0",
        "$BEGINDATA": f"{begin:0{OFFSET_DIGITS}}",
        "$ENDDATA": f"{end:0{OFFSET_DIGITS}}",
        **described,
    }
    words = (word.replace(DELIMITER, DELIMITER * 2) for pair in pairs.items() for word in pair)
    return (DELIMITER + "".join(word + DELIMITER for word in words)).encode("utf-8")


def _description(
    events: int, channels: Sequence[str], markers: Sequence[str], ranges: Sequence[int]
) -> dict[str, str]:
    pairs = {
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",
        "$PAR": str(len(channels)),
        "$TOT": str(events),
    }
    for n, (channel, marker, upper) in enumerate(zip(channels, markers, ranges, strict=True), 1):
        pairs |= {f"$P{n}N": channel, f"$P{n}B": "32", f"$P{n}E": "0,0", f"$P{n}R": str(upper)}
        pairs |= {f"$P{n}S": marker} if marker else {}
    return pairs


def _ranges(table: NDArray[Any], channels: Sequence[str]) -> list[int]:
    """(c,) $PnR: the largest finite value rounded up, at least 1."""
    largest = np.zeros(table.shape[1])
    smallest = np.zeros(table.shape[1])
    for rows in blocks(len(table), max(table[:1].nbytes, 1)):
        finite = np.where(np.isfinite(table[rows]), table[rows], 0)
        largest = np.maximum(largest, finite.max(axis=0))
        smallest = np.minimum(smallest, finite.min(axis=0))
    beyond = np.maximum(largest, -smallest) > np.finfo(np.float32).max
    if beyond.any():
        names = listed(name for name, hit in zip(channels, beyond, strict=True) if hit)
        raise UserError(
            f"Values too large for the single precision of FCS files stand in: {names}. Scale them first."
        )
    return [max(math.ceil(value), 1) for value in largest]


def _check_shape(table: NDArray[Any], channels: Sequence[str], markers: Sequence[str]) -> None:
    if table.dtype.kind not in "fiub":
        raise UserError(
            f"FCS files hold numbers, and these values are of type {table.dtype}. Give an array of numbers."
        )
    if table.ndim != 2 or not channels or table.shape[1] != len(channels) or len(markers) != len(channels):
        raise UserError(
            f"Values of shape {table.shape} with {len(channels)} channels and {len(markers)} markers make no FCS file. "
            "Give events x channels with one name (and one marker or none at all) for each channel."
        )


def _check_names(channels: Sequence[str], markers: Sequence[str]) -> None:
    repeated = _repeated(channels)
    if repeated:
        raise UserError(
            f"Channel names that stand more than once: {listed(repeated)}. Give each channel a name of its own."
        )
    wrong = [repr(name) for name in channels if not name or "," in name]
    wrong += [repr(name) for name in (*channels, *markers) if name != name.strip()]
    if wrong:
        raise UserError(
            f"Names that FCS does not allow: {listed(wrong)}. Give channel names that are not empty and have no comma, "
            "and no name with blanks around it."
        )


def _check_keywords(keywords: Mapping[str, str]) -> None:
    names = [key.removeprefix("$").lower() for key in keywords]
    own = [key for key, name in zip(keywords, names, strict=True) if OWN.fullmatch(name)]
    if own:
        raise UserError(
            f"Keywords that follow from the values and names themselves: {listed(own)}. Leave them out."
        )
    wrong = [key for key, value in keywords.items() if not (_printable(key) and value)]
    wrong += _repeated(names)
    if wrong:
        raise UserError(
            f"Keywords that FCS does not allow: {listed(map(repr, wrong))}. Each must stand once (in capitals or not), "
            "in printable ASCII without blanks around it, and have a value."
        )


def _printable(key: str) -> bool:
    return key.isascii() and key.isprintable() and key == key.strip() and key.removeprefix("$") != ""


def _repeated(names: Iterable[str]) -> list[str]:
    names = list(names)
    return [name for place, name in enumerate(names) if name in names[:place]]
