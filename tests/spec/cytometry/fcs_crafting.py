"""FCS files made byte by byte, right or wrong in one respect; every number in them is invented."""

from pathlib import Path

import numpy as np

from cartwise.cytometry.fcs_reading import read_fcs

VALUES = np.arange(12, dtype=np.float32).reshape(4, 3) / 8
NAMES = ("Time", "Ce140Di", "Er168Di")
ALONE = {"$BYTEORD": "1,2,3,4", "$DATATYPE": "F", "$MODE": "L", "$NEXTDATA": "0"}


def described(values=VALUES, names=NAMES, bits=32, upper=1024, **more):
    """Keywords of a right file; `more` replaces one ($ is put before it) or, where None, takes it out."""
    keywords = ALONE | {"$PAR": str(len(names)), "$TOT": str(len(values))}
    for n, name in enumerate(names, 1):
        keywords |= {f"$P{n}N": name, f"$P{n}B": str(bits), f"$P{n}R": str(upper), f"$P{n}E": "0,0"}
    keywords |= {f"${key}": value for key, value in more.items()}
    return {key: value for key, value in keywords.items() if value is not None}


def text_of(keywords, delimiter="/"):
    """A TEXT segment; values are taken as they are, nothing is escaped."""
    return (
        delimiter + "".join(f"{key}{delimiter}{value}{delimiter}" for key, value in keywords.items())
    ).encode()


def file_of(
    keywords=None,
    data=None,
    *,
    version="3.1",
    header="right",
    text="right",
    begin=4096,
    extra="",
    after=b"",
):
    """Bytes of a file whose DATA begin at byte `begin`.

    `header` and `text` say where the DATA lie, in HEADER and TEXT: `right`, None (not at all), or (first, last byte).
    `extra` is put at the end of TEXT, `after` at the end of the file.
    """
    keywords = described() if keywords is None else keywords
    data = VALUES.astype("<f4").tobytes() if data is None else data
    right = (begin, begin + len(data) - 1)
    header, text = (right if given == "right" else given for given in (header, text))
    if text is not None:
        keywords = keywords | {"$BEGINDATA": str(text[0]), "$ENDDATA": str(text[1])}
    segment = text_of(keywords) + extra.encode()
    offsets = [58, 58 + len(segment) - 1, *(header or ("", "")), 0, 0]
    head = f"FCS{version}    " + "".join(f"{offset!s:>8}" for offset in offsets)
    return (head.encode() + segment).ljust(begin) + data + after


def read(folder: Path, content: bytes):
    """What the reader makes of these bytes."""
    path = folder / "crafted.fcs"
    path.write_bytes(content)
    return read_fcs(path)
