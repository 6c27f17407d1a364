"""Reading FCS 2.0, 3.0, 3.1 and 3.2: raw events as they stand in the file, and every remark on how they were read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path

from cartwise.basis import UserError
from cartwise.cytometry.events import Events
from cartwise.cytometry.fcs_data import read_values
from cartwise.cytometry.fcs_layout import layout_of
from cartwise.cytometry.fcs_text import listed, read_header, read_keywords, whole


def read_fcs(path: Path | str) -> Events:
    """Read the (first) data set of an FCS file.

    Nothing is scaled: no gain ($PnG), no $TIMESTEP, no decoding of logarithmic channels ($PnE), no compensation.
    Single precision in this machine's byte order is mapped, not copied, so the file must stay unchanged while the
    events are in use; anything else is converted to float32 block by block. ANALYSIS and OTHER segments are not read.

    Returns:
        Events of (n, c) read-only float32 values; whatever was odd stands in `warnings`.

    Raises:
        UserError: no file, no FCS file, or one whose statements about itself allow no or two different readings.

    Source: FCS 3.1, Spidlen et al., Cytometry A 2010 (and the standards 2.0, 3.0 and 3.2).
    """
    path = Path(path)
    try:
        return _read(path)
    except UserError as error:
        raise UserError(f"{path.name} cannot be read as FCS: {error}") from None


def file_hash(path: Path | str) -> str:
    """SHA-256 of a file's bytes, hexadecimal; two files with one hash are one file.

    Raises:
        UserError: the file cannot be opened.
    """
    path = Path(path)
    try:
        with _opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except UserError as error:
        raise UserError(f"{path.name} cannot be read: {error}") from None


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"{reason}. Check the name, the folder and the right to read it.") from None


def _read(path: Path) -> Events:
    remarks: list[str] = []
    with _opened(path) as file:
        header = read_header(file)
        keywords = read_keywords(file, header, remarks)
        size = path.stat().st_size
        _remark_next(file, keywords, size, remarks)
    layout = layout_of(header, keywords, size, remarks)
    channels, markers = (_names(keywords, layout.channels, which) for which in "ns")
    _remark_names(channels, remarks)
    called = [name or f"channel {place}" for place, name in enumerate(channels, 1)]
    values = read_values(path, layout, called, remarks)
    return Events(values, channels, markers, tuple(remarks), keywords)


def _remark_next(file: BufferedReader, keywords: Mapping[str, str], size: int, remarks: list[str]) -> None:
    """A second data set is often the same events once more (LMD), so adding it up would be as wrong as hiding it."""
    following = whole(keywords.get("nextdata", ""))
    if not following:
        return
    file.seek(min(following, size))
    if file.read(3) == b"FCS":
        remarks.append(
            f"The file holds more than one data set; only the first was read (the next begins at byte {following:,})."
        )
    else:
        remarks.append(f"$NEXTDATA points at byte {following:,}, where no data set begins; it was ignored.")


def _names(keywords: Mapping[str, str], channels: int, which: str) -> tuple[str, ...]:
    """$PnN or $PnS of every channel without blanks around them, "" where there is none."""
    return tuple(keywords.get(f"p{n}{which}", "").strip() for n in range(1, channels + 1))


def _remark_names(channels: tuple[str, ...], remarks: list[str]) -> None:
    nameless = [str(place) for place, name in enumerate(channels, 1) if not name]
    if nameless:
        remarks.append(f"Channels without a name ($PnN), kept with an empty one: number {listed(nameless)}.")
    repeated = [name for name, count in Counter(channels).items() if name and count > 1]
    if repeated:
        remarks.append(
            f"Channel names that stand for more than one channel, kept as they are: {listed(repeated)}; "
            "the name alone does not say which is meant."
        )
