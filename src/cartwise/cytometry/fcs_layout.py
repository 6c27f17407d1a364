"""How the events of an FCS file are stored: bytes of each channel, number of events, and where the DATA begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from cartwise.basis import UserError
from cartwise.cytometry.fcs_text import Header, Segment, listed, segment, whole

HEADER_LIMIT = 99_999_999
"""Largest offset that the eight digits of the HEADER hold; beyond it they are 0 and TEXT alone counts."""

BYTE_ORDERS = {"1,2,3,4": "<", "4,3,2,1": ">", "1,2": "<", "2,1": ">", "1": "<"}
BYTE_ORDERS |= {"1,2,3,4,5,6,7,8": "<", "8,7,6,5,4,3,2,1": ">"}
BYTES_OF_FLOATS = {"F": 4, "D": 8}
SMALLEST_RANGE = 2
Stored = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring channels that are stored alike.

    Attributes:
        first: place of the first one among the channels, from 0.
        count: how many.
        offset: bytes of an event before them.
        kind: `I` unsigned integer, `F` single, `D` double precision.
        width: bytes of one value.
    """

    first: int
    count: int
    offset: int
    kind: str
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything needed to turn the DATA segment into numbers.

    Attributes:
        begin: first byte of the DATA.
        events, channels: how many.
        event_bytes: bytes of one event.
        order: `<` little endian, `>` big endian.
        runs: channels by how they are stored.
        ranges: (c,) $PnR of each channel, None where it is absent or no use.
    """

    begin: int
    events: int
    channels: int
    event_bytes: int
    order: str
    runs: tuple[Run, ...]
    ranges: tuple[int | None, ...]


def layout_of(header: Header, keywords: Mapping[str, str], size: int, remarks: list[str]) -> Layout:
    """The layout of a file of `size` bytes.

    Raises:
        UserError: a keyword without which no number can be read is absent or makes no sense, or the places of the DATA
            that the file states do not hold the events it says it has.
    """
    _check_mode(header, keywords, remarks)
    channels = _number(keywords, "par")
    if channels < 1:
        raise UserError("$PAR says that it has no channels. Export it again from the instrument.")
    runs = _runs([_stored(keywords, n) for n in range(1, channels + 1)])
    _check_floats(keywords, runs, remarks)
    event_bytes = sum(run.count * run.width for run in runs)
    stated = _stated(header, keywords, remarks)
    begin, events = _located(stated, _events(keywords, remarks), event_bytes, size, remarks)
    ranges = tuple(_range(keywords.get(f"p{n}r", "")) for n in range(1, channels + 1))
    return Layout(begin, events, channels, event_bytes, _order(keywords), runs, ranges)


def _check_mode(header: Header, keywords: Mapping[str, str], remarks: list[str]) -> None:
    mode = keywords.get("mode", "").strip().upper()
    if mode not in {"L", ""}:
        raise UserError(f"$MODE={mode}: it holds histograms, not events. Export it in list mode ($MODE=L).")
    if mode == "" and header.version != "3.2":
        remarks.append("$MODE is absent; the DATA were read as a list of events.")


def _number(keywords: Mapping[str, str], key: str) -> int:
    text = keywords.get(key, "").strip()
    number = whole(text)
    if number is None:
        found = f'is "{text}"' if text else "is absent"
        raise UserError(
            f"the keyword ${key.upper()} {found}, and without this whole number its DATA cannot be read. "
            "Export it again from the instrument."
        )
    return number


def _events(keywords: Mapping[str, str], remarks: list[str]) -> int | None:
    if keywords.get("tot", "").strip():
        return _number(keywords, "tot")
    remarks.append("$TOT is absent; the events were counted from the length of the DATA segment.")
    return None


def _order(keywords: Mapping[str, str]) -> str:
    text = keywords.get("byteord", "").replace(" ", "")
    if text not in BYTE_ORDERS:
        found = f'is "{text}"' if text else "is absent"
        raise UserError(
            f"the keyword $BYTEORD {found}; little endian (1,2,3,4) and big endian (4,3,2,1) can be read, and "
            "nothing else tells which it is. Export it again from the instrument."
        )
    return BYTE_ORDERS[text]


def _stored(keywords: Mapping[str, str], channel: int) -> Stored:
    """Kind and bytes of one channel; FCS 3.2 lets a channel have a $PnDATATYPE of its own."""
    kind = keywords.get(f"p{channel}datatype", keywords.get("datatype", "")).strip().upper()
    if kind not in {"I", "F", "D"}:
        raise UserError(
            f'the data type of channel {channel} is "{kind}" ($DATATYPE); integers (I), single (F) and double (D) '
            "precision can be read. Export it as FCS 3.1 with $DATATYPE=F."
        )
    bits = _number(keywords, f"p{channel}b")
    if kind in BYTES_OF_FLOATS:
        return kind, BYTES_OF_FLOATS[kind]
    if bits % 8 or not 8 <= bits <= 64:
        raise UserError(
            f"channel {channel} is stored in {bits} bits ($P{channel}B); whole bytes from 8 to 64 bits can be read. "
            "Export it as FCS 3.1 with $DATATYPE=F."
        )
    return kind, bits // 8


def _check_floats(keywords: Mapping[str, str], runs: tuple[Run, ...], remarks: list[str]) -> None:
    """The kind alone settles how wide a float is; whether that is so is seen from $TOT and the length of the DATA."""
    odd = [
        f"$P{place + 1}B"
        for run in runs
        for place in range(run.first, run.first + run.count)
        if run.kind != "I" and _number(keywords, f"p{place + 1}b") != 8 * run.width
    ]
    if odd:
        remarks.append(
            f"Numbers of bits that are not those of the data type: {listed(odd)}; the data type was followed."
        )


def _runs(stored: list[Stored]) -> tuple[Run, ...]:
    runs: list[Run] = []
    first = offset = 0
    for (kind, width), alike in groupby(stored):
        count = len(list(alike))
        runs.append(Run(first, count, offset, kind, width))
        first, offset = first + count, offset + count * width
    return tuple(runs)


def _range(text: str) -> int | None:
    try:
        upper = int(float(text))
    except (ValueError, OverflowError):
        return None
    return upper if upper >= SMALLEST_RANGE else None


def _stated(header: Header, keywords: Mapping[str, str], remarks: list[str]) -> list[Segment]:
    """Places of the DATA as HEADER and TEXT state them, each different place once."""
    in_text = segment(keywords.get("begindata", ""), keywords.get("enddata", ""), "TEXT")
    if header.data is None and in_text and in_text.end <= HEADER_LIMIT:
        remarks.append("The HEADER does not say where the DATA lie; the offsets in TEXT were taken.")
    if in_text is None and header.version != "2.0":
        remarks.append("$BEGINDATA and $ENDDATA are absent or zero; the offsets in the HEADER were taken.")
    places = [place for place in (header.data, in_text) if place and not _in_text(place, header, remarks)]
    alike = len(places) == 2 and (places[0].begin, places[0].end) == (places[1].begin, places[1].end)
    return places[:1] if alike else places


def _in_text(place: Segment, header: Header, remarks: list[str]) -> bool:
    """Whether the DATA would lie among the keywords; one shared byte is the end of TEXT written as the byte after."""
    inside = header.text is not None and header.text.begin <= place.begin < header.text.end
    if inside:
        remarks.append(
            f"The {place.stated_in} says that the DATA begin at byte {place.begin:,}, which lies within TEXT; "
            "that place was not considered."
        )
    return inside


def _located(
    stated: list[Segment], events: int | None, event_bytes: int, size: int, remarks: list[str]
) -> tuple[int, int]:
    """First byte and number of events.

    A place is consistent when its length is that of the events $TOT names and the file is long enough; failing such a
    one, when it is one byte longer (an end that is written as the byte after the last). Consistent places that begin
    at different bytes would give different numbers: no choice is made between them.
    """
    if events is None:
        return _counted(stated, event_bytes, size)
    if events == 0 and all(place.length <= 1 for place in stated):
        return 0, 0
    needed = events * event_bytes
    held = [place for place in stated if place.begin + needed <= size]
    exact = [place for place in held if place.length == needed]
    consistent = exact or [place for place in held if place.length == needed + 1]
    if len({place.begin for place in consistent}) > 1:
        raise UserError(
            f"its DATA begin at byte {stated[0].begin:,} by the HEADER and at byte {stated[1].begin:,} by TEXT, "
            "and both would hold the events of $TOT. Ask its origin for a correct export."
        )
    if not consistent:
        return _against_tot(stated, events, event_bytes, size, remarks)
    _remark_places(stated, consistent, needed, remarks)
    return consistent[0].begin, events


def _remark_places(stated: list[Segment], consistent: list[Segment], needed: int, remarks: list[str]) -> None:
    chosen = consistent[0]
    if len(stated) > 1:
        one, other = stated
        remarks.append(
            f"The DATA lie in bytes {one.begin:,} to {one.end:,} by the HEADER and {other.begin:,} to {other.end:,} "
            f"by TEXT; they were read from byte {chosen.begin:,}, which agrees with $TOT and the size of the file."
        )
    elif chosen.length == needed + 1:
        remarks.append(
            f"The end of the DATA (byte {chosen.end:,}) is one beyond the last event; the events of $TOT were read."
        )


def _against_tot(
    stated: list[Segment], events: int, event_bytes: int, size: int, remarks: list[str]
) -> tuple[int, int]:
    """No place agrees with $TOT: a file cut short, or a wrong $TOT where the place is not in doubt."""
    places = listed(f"{place.begin:,} to {place.end:,} ({place.stated_in})" for place in stated)
    needed = events * event_bytes
    if any(place.end >= size and place.begin + needed > size for place in stated):
        raise UserError(
            f"$TOT names {events:,} events of {event_bytes} bytes in the bytes {places}, and the file ends at byte "
            f"{size:,}. It was cut short: copy it again from its origin."
        )
    if _is_certain(stated, event_bytes, size):
        begin, held = stated[0].begin, stated[0].length // event_bytes
        remarks.append(
            f"$TOT names {events:,} events and the DATA segment holds {held:,}; all {held:,} were read."
        )
        return begin, held
    raise UserError(
        f"$TOT names {events:,} events of {event_bytes} bytes, which is not what lies in the bytes "
        f"{places or 'of DATA (no offset is given)'}. Nothing tells which is right: ask its origin for a correct export."
    )


def _counted(stated: list[Segment], event_bytes: int, size: int) -> tuple[int, int]:
    """The events of the segment, where $TOT does not name them."""
    if not _is_certain(stated, event_bytes, size):
        raise UserError(
            f"$TOT is absent, and the DATA segment does not hold whole events of {event_bytes} bytes at one certain "
            "place within the file. Copy it again from its origin, or export it again."
        )
    return stated[0].begin, stated[0].length // event_bytes


def _is_certain(stated: list[Segment], event_bytes: int, size: int) -> bool:
    """One place only, within the file, and of whole events."""
    return (
        len(stated) == 1
        and stated[0].length > 0
        and stated[0].end < size
        and stated[0].length % event_bytes == 0
    )
