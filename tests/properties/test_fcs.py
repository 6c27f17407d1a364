"""FCS files: what is written is read, and a damaged file is never read as other numbers in silence."""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cartwise.basis import UserError
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.fcs_writing import write_fcs
from tests.spec.cytometry.fcs_crafting import VALUES, described, file_of

FOLDER = tempfile.TemporaryDirectory()
PATH = Path(FOLDER.name) / "drawn.fcs"


def put(content: bytes) -> None:
    """A new file each time: events of the example before may still map the old one."""
    PATH.unlink(missing_ok=True)
    PATH.write_bytes(content)


letters = st.characters(exclude_categories=["Cs"])
names = st.text(letters, min_size=1, max_size=8).filter(lambda name: name == name.strip() and "," not in name)
markers = st.text(letters, max_size=8).filter(lambda name: name == name.strip())
own_keys = st.from_regex(r"[A-Za-z#@_]{3,8}", fullmatch=True).filter(
    lambda key: key.lower() not in {"par", "tot", "mode"}
)
keywords = st.dictionaries(own_keys.map(str.upper), st.text(letters, min_size=1, max_size=20), max_size=4)


@st.composite
def tables(draw):
    """Channels, markers and float32 values of any kind, NaN and infinite ones included."""
    channels = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    events = draw(st.integers(0, 20))
    values = draw(arrays.arrays(np.float32, (events, len(channels)), elements=st.floats(width=32)))
    return values, channels, draw(st.lists(markers, min_size=len(channels), max_size=len(channels)))


@given(tables(), keywords)
def test_what_is_written_is_read(table, extra):
    values, channels, long_names = table
    write_fcs(PATH, values, channels, long_names, extra)
    events = read_fcs(PATH)
    np.testing.assert_array_equal(events.values, values)
    assert list(events.channels) == channels
    assert list(events.markers) == long_names
    assert {key: events.keywords[key.lower()] for key in extra} == extra
    assert bool(events.warnings) == (not np.isfinite(values).all())


@given(tables(), st.sampled_from([">f4", "<f8", ">f8"]))
def test_every_way_of_storing_floats_gives_the_same(table, stored):
    values, channels, _ = table
    values = np.nan_to_num(values)
    order = "1,2,3,4" if stored[0] == "<" else "4,3,2,1"
    kind = {"4": "F", "8": "D"}[stored[-1]]
    names = [f"c{n}" for n in range(len(channels))]
    about = described(values, names, bits=8 * int(stored[-1]), DATATYPE=kind, BYTEORD=order)
    put(file_of(about, values.astype(stored).tobytes()))
    np.testing.assert_array_equal(read_fcs(PATH).values, values)


def same_numbers_or_refused(content: bytes) -> None:
    put(content)
    try:
        events = read_fcs(PATH)
    except UserError:
        return
    np.testing.assert_array_equal(events.values, VALUES)


@given(st.integers(0, len(file_of()) - 1), st.sampled_from(["2.0", "3.1"]))
def test_a_file_cut_short_anywhere_is_refused_or_read_whole(kept, version):
    same_numbers_or_refused(file_of(version=version, text=None if version == "2.0" else "right")[:kept])


places = st.one_of(st.none(), st.tuples(st.integers(0, 5000), st.integers(0, 5000)))


@given(places, st.sampled_from(["none", "one beyond"]))
@settings(max_examples=200)
def test_a_wrong_place_in_the_header_never_gives_other_numbers(place, end):
    text = "right" if end == "none" else (4096, 4144)
    if place and place[1] - place[0] + 1 == VALUES.nbytes:
        return
    same_numbers_or_refused(file_of(header=place, text=text))


@given(st.data())
@settings(max_examples=150)
def test_damage_anywhere_ends_in_numbers_or_in_one_sentence(data):
    content = bytearray(file_of(described(VALUES, DATATYPE="I", BEGINSTEXT="58", ENDSTEXT="300")))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 420))] = data.draw(st.integers(0, 255))
    put(bytes(content))
    with suppress(UserError):  # any other error is a failure
        events = read_fcs(PATH)
        assert events.values.shape[1] == len(events.channels) == len(events.markers)
